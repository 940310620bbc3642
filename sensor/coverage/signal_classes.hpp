#pragma once
// How often what drones send comes by on frequencies that are listened to: from their periods, durations and
// channels. Sources: docs/links.md.

#include <limits>
#include <span>
#include <string_view>

#include "sensor/overload.hpp"

namespace windhover::sensor {

struct BandShare {
  double low_hz = 0, high_hz = 0;
  double share = 0;  ///< of the window
  /// So long the listener stays on it before it leaves it; infinite: it never does.
  double visit_s = std::numeric_limits<double>::infinity();
};

struct SignalClass {
  std::string_view name;
  std::span<const double> channels_hz;  ///< middles
  double width_hz;
  double period_s;  ///< from one transmission to the next
  /// So long it stays on a channel before it takes another of them by chance; 0: a new one each time;
  /// infinite: it never changes, and which one is not known.
  double stay_s;
  double duration_s;
  bool on_all_at_once = false;    ///< every transmission is repeated on all channels
  Work needs = Work::everything;  ///< what must not be shed for it to be heard on all its channels
};
std::span<const SignalClass> signal_classes();

struct Intercept {
  double one = 0;     ///< probability that one transmission is received whole, if it is strong enough
  double window = 0;  ///< that at least one in the window is, of a transmitter that sends all the time
};

Intercept intercept(const SignalClass& signals, std::span<const BandShare> bands, double window_s);

}  // namespace windhover::sensor
