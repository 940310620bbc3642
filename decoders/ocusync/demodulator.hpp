#pragma once
// From the band-limited samples of one burst to soft bits: carrier, timing, channel, noise, and their
// measures.

#include <array>
#include <span>

#include "decoders/ocusync/channel_estimate.hpp"
#include "decoders/ocusync/noise_map.hpp"
#include "decoders/ocusync/reference.hpp"

namespace windhover::decoders::ocusync {

/// What the demodulator is given: samples whose carrier is within half a carrier spacing of 0.
struct BurstView {
  std::span<const cf32> iq;
  std::span<const cf32> whitened;                 ///< the same with narrow interference cut down
  std::span<const float, kSpectrum> reliability;  ///< of each carrier, 1 where nothing interferes
  int zc600 = 0;                                  ///< where the root-600 body starts, to a few samples
  int first_valid = 0;                            ///< [first_valid, end_valid) was received
  int end_valid = 0;
};

struct BurstMeasure {
  double cfo_hz = 0;           ///< of the carrier against 0
  double zc600 = 0;            ///< start of the root-600 body by the strongest path, with fraction
  bool has_known = false;      ///< the 9-symbol form
  bool known_decided = false;  ///< false when the window does not hold the place of symbol 0
  int data_symbols = 0;        ///< how many of the six were received whole
  float prefix_evidence = 0;   ///< energy of the prefixes' correlation: mean 1 on noise, 40 at -4 dB
  float snr_power_ratio = 0;   ///< Es/N0 on a carrier
};

class Demodulator {
 public:
  Demodulator();

  /// Both Zadoff-Chu symbols must be inside. soft: LLRs of the 7200 coded bits, positive = 0, 0 = not
  /// received.
  void demodulate(const BurstView& burst, std::span<float, kCodedBits> soft);

  /// Measures again with every symbol known; `coded` are the 7200 bits that the decoder confirmed.
  void refine(std::span<const std::uint8_t, kCodedBits> coded);

  const BurstMeasure& measure() const { return measure_; }
  static bool holds(const BurstView& burst, int symbol);

 private:
  static constexpr int kAdvance = 12;  ///< samples of the cyclic prefix that the FFT window takes in

  double cfo_from_prefixes();
  void transform(double radians_per_sample);
  void remove_delay(double samples);
  void estimate_channel();
  void fit_phases(std::span<const int> pilots, const Spectrum& channel);
  void smooth(std::size_t pilots);
  void average(std::span<const int> pilots, Spectrum& out) const;
  void look_for_known_symbol();
  float pilot_noise() const;
  void measure_noise();
  void write_soft_bits(std::span<float, kCodedBits> soft) const;
  cf32 phasor(int symbol) const;
  void set_measure(double delay);

  static constexpr std::array<float, kSpectrum> kAllReliable{};
  static constexpr std::size_t kGroup = 20;  ///< carriers whose noise is measured together
  static constexpr std::size_t kGroups = kCarriers / kGroup;

  const Reference& ref_;
  ChannelEstimate channel_estimate_;
  BurstView burst_{{}, {}, kAllReliable, 0, 0, 0};
  std::array<bool, kSymbols> present_{};
  std::array<Spectrum, kSymbols> received_{};
  std::array<Spectrum, kSymbols> sent_{};  ///< known symbols: pilots at once, data after decoding
  std::array<double, kSymbols> phase_{};   ///< of the channel at each symbol, on a straight line
  double phase_slope_ = 0;                 ///< radians per sample, what is left of the CFO
  double prefix_cfo_ = 0;                  ///< radians per sample, taken out before the FFT
  double delay_removed_ = 0;
  float noise_ = 0;  ///< variance on a carrier where nothing interferes
  std::array<float, kSpectrum> reliability_{};
  bool all_reliable_ = true;
  Spectrum raw_{}, filled_{}, channel_{};
  NoiseMap noise_map_;
  std::array<std::array<float, kSpectrum>, kSymbols> weight_{};  ///< 1 / noise variance
  BurstMeasure measure_{};
  dsp::AlignedVector<cf32> body_, bins_;
};

}  // namespace windhover::decoders::ocusync
