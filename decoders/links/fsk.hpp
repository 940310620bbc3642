#pragma once
// Frequency-shift keying: a constant envelope whose frequency keeps time. Symbols show as a line in the
// spectrum of the squared frequency, at their rate (each transition passes through the middle), and, with
// modulation index 1/2, as two lines in that of the squared signal, one symbol rate apart.

#include <optional>
#include <vector>

#include "decoders/links/excerpt.hpp"
#include "decoders/links/finding.hpp"
#include "decoders/links/fsk_timing.hpp"
#include "dsp/aligned.hpp"
#include "dsp/fft.hpp"

namespace windhover::decoders::links {

class FskMeter {
 public:
  FskMeter();
  /// in      filtered to its band, middle at 0
  /// signal_power  without noise
  /// rms_hz        of the frequency about its mean, as the spectrum's second moment tells
  /// kurtosis      of the envelope
  std::optional<Finding<Fsk>> estimate(const Excerpt& in, double signal_power, double rms_hz,
                                       double kurtosis) noexcept;

 private:
  static constexpr std::size_t kSize = 8192;
  struct Line {
    double hz = 0;
    double evidence = 0;  ///< power over that of its neighbourhood
    std::optional<double> carrier_hz{};
  };
  Line rate_line(const Excerpt& in, std::size_t lag) noexcept;
  Line known_keying(const Excerpt& in) noexcept;
  Line paired_lines(const Excerpt& in) noexcept;
  double envelope_line(const Excerpt& in, double rate_hz) noexcept;
  double deviation(const Excerpt& in, double rate_hz, double signal_power, double rms_hz) const noexcept;
  double density_around(std::size_t bin) const noexcept;

  KeyingTiming timing_;
  dsp::Fft fft_;
  dsp::AlignedVector<cf32> in_, out_;
  std::vector<float> power_;
};

}  // namespace windhover::decoders::links
