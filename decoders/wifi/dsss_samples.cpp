#include "decoders/wifi/dsss_samples.hpp"

#include <algorithm>
#include <cmath>

#include "dsp/simd.hpp"

namespace windhover::decoders::wifi {
namespace {

// 80 dB above full scale: sums of squares of squares stay finite.
constexpr float kMostSample = 1e4F;

WINDHOVER_CLONES void split(const float* iq, std::size_t n, float* __restrict re, float* __restrict im) {
  for (std::size_t i = 0; i < n; ++i) {
    const float a = iq[2 * i], b = iq[2 * i + 1];
    // False for what is no number.
    re[i] = std::abs(a) < kMostSample ? a : 0.0F;
    im[i] = std::abs(b) < kMostSample ? b : 0.0F;
  }
}

}  // namespace

// A few more, which vector loops may read but do not use.
DsssSamples::DsssSamples(std::size_t capacity) : re_(capacity + 64), im_(capacity + 64) {}

void DsssSamples::restart(std::int64_t first) {
  first_ = first;
  held_ = 0;
}

void DsssSamples::append(std::span<const dsp::cf32> iq) {
  split(reinterpret_cast<const float*>(iq.data()), iq.size(), re_.data() + held_, im_.data() + held_);
  held_ += iq.size();
}

void DsssSamples::drop_before(std::int64_t position, std::size_t wanted) {
  if (held_ + wanted + 64 <= re_.size()) return;
  const auto drop = std::clamp<std::int64_t>(position - first_, 0, static_cast<std::int64_t>(held_));
  const auto held = static_cast<std::ptrdiff_t>(held_);
  std::copy(re_.begin() + drop, re_.begin() + held, re_.begin());
  std::copy(im_.begin() + drop, im_.begin() + held, im_.begin());
  held_ -= static_cast<std::size_t>(drop);
  first_ += drop;
}

}  // namespace windhover::decoders::wifi
