#include "decoders/messages/cta_2063.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace windhover::decoders::messages {

namespace {

constexpr std::size_t kCodeChars = 4;
constexpr std::size_t kDjiPrefixChars = 8;

struct Entry {
  std::string_view prefix;
  std::string_view name;
};

constexpr Entry kMakers[] = {
#include "decoders/messages/cta_2063_makers.inc"
};
constexpr Entry kDjiModels[] = {
#include "decoders/messages/cta_2063_dji_models.inc"
};

template <std::size_t n>
constexpr bool sorted(const Entry (&table)[n]) {
  return std::is_sorted(std::begin(table), std::end(table),
                        [](const Entry& a, const Entry& b) { return a.prefix < b.prefix; });
}
static_assert(sorted(kMakers) && sorted(kDjiModels));

template <std::size_t n>
const Entry* find(const Entry (&table)[n], std::string_view serial, std::size_t chars) {
  if (serial.size() < chars) return nullptr;
  const std::string_view prefix = serial.substr(0, chars);
  const auto* at =
      std::lower_bound(std::begin(table), std::end(table), prefix,
                       [](const Entry& entry, std::string_view key) { return entry.prefix < key; });
  return at != std::end(table) && at->prefix == prefix ? at : nullptr;
}

constexpr bool in_alphabet(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z' && c != 'O' && c != 'I');
}

/// '1'..'9' and 'A'..'F'; 0 for anything else.
constexpr std::size_t length_digit(char c) {
  if (c >= '1' && c <= '9') return static_cast<std::size_t>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<std::size_t>(c - 'A') + 10;
  return 0;
}

}  // namespace

std::string_view to_string(SerialForm form) {
  constexpr std::array<std::string_view, 4> names{"well_formed", "too_short", "bad_character",
                                                  "length_mismatch"};
  return names[static_cast<std::size_t>(form)];
}

SerialForm check_serial(std::string_view serial) {
  if (serial.size() < kCodeChars + 2) return SerialForm::too_short;
  if (!std::all_of(serial.begin(), serial.end(), in_alphabet)) return SerialForm::bad_character;
  const std::size_t counted = length_digit(serial[kCodeChars]);
  if (counted == 0 || serial.size() != kCodeChars + 1 + counted) return SerialForm::length_mismatch;
  return SerialForm::well_formed;
}

std::string_view serial_maker(std::string_view serial) {
  const Entry* entry = find(kMakers, serial, kCodeChars);
  return entry != nullptr ? entry->name : std::string_view{};
}

bool serial_maker_code_listed(std::string_view serial) {
  return find(kMakers, serial, kCodeChars) != nullptr;
}

std::string_view dji_model_of_serial(std::string_view serial) {
  const Entry* entry = find(kDjiModels, serial, kDjiPrefixChars);
  return entry != nullptr ? entry->name : std::string_view{};
}

}  // namespace windhover::decoders::messages
