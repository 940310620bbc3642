#pragma once
// CCK symbols of 5.5 and 11 Mb/s (IEEE 802.11 16.4.6.5): chips through an equaliser that the Barker preamble
// taught, then the likeliest of all code words.

#include <array>
#include <cstdint>

#include "decoders/wifi/dsss_bits.hpp"
#include "decoders/wifi/dsss_tracker.hpp"
#include "decoders/wifi/dsss_waveform.hpp"

namespace windhover::decoders::wifi {

/// What a chip's samples are correlated with.
struct CckFilter {
  std::array<float, 40> re, im;
};

class CckReader {
 public:
  CckReader();

  /// tracker  where it stands behind the header
  void start(const PreambleEstimate& estimate, const BarkerTracker& tracker, bool eleven);

  /// Sample behind the last that the next symbol takes.
  std::int64_t needed() const;
  /// Phases as if no symbol were turned by itself, and words in the order of their bits.
  SymbolDecision read(const DsssSamples& samples);

  double position() const { return position_; }  ///< of the next symbol's first chip
  double turn() const { return turn_; }          ///< of the carrier, radians a sample
  /// Mean squared distance of symbols from what they were taken for, 1 without any.
  float error() const { return error_; }

 private:
  // Chips lie on one of 11 places of a sample; 40 samples make bins of 0.5 MHz, of which 22 are a chip rate.
  static constexpr std::size_t kPlaces = 11;
  static constexpr std::size_t kTaps = 40;
  static constexpr std::size_t kBinsOfChip = 22;
  static constexpr std::size_t kChips = 8;

  using Spectrum = std::array<cf32, kTaps>;
  Spectrum chip_spectrum(const SymbolWaveform& waveform) const;
  void make_filters(const Spectrum& response);
  struct Look {
    std::int64_t sample;
    std::size_t place;
  };
  Look look_at(double position) const;
  void steer(cf32 right, float late);

  // e^(2πj·bin·tap/40) by bin, then tap; e^(2πj·bin·place/440) by place, then bin; both from the lowest bin
  // on.
  std::array<std::array<float, kTaps>, kTaps> wave_re_{}, wave_im_{};
  std::array<Spectrum, kPlaces> shift_{};
  Spectrum barker_{};  // spectrum of the Barker chips
  alignas(64) std::array<CckFilter, kPlaces> filters_{};
  static constexpr std::int64_t kTurns = 24;
  std::array<cf32, kTurns> turns_{};  // of the carrier over so many samples
  bool eleven_ = false;
  bool odd_ = false;         // whether the next symbol is an odd one
  std::uint8_t turned_ = 0;  // quarters by which odd symbols were turned so far
  double position_ = 0, turn_ = 0, drift_ = 0;
  std::int64_t phased_ = 0;  // the sample that phasor_ belongs to
  cf32 phasor_{1, 0};
  float error_ = 0;
};

}  // namespace windhover::decoders::wifi
