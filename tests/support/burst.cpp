#include "tests/support/burst.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/support/channel.hpp"
#include "tests/support/resampler.hpp"

namespace windhover::synth {
namespace {

using dsp::cf32;

constexpr double kBandEdge = 0.48;  // of the recording's rate, where its filter is 6 dB down
constexpr double kEdgeTransition = 0.04;

/// The waveform with all that the receiver's filter takes away taken away, at the waveform's rate.
FilteredSamples seen_through_receiver(const Waveform& wave, dsp::Hertz offset, dsp::Hertz rate) {
  const double low = (-kBandEdge * rate.value - offset.value) / wave.rate.value;
  const double high = (kBandEdge * rate.value - offset.value) / wave.rate.value;
  if (low <= -0.5 && high >= 0.5) return {wave.samples, 0};
  if (low >= 0.5 || high <= -0.5) return {};
  return band_pass(wave.samples, std::max(low, -0.5), std::min(high, 0.5),
                   std::min(kEdgeTransition * (rate / wave.rate), 0.1));
}

}  // namespace

PlacedBurst place_burst(const Waveform& wave, const Placement& placement, dsp::Hertz rate) {
  const auto seen = seen_through_receiver(wave, placement.offset, rate);
  if (seen.samples.empty())
    return {static_cast<std::int64_t>(std::floor(placement.start_s * rate.value)), {}};

  const Interpolator& interpolator = Interpolator::with(wave.passband / wave.rate / 2);
  const double input_per_output = wave.rate / rate * (1 + placement.clock_ppm * 1e-6);
  const double start = placement.start_s * rate.value;
  const double before = static_cast<double>(seen.lead + interpolator.reach()) / input_per_output;
  const double after =
      static_cast<double>(seen.samples.size() - seen.lead + interpolator.reach()) / input_per_output;
  PlacedBurst out{static_cast<std::int64_t>(std::ceil(start - before)), {}};
  const auto end = static_cast<std::int64_t>(std::floor(start + after)) + 1;
  out.samples.resize(static_cast<std::size_t>(std::max<std::int64_t>(0, end - out.first_sample)));

  const double since_start = static_cast<double>(out.first_sample) - start;
  interpolator.interpolate(seen.samples, static_cast<double>(seen.lead) + since_start * input_per_output,
                           input_per_output, out.samples);
  apply_gain(out.samples, std::sqrt(placement.power));
  apply_frequency_offset(
      out.samples, placement.offset, rate,
      placement.phase_rad + 2 * std::numbers::pi * since_start * (placement.offset / rate));
  return out;
}

void add_burst(std::span<cf32> iq, std::int64_t first_sample, const PlacedBurst& burst) {
  const auto from = std::max(first_sample, burst.first_sample);
  const auto to = std::min(first_sample + static_cast<std::int64_t>(iq.size()), burst.end_sample());
  for (auto n = from; n < to; ++n)
    iq[static_cast<std::size_t>(n - first_sample)] +=
        burst.samples[static_cast<std::size_t>(n - burst.first_sample)];
}

void add_burst(std::span<cf32> iq, dsp::Hertz rate, const Waveform& wave, const Placement& placement) {
  add_burst(iq, 0, place_burst(wave, placement, rate));
}

}  // namespace windhover::synth
