#include "sensor/cli/stop_signal.hpp"

#include <csignal>

namespace windhover::sensor {
namespace {

std::atomic<bool> stop_wanted{false}, reload_wanted{false}, evidence_wanted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may touch nothing else");

}  // namespace

const std::atomic<bool>& stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { stop_wanted = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return stop_wanted;
}

std::atomic<bool>& reload_on_signal() {
  struct sigaction action {};
  action.sa_handler = [](int) { reload_wanted = true; };
  action.sa_flags = SA_RESTART;
  sigaction(SIGHUP, &action, nullptr);
  return reload_wanted;
}

std::atomic<bool>& evidence_on_signal() {
  struct sigaction action {};
  action.sa_handler = [](int) { evidence_wanted = true; };
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, nullptr);
  return evidence_wanted;
}

void ignore_evidence_signal() { std::signal(SIGUSR1, SIG_IGN); }

}  // namespace windhover::sensor
