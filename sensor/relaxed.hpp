#pragma once
// For counters and states that one thread writes and another one tells: nothing else is ordered by them.

#include <atomic>

namespace windhover::sensor {

inline constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace windhover::sensor
