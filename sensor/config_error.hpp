#pragma once
// A flag, key or address that the user gave and that cannot be used.

#include <stdexcept>

namespace windhover::sensor {

/// what() is one sentence for the user that says what to do; main exits with 2.
struct ConfigError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace windhover::sensor
