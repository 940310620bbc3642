#pragma once
// Looks at the rings and threads of one live stream and sets what is shed. Belongs to the feed thread; the
// threads that it looks at only count.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sensor/feed_messages.hpp"
#include "sensor/overload.hpp"
#include "sensor/pipeline_blocks.hpp"

namespace windhover::sensor {

class OverloadWatch {
 public:
  using Clock = std::chrono::steady_clock;

  struct Rings {
    const IqRing& iq;
    const SpectrumRing& spectra;
    double chunk_s, spectrum_s;  ///< of air in a slot
  };
  OverloadWatch(const Rings& rings, std::atomic<ShedLevel>& level) : rings_(rings), level_(level) {}

  /// Each thread that takes blocks out of a ring; it outlives the watch.
  void watch(const WaitCounter& thread) { threads_.push_back({&thread}); }
  /// As often as possible; whoever is told of it has it from status().
  /// Both losses count from the start. has_rows  see LoadSample
  void look(std::uint64_t lost_blocks, std::uint64_t lost_events, bool has_rows, Clock::time_point now,
            UtcTime stream_now);
  OverloadStatus status() const;

 private:
  struct Thread {
    const WaitCounter* counter;
    std::int64_t waited_ns = 0;
  };
  double lag_s() const;
  double busiest(double looked_s);
  void remember(ShedLevel level, UtcTime now);

  static constexpr std::chrono::milliseconds kBetweenLooks{50};
  Rings rings_;
  std::atomic<ShedLevel>& level_;
  LoadGovernor governor_;
  std::vector<Thread> threads_;
  double least_lag_s_ = 1e9;
  std::optional<Clock::time_point> last_;
  std::array<UtcTime, kWorks> since_{};
  std::uint64_t steps_ = 0;
};

}  // namespace windhover::sensor
