#pragma once
// A scene file as values that are read strictly: each key once, in its type and range, and nothing left over.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace windhover::synth {

/// A scene that cannot be rendered; what() is one sentence that names the key and what it must be.
struct SceneError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct SceneValue {
  using List = std::vector<SceneValue>;
  using Members = std::map<std::string, SceneValue>;
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, List, Members> held;
};

/// Throws SceneError if the file cannot be read or is no JSON.
SceneValue read_scene_file(const std::filesystem::path& file);

struct Range {
  double low, high;
};
inline constexpr Range kAnyNumber{-1e18, 1e18};

/// One JSON object. Every getter marks its key as known; finish() throws for keys that nobody asked for.
class SceneObject {
 public:
  /// `where` is the path for messages, "emitters[0]"; empty for the file itself.
  SceneObject(const SceneValue& value, std::string where);

  double number(const std::string& key, Range range = kAnyNumber);
  double number_or(const std::string& key, double otherwise, Range range = kAnyNumber);
  std::optional<double> optional_number(const std::string& key, Range range = kAnyNumber);
  std::int64_t integer(const std::string& key, Range range);
  std::int64_t integer_or(const std::string& key, std::int64_t otherwise, Range range);
  std::string text(const std::string& key);
  std::string text_or(const std::string& key, const std::string& otherwise);
  std::optional<std::string> optional_text(const std::string& key);
  /// Pairs of hexadecimal digits; empty if the key is absent.
  std::vector<std::uint8_t> bytes_or_empty(const std::string& key);
  SceneObject object(const std::string& key);
  std::optional<SceneObject> optional_object(const std::string& key);
  std::vector<SceneObject> objects(const std::string& key);
  std::vector<double> numbers(const std::string& key);

  bool has(const std::string& key) const { return members_->contains(key); }
  /// "emitters[0].carrier_hz must be …" and the like.
  [[noreturn]] void fail(const std::string& key, const std::string& must_be) const;
  void finish() const;

 private:
  const SceneValue* find(const std::string& key);
  const SceneValue& require(const std::string& key, const std::string& kind);
  double checked(const std::string& key, const SceneValue& value, Range range) const;
  std::string path_of(const std::string& key) const;

  const SceneValue::Members* members_;
  std::string where_;
  std::set<std::string> known_;
};

}  // namespace windhover::synth
