#include "tests/support/emission_band.hpp"

#include <algorithm>
#include <cmath>

#include "dsp/energy_gate.hpp"
#include "tests/support/quick_plans.hpp"

namespace windhover::synth {

using dsp::cf32;

Waveform flat_burst(Random& random, double duration_s, dsp::Hertz width) {
  const double rate = std::ceil(1.3 * width.value / 1e4) * 1e4;
  const auto n = static_cast<std::size_t>(std::lround(duration_s * rate));
  const auto carriers = std::max<std::int64_t>(1, std::llround(width.value * duration_s));
  dsp::AlignedVector<cf32> spectrum(n), samples(n);
  for (std::int64_t k = -carriers / 2; k < carriers - carriers / 2; ++k)
    spectrum[static_cast<std::size_t>((k + static_cast<std::int64_t>(n)) % static_cast<std::int64_t>(n))] =
        random.complex_normal(1.0 / static_cast<double>(carriers));
  const QuickPlans quick;
  dsp::Fft(n, dsp::FftDirection::inverse).execute(spectrum.data(), samples.data());
  return {{samples.begin(), samples.end()}, {rate}, 1.05 * width, width};
}

EmissionBand::EmissionBand(dsp::Hertz rate)
    : geometry_(dsp::bank_geometry(rate)),
      forward_(geometry_.fft_size, dsp::FftDirection::forward),
      detector_(geometry_),
      time_(geometry_.fft_size),
      bins_(geometry_.fft_size),
      scratch_(2 * geometry_.fft_size) {
  last_cells.resize(geometry_.fft_size / dsp::kBinsPerCell);
}

void EmissionBand::feed(std::span<const cf32> iq) {
  waiting_.insert(waiting_.end(), iq.begin(), iq.end());
  for (;;) {
    const std::int64_t at = geometry_.block_start(next_block_) - first_;
    if (at + static_cast<std::int64_t>(geometry_.fft_size) > std::ssize(waiting_)) break;
    block(next_block_++, waiting_.data() + at);
  }
  const std::int64_t done = std::min(geometry_.block_start(next_block_) - first_, std::ssize(waiting_));
  waiting_.erase(waiting_.begin(), waiting_.begin() + done);
  first_ += done;
}

void EmissionBand::block(std::int64_t number, const cf32* samples) {
  std::copy_n(samples, time_.size(), time_.begin());
  forward_.execute(time_.data(), bins_.data());
  dsp::hann_cells(bins_.data(), bins_.size(), scratch_.data(), last_cells.data());
  detector_.push(number, last_cells);
  found.insert(found.end(), detector_.ended().begin(), detector_.ended().end());
}

void EmissionBand::end() {
  detector_.interrupt();
  found.insert(found.end(), detector_.ended().begin(), detector_.ended().end());
}

void EmissionBand::gap(std::int64_t missing) {
  end();
  first_ += std::ssize(waiting_) + missing;
  waiting_.clear();
  while (geometry_.block_start(next_block_) < first_) ++next_block_;
}

void EmissionBand::retune() {
  end();
  detector_.forget_floor();
}

}  // namespace windhover::synth
