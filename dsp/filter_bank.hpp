#pragma once
// The filter bank: one overlap-save FFT of the whole band, and channel taps that turn a slice of its bins
// back into samples at the channel's own rate. A block's spectrum depends on nothing but its own samples, so
// blocks may be skipped, gated or lost.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "dsp/aligned.hpp"
#include "dsp/fft.hpp"
#include "dsp/types.hpp"

namespace windhover::dsp {

/// Distance of the bank's bins; a block is therefore 100 µs long and the next starts 75 µs later.
inline constexpr double kBinHz = 10e3;

/// How a stream of one rate is cut into blocks. Block m covers the samples
/// [m·hop − lead, m·hop − lead + fft_size) and answers for [m·hop, (m+1)·hop).
struct BankGeometry {
  Hertz rate;
  std::size_t fft_size;  ///< rate / 10 kHz
  std::size_t hop;       ///< 3/4 of fft_size
  std::size_t lead;      ///< fft_size/8, rounded down

  std::int64_t block_start(std::int64_t block) const {
    return block * static_cast<std::int64_t>(hop) - static_cast<std::int64_t>(lead);
  }
};

inline constexpr Hertz kLowestBankRate{0.96e6};
inline constexpr Hertz kHighestBankRate{122.88e6};

/// True for multiples of 40 kHz between the two limits.
bool is_bank_rate(Hertz rate);

/// Throws std::invalid_argument unless is_bank_rate(rate).
BankGeometry bank_geometry(Hertz rate);

/// Frequency response of a channel: a Kaiser-windowed low pass that uses all the transition between passband
/// and rate, never longer than the quarter block that overlap-save allows. Zero phase. Shared by all taps of
/// one kind.
class ChannelFilter {
 public:
  /// Throws std::invalid_argument if `rate` is no multiple of 80 kHz, or so close to the passband that less
  /// than 60 dB of stop band is left.
  ChannelFilter(const BankGeometry& geometry, Hertz rate, Hertz passband);

  std::size_t size() const { return response_.size(); }  ///< channel bins: rate / 10 kHz
  double stopband_db() const { return stopband_db_; }
  /// Response at bins −size/2 … size/2−1, in that order, scaled by 1/fft_size.
  std::span<const float> response() const { return response_; }
  /// The same filter as taps, for proofs: odd length, centre tap in the middle, at the band's rate (or, for a
  /// channel wider than the band, at the lowest multiple of it that holds the channel).
  std::span<const double> impulse_response() const { return taps_; }

 private:
  AlignedVector<float> response_;
  std::vector<double> taps_;
  double stopband_db_;
};

/// Takes one channel out of the bank's spectra. Not thread-safe; one tap has one owner.
class ChannelTap {
 public:
  /// offset_bins  channel centre minus band centre, in bins. Bins beyond the band count as zero, so a channel
  /// may reach over the edge or be wider than the band.
  ChannelTap(const BankGeometry& geometry, std::shared_ptr<const ChannelFilter> filter,
             std::int64_t offset_bins);

  /// Another centre; the next block need not follow the last.
  void retune(std::int64_t offset_bins) noexcept;

  /// Samples that one block gives: 3/4 of filter size.
  std::size_t samples_per_block() const { return filter_->size() / 4 * 3; }

  /// bins  spectrum of block `block`, fft_size bins in FFT order. The result is channel samples
  /// [block·n, (block+1)·n) with n = samples_per_block(), valid until the next call. Amplitude is kept.
  std::span<const cf32> extract(const cf32* bins, std::int64_t block) noexcept;

  /// Position in the band's stream of channel sample `index`.
  double stream_position(double index) const { return index * decimation_ + grid_offset_; }
  double channel_position(double stream_index) const { return (stream_index - grid_offset_) / decimation_; }

 private:
  void set_turns() noexcept;
  void taper_band_edges() noexcept;
  void gather(const cf32* bins, cf32 turn) noexcept;

  std::size_t fft_size_;
  std::shared_ptr<const ChannelFilter> filter_;
  std::int64_t offset_bins_;
  double decimation_;          // fft_size / filter size
  double lead_;                // samples
  double grid_offset_;         // half a sample when fft_size is no multiple of 8, else 0
  std::array<cf32, 4> turns_;  // what makes the phase run on from block to block
  Fft inverse_;
  AlignedVector<float> response_;  // the filter's, tapered where the band ends inside the channel
  AlignedVector<cf32> slice_;
  AlignedVector<cf32> samples_;
};

}  // namespace windhover::dsp
