#pragma once
// Maximum-likelihood detection of GFSK symbols, coded or not, in one trellis of link-layer bits: the states
// hold the bits that inter-symbol interference and the code look back on, the branch metrics are coherent
// correlations with the exact waveforms, and each survivor tracks carrier phase and frequency for itself. So
// LE Coded is decoded without a decision on symbols in between.

#include <array>
#include <complex>
#include <cstdint>
#include <span>

#include "decoders/bluetooth/gfsk_reference.hpp"

namespace windhover::decoders::bluetooth {

/// What one link-layer bit becomes on air: one symbol, or two coded ones (LE Coded, S=2).
enum class Coding : std::uint8_t { none, s2 };

constexpr int symbols_per_bit(Coding coding) { return coding == Coding::none ? 1 : 2; }

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

  /// Of the best path: mean amplitude, carrier with what was tracked, and the position of the end.
  float amplitude() const;
  double carrier() const;
  double position() const { return position_; }

 private:
  static constexpr std::size_t kMostStates = 32;
  static constexpr std::size_t kMostWaves = 16;
  static constexpr std::size_t kMostSamples = 4;  // of one bit's symbols

  using States = std::array<float, kMostStates>;
  using Waves = std::array<float, kMostWaves>;
  struct Survivors {
    States metric;
    States frequency;         // radians a bit, beyond the carrier
    States turn_re, turn_im;  // direction that the waveform of the next bit begins with
  };
  struct Trellis;
  struct Kernels;

  static const Trellis& trellis_of(Coding coding);
  void make_waves(double offset);
  void take_samples(std::span<const cf32> iq, std::int64_t first);
  void step_first();
  void impose_last_symbol();
  void step();
  void measure_clock();
  void correct_clock();
  std::size_t best_state(bool terminated) const;

  const Trellis* trellis_ = nullptr;
  Coding coding_ = Coding::none;
  double position_ = 0;  // of the next bit to correlate, in samples
  double carrier_ = 0, index_ = kNominalIndex;
  double start_position_ = 0;
  float amplitude_ = 1;
  std::uint8_t last_symbol_ = 0;
  std::size_t bits_ = 0;

  // Conjugate waveforms and their slopes per sample, by sample, then wave; as made for this.
  struct Made {
    const Trellis* trellis = nullptr;
    double index = 0, offset = 0;
  } made_;
  alignas(64) std::array<Waves, kMostSamples> wave_re_{}, wave_im_{}, slope_re_{}, slope_im_{};
  alignas(64) Waves increment_re_{}, increment_im_{};              // turn from one bit's start to the next's
  alignas(64) Waves first_increment_re_{}, first_increment_im_{};  // where the symbol before is known
  alignas(64) Waves correlation_re_{}, correlation_im_{};
  std::array<float, kMostSamples> sample_re_{}, sample_im_{};  // of the bit, without the carrier
  alignas(64) std::array<Survivors, 2> survivors_{};           // before and after a bit, taking turns
  unsigned now_ = 0;                                           // which of them is valid
  float mixer_re_ = 1, mixer_im_ = 0;                          // takes the carrier off the next sample
  float mixer_step_re_ = 1, mixer_step_im_ = 0;
  bool mixer_valid_ = false;
  float clock_ = 0, clock_energy_ = 0;
  std::array<std::array<std::uint8_t, kMostStates>, kMostBits + 1>
      from_upper_{};  // by bit and state after it
};

}  // namespace windhover::decoders::bluetooth
