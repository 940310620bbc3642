#pragma once
// SIGINT, SIGTERM, SIGHUP and SIGUSR1 as flags that threads look at.

#include <atomic>

namespace windhover::sensor {

/// Installs the handlers. The flag is set by the first signal; a second one of the same kind ends the program
/// at once.
const std::atomic<bool>& stop_on_signals();

/// Set by SIGHUP, which ends the program until this has been called once. Whoever acts on it clears it.
std::atomic<bool>& reload_on_signal();

/// Set by SIGUSR1. Whoever acts on it clears it.
std::atomic<bool>& evidence_on_signal();
/// SIGUSR1 asks for something that is not there: it does no harm.
void ignore_evidence_signal();

}  // namespace windhover::sensor
