#pragma once
// What an estimator returns when it has positive evidence.

#include "decoders/links/signal.hpp"

namespace windhover::decoders::links {

template <typename Modulation>
struct Finding {
  Modulation modulation{};
  float confidence = 0;
  double carrier_hz = 0;        ///< from the excerpt's centre
  double carrier_error_hz = 0;  ///< standard deviation
};

}  // namespace windhover::decoders::links
