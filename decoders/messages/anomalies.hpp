#pragma once
// What a parser found odd in a message that it nevertheless accepted: oddities are kept as facts, not as
// errors, since real senders commit most of them and a spoofer shows by them.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace windhover::decoders::messages {

enum class Anomaly : std::uint8_t {
  reserved_bits,               ///< reserved bits or bytes are not zero; they are ignored
  reserved_value,              ///< a field holds a value without a meaning; the field is absent
  position_out_of_range,       ///< |latitude| > 90 or |longitude| > 180; the position is absent
  implausible_speed,           ///< above 120 m/s; kept
  implausible_vertical_speed,  ///< beyond ±40 m/s; kept
  implausible_altitude,        ///< an altitude outside -430..9000 m or a height above 9000 m; kept
  unprintable_text,            ///< bytes outside printable ASCII, each shown as '?'
  malformed_id,                ///< an identifier that has not the form of its kind
  duplicate,                   ///< a message type or field that may stand only once stands there again
  count_over_limit,            ///< more messages in a pack than its version allows
  unexpected_length,           ///< a field of a length that its kind does not have; the field is absent
};
inline constexpr std::size_t kAnomalies = 11;

std::string_view to_string(Anomaly anomaly);

/// A set of anomalies.
class Anomalies {
 public:
  constexpr void add(Anomaly anomaly) { bits_ |= 1U << static_cast<unsigned>(anomaly); }
  constexpr void add_if(bool found, Anomaly anomaly) {
    if (found) add(anomaly);
  }
  constexpr bool has(Anomaly anomaly) const { return (bits_ >> static_cast<unsigned>(anomaly) & 1U) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool operator==(const Anomalies&) const = default;

 private:
  std::uint32_t bits_ = 0;
};

}  // namespace windhover::decoders::messages
