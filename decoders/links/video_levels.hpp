#pragma once
// The two levels of a composite video signal that no picture moves, as frequencies of its carrier: the tip of
// line synchronisation and blanking. Summed over all lines, so that they are found far below the threshold at
// which a discriminator breaks down.

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "decoders/links/excerpt.hpp"

namespace windhover::decoders::links {

struct VideoLevels {
  double sync_hz = 0, blanking_hz = 0;  ///< from the excerpt's centre
  double error_hz = 0;                  ///< of either: half the difference between odd and even lines
  double mean_hz = 0;                   ///< of all whole lines, picture included
};

class VideoLevelMeter {
 public:
  VideoLevelMeter();
  /// in          at 7.68 MS/s or more
  /// frequency   of the same samples from the first on, at `picture_hz`, in any unit; may be
  ///             drawn towards the middle by noise
  /// line_hz     of the standard; crystals may be off by 300 ppm
  /// nullopt where synchronisation does not lie below blanking as it must, or outside of what was received.
  std::optional<VideoLevels> measure(const Excerpt& in, std::span<const float> frequency, double picture_hz,
                                     double line_hz) noexcept;

 private:
  static constexpr std::size_t kLags = 24, kPhases = 256;
  /// Autocorrelation of a part of the line, of even and odd lines.
  using Correlation = std::array<std::array<cf32, kLags>, 2>;

  std::optional<std::size_t> find_sync(std::span<const float> frequency, double line) noexcept;
  static void add(Correlation& sum, std::size_t parity, std::span<const cf32> part) noexcept;
  static std::optional<double> strongest_hz(const Correlation& sum, bool even, bool odd,
                                            double rate_hz) noexcept;

  std::vector<double> folded_;
};

}  // namespace windhover::decoders::links
