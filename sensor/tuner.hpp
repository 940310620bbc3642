#pragma once
// A tuning plan carried out: the radio thread asks at each chunk, the feed thread says where something is
// heard.

#include <atomic>
#include <optional>
#include <vector>

#include "sensor/source.hpp"
#include "sensor/tuning/schedule.hpp"
#include "sensor/tuning/tuning_plan.hpp"

namespace windhover::sensor {

class Tuner {
 public:
  /// The source is at the window around `centre`, and its time counts samples at `rate`.
  Tuner(tuning::Plan plan, dsp::Hertz centre, dsp::Hertz rate);

  const tuning::Plan& plan() const { return plan_; }

  /// The radio thread's, after each chunk with samples: tunes the source when it is time for another window.
  /// A tuning that is refused is tried again in the next round. No lock, no allocation; the driver may take
  /// its time.
  void follow(Source& source, const SourceChunk& chunk);

  // The feed thread's.
  /// An aircraft was heard when the source was tuned to `centre`.
  void heard(dsp::Hertz centre, dsp::SampleIndex at);
  TuningStatus status(dsp::Hertz centre) const;

 private:
  double seconds(dsp::SampleIndex at) const { return static_cast<double>(at.value) / rate_; }
  std::size_t window_at(dsp::Hertz centre) const;

  tuning::Plan plan_;
  double rate_;
  tuning::Schedule schedule_;               // the radio thread's
  std::vector<double> heard_now_;           // its copy
  std::optional<std::size_t> on_the_way_;   // to this window
  std::vector<std::atomic<double>> heard_;  // s of the stream, by window
};

}  // namespace windhover::sensor
