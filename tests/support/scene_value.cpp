#include "tests/support/scene_value.hpp"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "tests/support/hex.hpp"

namespace windhover::synth {
namespace {

using nlohmann::json;

SceneValue converted(const json& value) {
  switch (value.type()) {
    case json::value_t::boolean:
      return {value.get<bool>()};
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
      return {value.get<std::int64_t>()};
    case json::value_t::number_float:
      return {value.get<double>()};
    case json::value_t::string:
      return {value.get<std::string>()};
    case json::value_t::array: {
      SceneValue::List list;
      for (const auto& element : value) list.push_back(converted(element));
      return {std::move(list)};
    }
    case json::value_t::object: {
      SceneValue::Members members;
      for (const auto& [key, member] : value.items()) members.emplace(key, converted(member));
      return {std::move(members)};
    }
    default:
      return {nullptr};
  }
}

std::string plain(double value) {
  std::ostringstream out;
  out.precision(12);
  out << value;
  return out.str();
}

}  // namespace

SceneValue read_scene_file(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw SceneError("Cannot read the scene file " + file.string() + ".");
  try {
    return converted(json::parse(in));
  } catch (const json::parse_error& error) {
    throw SceneError("The scene file " + file.string() + " is no JSON: see byte " +
                     std::to_string(error.byte) + ".");
  }
}

SceneObject::SceneObject(const SceneValue& value, std::string where)
    : members_(std::get_if<SceneValue::Members>(&value.held)), where_(std::move(where)) {
  if (members_ == nullptr)
    throw SceneError((where_.empty() ? "The scene" : where_) + " must be an object in braces.");
}

std::string SceneObject::path_of(const std::string& key) const {
  return where_.empty() ? key : where_ + "." + key;
}

void SceneObject::fail(const std::string& key, const std::string& must_be) const {
  throw SceneError(path_of(key) + " must be " + must_be + ".");
}

const SceneValue* SceneObject::find(const std::string& key) {
  known_.insert(key);
  const auto found = members_->find(key);
  return found == members_->end() ? nullptr : &found->second;
}

const SceneValue& SceneObject::require(const std::string& key, const std::string& kind) {
  const SceneValue* value = find(key);
  if (value == nullptr) throw SceneError(path_of(key) + " is missing; it must be " + kind + ".");
  return *value;
}

double SceneObject::checked(const std::string& key, const SceneValue& value, Range range) const {
  double number = NAN;
  if (const auto* integer = std::get_if<std::int64_t>(&value.held)) number = static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value.held)) number = *real;
  if (std::isnan(number)) fail(key, "a number");
  if (number < range.low || number > range.high)
    fail(key, "from " + plain(range.low) + " to " + plain(range.high));
  return number;
}

double SceneObject::number(const std::string& key, Range range) {
  return checked(key, require(key, "a number"), range);
}

std::optional<double> SceneObject::optional_number(const std::string& key, Range range) {
  if (find(key) == nullptr) return std::nullopt;
  return number(key, range);
}

double SceneObject::number_or(const std::string& key, double otherwise, Range range) {
  return optional_number(key, range).value_or(otherwise);
}

std::int64_t SceneObject::integer(const std::string& key, Range range) {
  const SceneValue& value = require(key, "a whole number");
  if (!std::holds_alternative<std::int64_t>(value.held)) fail(key, "a whole number");
  checked(key, value, range);
  return std::get<std::int64_t>(value.held);
}

std::int64_t SceneObject::integer_or(const std::string& key, std::int64_t otherwise, Range range) {
  return find(key) == nullptr ? otherwise : integer(key, range);
}

std::string SceneObject::text(const std::string& key) {
  const SceneValue& value = require(key, "text");
  if (!std::holds_alternative<std::string>(value.held)) fail(key, "text in quotes");
  return std::get<std::string>(value.held);
}

std::optional<std::string> SceneObject::optional_text(const std::string& key) {
  if (find(key) == nullptr) return std::nullopt;
  return text(key);
}

std::string SceneObject::text_or(const std::string& key, const std::string& otherwise) {
  return optional_text(key).value_or(otherwise);
}

std::vector<std::uint8_t> SceneObject::bytes_or_empty(const std::string& key) {
  const std::string digits = text_or(key, "");
  try {
    return from_hex(digits);
  } catch (const std::invalid_argument&) {
    fail(key, "pairs of hexadecimal digits");
  }
}

SceneObject SceneObject::object(const std::string& key) {
  return SceneObject(require(key, "an object in braces"), path_of(key));
}

std::optional<SceneObject> SceneObject::optional_object(const std::string& key) {
  if (find(key) == nullptr) return std::nullopt;
  return object(key);
}

std::vector<SceneObject> SceneObject::objects(const std::string& key) {
  const auto* list = std::get_if<SceneValue::List>(&require(key, "a list of objects").held);
  if (list == nullptr || list->empty()) fail(key, "a list of at least one object");
  std::vector<SceneObject> out;
  for (std::size_t i = 0; i < list->size(); ++i)
    out.emplace_back((*list)[i], path_of(key) + "[" + std::to_string(i) + "]");
  return out;
}

std::vector<double> SceneObject::numbers(const std::string& key) {
  const auto* list = std::get_if<SceneValue::List>(&require(key, "a list of numbers").held);
  if (list == nullptr || list->empty()) fail(key, "a list of at least one number");
  std::vector<double> out;
  for (std::size_t i = 0; i < list->size(); ++i)
    out.push_back(checked(key + "[" + std::to_string(i) + "]", (*list)[i], kAnyNumber));
  return out;
}

void SceneObject::finish() const {
  for (const auto& member : *members_)
    if (!known_.contains(member.first))
      throw SceneError(path_of(member.first) + " is not a key that scenes know; check its spelling.");
}

}  // namespace windhover::synth
