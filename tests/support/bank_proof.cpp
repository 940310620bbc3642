#include "tests/support/bank_proof.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "tests/support/random.hpp"

namespace windhover::synth {
namespace {

using dsp::cf32;

constexpr double kPi = std::numbers::pi;

cf64 direct(std::span<const cf32> stream, std::span<const double> taps, double cycles_per_sample,
            std::int64_t at) {
  const auto half = static_cast<std::int64_t>(taps.size() / 2);
  cf64 sum{};
  for (std::int64_t k = -half; k <= half; ++k) {
    const std::int64_t n = at - k;
    if (n < 0 || n >= std::ssize(stream)) continue;
    const double cycles = std::fmod(cycles_per_sample * static_cast<double>(n), 1.0);
    sum += taps[static_cast<std::size_t>(k + half)] * static_cast<cf64>(stream[static_cast<std::size_t>(n)]) *
           std::polar(1.0, -2 * kPi * cycles);
  }
  return sum;
}

double db(double ratio) { return 10 * std::log10(ratio); }

}  // namespace

std::vector<cf32> white_noise(std::size_t n, unsigned seed) {
  std::vector<cf32> samples(n);
  Random(seed).add_noise(samples, 1);
  return samples;
}

std::vector<cf32> tone(std::size_t n, double cycles_per_sample) {
  std::vector<cf32> samples(n);
  for (std::size_t i = 0; i < n; ++i)
    samples[i] = static_cast<cf32>(
        std::polar(1.0, 2 * kPi * std::fmod(cycles_per_sample * static_cast<double>(i), 1.0)));
  return samples;
}

ProofBank::ProofBank(dsp::Hertz rate)
    : geometry(dsp::bank_geometry(rate)),
      forward(geometry.fft_size, dsp::FftDirection::forward),
      time(geometry.fft_size),
      bins(geometry.fft_size) {}

const cf32* ProofBank::spectrum(std::span<const cf32> stream, std::int64_t block) {
  for (std::size_t i = 0; i < geometry.fft_size; ++i) {
    const std::int64_t at = geometry.block_start(block) + static_cast<std::int64_t>(i);
    time[i] = at >= 0 && at < std::ssize(stream) ? stream[static_cast<std::size_t>(at)] : cf32{};
  }
  forward.execute(time.data(), bins.data());
  return bins.data();
}

std::vector<cf32> channelise(ProofBank& bank, dsp::ChannelTap& tap, std::span<const cf32> stream,
                             std::int64_t blocks) {
  std::vector<cf32> out;
  for (std::int64_t block = 0; block < blocks; ++block) {
    const auto samples = tap.extract(bank.spectrum(stream, block), block);
    out.insert(out.end(), samples.begin(), samples.end());
  }
  return out;
}

double difference_to_direct_db(const BankCase& c) {
  ProofBank bank(c.rate);
  const auto filter = std::make_shared<dsp::ChannelFilter>(bank.geometry, c.channel_rate, c.passband);
  dsp::ChannelTap tap(bank.geometry, filter, std::lround(c.offset_hz / dsp::kBinHz));
  const auto decimation = static_cast<std::int64_t>(bank.geometry.fft_size / filter->size());
  const auto stream = white_noise(bank.geometry.fft_size * 4, 7);
  const auto out = channelise(bank, tap, stream, 5);
  double wanted = 0, difference = 0;
  for (std::size_t i = 0; i < out.size(); i += 7) {
    const cf64 truth = direct(stream, filter->impulse_response(), c.offset_hz / c.rate.value,
                              static_cast<std::int64_t>(i) * decimation);
    wanted += std::norm(truth);
    difference += std::norm(truth - static_cast<cf64>(out[i]));
  }
  return db(difference / wanted);
}

double tone_response_db(ProofBank& bank, dsp::ChannelTap& tap, std::int64_t offset_bins, double distance_hz) {
  const double offset_hz = static_cast<double>(offset_bins) * dsp::kBinHz + distance_hz;
  const auto stream = tone(bank.geometry.fft_size * 5, offset_hz / bank.geometry.rate.value);
  double power = 0;
  for (std::int64_t block = 2; block < 4; ++block)
    for (const cf32 y : tap.extract(bank.spectrum(stream, block), block))
      power = std::max(power, static_cast<double>(std::norm(y)));
  return db(power + 1e-30);
}

}  // namespace windhover::synth
