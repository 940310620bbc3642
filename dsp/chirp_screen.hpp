#pragma once
// Tells cheaply which blocks a chirp-like waveform (Zadoff-Chu symbols are) may lie in, before a search over
// all delays. Of a linear chirp, products of bins some places apart turn at one rate, whatever its delay and
// carrier: one pass over the band serves all places, where a search takes an inverse FFT for each.

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "dsp/aligned.hpp"
#include "dsp/types.hpp"

namespace windhover::dsp {

class ChirpScreen {
 public:
  static constexpr std::size_t kPartBins = 100;  ///< 1 MHz: bands are judged in such parts

  /// Delay in seconds by which the reference's spectrum lags from one bin to the next, if it is enough of a
  /// chirp; none otherwise.
  /// spectrum  bins of kBinHz, lowest first
  static std::optional<double> sweep_of(std::span<const cf32> spectrum);

  /// sweep_s   as sweep_of() gave it
  /// fft_size  of the band's spectrum, even
  ChirpScreen(double sweep_s, std::size_t fft_size);

  std::size_t parts() const { return sums_.size(); }

  /// bins        a block's spectrum, in FFT order
  /// part_power  of each part, lowest first: every part counts alike, however loud what lies in it
  void update(const cf32* bins, std::span<const double> part_power) noexcept;

  /// How well parts [first, end) fit a chirp. On noise the sum of kLags exponentially distributed values of
  /// mean 1.
  float fit(std::size_t first, std::size_t end) const noexcept;

 private:
  // So far apart that what merely begins or ends within a block, whose bins hang together too, does not fit.
  static constexpr std::array<std::size_t, 2> kLags{3, 6};
  static constexpr std::size_t kMostLag = 6;

  struct Sum {
    std::array<cf32, kLags.size()> turned{};
    std::array<float, kLags.size()> energy{};
  };

  // Real and imaginary parts apart, as vector loops want them.
  struct Planes {
    AlignedVector<float> re, im;
  };

  std::size_t fft_size_;
  std::array<Planes, kLags.size()> back_;               // turns products back, within a part
  std::array<std::vector<cf32>, kLags.size()> onward_;  // the same for the beginning of each part
  Planes even_;                                         // the band, lowest bin first, all parts equally loud
  std::vector<Sum> sums_;
};

}  // namespace windhover::dsp
