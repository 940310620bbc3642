#pragma once
// Which gain a receiver should have: as much as lets its converter resolve the noise, and no more than leaves
// it unclipped. A pure function of what was measured and when.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "dsp/native_levels.hpp"
#include "sensor/device_health.hpp"

namespace windhover::sensor {

struct GainRange {
  double lowest_db = 0, highest_db = 0;
};

/// Lowers at once, raises slowly:
///
///   clipped samples in the last kWatch, twice at most → down, by kDown or, if much is clipped, by kFarDown
///   nothing near full scale for kQuiet, and the
///   noise is below what the converter resolves,
///   or was not seen to follow the gain 1:1          → up by kUp
///
/// After a step what is measured counts only from kSettling on. After clipping nothing is raised for
/// kAfterClipping, and each time that a raise led to clipping the wait doubles, up to kLongestWait, until it
/// was calm for twice as long: with a neighbour that shouts now and then the gain stays low.
class GainControl {
 public:
  static constexpr double kSettling_s = 0.1;  ///< drivers hold so much back, at most
  static constexpr double kWatch_s = 0.02;
  static constexpr std::size_t kFewestClipped = 10;                        ///< fewer are a glitch
  static constexpr double kClippedShare = 1e-4, kMuchClippedShare = 1e-2;  ///< of the samples
  static constexpr double kDown_db = 6, kFarDown_db = 12, kUp_db = 3;
  static constexpr double kQuiet_s = 2, kAfterClipping_s = 30, kLongestWait_s = 960;
  /// Peaks must leave so much room, after a raise.
  static constexpr double kHeadroom_db = 6;
  /// Noise of one step rms is 11 dB above that of rounding: the floor is lifted by 0.3 dB.
  static constexpr double kResolved_lsb = 1;
  static constexpr double kFollows = 0.75;  ///< of a raise, by which the noise must rise

  struct Step {
    double gain_db = 0;  ///< to be set
    GainReason reason = GainReason::start;
  };

  GainControl(GainRange range, double gain_db);

  /// now_s  at the end of the chunk, by the sample clock; ascending
  /// A step that is returned is taken for done; tell what the device made of it with set().
  std::optional<Step> take(const dsp::NativeLevels& levels, double now_s);
  /// The gain that the device has: it rounds, or did not take the step.
  void set(double gain_db) { gain_db_ = gain_db; }
  /// Another part of the spectrum has other noise.
  void retuned(double now_s);

  double gain_db() const { return gain_db_; }
  /// The newest step is so young that samples of the gain before may still come.
  bool is_settling(double now_s) const { return settled_at_s_ && now_s < *settled_at_s_; }
  /// Samples are clipped, and there is nothing left to lower.
  bool clips_at_lowest() const { return clips_at_lowest_; }
  /// Quietest chunk of the last kQuiet; nullopt while that is not over.
  std::optional<double> noise_lsb() const { return noise_lsb_; }

 private:
  struct Watched {
    double begin_s = 0;
    std::size_t samples = 0, saturated = 0;
  };
  std::optional<Step> lower(double share, double now_s);
  std::optional<Step> raise(double now_s);
  bool is_enough(double noise_lsb);
  Step step_to(double gain_db, GainReason reason, double now_s);
  double clipped_share(const dsp::NativeLevels& levels, double now_s);
  void begin_quiet(double now_s);

  GainRange range_;
  double gain_db_;    // that the device has
  double target_db_;  // that it was asked for: devices with coarse steps take some only when asked twice
  Watched watched_, watched_before_;
  std::optional<double> settled_at_s_;

  double quiet_since_s_ = 0;
  float loudest_dbfs_ = -200;      // since then
  std::optional<float> quietest_;  // noise since then
  std::optional<double> noise_lsb_;

  struct Raised {
    double from_db, noise_lsb;
  };
  std::optional<Raised> raised_;     // the last one, of which the noise is not known yet
  std::optional<double> enough_db_;  // at this gain noise was resolved and had followed
  bool raised_last_ = false;
  double wait_s_ = kAfterClipping_s;  // after the next clipping that follows a raise
  double no_raise_before_s_ = 0;
  double clipped_at_s_ = 0;
  bool clips_at_lowest_ = false;
};

}  // namespace windhover::sensor
