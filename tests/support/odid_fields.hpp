#pragma once
// How single fields of Remote ID formats are coded, shared by their encoders.

#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/support/odid_encoder.hpp"

namespace windhover::synth::fields {

inline void require(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument(std::string("Remote ID cannot carry ") + what);
}

/// `bytes` low bytes of `value`, least significant first.
inline void put_le(std::span<std::uint8_t> at, std::uint64_t value) {
  for (std::uint8_t& byte : at) {
    byte = static_cast<std::uint8_t>(value);
    value >>= 8;
  }
}

inline void append_be(ByteVector& out, std::uint64_t value, int bytes) {
  while (bytes-- > 0) out.push_back(static_cast<std::uint8_t>(value >> (8 * bytes)));
}

inline void put_text(std::span<std::uint8_t> at, std::string_view text) {
  require(text.size() <= at.size(), "so long a text");
  for (std::size_t i = 0; i < text.size(); ++i) at[i] = static_cast<std::uint8_t>(text[i]);
}

inline std::uint64_t degrees(double value_deg, double limit_deg, double per_degree) {
  require(std::abs(value_deg) <= limit_deg, "such a position");
  return static_cast<std::uint64_t>(std::llround(value_deg * per_degree));
}
inline std::uint64_t latitude(const LatLon& at, double per_degree) {
  return degrees(at.lat_deg, 90, per_degree);
}
inline std::uint64_t longitude(const LatLon& at, double per_degree) {
  return degrees(at.lon_deg, 180, per_degree);
}

/// Half metres above -offset, truncated as the common encoder does; 0 is unknown.
inline std::uint64_t altitude(const std::optional<double>& metres, double offset_m = 1000) {
  if (!metres) return 0;
  const double raw = std::trunc((*metres + offset_m) * 2);
  require(raw >= 1 && raw <= 65535, "such an altitude");
  return static_cast<std::uint64_t>(raw);
}

/// The highest code whose bound is not below the value; 0 is unknown. Code 1 is bounds[0].
inline std::uint8_t accuracy(const std::optional<double>& value, std::span<const double> bounds) {
  std::uint8_t code = 0;
  while (value && code < bounds.size() && bounds[code] >= *value) ++code;
  return code;
}
inline constexpr double kHorizontal_m[] = {18520, 7408, 3704, 1852, 926, 555.6, 185.2, 92.6, 30, 10, 3, 1};
inline constexpr double kVertical_m[] = {150, 45, 25, 10, 3, 1};
inline constexpr double kSpeed_mps[] = {10, 3, 1, 0.3};

}  // namespace windhover::synth::fields
