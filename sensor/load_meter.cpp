#include "sensor/load_meter.hpp"

#include <time.h>

#include <optional>
#include <utility>

namespace windhover::sensor {
namespace {

/// None of a thread that has ended.
std::optional<double> cpu_seconds(clockid_t clock) {
  timespec time{};
  if (clock_gettime(clock, &time) != 0) return std::nullopt;
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

void LoadMeter::watch(std::string name, pthread_t thread) {
  clockid_t clock{};
  if (pthread_getcpuclockid(thread, &clock) == 0)
    watched_.push_back({std::move(name), clock, cpu_seconds(clock).value_or(0)});
}

std::map<std::string, double> LoadMeter::shares() {
  const auto now = std::chrono::steady_clock::now();
  const double elapsed = std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  std::map<std::string, double> shares;
  for (Watched& thread : watched_) {
    const auto cpu_s = cpu_seconds(thread.clock);
    if (!cpu_s || *cpu_s < thread.cpu_s) continue;
    if (elapsed > 0) shares[thread.name] = (*cpu_s - thread.cpu_s) / elapsed;
    thread.cpu_s = *cpu_s;
  }
  return shares;
}

}  // namespace windhover::sensor
