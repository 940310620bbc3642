#include "decoders/wifi/ofdm_symbols.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "decoders/complex_math.hpp"

namespace windhover::decoders::wifi {
namespace {

constexpr float kTwoPi = 2 * std::numbers::pi_v<float>;

// What oscillators and sample clocks do by themselves within a symbol: 1° of phase, drifts that hardly
// change.
constexpr float kPhaseNoise = 3e-4F, kTimingNoise = 1e-7F;
// Sample clocks differ by up to ±40 ppm at either end.
constexpr float kClockSpread = 50e-6F * static_cast<float>(kSymbol);

// Of a soft bit's mean, in steps of its eight bits.
constexpr float kSoftMean = 22;

constexpr float norm_of(Constellation constellation) {
  switch (constellation) {
    case Constellation::qpsk:
      return 0.70710678F;
    case Constellation::qam16:
      return 0.31622777F;
    case Constellation::qam64:
      return 0.15430335F;
    default:
      return 1;
  }
}

float nearest(float r, float most) noexcept {
  const float odd = 2 * std::floor(r * 0.5F) + 1;
  return std::clamp(odd, -most, most);
}

// tanh within 2 %.
float soft_sign(float x) noexcept {
  const float y = std::clamp(x, -3.0F, 3.0F), square = y * y;
  return y * (27 + square) / (27 + 9 * square);
}

// What was sent on a carrier, as far as z = y·conj(h) tells; for BPSK and QPSK with the certainty that it
// has.
cf32 decide(Constellation constellation, cf32 z, float weight, float noise) noexcept {
  switch (constellation) {
    case Constellation::bpsk:
      return {soft_sign(2 * z.real() / noise), 0};
    case Constellation::rotated_bpsk:
      return {0, soft_sign(2 * z.imag() / noise)};
    case Constellation::qpsk: {
      constexpr float kUnit = norm_of(Constellation::qpsk);
      return {kUnit * soft_sign(2 * kUnit * z.real() / noise),
              kUnit * soft_sign(2 * kUnit * z.imag() / noise)};
    }
    default: {
      const float unit = norm_of(constellation), most = constellation == Constellation::qam16 ? 3 : 7;
      const float scale = 1 / (unit * weight + 1e-30F);
      return {unit * nearest(z.real() * scale, most), unit * nearest(z.imag() * scale, most)};
    }
  }
}

std::int8_t soft(float value) noexcept {
  return static_cast<std::int8_t>(std::lrint(std::clamp(value, -127.0F, 127.0F)));
}

}  // namespace

Constellation constellation_of(unsigned bits_per_carrier) {
  switch (bits_per_carrier) {
    case 1:
      return Constellation::bpsk;
    case 2:
      return Constellation::qpsk;
    case 4:
      return Constellation::qam16;
    default:
      return Constellation::qam64;
  }
}

void Drift::predict(float symbols, float noise) noexcept {
  value += rate * symbols;
  var_value += symbols * (2 * covariance + symbols * var_rate) + noise * symbols;
  covariance += symbols * var_rate;
  var_rate += noise * 1e-4F;
}

void Drift::correct(float error, float variance) noexcept {
  const float total = var_value + variance;
  if (!(total > 0)) return;
  const float gain = var_value / total, rate_gain = covariance / total;
  value += gain * error;
  rate += rate_gain * error;
  var_rate -= rate_gain * covariance;
  covariance *= 1 - gain;
  var_value *= 1 - gain;
}

SymbolReader::SymbolReader() : fft_(kFft, dsp::FftDirection::forward), samples_(kFft), spectrum_(kFft) {}

void SymbolReader::derive(const CarrierPlan& plan, const ChannelEstimate& channel) {
  plan_ = &plan;
  channel_ = channel;
  for (std::size_t i = 0; i < plan.data.size(); ++i) {
    weights_[i] = power(channel.response[bin_of(plan.data[i])]);
    carrier_[i] = static_cast<float>(plan.data[i]);
  }
  for (std::size_t i = 0; i < 4; ++i) pilot_weights_[i] = power(channel.response[bin_of(plan.pilots[i])]);
  error_ = channel.noise;
  soft_scale_ = kSoftMean * static_cast<float>(plan.used.size()) / (channel.power + 1e-30F);
}

void SymbolReader::start(const CarrierPlan& plan, const ChannelEstimate& channel, double turn, double origin,
                         float since) {
  derive(plan, channel);
  turn_ = turn;
  origin_ = origin;
  step_ = 1;
  // The turn was measured between two noisy symbols 64 samples apart.
  const float of_difference = channel.noise / (channel.power + 1e-30F);
  const float var_rate = of_difference * std::pow(static_cast<float>(kSymbol) / kFft, 2.0F);
  phase_ = {0, 0, 0.25F * of_difference, 0, var_rate};
  timing_ = {0, 0, 1e-4F, 0, kClockSpread * kClockSpread};
  phase_.predict(since - 1, 0);
  timing_.predict(since - 1, 0);
}

void SymbolReader::retrain(const CarrierPlan& plan, std::span<const cf32> x, double at, float since,
                           std::size_t symbol) {
  turn_ = turn();
  origin_ = at + static_cast<double>(kFft) / 2;
  phase_.rate = 0;
  std::array<std::array<cf32, kFft>, 1> training;
  std::ranges::copy(transform(x, at), training[0].begin());
  derive(plan, estimate_channel(training, plan, channel_.noise));
  phase_.value = timing_.value = 0;
  phase_.var_value = 0.5F * channel_.noise / (channel_.power + 1e-30F);
  timing_.var_value = 1e-4F;
  phase_.covariance = timing_.covariance = 0;
  step_ = static_cast<float>(symbol) / static_cast<float>(kSymbol);
  phase_.predict(since - step_, 0);
  timing_.predict(since - step_, 0);
}

std::span<const cf32> SymbolReader::transform(std::span<const cf32> x, double at) {
  const cf32 step = unit_phasor(-turn_);
  cf32 phasor = unit_phasor(std::remainder(-turn_ * (at - origin_), 2 * std::numbers::pi));
  for (std::size_t i = 0; i < kFft; ++i) {
    samples_[i] = times(x[i], phasor);
    phasor = times(phasor, step);
  }
  fft_.execute(samples_.data(), spectrum_.data());
  return spectrum_;
}

// e^(-jθ)·e^(+j2πkτ/64) is taken out.
void SymbolReader::equalise(float phase, float delay) {
  const float slope = kTwoPi * delay / static_cast<float>(kFft);
  const cf32 step = unit_phasor(slope);
  // Carriers come in ascending order; the phasor steps along, over those that are left out too.
  int at = plan_->used.front();
  cf32 phasor = unit_phasor(slope * static_cast<float>(at) - phase);
  std::size_t data = 0, pilot = 0;
  for (const int k : plan_->used) {
    for (; at < k; ++at) phasor = times(phasor, step);
    const cf32 z = times(times_conj(spectrum_[bin_of(k)], channel_.response[bin_of(k)]), phasor);
    if (pilot < 4 && plan_->pilots[pilot] == k)
      pilots_[pilot++] = z;
    else
      values_[data++] = z;
  }
}

void SymbolReader::read(std::span<const cf32> x, double at, Constellation constellation,
                        const std::array<float, 4>& signs) {
  phase_.predict(step_, kPhaseNoise);
  timing_.predict(step_, kTimingNoise);
  transform(x, at);
  float total = 0;
  for (const int k : plan_->used) total += power(spectrum_[bin_of(k)]);
  level_ = total / (channel_.power + static_cast<float>(plan_->used.size()) * channel_.noise + 1e-30F);
  equalise(phase_.value, timing_.value);
  for (std::size_t i = 0; i < 4; ++i) pilots_[i] *= signs[i];
  track(constellation);
}

float SymbolReader::rotation(std::span<const cf32> x, double at, float ahead) {
  transform(x, at);
  equalise(phase_.value + ahead * phase_.rate, timing_.value + ahead * timing_.rate);
  float sum = 0;
  for (const cf32 value : values()) sum += value.imag() * value.imag() - value.real() * value.real();
  return sum;
}

void SymbolReader::track(Constellation constellation) {
  cf32 sum = 0;
  float certain = 0;
  std::array<cf32, 52> products, sent;
  for (std::size_t i = 0; i < plan_->data.size(); ++i) {
    sent[i] = decide(constellation, values_[i], weights_[i], channel_.noise);
    products[i] = times_conj(values_[i], sent[i]);
    sum += products[i];
    certain += weights_[i] * power(sent[i]);
  }
  weigh(sent);
  for (std::size_t i = 0; i < 4; ++i) {
    sum += pilots_[i];
    certain += pilot_weights_[i];
  }
  if (!(certain > 0)) return;
  // Phase of what was received against what was sent; and its slope over the carriers, once the phase is out.
  const float error = std::arg(sum);
  const float noise = channel_.noise / confidence_;
  phase_.correct(error, noise / (2 * certain));
  const cf32 back{std::cos(error), -std::sin(error)};
  float moment = 0, inertia = 0;
  const auto lean = [&](cf32 product, float k, float weight) {
    moment += k * times(product, back).imag();
    inertia += k * k * weight;
  };
  for (std::size_t i = 0; i < plan_->data.size(); ++i) lean(products[i], carrier_[i], products[i].real());
  for (std::size_t i = 0; i < 4; ++i)
    lean(pilots_[i], static_cast<float>(plan_->pilots[i]), pilot_weights_[i]);
  if (inertia > 0) {
    constexpr float kSamples = static_cast<float>(kFft) / kTwoPi;
    timing_.correct(std::clamp(-kSamples * moment / inertia, -1.0F, 1.0F),
                    kSamples * kSamples * noise / (2 * inertia));
  }
  // What the symbol itself taught serves it at once.
  const float learnt = error * phase_.var_value / (noise / (2 * certain) + 1e-30F);
  const cf32 turn{std::cos(learnt), -std::sin(learnt)};
  for (std::size_t i = 0; i < plan_->data.size(); ++i) values_[i] = times(values_[i], turn);
}

// A symbol that something hit is believed as much less as it errs more than the others did.
void SymbolReader::weigh(std::span<const cf32> sent) {
  constexpr float kUsual = 2, kMemory = 0.1F;
  float error = 0;
  for (std::size_t i = 0; i < plan_->data.size(); ++i)
    error += power(values_[i] - weights_[i] * sent[i]) / (weights_[i] + 1e-30F);
  error /= static_cast<float>(plan_->data.size());
  confidence_ = std::clamp(kUsual * error_ / (error + 1e-30F), 0.01F, 1.0F);
  error_ += kMemory * (std::min(error, kUsual * error_) - error_);
}

int SymbolReader::take_slip() noexcept {
  const int slip = timing_.value > 0.6F ? 1 : timing_.value < -0.6F ? -1 : 0;
  timing_.value -= static_cast<float>(slip);
  return slip;
}

double SymbolReader::turn() const noexcept { return turn_ + static_cast<double>(phase_.rate) / kSymbol; }

// Max-log distances along each axis (bits as in 17.3.5.8), weighted by what the channel lets through.
void SymbolReader::soft_bits(Constellation constellation, std::int8_t* out) const noexcept {
  const float unit = norm_of(constellation), scale = soft_scale_ * confidence_;
  const std::size_t n = plan_->data.size();
  for (std::size_t i = 0; i < n; ++i) {
    // In units of the constellation, times |h|² and the soft bits' scale.
    const float weight = weights_[i] * scale;
    const float re = values_[i].real() * scale / unit, im = values_[i].imag() * scale / unit;
    switch (constellation) {
      case Constellation::bpsk:
        *out++ = soft(re);
        break;
      case Constellation::rotated_bpsk:
        *out++ = soft(im);
        break;
      case Constellation::qpsk:
        *out++ = soft(re);
        *out++ = soft(im);
        break;
      case Constellation::qam16:
        *out++ = soft(re);
        *out++ = soft(2 * weight - std::abs(re));
        *out++ = soft(im);
        *out++ = soft(2 * weight - std::abs(im));
        break;
      case Constellation::qam64:
        *out++ = soft(re);
        *out++ = soft(4 * weight - std::abs(re));
        *out++ = soft(2 * weight - std::abs(std::abs(re) - 4 * weight));
        *out++ = soft(im);
        *out++ = soft(4 * weight - std::abs(im));
        *out++ = soft(2 * weight - std::abs(std::abs(im) - 4 * weight));
        break;
    }
  }
}

}  // namespace windhover::decoders::wifi
