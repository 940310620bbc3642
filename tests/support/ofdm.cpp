#include "tests/support/ofdm.hpp"

#include <bit>
#include <cmath>
#include <numbers>
#include <utility>

namespace windhover::synth {
namespace {

void reorder_by_reversed_bits(std::vector<cf64>& x) {
  for (std::size_t i = 1, j = 0; i < x.size(); ++i) {
    std::size_t bit = x.size() >> 1;
    for (; (j & bit) != 0; bit >>= 1) j ^= bit;
    j |= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
}

}  // namespace

std::vector<cf64> zadoff_chu(unsigned root, unsigned length) {
  std::vector<cf64> sequence;
  sequence.reserve(length);
  for (std::size_t k = 0; k < length; ++k) {
    const std::size_t turns = root * k * (k + 1) % (2UL * length);  // exact, so the angle stays small
    sequence.push_back(std::polar(1.0, -std::numbers::pi * static_cast<double>(turns) / length));
  }
  return sequence;
}

std::vector<cf64> inverse_dft(std::span<const cf64> bins) {
  std::vector<cf64> x(bins.begin(), bins.end());
  reorder_by_reversed_bits(x);
  for (std::size_t half = 1; half < x.size(); half *= 2) {
    for (std::size_t k = 0; k < half; ++k) {
      const cf64 twiddle =
          std::polar(1.0, std::numbers::pi * static_cast<double>(k) / static_cast<double>(half));
      for (std::size_t i = k; i < x.size(); i += 2 * half) {
        const cf64 odd = twiddle * x[i + half];
        x[i + half] = x[i] - odd;
        x[i] += odd;
      }
    }
  }
  return x;
}

void append_symbol(std::span<const cf64> body, std::size_t prefix_samples, double scale,
                   std::vector<dsp::cf32>& out) {
  const auto append = [&](std::span<const cf64> part) {
    for (const cf64 x : part)
      out.emplace_back(static_cast<float>(scale * x.real()), static_cast<float>(scale * x.imag()));
  };
  append(body.last(prefix_samples));
  append(body);
}

}  // namespace windhover::synth
