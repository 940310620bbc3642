#include "decoders/links/signal_classifier.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "decoders/links/barker.hpp"
#include "decoders/links/carrier_line.hpp"
#include "decoders/links/chirp.hpp"
#include "decoders/links/fm_video.hpp"
#include "decoders/links/fsk.hpp"
#include "decoders/links/narrow_band.hpp"
#include "decoders/links/occupied_band.hpp"
#include "decoders/links/ofdm_15khz.hpp"
#include "decoders/links/ofdm_wifi.hpp"
#include "decoders/links/zigbee_chips.hpp"

namespace windhover::decoders::links {
namespace {

constexpr std::array kRates_hz{1.92e6, 3.84e6, 7.68e6, 15.36e6, 30.72e6, 61.44e6};
constexpr double kLongest_s = 12e-3;
constexpr std::size_t kFewestSamples = 256;
constexpr double kLeastPower = 1e-18, kMostPower = 1e6;
constexpr double kLead_s = 45e-6;  // by which the start of an emission may be late
constexpr double kNarrowestOfdm_hz = 0.8e6, kNarrowestWideCarrier_hz = 2.5e6, kWidestNarrow_hz = 2.8e6,
                 kNarrowestKeyed_hz = 60e3;

constexpr NarrowBand::Shape kChirpShape{1.35, 4}, kKeyedShape{2.2, 6};

// E|s|⁴/(E|s|²)²: 1 for a constant envelope, 2 for noise and for OFDM.
constexpr double kConstantBelow = 1.6, kRoughlyConstantBelow = 1.8, kOfdmAbove = 1.45;

struct Envelope {
  double signal_power = 0;  ///< without noise
  double kurtosis = 2;      ///< likewise
};

Envelope envelope_of(std::span<const cf32> iq, double noise) {
  double second = 0, fourth = 0;
  for (const cf32 x : iq) {
    const auto p = static_cast<double>(power(x));
    second += p;
    fourth += p * p;
  }
  const double count = static_cast<double>(std::max<std::size_t>(1, iq.size()));
  second /= count;
  fourth /= count;
  const double n = std::clamp(noise, 0.0, 0.9 * second), s = second - n;
  if (!(s > 0)) return {};
  return {s, (fourth - 4 * s * n - 2 * n * n) / (s * s)};
}

double mean_power(std::span<const cf32> iq) {
  double sum = 0;
  for (const cf32 x : iq) sum += static_cast<double>(power(x));
  return sum / static_cast<double>(std::max<std::size_t>(1, iq.size()));
}

float envelope_variation(double kurtosis) {
  // Exact at both ends: 0 for a constant envelope, that of a Rayleigh distribution for noise.
  constexpr double kRayleigh = 0.5227;
  return static_cast<float>(kRayleigh * std::sqrt(std::max(0.0, kurtosis - 1)));
}

bool usable(const Snapshot& s) {
  const bool known_rate =
      std::ranges::any_of(kRates_hz, [&](double hz) { return std::abs(s.rate.value - hz) < 1; });
  if (!known_rate || s.begin >= s.end || s.end > s.iq.size() || s.end - s.begin < kFewestSamples)
    return false;
  const double half_hz = s.rate.value / 2;
  if (!(s.low.value < s.high.value) || s.low.value < -half_hz || s.high.value > half_hz) return false;
  double total = 0;
  for (const cf32 x : s.iq.first(std::min(s.iq.size(), s.end + s.end / 4)))
    total += static_cast<double>(power(x));
  const double mean = total / static_cast<double>(s.end);
  return std::isfinite(mean) && mean > kLeastPower && mean < kMostPower;
}

}  // namespace

struct SignalClassifier::Estimators {
  OccupancyMeter occupancy;
  NarrowBand swept_band, keyed_band;
  PrefixSearch prefixes;
  Ofdm15kHz ofdm_15khz;
  BarkerMeter barker;
  FmVideoMeter fm_video;
  ChirpMeter chirp;
  ZigbeeMeter zigbee;
  FskMeter fsk;
  CarrierMeter carrier;

  /// Takes it over if there is something to take.
  template <typename Modulation>
  static bool take(Signal& signal, std::optional<Finding<Modulation>>&& found) {
    if (!found) return false;
    signal.modulation = std::move(found->modulation);
    signal.confidence = found->confidence;
    signal.carrier_hz = found->carrier_hz;
    signal.carrier_error_hz = found->carrier_error_hz;
    return true;
  }

  bool wide(const Snapshot& snapshot, const Excerpt& on, const Occupancy& band, double kurtosis,
            double most_kurtosis, Signal& signal) {
    // The edges in time are not exact, and the first symbol counts.
    const auto lead = static_cast<std::size_t>(kLead_s * on.rate_hz);
    const std::size_t first = snapshot.begin - std::min(snapshot.begin, lead);
    const std::size_t last = std::min(snapshot.iq.size(), snapshot.begin + on.iq.size() + lead);
    const Excerpt whole{snapshot.iq.subspan(first, last - first), on.rate_hz, on.low_hz, on.high_hz};
    if (take(signal, barker.estimate(whole))) return true;
    if (on.rate_hz >= kLeastVideoRate_hz) {
      // Where less than the signal stands out, its envelope is constant only together with the rest.
      const bool is_part = on.width_hz() <= kWidestNarrow_hz;
      if ((is_part ? envelope_of(on.iq, 0).kurtosis : kurtosis) < kRoughlyConstantBelow &&
          take(signal, fm_video.estimate(on)))
        return true;
    }
    if (kurtosis < kRoughlyConstantBelow && on.width_hz() >= kNarrowestWideCarrier_hz) {
      const double noise = band.noise_per_hz * on.rate_hz;
      if (take(signal, carrier.estimate(on, noise > 0 ? band.signal_power / noise : 1e6))) return true;
    }
    if (most_kurtosis < kOfdmAbove || on.width_hz() < kNarrowestOfdm_hz) return false;
    auto ofdm = ofdm_15khz.estimate(whole, prefixes);
    if (ofdm && (!ofdm->modulation.zadoff_chu.empty() || ofdm->modulation.lte_primary))
      return take(signal, std::move(ofdm));
    auto wifi = estimate_wifi_ofdm(whole, !snapshot.open_start, prefixes);
    if (ofdm && (!wifi || wifi->confidence < ofdm->confidence)) return take(signal, std::move(ofdm));
    return take(signal, std::move(wifi));
  }

  bool narrow_kinds(const Excerpt& on, const Excerpt& keyed, const Occupancy& band, const Envelope& envelope,
                    Signal& signal) {
    const auto found = [&] {
      const Excerpt in = swept_band.extract(on, on.middle_hz(), kChirpShape);
      if (take(signal, chirp.estimate(in)) || take(signal, zigbee.estimate(keyed))) return true;
      if (envelope.kurtosis < kConstantBelow &&
          take(signal, fsk.estimate(keyed, envelope.signal_power, band.rms_hz, envelope.kurtosis)))
        return true;
      if (envelope.kurtosis > kRoughlyConstantBelow && on.width_hz() > kNarrowestKeyed_hz) return false;
      const double noise = band.noise_per_hz * swept_band.passed_hz();
      return take(signal,
                  carrier.estimate(NarrowBand::trimmed(in), noise > 0 ? envelope.signal_power / noise : 1e6));
    };
    if (!found()) return false;
    signal.carrier_hz += on.middle_hz();
    return true;
  }
};

SignalClassifier::SignalClassifier() : estimators_(std::make_unique<Estimators>()) {}
SignalClassifier::~SignalClassifier() = default;
SignalClassifier::SignalClassifier(SignalClassifier&&) noexcept = default;
SignalClassifier& SignalClassifier::operator=(SignalClassifier&&) noexcept = default;

Signal SignalClassifier::classify(const Snapshot& snapshot) {
  Signal out;
  if (!usable(snapshot)) return out;
  Estimators& e = *estimators_;
  const auto longest = static_cast<std::size_t>(kLongest_s * snapshot.rate.value);
  const std::size_t count = std::min(snapshot.end - snapshot.begin, longest);
  const Excerpt on{snapshot.iq.subspan(snapshot.begin, count), snapshot.rate.value, snapshot.low.value,
                   snapshot.high.value};
  const Occupancy band = e.occupancy.measure(on, snapshot.iq, snapshot.begin);
  out.occupied_hz = band.occupied_hz();
  out.snr_db = static_cast<float>(10 * std::log10(std::max(band.snr_power_ratio, 1e-3)));
  out.carrier_hz = band.centroid_hz;
  out.carrier_error_hz = 0.05 * on.width_hz();

  const bool is_narrow = on.width_hz() <= kWidestNarrow_hz;
  Excerpt keyed = on;
  Envelope envelope;
  double most_kurtosis = 0;
  if (is_narrow) {
    keyed = NarrowBand::trimmed(e.keyed_band.extract(on, on.middle_hz(), kKeyedShape));
    envelope = envelope_of(keyed.iq, band.noise_per_hz * e.keyed_band.passed_hz());
  } else {
    envelope = envelope_of(on.iq, mean_power(on.iq) - band.signal_power);
    most_kurtosis = envelope_of(on.iq, band.least_noise_per_hz * on.rate_hz).kurtosis;
  }
  most_kurtosis = std::max(most_kurtosis, envelope.kurtosis);
  out.envelope_variation = envelope_variation(envelope.kurtosis);
  if (!e.wide(snapshot, on, band, envelope.kurtosis, most_kurtosis, out) && is_narrow)
    e.narrow_kinds(on, keyed, band, envelope, out);
  return out;
}

}  // namespace windhover::decoders::links
