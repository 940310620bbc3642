#include "decoders/links/fsk.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

namespace windhover::decoders::links {
namespace {

constexpr double kWidest_hz = 4e6;
constexpr double kRmsOfDeviation = 0.83;                 // Gaussian filter of 0.5, random symbols
constexpr double kLowestRate = 0.3, kHighestRate = 2.6;  // of the width
constexpr double kEvidenceAnywhere = 18, kEvidenceAtKnown = 8, kEvidenceOfKeying = 5;
constexpr std::array kLagWidths{0.35, 0.7};  // over 1/width
constexpr double kConstantBelow = 1.17, kEnvelopeShare = 0.12;
constexpr std::size_t kFewestSamples = 200;
constexpr double kLeastIndex = 0.2, kMostIndex = 3;

/// Rates that radios of this kind keep.
constexpr std::array kKnownRates_hz{64e3, 70e3, 100e3, 125e3, 250e3, 500e3, 1e6, 2e6};

bool is_known(double rate_hz, double resolution_hz) {
  return std::ranges::any_of(kKnownRates_hz, [&](double known_hz) {
    return std::abs(rate_hz - known_hz) < 0.6 * resolution_hz + 60e-6 * known_hz;
  });
}

}  // namespace

FskMeter::FskMeter() : fft_(kSize, dsp::FftDirection::forward), in_(kSize), out_(kSize), power_(kSize) {}

/// Mean power of bins nearby, the bin and its direct neighbours left out.
double FskMeter::density_around(std::size_t bin) const noexcept {
  constexpr std::size_t kNear = 24, kFar = 160;
  double sum = 0, count = 0;
  for (std::size_t away = kNear; away < kFar; away += 3)
    for (const std::size_t at : {bin + away, bin + kSize - away}) {
      sum += static_cast<double>(power_[at % kSize]);
      count += 1;
    }
  return sum / count;
}

FskMeter::Line FskMeter::rate_line(const Excerpt& in, std::size_t lag) noexcept {
  const std::size_t count = std::min(in.iq.size() - lag, kSize);
  double mean = 0;
  for (std::size_t n = 0; n < count; ++n) {
    const auto turn = static_cast<float>(phase(times_conj(in.iq[n + lag], in.iq[n])));
    in_[n] = {turn * turn, 0};
    mean += static_cast<double>(turn * turn) / static_cast<double>(count);
  }
  for (std::size_t n = 0; n < count; ++n) in_[n] -= static_cast<float>(mean);
  std::fill(in_.begin() + static_cast<std::ptrdiff_t>(count), in_.end(), cf32{});
  fft_.execute(in_.data(), out_.data());
  for (std::size_t k = 0; k < kSize; ++k) power_[k] = power(out_[k]);
  const double bin_hz = in.rate_hz / kSize, resolution_hz = in.rate_hz / static_cast<double>(count);
  const auto first = static_cast<std::size_t>(kLowestRate * in.width_hz() / bin_hz) + 1;
  const auto last = static_cast<std::size_t>(std::min(kHighestRate * in.width_hz() / bin_hz, 0.49 * kSize));
  Line best, known;
  for (std::size_t k = first; k <= last; ++k) {
    if (power_[k] < power_[k - 1] || power_[k] < power_[k + 1]) continue;
    const double density = density_around(k),
                 evidence = density > 0 ? static_cast<double>(power_[k]) / density : 0;
    const double a = static_cast<double>(power_[k - 1]), b = static_cast<double>(power_[k]),
                 c = static_cast<double>(power_[k + 1]);
    const double curve = a - 2 * b + c;
    const double hz = (static_cast<double>(k) + (curve < 0 ? 0.5 * (a - c) / curve : 0)) * bin_hz;
    if (evidence > best.evidence) best = {hz, evidence, {}};
    if (evidence > known.evidence && is_known(hz, resolution_hz)) known = {hz, evidence, {}};
  }
  if (best.evidence > kEvidenceAnywhere) return best;
  return known.evidence > kEvidenceAtKnown ? known : Line{};
}

/// Lines at ±rate/2 about twice the carrier, for the rates that are known.
FskMeter::Line FskMeter::paired_lines(const Excerpt& in) noexcept {
  const std::size_t count = std::min(in.iq.size(), kSize);
  for (std::size_t n = 0; n < count; ++n) in_[n] = times(in.iq[n], in.iq[n]);
  std::fill(in_.begin() + static_cast<std::ptrdiff_t>(count), in_.end(), cf32{});
  fft_.execute(in_.data(), out_.data());
  for (std::size_t k = 0; k < kSize; ++k) power_[k] = power(out_[k]);
  const double bin_hz = in.rate_hz / kSize;
  Line best;
  for (const double rate_hz : kKnownRates_hz) {
    if (rate_hz < 0.6 * in.width_hz() || rate_hz > kHighestRate * in.width_hz() || rate_hz > 0.9 * in.rate_hz)
      continue;
    const auto half = static_cast<long>(std::lround(rate_hz / 2 / bin_hz));
    const auto reach = static_cast<long>(0.3 * in.width_hz() / bin_hz);
    for (long middle = -reach; middle <= reach; ++middle) {
      const auto high = static_cast<std::size_t>(middle + half + static_cast<long>(kSize)) % kSize;
      const auto low = static_cast<std::size_t>(middle - half + static_cast<long>(kSize)) % kSize;
      const double least = static_cast<double>(std::min(power_[low], power_[high]));
      if (least < 4 * density_around(high)) continue;
      const double evidence = least / std::max(density_around(low), density_around(high));
      if (evidence > best.evidence) best = {rate_hz, evidence, static_cast<double>(middle) * bin_hz / 2};
    }
  }
  return best.evidence > kEvidenceAtKnown ? best : Line{};
}

/// Those that radios are known for, where the width fits.
FskMeter::Line FskMeter::known_keying(const Excerpt& in) noexcept {
  struct Known {
    Keying keying;
    double narrowest_hz, widest_hz;
  };
  // SiK telemetry, FrSky's receivers, classic Bluetooth.
  constexpr std::array kKnown{Known{{64e3, 32e3}, 55e3, 125e3}, Known{{70e3, 50.8e3}, 95e3, 185e3},
                              Known{{1e6, 160e3, 5}, 300e3, 700e3}};
  Line best;
  for (const Known& known : kKnown) {
    if (in.width_hz() < known.narrowest_hz || in.width_hz() > known.widest_hz) continue;
    const double evidence = timing_.evidence(in, known.keying);
    if (evidence > best.evidence) best = {known.keying.rate_hz, evidence, {}};
  }
  return best.evidence > kEvidenceOfKeying ? best : Line{};
}

/// How strongly the envelope keeps that time: it does where phases are shifted instead.
double FskMeter::envelope_line(const Excerpt& in, double rate_hz) noexcept {
  const std::size_t count = std::min(in.iq.size(), kSize);
  double mean = 0;
  for (std::size_t n = 0; n < count; ++n) {
    in_[n] = {power(in.iq[n]), 0};
    mean += static_cast<double>(in_[n].real()) / static_cast<double>(count);
  }
  for (std::size_t n = 0; n < count; ++n) in_[n] -= static_cast<float>(mean);
  std::fill(in_.begin() + static_cast<std::ptrdiff_t>(count), in_.end(), cf32{});
  fft_.execute(in_.data(), out_.data());
  for (std::size_t k = 0; k < kSize; ++k) power_[k] = power(out_[k]);
  const auto bin = static_cast<std::size_t>(std::lround(rate_hz / in.rate_hz * kSize));
  float most = 0;
  for (std::size_t k = bin > 1 ? bin - 2 : 0; k <= bin + 2 && k < kSize; ++k)
    most = std::max(most, power_[k]);
  const double density = density_around(bin);
  return density > 0 ? static_cast<double>(most) / density : 0;
}

/// By how much the phase turns around the middle of a symbol, in a time in which that is about a right angle.
double FskMeter::deviation(const Excerpt& in, double rate_hz, double signal_power,
                           double rms_hz) const noexcept {
  constexpr std::size_t kPhases = 16;
  const double per_symbol = in.rate_hz / rate_hz;
  const double rough_index = std::max(0.1, 2 * rms_hz / kRmsOfDeviation / rate_hz);
  const double wanted = per_symbol * std::min(1.0, 0.5 / rough_index);
  const auto lag = static_cast<std::size_t>(std::max(1L, std::lround(wanted)));
  std::array<std::complex<double>, kPhases> turned{};
  std::array<double, kPhases> count{};
  for (std::size_t n = 0; n + lag < in.iq.size(); ++n) {
    const double symbols = (static_cast<double>(n) + static_cast<double>(lag) / 2) / per_symbol;
    const auto at = static_cast<std::size_t>((symbols - std::floor(symbols)) * kPhases) % kPhases;
    const cf32 z = times_conj(in.iq[n + lag], in.iq[n]);
    turned[at] += std::complex<double>(z);
    count[at] += 1;
  }
  // Around symbols' middles the turns are largest, so their sum is least.
  double cosine = 1;
  for (std::size_t p = 0; p < kPhases; ++p) {
    std::complex<double> sum{};
    double samples = 0;
    for (const std::size_t q : {(p + kPhases - 1) % kPhases, p, (p + 1) % kPhases}) {
      sum += turned[q];
      samples += count[q];
    }
    if (samples > 0) cosine = std::min(cosine, std::abs(sum) / samples / signal_power);
  }
  // Neighbouring symbols and filters slow down what lies near the symbol's edges.
  const double share = std::min(1.0, static_cast<double>(lag) / per_symbol);
  const double kept = 1 - 0.25 * std::max(share, 0.45);
  return std::acos(std::clamp(cosine, 0.0, 1.0)) * in.rate_hz /
         (2 * std::numbers::pi * static_cast<double>(lag) * kept);
}

std::optional<Finding<Fsk>> FskMeter::estimate(const Excerpt& in, double signal_power, double rms_hz,
                                               double kurtosis) noexcept {
  if (in.iq.size() < kFewestSamples || in.width_hz() > kWidest_hz) return std::nullopt;
  // What is known shows first; of the rest, shifted phases keep time too, but their envelope does so with
  // them.
  Line line = known_keying(in);
  if (line.evidence <= 0) line = paired_lines(in);
  if (line.evidence <= 0) {
    for (const double widths : kLagWidths) {
      const auto lag =
          static_cast<std::size_t>(std::max(1.0, std::round(widths * in.rate_hz / in.width_hz())));
      const Line one = rate_line(in, lag);
      if (one.evidence > line.evidence) line = one;
    }
    if (line.evidence <= 0 || kurtosis > kConstantBelow ||
        envelope_line(in, line.hz) > kEnvelopeShare * line.evidence)
      return std::nullopt;
  }
  Finding<Fsk> out;
  out.modulation.symbol_rate_hz = line.hz;
  out.modulation.deviation_hz = deviation(in, line.hz, signal_power, rms_hz);
  const double index = 2 * out.modulation.deviation_hz / line.hz;
  if (index < kLeastIndex || index > kMostIndex) return std::nullopt;
  if (line.carrier_hz) {
    out.carrier_hz = *line.carrier_hz;
    out.carrier_error_hz = in.rate_hz / static_cast<double>(std::min(in.iq.size(), kSize)) / 4;
  } else {
    // The mean frequency; bits that are not balanced move it.
    cf32 turned{};
    for (std::size_t n = 1; n < in.iq.size(); ++n) turned += times_conj(in.iq[n], in.iq[n - 1]);
    const double symbols = static_cast<double>(in.iq.size()) / in.rate_hz * line.hz;
    out.carrier_hz = phase(turned) / (2 * std::numbers::pi) * in.rate_hz;
    out.carrier_error_hz = 1.5 * out.modulation.deviation_hz / std::sqrt(symbols);
  }
  out.confidence = static_cast<float>(1 - 2 / line.evidence);
  return out;
}

}  // namespace windhover::decoders::links
