#include "gateway/text.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

namespace windhover::gateway {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Character {
  char32_t code;
  std::size_t bytes;
};

/// What a first byte promises: how many bytes follow, its own bits, and the least code that needs so many.
struct Lead {
  std::size_t following;
  char32_t bits;
  char32_t least;
};

Lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {0, byte, 0};
  if ((byte & 0xE0U) == 0xC0) return {1, byte & 0x1FU, 0x80};
  if ((byte & 0xF0U) == 0xE0) return {2, byte & 0x0FU, 0x800};
  if ((byte & 0xF8U) == 0xF0) return {3, byte & 0x07U, 0x10000};
  return {0, 0xFFFF, 0x110000};  // no first byte at all
}

// RFC 3629. What is no character, too long for its code, a surrogate or beyond U+10FFFF reads as one byte of
// U+FFFF, which nobody may send either.
Character next_character(std::string_view text) {
  constexpr Character bad{0xFFFF, 1};
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const Lead lead = lead_of(byte(0));
  if (lead.least > 0x10FFFF || text.size() <= lead.following) return bad;
  char32_t code = lead.bits;
  for (std::size_t i = 1; i <= lead.following; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return bad;
    code = code << 6U | (byte(i) & 0x3FU);
  }
  if (code < lead.least || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return bad;
  return {code, 1 + lead.following};
}

bool is_control(char32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }
bool is_blank(char32_t code) { return code == '\t' || code == '\n' || code == '\r'; }

}  // namespace

std::string clean_text(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const Character next = next_character(text);
    if (is_blank(next.code))
      clean += ' ';
    else if (next.code == 0xFFFE || next.code == 0xFFFF)
      clean += kReplacement;
    else if (!is_control(next.code))
      clean += text.substr(0, next.bytes);
    text.remove_prefix(next.bytes);
  }
  const std::size_t first = clean.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return clean.substr(first, clean.find_last_not_of(' ') - first + 1);
}

std::string xml_text(std::string_view text) {
  std::string escaped;
  for (const char c : clean_text(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&apos;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string number_text(double value) {
  std::array<char, 400> digits{};  // 1.8e308 has 309 of them
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed);
  return {digits.data(), end.ptr};
}

std::string number_text(double value, int decimals) {
  std::array<char, 400> digits{};
  std::snprintf(digits.data(), digits.size(), "%.*f", decimals, value);
  std::string text = digits.data();
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

}  // namespace windhover::gateway
