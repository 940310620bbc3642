#pragma once
// One link as its emissions tell it: which bursts fit, and what they add up to.

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <vector>

#include "decoders/links/link_kind.hpp"
#include "sensor/calibrated_mean.hpp"
#include "sensor/events.hpp"
#include "sensor/links/attribution.hpp"
#include "sensor/links/burst.hpp"
#include "sensor/links/hop_set.hpp"

namespace windhover::sensor::links {

/// How a group of bursts was found to belong together.
struct LinkPattern {
  bool hops = false;
  std::optional<double> period_s{};
};

/// Over a window, or since it was first heard.
struct EmissionSums {
  std::uint64_t bursts = 0;
  std::uint64_t slots = 0;  ///< periods that passed while it was on; 0 without a period
  double airtime_s = 0;
  double whole_s = 0;  ///< airtime, with what one of its slots holds for each in which nothing was heard
  double power = 0, snr = 0;  ///< sums, weighted with airtime; power is linear, snr in dB
  float peak_dbfs = -200;
  CalibratedMean antenna{};  ///< weighted with airtime
  bool saturated = false;
};

class EmissionLink {
 public:
  static constexpr double kUnfit = std::numeric_limits<double>::infinity();

  EmissionLink(std::uint64_t number, LinkPattern pattern) : number_(number), pattern_(pattern) {}

  /// How badly a burst fits, in squared deviations; kUnfit where it is none of its own. `signal` may be null.
  double cost(const Burst& burst, const decoders::links::Signal* signal) const;
  /// Adds a burst of the present window; in order of time.
  void add(const Burst& burst, const TimedSignal* signal, double window_end_s);
  /// Whether a burst of a window that has been closed comes when this link, which hops, had its
  /// turn, within its channels and about as long and wide as its bursts.
  bool misses(const Burst& burst) const;
  /// Counts it, and its channel; nothing else is learnt from it.
  void add_missed(const Burst& burst);
  /// A snapshot of a burst that has been added.
  void add_signal(const TimedSignal& signal);
  /// Takes the shape from bursts that belong to it, before they are added.
  void learn(const std::vector<const Burst*>& bursts);

  /// Airtime that reached into this window from the one before.
  void begin_window(double begin_s, double end_s);
  /// Renews what is judged by: period, lengths, kind.
  void close_window(double end_s);

  bool is_active() const { return window_.airtime_s > 0; }
  std::uint64_t number() const { return number_; }
  bool hops() const { return pattern_.hops; }
  bool pauses() const { return pauses_; }
  double last_end_s() const { return last_end_s_; }
  double first_start_s() const { return first_start_s_; }
  double center_hz() const { return center_hz_; }
  /// Middle of its channel: of analogue video see nominal_video_hz(), since the picture moves the middle of
  /// its emissions; of all others the same.
  double nominal_hz() const;
  double width_hz() const { return width_hz_; }
  double burst_s() const { return typical_s_; }
  std::optional<double> period_s() const { return pattern_.period_s; }
  std::optional<double> dwell_s() const;
  /// A moment near the last burst's start, as the period has it.
  double phase_s() const { return phase_s_; }
  double period_share() const;
  const EmissionSums& window() const { return window_; }
  const EmissionSums& total() const { return total_; }
  const HopSet& channels() const { return channels_; }
  const decoders::links::SignalVotes& votes() const { return votes_; }
  const decoders::links::KindVerdict& verdict() const { return verdict_; }
  double low_hz() const { return channels_.low_hz() - width_hz_ / 2; }
  double high_hz() const { return channels_.high_hz() + width_hz_ / 2; }

  /// Weighted mean of the measured carriers; nullopt for a link that hops, or before there are any.
  struct Carrier {
    double hz = 0, error_hz = 0;
  };
  std::optional<Carrier> carrier() const;
  /// The same for what is left beside the channels of its raster, in parts per million.
  std::optional<Carrier> offset_ppm() const;

  struct Level {
    double start_s = 0;
    float dbfs = 0;
  };
  struct Heard {
    double begin_s = 0, end_s = 0;
  };
  const std::deque<Level>& levels() const { return levels_; }
  const std::deque<Heard>& presence() const { return presence_; }

 private:
  static constexpr std::size_t kMostLevels = 64, kMostPresence = 32;

  double time_cost(const Burst& burst) const;
  double signal_cost(const decoders::links::Signal& signal) const;
  void follow_period(const Burst& burst);
  void follow_hops(const Burst& burst);
  void follow_level(const Burst& burst, double airtime_s);
  void follow_presence(const Burst& burst);
  void judge();

  std::uint64_t number_;
  LinkPattern pattern_;
  double center_hz_ = 0, width_hz_ = 0;
  double shortest_s_ = 0, typical_s_ = 0, longest_s_ = 0;  // of bursts
  double level_db_ = 0;                                    // whatever the gain
  double gain_db_ = 0;                                     // of the last burst
  std::optional<AntennaLevel> full_scale_{};
  bool pauses_ = true;
  HopSet channels_;
  decoders::links::SignalVotes votes_;
  decoders::links::KindVerdict verdict_;
  EmissionSums window_, total_;
  double window_begin_s_ = 0, window_end_s_ = 0;
  double carried_s_ = 0;  // airtime of the next window

  double first_start_s_ = 0, last_end_s_ = -1e18, phase_s_ = 0;
  double window_first_s_ = 0;  // first burst of the window
  bool has_phase_ = false;
  std::uint64_t on_period_ = 0, off_period_ = 0;  // halved now and then, so that it follows
  // Straight line through the window's bursts over their slots.
  struct Fit {
    double n = 0, k = 0, t = 0, kk = 0, kt = 0, slot = 0, begin_s = 0;
  } fit_;
  double run_start_s_ = -1, run_hz_ = 0;  // of bursts on one channel
  decoders::links::Median dwells_s_;
  std::vector<float> durations_s_;  // of the window, bounded
  std::vector<float> widths_hz_, centers_off_hz_;
  double continuing_s_ = 0;  // airtime of stretches that go on, of the window

  decoders::links::Family carrier_family_ = decoders::links::Family::unknown;
  double carrier_weight_ = 0, carrier_sum_ = 0, carrier_squares_ = 0;
  std::uint64_t carriers_ = 0;  // that these sums hold
  double offset_weight_ = 0, offset_sum_ = 0;
  std::deque<Level> levels_;
  double level_power_ = 0, level_weight_ = 0;
  std::int64_t level_second_ = -1;
  std::deque<Heard> presence_;
};

}  // namespace windhover::sensor::links
