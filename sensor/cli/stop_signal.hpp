#pragma once
// SIGINT and SIGTERM as a flag that threads look at.

#include <atomic>

namespace windhover::sensor {

/// Installs the handlers. The flag is set by the first signal; a second one of the same kind ends the program
/// at once.
const std::atomic<bool>& stop_on_signals();

}  // namespace windhover::sensor
