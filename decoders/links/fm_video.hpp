#pragma once
// Analogue video on a frequency-modulated carrier, by the likeness of its lines: 15625 a second (625 lines,
// 25 frames) or 15734 (525 lines, 29.97 frames), ITU-R BT.1700.

#include <optional>
#include <vector>

#include "decoders/links/excerpt.hpp"
#include "decoders/links/finding.hpp"
#include "decoders/links/video_levels.hpp"

namespace windhover::decoders::links {

/// Slower samples do not hold synchronisation and picture together.
inline constexpr double kLeastVideoRate_hz = 7.68e6;

class FmVideoMeter {
 public:
  FmVideoMeter();
  /// in  at kLeastVideoRate_hz, eight lines at least; less than that is no video
  std::optional<Finding<FmVideo>> estimate(const Excerpt& in) noexcept;

 private:
  std::size_t demodulate(const Excerpt& in) noexcept;
  double likeness(std::size_t count, double lag) const noexcept;
  void place(const Excerpt& in, std::size_t count, Finding<FmVideo>& out) noexcept;

  std::vector<float> frequency_, picture_, sorted_;
  std::vector<double> products_;
  VideoLevelMeter levels_;
};

}  // namespace windhover::decoders::links
