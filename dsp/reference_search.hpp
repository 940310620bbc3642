#pragma once
// Finds a known waveform in the bank's own spectra, without extracting a channel first: product with the
// waveform's spectrum at the channel's place, one short inverse FFT.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dsp/aligned.hpp"
#include "dsp/fft.hpp"
#include "dsp/types.hpp"

namespace windhover::dsp {

struct ReferenceHit {
  float power = 0;  ///< largest correlation power over all delays, to compare places of one block
  float lambda =
      0;  ///< the same in units of its mean on noise: on noise, exponentially distributed for each delay
};

class ReferenceSearch {
 public:
  /// reference  the waveform at `rate` (a multiple of 40 kHz), at most one hop (75 µs) long.
  /// Throws std::invalid_argument if it is empty or longer.
  ReferenceSearch(std::span<const cf32> reference, Hertz rate);

  /// bins         spectrum of one block, n bins in FFT order
  /// centre_bin   where the waveform's carrier would lie, from the band's centre
  /// A waveform that crosses the block's border is found by what lies inside; the hop makes sure that at
  /// least two thirds lie in one of two neighbouring blocks.
  ReferenceHit search(const cf32* bins, std::size_t n, std::int64_t centre_bin) noexcept;

  /// Share of a hit's power that the waveform gives at a place `distance_bins` off its own: chirps leak far.
  float leakage(std::int64_t distance_bins) const noexcept;

  /// What a ChirpScreen asks for; none if the waveform is no chirp.
  std::optional<double> sweep_s() const { return sweep_s_; }

 private:
  static constexpr std::size_t kDelaysPerBin = 2;

  std::size_t reach_;                   // bins to either side of the centre that are compared
  AlignedVector<cf32> conj_reference_;  // bins −reach … reach−1
  std::vector<float> occupied_;         // 1 for bins that carry the waveform, by the same index
  double occupied_bins_ = 0;
  double energy_ = 0;
  std::optional<double> sweep_s_;
  Fft inverse_;
  AlignedVector<cf32> product_, correlation_;
  std::vector<float> leakage_;
};

}  // namespace windhover::dsp
