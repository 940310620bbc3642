#pragma once
// What a sensor that cannot keep up gives up, in which order and when: a pure function of measurements and
// times.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace windhover::sensor {

/// What can be left undone, in the order in which it is.
enum class Work : std::uint8_t {
  spectrum_rows,       ///< of the waterfall
  snapshots,           ///< samples of emissions, and what kind of link they show
  emissions,           ///< the emission detector
  spare_channels,      ///< decoders::Priority::spare
  secondary_channels,  ///< decoders::Priority::secondary
  everything,          ///< whole slices of time
};
inline constexpr std::size_t kWorks = 6;
constexpr std::string_view to_string(Work work) {
  constexpr std::string_view names[] = {"spectrum_rows",  "snapshots",          "emissions",
                                        "spare_channels", "secondary_channels", "time_slices"};
  return names[static_cast<std::size_t>(work)];
}

using WorkShares = std::array<double, kWorks>;  // by Work

/// 0: nothing is shed. Each further one sheds what the one before does, and more.
using ShedLevel = std::uint8_t;
inline constexpr ShedLevel kMostShed = 8;
constexpr bool is_shed(Work work, ShedLevel level) { return level > static_cast<std::size_t>(work); }

/// Of the slices of time, that which is processed.
constexpr double time_share(ShedLevel level) {
  constexpr double shares[] = {1, 1, 1, 1, 1, 1, 0.75, 0.5, 0.25};
  return shares[level];
}

/// Long enough for a whole Bluetooth event or some beacons, and five of them fit into the ring of samples.
inline constexpr double kSlice_s = 0.08;

/// Whether slice number n ≥ 0 of the stream is processed. Slices are spread evenly and follow no period, so
/// that nothing that is sent periodically always falls between them.
bool is_slice_taken(std::int64_t n, double share);

/// What one look at the pipeline shows.
struct LoadSample {
  double lag_s = 0;  ///< the least since the look before: air that waits in the rings
  // From the start.
  std::uint64_t lost_blocks = 0;  ///< on the way to the decoders
  std::uint64_t lost_events = 0;  ///< on the way to the feed, which the lag does not show
  double busy = 0;        ///< share of the time since the look before that the busiest thread had work
  bool has_rows = false;  ///< somebody wants spectrum rows; else level 1, which saves nothing, is passed over
};

/// Decides by windows of some looks. A queue that stands for a window and does not shrink is an overload; the
/// peaks of a queue are none, even where blocks were lost. One step back is tried when the busiest thread
/// would still have time to spare, by what the step saved when it was taken; if it fails, the next try waits
/// twice as long. Such a try costs nothing, for the queue shows that it failed long before a block is lost.
class LoadGovernor {
 public:
  static constexpr double kWindow_s = 0.3;
  static constexpr double kStanding_s = 0.1;  ///< of air in the rings, which lose blocks from 0.28 s on
  static constexpr double kShortestHold_s = 1.5, kLongestHold_s = 4;

  /// `now_s` by any clock that runs evenly.
  ShedLevel take(const LoadSample& sample, double now_s);
  ShedLevel level() const { return level_; }

 private:
  struct Window {
    double begin_s = 0, lag_s = 0, busy_s = 0, measured_s = 0;
    bool lost_blocks = false, lost_events = false;
    double busy() const { return measured_s > 0 ? busy_s / measured_s : 0; }
  };

  void judge(double now_s);
  void shed_more(double now_s);
  void shed_less(double now_s);
  bool has_room(double now_s) const;
  void learn(const Window& before);
  bool is_idle(ShedLevel level) const { return level == 1 && !has_rows_; }
  double growth() const;

  ShedLevel level_ = 0;
  Window window_{}, last_{};
  double last_look_s_ = 0;
  std::uint64_t lost_blocks_ = 0, lost_events_ = 0;
  bool began_ = false, has_rows_ = false;
  int calm_windows_ = 0, windows_ = 0;  // since the last step
  double calm_since_s_ = 0, not_before_s_ = 0, stepped_back_s_ = -1e9, hold_s_ = kShortestHold_s;
  double cost_before_ = 0;                     // work for a second of air, before the last step down
  std::array<double, kMostShed + 1> saved_{};  // by level: its cost to that of the level before; 0: not known
};

}  // namespace windhover::sensor
