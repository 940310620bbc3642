#pragma once
// A window's bursts with their snapshots, as those who sort them look at them.

#include <cstdint>
#include <span>
#include <vector>

#include "sensor/events.hpp"
#include "sensor/links/burst.hpp"

namespace windhover::sensor::links {

/// Of a window's bursts, ascending.
using Indices = std::vector<std::uint32_t>;

/// The least that makes a link in one window.
inline constexpr std::size_t kLeastBursts = 8;

struct WindowBursts {
  std::span<const Burst> bursts{};  ///< by start
  std::span<const TimedSignal> signals{};

  const Burst& operator[](std::uint32_t at) const { return bursts[at]; }
  /// decoders::links::Family as a number; 0: nobody knows.
  std::size_t family_of(std::uint32_t at) const {
    const std::int32_t signal = bursts[at].signal;
    return signal == kNone ? 0 : signals[static_cast<std::size_t>(signal)].signal.modulation.index();
  }
};

}  // namespace windhover::sensor::links
