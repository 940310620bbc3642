#pragma once
// How much of what was heard is told.

#include <cstdint>

namespace windhover::sensor {

/// Of the aircraft of one protocol.
enum class Disclosure : std::uint8_t {
  off,       ///< nothing
  presence,  ///< that an aircraft is there and how it was received; not who, where, or any byte that it sent
  full,
};

/// Of a person's place: operator, home or take-off point.
enum class PlaceDetail : std::uint8_t {
  withheld,
  rounded,  ///< to 0.01°, about a kilometre
  full,
};

}  // namespace windhover::sensor
