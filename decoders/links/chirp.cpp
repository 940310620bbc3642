#include "decoders/links/chirp.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>

namespace windhover::decoders::links {
namespace {

constexpr std::array kBandwidths_hz{125e3, 203.125e3, 250e3, 406.25e3, 500e3, 812.5e3, 1625e3};
constexpr double kBandwidthTolerance = 0.25;
constexpr int kSmallestFactor = 5, kLargestFactor = 12;
constexpr std::size_t kFirstLook = 7, kFewestWindows = 14, kMostSamples = 4096;
constexpr std::size_t kFewestSymbols = 3;
constexpr float kPromising = 0.14F, kShare = 0.2F;
constexpr float kAgainstNext = 1.3F;

std::size_t window_of(double rate_hz, double bandwidth_hz, int factor) {
  return static_cast<std::size_t>(std::ldexp(1, factor) / bandwidth_hz * rate_hz);
}

}  // namespace

ChirpMeter::ChirpMeter() : chirp_(kLargest), in_(kLargest), out_(kLargest) {
  for (std::size_t size = kSmallest; size <= kLargest; size *= 2)
    ffts_.emplace_back(size, dsp::FftDirection::forward);
}

/// What takes the sweep off.
void ChirpMeter::make_chirp(const Excerpt& in, const Sweep& sweep, std::size_t window) noexcept {
  const double slope = sweep.bandwidth_hz * sweep.bandwidth_hz / std::ldexp(1, sweep.factor);
  const double turns_per_square = slope / (in.rate_hz * in.rate_hz) * (sweep.down ? 1 : -1);
  const double middle = static_cast<double>(window) / 2;
  // exp(jπ·c·(n - middle)²): its turn from sample to sample grows evenly.
  std::complex<double> value = std::polar(1.0, std::numbers::pi * turns_per_square * middle * middle);
  std::complex<double> turn = std::polar(1.0, std::numbers::pi * turns_per_square * (1 - 2 * middle));
  const std::complex<double> growth = std::polar(1.0, 2 * std::numbers::pi * turns_per_square);
  for (std::size_t n = 0; n < window; ++n) {
    chirp_[n] = cf32(value);
    value = {value.real() * turn.real() - value.imag() * turn.imag(),
             value.real() * turn.imag() + value.imag() * turn.real()};
    turn = {turn.real() * growth.real() - turn.imag() * growth.imag(),
            turn.real() * growth.imag() + turn.imag() * growth.real()};
  }
}

/// Mean share of the power in the strongest line, over windows of a symbol that lie anywhere.
float ChirpMeter::line_share(const Excerpt& in, const Sweep& sweep, std::size_t most_windows) noexcept {
  const std::size_t window = window_of(in.rate_hz, sweep.bandwidth_hz, sweep.factor);
  const std::size_t size = std::max(kSmallest, std::bit_ceil(window));
  const dsp::Fft& fft = ffts_[static_cast<std::size_t>(std::countr_zero(size) - std::countr_zero(kSmallest))];
  make_chirp(in, sweep, window);
  std::fill(in_.begin() + static_cast<std::ptrdiff_t>(window),
            in_.begin() + static_cast<std::ptrdiff_t>(size), cf32{});
  const std::size_t room = in.iq.size() - window;
  const std::size_t count = std::min(most_windows, 2 * room / window + 1);
  double sum = 0;
  for (std::size_t w = 0; w < count; ++w) {
    const std::size_t first = count == 1 ? 0 : room * w / (count - 1);
    float energy = 0;
    for (std::size_t n = 0; n < window; ++n) {
      in_[n] = times(in.iq[first + n], chirp_[n]);
      energy += power(in_[n]);
    }
    if (!(energy > 0)) continue;
    fft.execute(in_.data(), out_.data());
    float most = 0;
    for (std::size_t k = 0; k < size; ++k) most = power(out_[k]) > most ? power(out_[k]) : most;
    sum += static_cast<double>(most / energy) / static_cast<double>(window);
  }
  return static_cast<float>(sum / static_cast<double>(count));
}

std::optional<Finding<Chirp>> ChirpMeter::estimate(const Excerpt& in) noexcept {
  // A few windows tell which sweeps are worth a closer look.
  Sweep best, next;
  for (const double bandwidth_hz : kBandwidths_hz) {
    if (std::abs(std::log(in.width_hz() / bandwidth_hz)) > kBandwidthTolerance) continue;
    for (int factor = kSmallestFactor; factor <= kLargestFactor; ++factor) {
      const std::size_t window = window_of(in.rate_hz, bandwidth_hz, factor);
      if (window > kLargest || window * kFewestSymbols > in.iq.size()) break;
      for (const bool down : {false, true}) {
        Sweep sweep{bandwidth_hz, factor, down};
        sweep.share = line_share(in, sweep, kFirstLook);
        if (sweep.share > best.share) {
          if (best.factor != factor) next = best;
          best = sweep;
        } else if (sweep.share > next.share && best.factor != factor) {
          next = sweep;
        }
      }
    }
  }
  if (best.share < kPromising) return std::nullopt;
  for (Sweep* sweep : {&best, &next})
    if (sweep->factor != 0)
      sweep->share = line_share(
          in, *sweep,
          std::max(kFewestWindows, kMostSamples / window_of(in.rate_hz, sweep->bandwidth_hz, sweep->factor)));
  if (next.share > best.share) std::swap(best, next);
  if (best.share < kShare || best.share < kAgainstNext * next.share) return std::nullopt;
  Finding<Chirp> out;
  out.modulation = {best.bandwidth_hz, static_cast<std::uint8_t>(best.factor), std::min(1.0F, best.share)};
  out.carrier_hz = in.middle_hz();
  out.carrier_error_hz = 0.03 * best.bandwidth_hz;
  out.confidence = std::min(0.99F, 1 - 0.3F * kShare / best.share);
  return out;
}

}  // namespace windhover::decoders::links
