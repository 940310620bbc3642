#include "decoders/wifi/dsss_waveform.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

#include "decoders/wifi/dsss_correlate.hpp"

namespace windhover::decoders::wifi {
namespace {

constexpr std::size_t kTaps = SymbolWaveform::kTaps;
constexpr auto kLead = static_cast<std::int64_t>(SymbolWaveform::kLead);
constexpr auto kSymbolSamples = static_cast<std::int64_t>(kBarkerSymbol);

// Share of the waveform's energy that lies in its strongest path, at least; three equal ones have 0.4.
constexpr float kLeastBarker = 0.25F;

/// The symbols that are there.
struct HeldSymbols {
  std::int64_t position = 0;
  std::span<const float> signs;
};

HeldSymbols held_symbols(const DsssSamples& samples, const KnownPreamble& known) {
  const std::int64_t missing = std::max<std::int64_t>(
      0, (samples.first() + kLead - known.position + kSymbolSamples - 1) / kSymbolSamples);
  const auto first = std::min(static_cast<std::size_t>(missing), known.symbols - kSfdBits);
  return {known.position + static_cast<std::int64_t>(first) * kSymbolSamples,
          std::span(known.signs).first(known.symbols).subspan(first)};
}

/// Mean of symbols' samples without their signs, but for the last one, whose neighbour is not known. The
/// carrier is taken off, its phase 0 at the end.
std::array<cf32, kTaps> mean_symbol(const DsssSamples& samples, const HeldSymbols& held, double turn) {
  std::array<float, kTaps> sum_re{}, sum_im{};
  const std::size_t count = held.signs.size() - 1;
  Rotator back(turn * static_cast<double>(held.signs.size()), -turn);
  for (std::size_t k = 0; k < count; ++k) {
    const std::int64_t at = held.position + static_cast<std::int64_t>(k) * kSymbolSamples - kLead;
    const float *re = samples.re(at), *im = samples.im(at);
    const cf32 factor = held.signs[k] / static_cast<float>(count) * back.next();
    for (std::size_t t = 0; t < kTaps; ++t) {
      sum_re[t] += re[t] * factor.real() - im[t] * factor.imag();
      sum_im[t] += re[t] * factor.imag() + im[t] * factor.real();
    }
  }
  std::array<cf32, kTaps> mean;
  for (std::size_t t = 0; t < kTaps; ++t) mean[t] = {sum_re[t], sum_im[t]};
  return mean;
}

// Neighbouring symbols' signs agree a little, by chance: that much of each sample of the mean is the one a
// symbol earlier or later.
void separate_symbols(std::array<cf32, kTaps>& mean, std::span<const float> signs, double turn) {
  float with_last = 0, with_next = 0;
  for (std::size_t k = 0; k + 1 < signs.size(); ++k) {
    with_next += signs[k] * signs[k + 1];
    if (k > 0) with_last += signs[k] * signs[k - 1];
  }
  const auto count = static_cast<float>(signs.size() - 1);
  with_last /= count, with_next /= count;
  const cf32 step = unit_phasor(turn);
  const float scale = 1 / (1 - with_last * with_next);
  for (std::size_t t = 0; t + kBarkerSymbol < kTaps; ++t) {
    const cf32 one = mean[t], two = mean[t + kBarkerSymbol];
    mean[t] = scale * (one - with_last * times_conj(two, step));
    mean[t + kBarkerSymbol] = scale * (two - with_next * times(one, step));
  }
}

/// How strongly the waveform is a Barker symbol on a carrier `fives` times 5 MHz away, at its best delay.
struct BarkerPeak {
  float power = 0;
  double delay = 0;  ///< of the first value of barker_waveform()
};
BarkerPeak barker_peak(const SymbolWaveform& waveform, int fives) {
  const auto& barker = barker_waveform();
  std::array<float, kTaps - kBarkerSymbol + 1> powers;
  for (std::size_t delay = 0; delay < powers.size(); ++delay) {
    cf32 sum = 0;
    for (std::size_t n = 0; n < kBarkerSymbol; ++n) {
      // 5 MHz turn by a quarter a sample.
      constexpr std::array<cf32, 4> kQuarters{cf32{1, 0}, cf32{0, -1}, cf32{-1, 0}, cf32{0, 1}};
      const auto quarter = static_cast<std::size_t>(fives + 4) * n % 4;
      sum += times(waveform.taps[delay + n], kQuarters[quarter]) * barker[n];
    }
    powers[delay] = power(sum);
  }
  const auto best = static_cast<std::size_t>(std::ranges::max_element(powers) - powers.begin());
  BarkerPeak peak{powers[best], static_cast<double>(best) - SymbolWaveform::kLead};
  if (best == 0 || best + 1 == powers.size()) return peak;
  const float before = std::sqrt(powers[best - 1]), at = std::sqrt(powers[best]),
              after = std::sqrt(powers[best + 1]);
  const float curve = 2 * at - before - after;
  if (curve > 0) peak.delay += static_cast<double>((after - before) / (2 * curve));
  return peak;
}

/// Each tap counts as much as it stands out of the noise that is left in it.
void suppress_noise(SymbolWaveform& waveform, float level, std::size_t symbols) {
  const float energy = waveform.energy();
  // The taps hold the signal and their share of the noise: kTaps out of as many samples as there were.
  const auto count = static_cast<float>(symbols);
  const float noise = (level - energy / kBarkerSymbol) / (1 - kTaps / (kBarkerSymbol * count));
  const float left = std::max(0.0F, noise) / count;
  for (cf32& tap : waveform.taps) tap *= std::max(0.0F, power(tap) - left) / (power(tap) + 1e-30F);
}

/// What remains of symbols that are correlated with the waveform, without the symbols next to them.
void measure_levels(const DsssSamples& samples, const HeldSymbols& held, PreambleEstimate& out) {
  const auto& taps = out.waveform.taps;
  const float energy = out.waveform.energy() + 1e-30F;
  std::array<float, kTaps> carried_re, carried_im;
  Rotator forth(-out.turn * kLead, out.turn);
  for (std::size_t t = 0; t < kTaps; ++t) {
    const cf32 tap = times(taps[t], forth.next());
    carried_re[t] = tap.real(), carried_im[t] = tap.imag();
  }
  cf32 neighbour = 0;
  for (std::size_t t = 0; t + kBarkerSymbol < kTaps; ++t)
    neighbour += times_conj(taps[t + kBarkerSymbol], taps[t]);

  const std::size_t count = held.signs.size();
  double squares = 0, mean = 0;
  Rotator back(out.turn * static_cast<double>(kBarkerSymbol * count), -out.turn * kBarkerSymbol);
  for (std::size_t k = 0; k < count; ++k) {
    const std::int64_t at = held.position + static_cast<std::int64_t>(k) * kSymbolSamples - kLead;
    const float before = k > 0 ? held.signs[k - 1] : 0, after = k + 1 < count ? held.signs[k + 1] : 0;
    cf32 value = times(correlate(samples.re(at), samples.im(at), carried_re.data(), carried_im.data(), kTaps),
                       back.next());
    value -= before * neighbour + after * std::conj(neighbour);
    value *= held.signs[k] / energy;
    mean += static_cast<double>(value.real());
    squares += static_cast<double>(power(value));
  }
  mean /= static_cast<double>(count);
  squares /= static_cast<double>(count);
  out.noise = static_cast<float>(std::max(0.0, squares - mean * mean)) * energy;
  out.signal = energy / kBarkerSymbol;
}

}  // namespace

float SymbolWaveform::energy() const {
  float sum = 0;
  for (const cf32& tap : taps) sum += power(tap);
  return sum;
}

PreambleEstimate measure_preamble(const DsssSamples& samples, const KnownPreamble& known) {
  PreambleEstimate out;
  const HeldSymbols held = held_symbols(samples, known);
  out.turn = known.turn / kBarkerSymbol;
  out.waveform.taps = mean_symbol(samples, held, known.turn);
  separate_symbols(out.waveform.taps, held.signs, known.turn);
  Rotator back(out.turn * kLead, -out.turn);
  for (cf32& tap : out.waveform.taps) tap = times(tap, back.next());
  const float level =
      mean_power(samples.re(held.position), samples.im(held.position), held.signs.size() * kBarkerSymbol);
  suppress_noise(out.waveform, level, held.signs.size());
  measure_levels(samples, held, out);

  const BarkerPeak ours = barker_peak(out.waveform, 0);
  out.delay = ours.delay - 0.5;
  out.is_beside = ours.power < kLeastBarker * out.waveform.energy();
  for (int fives = -3; fives <= 3; ++fives)
    out.is_beside = out.is_beside || barker_peak(out.waveform, fives).power > ours.power;
  return out;
}

}  // namespace windhover::decoders::wifi
