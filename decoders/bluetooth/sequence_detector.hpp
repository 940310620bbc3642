#pragma once
// Maximum-likelihood detection of GFSK symbols, coded or not, in one trellis of link-layer bits: the states
// hold the bits that inter-symbol interference and the code look back on, the branch metrics are coherent
// correlations with the exact waveforms, and each survivor tracks carrier phase and frequency for itself. So
// LE Coded is decoded without a decision on symbols in between.

#include <array>
#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "decoders/bluetooth/gfsk_reference.hpp"

namespace windhover::decoders::bluetooth {

/// What one link-layer bit becomes on air: itself, two coded bits, or two coded bits of four symbols each.
enum class Coding : std::uint8_t { none, s2, s8 };

constexpr int symbols_per_bit(Coding coding) {
  return coding == Coding::none ? 1 : coding == Coding::s2 ? 2 : 8;
}

/// Where the first bit's first symbol lies in `iq`, and what was learnt from the known symbols before it.
struct DetectorStart {
  double position = 0;            ///< in samples
  double radians_per_sample = 0;  ///< carrier
  double modulation_index = kNominalIndex;
  std::complex<float> phasor{1, 0};  ///< amplitude and direction of the carrier at `position`, symbols up to
                                     ///< the second last before it taken off
  std::uint8_t last_symbol = 0;      ///< the symbol just before `position`
  std::uint32_t last_bits = 0;       ///< bits before the first: bit 0 the last of them
};

class SequenceDetector {
 public:
  static constexpr std::size_t kMostBits = 8 * (2 + 255 + 3) + 3;

  /// Lengths of `iq` limit nothing but how far advance() gets.
  void begin(Coding coding, const DetectorStart& start);

  /// Detects until `bits` bits are behind the detector, or the samples end. `iq` is the same recording each
  /// time, its first sample moved by `iq_offset` against the position's origin. Returns how many bits there
  /// are now.
  std::size_t advance(std::span<const cf32> iq, std::int64_t iq_offset, std::size_t bits);

  /// The best path's bits so far; the last kDelay of them are uncertain unless the packet ends there.
  /// `terminated` asks for the path that ends with three zeros, as LE Coded blocks do.
  void decide(std::span<std::uint8_t> bits, bool terminated) const;

  /// Bits behind which a decision does not change any more.
  static constexpr std::size_t kDelay = 24;

  /// Where another block of bits begins whose first symbol is the next one to be correlated: after advance()
  /// to one bit more than this block has, which ended with three zeros.
  DetectorStart next_block(std::uint8_t last_symbol) const;

  /// Of the best path: mean amplitude, carrier with what was tracked, and the position of the end.
  float amplitude() const;
  double carrier() const;
  double position() const { return position_; }

 private:
  static constexpr std::size_t kMostStates = 32;
  static constexpr std::size_t kMostWaves = 16;
  static constexpr std::size_t kMostSamples = 16;  // of one bit's symbols

  struct Survivor {
    float metric;
    float frequency;           // radians a bit, beyond the carrier
    std::complex<float> turn;  // direction that the waveform of the next bit begins with
  };
  struct Trellis;

  static const Trellis& trellis_of(Coding coding);
  void make_waves(double offset);
  void correlate(std::span<const cf32> iq, std::int64_t first);
  void step(bool first_bit);
  void track_clock();
  std::size_t best_state(bool terminated) const;

  const Trellis* trellis_ = nullptr;
  Coding coding_ = Coding::none;
  double position_ = 0;  // of the next bit to correlate, in samples
  double carrier_ = 0, index_ = kNominalIndex;
  double start_position_ = 0;
  float amplitude_ = 1;
  std::uint8_t last_symbol_ = 0;
  std::size_t bits_ = 0;
  float waves_offset_ = -1;
  std::array<std::array<cf32, kMostSamples>, kMostWaves> waves_{};   // conjugate
  std::array<std::array<cf32, kMostSamples>, kMostWaves> slopes_{};  // conjugate derivative, per sample
  std::array<cf32, kMostWaves> increments_{};  // turn from one bit's start to the next's
  std::array<cf32, kMostWaves> correlations_{}, derivatives_{};
  std::array<Survivor, kMostStates> survivors_{}, next_{};
  std::array<float, kMostStates> clock_{}, next_clock_{};
  std::array<std::uint32_t, kMostBits + 1> decisions_{};  // bit s: the oldest bit of the state before state s
};

}  // namespace windhover::decoders::bluetooth
