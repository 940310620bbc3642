#include "sensor/overload_watch.hpp"

#include <algorithm>

namespace windhover::sensor {

void OverloadWatch::look(std::uint64_t lost_blocks, std::uint64_t lost_events, bool has_rows,
                         Clock::time_point now, UtcTime stream_now) {
  least_lag_s_ = std::min(least_lag_s_, lag_s());
  if (last_ && now - *last_ < kBetweenLooks) return;
  const double looked_s = last_ ? std::chrono::duration<double>(now - *last_).count() : 0;
  last_ = now;
  const ShedLevel level =
      governor_.take({least_lag_s_, lost_blocks, lost_events, busiest(looked_s), has_rows},
                     std::chrono::duration<double>(now.time_since_epoch()).count());
  least_lag_s_ = 1e9;
  if (level == level_.load(std::memory_order_relaxed)) return;
  remember(level, stream_now);
  level_.store(level, std::memory_order_relaxed);
}

double OverloadWatch::lag_s() const {
  std::uint64_t spectra = 0;
  for (std::size_t i = 0; i < rings_.spectra.shape().readers; ++i)
    spectra = std::max(spectra, rings_.spectra.backlog(i));
  return static_cast<double>(rings_.iq.backlog(0)) * rings_.chunk_s +
         static_cast<double>(spectra) * rings_.spectrum_s;
}

double OverloadWatch::busiest(double looked_s) {
  double most = 0;
  for (Thread& thread : threads_) {
    const std::int64_t waited_ns = thread.counter->nanoseconds();
    const double waited_s = static_cast<double>(waited_ns - thread.waited_ns) * 1e-9;
    thread.waited_ns = waited_ns;
    if (looked_s > 0) most = std::max(most, 1 - waited_s / looked_s);
  }
  return most;
}

void OverloadWatch::remember(ShedLevel level, UtcTime now) {
  const ShedLevel before = level_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < kWorks; ++i) {
    const auto work = static_cast<Work>(i);
    if (is_shed(work, level) && !is_shed(work, before)) since_[i] = now;
  }
  ++steps_;
}

OverloadStatus OverloadWatch::status() const {
  OverloadStatus status;
  status.level = level_.load(std::memory_order_relaxed);
  status.time_share = time_share(status.level);
  status.lag_s = lag_s();
  status.steps = steps_;
  for (std::size_t i = 0; i < kWorks; ++i)
    if (is_shed(static_cast<Work>(i), status.level)) status.shed.push_back({static_cast<Work>(i), since_[i]});
  return status;
}

}  // namespace windhover::sensor
