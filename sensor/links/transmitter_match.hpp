#pragma once
// Whose link is it: likelihoods from what one transmitter's signals have in common. "Nobody's that is known"
// is an answer. Runs in the feed thread; what it answers depends on what it was told, in that order, and on
// nothing else.

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "sensor/links/attribution.hpp"
#include "sensor/links/match_evidence.hpp"

namespace windhover::sensor::links {

class TransmitterMatch {
 public:
  /// An aircraft was heard; only those of which all may be told come here.
  void on_frame(const std::string& aircraft, const TimedFrame& frame);
  void forget_aircraft(const std::string& aircraft);
  AttributionResult attribute(const LinkFeatures& link, UtcTime now);

 private:
  struct Offset {
    double second = 0, ppm = 0;
  };
  /// What one transport of an aircraft showed: its own chip, perhaps, and its own antenna.
  struct Radio {
    std::deque<Offset> offsets;
    std::deque<SecondLevel> levels;  // one a second, its strongest frame
  };
  struct Aircraft {
    std::map<std::string_view, Radio> radios;  // by transport, literals
    RadioFamily family = RadioFamily::unknown;
    double first_s = 0, last_s = 0;
  };
  struct Match {
    double log_ratio = 0;
    std::vector<decoders::links::Evidence> evidence;
  };

  double seconds(UtcTime time);
  Match match(const LinkFeatures& link, const Aircraft& aircraft, double now_s);
  void match_oscillators(const LinkFeatures& link, const Aircraft& aircraft, Match& match) const;
  void match_levels(const LinkFeatures& link, const Aircraft& aircraft, Match& match);
  void match_times(const LinkFeatures& link, const Aircraft& aircraft, double now_s, Match& match);

  std::map<std::string, Aircraft> aircraft_;
  std::optional<UtcTime> epoch_;  // the first thing that was told
};

}  // namespace windhover::sensor::links
