#pragma once
// Symbols of a PPDU to soft bits: transform, equaliser, and a tracker of carrier phase and sample clock that
// learns from pilots and from decided data alike.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "decoders/wifi/ofdm_channel.hpp"
#include "decoders/wifi/ofdm_tables.hpp"
#include "dsp/aligned.hpp"
#include "dsp/fft.hpp"

namespace windhover::decoders::wifi {

/// Value and rate of something that drifts by each symbol, as a Kalman filter knows it.
struct Drift {
  float value = 0, rate = 0;
  float var_value = 0, covariance = 0, var_rate = 0;

  void predict(float symbols, float noise) noexcept;
  /// error  measured minus predicted value
  void correct(float error, float variance) noexcept;
};

/// How a symbol's data carriers are modulated.
enum class Constellation : std::uint8_t { bpsk, rotated_bpsk, qpsk, qam16, qam64 };
Constellation constellation_of(unsigned bits_per_carrier);

class SymbolReader {
 public:
  SymbolReader();

  /// channel   measured on training whose middle lies `since` symbols before the next symbol's
  /// turn      of the carrier, radians a sample
  /// origin    sample at which the carrier's phase counts as 0: the middle of the training
  void start(const CarrierPlan& plan, const ChannelEstimate& channel, double turn, double origin,
             float since);

  /// The same PPDU goes on with training of its own, one symbol of `plan` whose 64 samples begin at sample
  /// `at`; what is known of the carrier stays. The next symbol's middle is `since` symbols behind the
  /// training's, and symbols are `symbol` samples long.
  void retrain(const CarrierPlan& plan, std::span<const cf32> x, double at, float since, std::size_t symbol);

  /// Transform of 64 samples that begin at sample `at`, with the carrier's turn taken out, not tracked.
  std::span<const cf32> transform(std::span<const cf32> x, double at);

  /// Reads one symbol, whose 64 samples begin at sample `at`. Equalised values, z = y·conj(h), are then in
  /// values() in the order of the plan's data carriers.
  /// signs  of the four pilots
  void read(std::span<const cf32> x, double at, Constellation constellation,
            const std::array<float, 4>& signs);

  /// Which way the data carriers of a symbol ahead lie, not tracked: below 0 along the real axis as BPSK,
  /// above 0 along the imaginary one. Its equalised values are then in values(). ahead  in symbols, 1 is the
  /// one that read() would take
  float rotation(std::span<const cf32> x, double at, float ahead);

  /// What is known of the carrier, to be put back when a guess at the next symbols was wrong.
  struct Tracking {
    Drift phase, timing;
  };
  Tracking tracking() const { return {phase_, timing_}; }
  void put_back(const Tracking& tracking) { phase_ = tracking.phase, timing_ = tracking.timing; }

  std::span<const cf32> values() const { return {values_.data(), plan_->data.size()}; }
  std::span<const float> weights() const { return {weights_.data(), plan_->data.size()}; }  ///< |h|²
  const ChannelEstimate& channel() const { return channel_; }

  /// Soft bits of the symbol that was read, in the order of transmission.
  void soft_bits(Constellation constellation, std::int8_t* out) const noexcept;

  /// Whole samples by which symbols come later than the start said; reset by taking it.
  int take_slip() noexcept;

  double turn() const noexcept;  ///< of the carrier now, radians a sample
  /// Σ|y|² of the used carriers of the last symbol, over that of the training.
  float level() const noexcept { return level_; }

 private:
  void derive(const CarrierPlan& plan, const ChannelEstimate& channel);
  // Equalises the carriers of `spectrum_` with this phase and delay taken out.
  void equalise(float phase, float delay);
  void track(Constellation constellation);
  void weigh(std::span<const cf32> sent);

  const CarrierPlan* plan_ = nullptr;
  ChannelEstimate channel_;
  double turn_ = 0, origin_ = 0;
  Drift phase_, timing_;  // radians; samples
  dsp::Fft fft_;
  dsp::AlignedVector<cf32> samples_, spectrum_;
  std::array<cf32, 52> values_{};
  std::array<float, 52> weights_{};
  std::array<float, 52> carrier_{};  // number of each data carrier
  std::array<cf32, 4> pilots_{};
  std::array<float, 4> pilot_weights_{};
  float soft_scale_ = 1;
  float level_ = 1;
  float error_ = 0;       // mean |error|² of a carrier over the symbols so far
  float confidence_ = 1;  // in the last symbol, beside the others: below 1 where something hit it
  float step_ = 1;        // length of a symbol, in symbols with the long guard
};

}  // namespace windhover::decoders::wifi
