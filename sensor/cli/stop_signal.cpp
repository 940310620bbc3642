#include "sensor/cli/stop_signal.hpp"

#include <csignal>

namespace windhover::sensor {
namespace {

std::atomic<bool> stopped{false}, reload{false}, evidence{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may touch nothing else");

}  // namespace

const std::atomic<bool>& stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { stopped = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return stopped;
}

std::atomic<bool>& reload_on_signal() {
  struct sigaction action {};
  action.sa_handler = [](int) { reload = true; };
  action.sa_flags = SA_RESTART;
  sigaction(SIGHUP, &action, nullptr);
  return reload;
}

std::atomic<bool>& evidence_on_signal() {
  struct sigaction action {};
  action.sa_handler = [](int) { evidence = true; };
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, nullptr);
  return evidence;
}

void ignore_evidence_signal() { std::signal(SIGUSR1, SIG_IGN); }

}  // namespace windhover::sensor
