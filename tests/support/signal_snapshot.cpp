#include "tests/support/signal_snapshot.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <numbers>
#include <stdexcept>
#include <string>

#include "tests/support/burst.hpp"
#include "tests/support/channel.hpp"
#include "tests/support/signal_snapshot_kinds.hpp"
#include "tests/support/spectrum.hpp"

namespace windhover::synth {
namespace {

struct Band {
  double low_hz = 0, high_hz = 0, occupied_hz = 0;
};

/// Where the density is half of its mean, in cells of about 10 kHz.
Band band_of(const Waveform& wave) {
  const std::span<const dsp::cf32> iq(wave.samples.data(),
                                      std::min<std::size_t>(wave.samples.size(), 200'000));
  const Edges occupied = occupied_band(iq, wave.rate);
  const auto bins = std::bit_ceil(static_cast<std::size_t>(wave.rate.value / 15e3));
  const auto power = power_spectrum(iq, std::min(bins, std::bit_floor(iq.size())));
  const double bin_hz = wave.rate.value / static_cast<double>(power.size());
  const auto bin_of = [&](double hz) {
    const double bin = hz / bin_hz + static_cast<double>(power.size()) / 2;
    return static_cast<std::size_t>(std::clamp(bin + 0.5, 0.0, static_cast<double>(power.size() - 1)));
  };
  const std::size_t first = bin_of(occupied.low.value), last = bin_of(occupied.high.value);
  double mean = 0;
  for (std::size_t k = first; k <= last; ++k) mean += power[k] / static_cast<double>(last - first + 1);
  std::size_t low = first, high = last;
  while (low < high && power[low] < mean / 2) ++low;
  while (high > low && power[high] < mean / 2) --high;
  const auto hz = [&](std::size_t k, double part) {
    return (static_cast<double>(k) - static_cast<double>(power.size()) / 2 + part) * bin_hz;
  };
  return {hz(low, -0.5), hz(high, 0.5), occupied.width().value};
}

const SnapshotKind& kind_of(std::string_view name) {
  for (const SnapshotKind& kind : snapshot_kind_table())
    if (kind.name == name) return kind;
  throw std::invalid_argument("no kind of snapshot: " + std::string(name));
}

/// The waveform, or the piece of it that a snapshot catches.
Waveform piece_of(const KindWaveform& made, Random& random) {
  Waveform out = *made.wave;
  constexpr double kLongest_s = 11e-3;
  double length_s = std::min(out.duration_s(), kLongest_s);
  double from_s = 0;
  if (made.continuous) {
    length_s = std::min(out.duration_s(), random.uniform(made.shortest_s, made.longest_s));
    from_s = random.uniform(0, out.duration_s() - length_s);
  }
  const auto from = out.samples.begin() + static_cast<std::ptrdiff_t>(from_s * out.rate.value);
  out.samples = {from, from + static_cast<std::ptrdiff_t>(length_s * out.rate.value)};
  return out;
}

std::uint64_t stream_of(std::string_view name) {
  std::uint64_t out = 0;
  for (const char c : name) out = out * 131 + static_cast<unsigned char>(c);
  return out;
}

double mean_power(std::span<const dsp::cf32> iq) {
  double sum = 0;
  for (const auto x : iq) sum += static_cast<double>(std::norm(x));
  return sum / static_cast<double>(std::max<std::size_t>(1, iq.size()));
}

void impair_snapshot(SignalSnapshot& snapshot, double power, Random& random) {
  apply_iq_imbalance(snapshot.iq, random.uniform(-0.3, 0.3), random.uniform(-2, 2));
  const double level = std::sqrt(power) * std::pow(10, random.uniform(-35, -22) / 20);
  add_dc(snapshot.iq, dsp::cf32(std::polar(level, random.uniform(0, 6.28))));
}

}  // namespace

std::span<const std::string_view> snapshot_kinds() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> out;
    for (const SnapshotKind& kind : snapshot_kind_table()) out.push_back(kind.name);
    return out;
  }();
  return names;
}

dsp::Hertz snapshot_rate(double width_hz) {
  if (width_hz <= 1.3e6) return {1.92e6};
  if (width_hz <= 2.8e6) return {3.84e6};
  if (width_hz <= 11e6) return {15.36e6};
  return {width_hz <= 22e6 ? 30.72e6 : 61.44e6};
}

SignalSnapshot make_snapshot(std::string_view name, const SnapshotOptions& options) {
  Random random(options.seed, stream_of(name));
  const KindWaveform made = kind_of(name).make(random);
  Waveform wave = piece_of(made, random);
  static std::map<const Waveform*, Band> kept;
  Band band = made.continuous && kept.contains(made.wave.get()) ? kept[made.wave.get()] : band_of(*made.wave);
  if (made.continuous) kept[made.wave.get()] = band;

  SignalSnapshot out;
  out.occupied_hz = band.occupied_hz;
  out.roots[0] = made.roots[0];
  out.roots[1] = made.roots[1];
  out.bits_per_cell = made.bits_per_cell;
  const double width_hz = band.high_hz - band.low_hz;
  out.rate = snapshot_rate(width_hz);
  const double middle_hz = (band.low_hz + band.high_hz) / 2;
  out.carrier_hz = random.uniform(-20e3, 20e3) - std::round(middle_hz / 40e3) * 40e3;
  const double edge_error_hz = std::max(10e3, 0.01 * width_hz);
  out.low = {out.carrier_hz + band.low_hz + random.uniform(-edge_error_hz, edge_error_hz)};
  out.high = {out.carrier_hz + band.high_hz + random.uniform(-edge_error_hz, edge_error_hz)};

  constexpr double kNarrowest_hz = 15e3;
  out.high.value = std::max(out.high.value, out.low.value + kNarrowest_hz);

  if (options.impaired && random.next() % 2 == 0)
    wave.samples = apply_multipath(wave.samples, wave.rate, rician_taps(random, {6, 300, true}));
  const double margin_s = made.continuous ? 0 : 100e-6;
  const double duration_s = wave.duration_s();
  Placement placement{margin_s, {out.carrier_hz}, 1, random.uniform(0, 6.28), 0};
  placement.clock_ppm = random.uniform(-40, 40);
  out.iq.resize(static_cast<std::size_t>((2 * margin_s + duration_s) * out.rate.value));
  add_burst(out.iq, out.rate, wave, placement);
  out.open_start = out.open_end = made.continuous;
  const auto at = [&](double t_s) {
    const double n = t_s * out.rate.value;
    return static_cast<std::size_t>(std::clamp(n, 0.0, static_cast<double>(out.iq.size())));
  };
  out.begin = made.continuous ? 0 : at(margin_s + random.uniform(-40e-6, 40e-6));
  out.end = made.continuous ? out.iq.size() : at(margin_s + duration_s + random.uniform(-40e-6, 40e-6));
  const double power = mean_power(wave.samples);
  random.add_noise(out.iq, noise_power(options.snr_db, power, {band.occupied_hz}, out.rate));
  if (options.impaired) impair_snapshot(out, power, random);
  apply_gain(out.iq, std::pow(10, random.uniform(-60, -10) / 20));
  return out;
}

}  // namespace windhover::synth
