#pragma once
// Text from the air, made fit for other programs. It may hold anything.

#include <string>
#include <string_view>

namespace windhover::gateway {

/// Valid UTF-8 without control characters and without what XML 1.0 forbids: bytes that are no UTF-8 become
/// U+FFFD, so do U+FFFE and U+FFFF; tab and line breaks become spaces, other controls go. Trimmed.
std::string clean_text(std::string_view text);

/// clean_text() with the five characters of XML's syntax escaped: fit for text and for attributes.
std::string xml_text(std::string_view text);

/// The shortest decimal digits that read back as `value`, never with an exponent; `value` is finite.
std::string number_text(double value);
/// Rounded, without trailing zeros: 12.50 with two decimals is 12.5.
std::string number_text(double value, int decimals);

}  // namespace windhover::gateway
