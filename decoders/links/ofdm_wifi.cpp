#include "decoders/links/ofdm_wifi.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace windhover::decoders::links {
namespace {

constexpr double kSpacing_hz = 312.5e3;
constexpr double kNarrowest_hz = 3.2e6;
constexpr double kLongest_s = 4e-3;  // clocks 40 ppm apart: beyond, symbols of start and end no longer agree
constexpr double kSearched_s = 300e-6;

struct Guard {
  double prefix_s;
};
constexpr std::array kGuards{Guard{0.8e-6}, Guard{0.4e-6}};

constexpr float kEvidence = 18, kContrast = 9;
constexpr float kTrainingEvidence = 22, kTrainingMatch = 0.3F;

/// 52 to 56, 114 and 242 carriers, by a width that is not exact.
bool is_wifi_width(double carriers) {
  return (carriers > 44 && carriers < 64) || (carriers > 96 && carriers < 130) ||
         (carriers > 200 && carriers < 270);
}

double clock_for(double width_hz) { return width_hz < 6e6 ? 0.25 : width_hz < 11e6 ? 0.5 : 1; }

}  // namespace

ShortTraining short_training(const Excerpt& in, double period_s, double reach_s) noexcept {
  ShortTraining out;
  const auto lag = static_cast<std::size_t>(std::lround(period_s * in.rate_hz));
  const auto window = static_cast<std::size_t>(7 * period_s * in.rate_hz);
  const std::size_t behind = 2 * window;  // where long training is over
  const auto reach = static_cast<std::size_t>(reach_s * in.rate_hz);
  if (in.iq.size() < behind + 2 * window + lag + 1) return out;
  const std::size_t places = std::min(reach, in.iq.size() - behind - 2 * window - lag);

  struct Sum {
    double re = 0, im = 0, energy = 0;
    void add(cf32 later, cf32 x, double sign) {
      const cf32 p = times_conj(later, x);
      re += sign * static_cast<double>(p.real());
      im += sign * static_cast<double>(p.imag());
      energy += sign * static_cast<double>(power(later) + power(x)) / 2;
    }
    double match() const { return energy > 0 ? std::sqrt(re * re + im * im) / energy : 0; }
  } here, later;
  const auto* x = in.iq.data();
  for (std::size_t n = 0; n < window; ++n) {
    here.add(x[n + lag], x[n], 1);
    later.add(x[n + behind + lag], x[n + behind], 1);
  }
  for (std::size_t n = 0; n < places; ++n) {
    const double match = here.match();
    if (match > static_cast<double>(out.match) && later.match() < 0.5 * match)
      out.match = static_cast<float>(match);
    here.add(x[n + window + lag], x[n + window], 1);
    here.add(x[n + lag], x[n], -1);
    later.add(x[n + behind + window + lag], x[n + behind + window], 1);
    later.add(x[n + behind + lag], x[n + behind], -1);
  }
  out.match = std::min(out.match, 1.0F);
  out.evidence = out.match * out.match * static_cast<float>(window);
  return out;
}

std::optional<Finding<Ofdm>> estimate_wifi_ofdm(const Excerpt& in, bool start_known, PrefixSearch& prefixes) {
  if (in.width_hz() < kNarrowest_hz) return std::nullopt;
  const double clock = clock_for(in.width_hz());
  if (!is_wifi_width(in.width_hz() / (kSpacing_hz * clock))) return std::nullopt;
  const double share = std::min(1.0, in.width_hz() / in.rate_hz);
  const auto longest = static_cast<std::size_t>(kLongest_s / clock * in.rate_hz);
  const auto iq = in.iq.first(std::min(in.iq.size(), longest));
  const double useful_s = 1 / (kSpacing_hz * clock);

  PrefixFit best;
  double prefix_s = 0;
  for (const Guard& guard : kGuards) {
    const double guard_s = guard.prefix_s / clock;
    const auto fit = prefixes.fit(
        iq, {static_cast<std::size_t>(std::lround(useful_s * in.rate_hz)),
             static_cast<std::size_t>(std::lround(guard_s * in.rate_hz)), (useful_s + guard_s) * in.rate_hz});
    if (fit.evidence > best.evidence) {
      best = fit;
      prefix_s = guard_s;
    }
  }
  const ShortTraining training =
      start_known ? short_training(in, 0.8e-6 / clock, kSearched_s) : ShortTraining{};
  const double evidence = static_cast<double>(best.evidence) * share;
  const bool by_prefix = evidence > static_cast<double>(kEvidence) && best.contrast > kContrast;
  const bool by_training =
      static_cast<double>(training.evidence) * share > static_cast<double>(kTrainingEvidence) &&
      training.match > kTrainingMatch;
  if (!by_prefix && !(by_training && evidence > static_cast<double>(kEvidence) / 2)) return std::nullopt;

  Finding<Ofdm> out;
  Ofdm& ofdm = out.modulation;
  ofdm.spacing_hz = kSpacing_hz * clock;
  ofdm.symbol_s = useful_s + prefix_s;
  ofdm.prefix_s = prefix_s;
  ofdm.prefix_match = best.match;
  ofdm.carriers = static_cast<std::uint16_t>(std::lround(in.width_hz() / ofdm.spacing_hz));
  ofdm.symbols = static_cast<std::uint16_t>(
      std::min(65535.0, static_cast<double>(in.iq.size()) / in.rate_hz / ofdm.symbol_s));
  ofdm.wifi_training = by_training;
  const double fraction_hz = static_cast<double>(best.phase) / (2 * std::numbers::pi) * ofdm.spacing_hz;
  out.carrier_hz =
      fraction_hz + ofdm.spacing_hz * std::round((in.middle_hz() - fraction_hz) / ofdm.spacing_hz);
  const double match = std::clamp(static_cast<double>(best.match), 0.05, 0.999);
  const double samples = std::max(1.0, evidence / (match * match));
  out.carrier_error_hz = ofdm.spacing_hz / (2 * std::numbers::pi) *
                         std::sqrt((1 - match * match) / (2 * match * match * samples));
  out.confidence = by_training && by_prefix ? 0.99F : static_cast<float>(1 - 4 / (evidence + 4));
  return out;
}

}  // namespace windhover::decoders::links
