#pragma once
// Whether one aircraft can have flown what is claimed: jumps, and two places at a time.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "sensor/feed_messages.hpp"
#include "sensor/position_filter.hpp"

namespace windhover::sensor {

class PathCheck {
 public:
  static constexpr std::chrono::seconds kWindow{60};
  static constexpr std::size_t kMostEvents = 64, kMostSources = 8;
  /// Two senders are heard at a time if the last positions of both are no older than this.
  static constexpr std::chrono::seconds kSameTime{5};
  /// There and back within this is one jump: a bad fix.
  static constexpr std::chrono::seconds kExcursion{10};
  /// So often must two senders contradict each other in turn.
  static constexpr std::size_t kFewestTurns = 4;

  /// `source`: the sender's link address and transport; one that changes address is another source.
  void take(const std::string& source, const Position& at, const std::optional<double>& accuracy_m,
            UtcTime heard);
  void tell(UtcTime now, std::vector<Reason>& reasons) const;
  const std::optional<Fix>& believed() const { return filter_.believed(); }

 private:
  struct Source {
    std::string name;
    Fix last;
  };
  struct Turn {
    UtcTime heard;
    std::string source;
    double apart_m;
  };
  void look_elsewhere(const std::string& source, const Fix& fix);
  bool is_return(const Fix& fix) const;

  PositionFilter filter_;
  std::optional<Fix> left_;  // where the last jump began
  std::deque<UtcTime> jumps_;
  std::vector<Source> sources_;
  std::deque<Turn> turns_;
};

}  // namespace windhover::sensor
