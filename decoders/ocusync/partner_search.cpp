#include "decoders/ocusync/partner_search.hpp"

#include <algorithm>

#include "dsp/simd.hpp"

namespace windhover::decoders::ocusync {
namespace {

constexpr std::size_t kLanes = 32;

struct Planes {
  const float* re;
  const float* im;
};

/// Σ x·conj(s)·e^(-j2π·h·n/2048) over one body, h in half carriers. The phasor is split into that of a row of
/// 32 samples and that within the row, so that the inner loop is plain multiply and add over 32 lanes.
WINDHOVER_CLONES float shifted_correlation(Planes x, Planes s, const cf32* circle, int h) {
  alignas(64) std::array<float, kLanes> sum_re{}, sum_im{};
  for (std::size_t row = 0; row < kFftSize / kLanes; ++row) {
    const auto turn = static_cast<unsigned>(-h * static_cast<int>(row * kLanes)) & 2047U;
    const float c = circle[turn].real(), d = circle[turn].imag();
    const float *xr = x.re + row * kLanes, *xi = x.im + row * kLanes;
    const float *sr = s.re + row * kLanes, *si = s.im + row * kLanes;
    for (std::size_t i = 0; i < kLanes; ++i) {
      const float re = xr[i] * sr[i] + xi[i] * si[i];
      const float im = xi[i] * sr[i] - xr[i] * si[i];
      sum_re[i] += re * c - im * d;
      sum_im[i] += re * d + im * c;
    }
  }
  cf32 sum = 0;
  for (std::size_t i = 0; i < kLanes; ++i) {
    const auto turn = static_cast<unsigned>(-h * static_cast<int>(i)) & 2047U;
    sum += times({sum_re[i], sum_im[i]}, circle[turn]);
  }
  return power(sum);
}

}  // namespace

PartnerSearch::PartnerSearch() : ref_(reference()) {}

Partner PartnerSearch::find(std::span<const cf32> iq, double peak, int around, int reach) {
  const auto origin = static_cast<std::size_t>(std::lround(peak) + kZcDistance - kReach);
  for (std::size_t n = 0; n < kSpan; ++n) {
    re_[n] = iq[origin + n].real();
    im_[n] = iq[origin + n].imag();
  }
  const Planes s{ref_.body147_re.data(), ref_.body147_im.data()};
  const int lowest = std::max(around - reach, -kMaxHalfCarriers);
  const int highest = std::min(around + reach, kMaxHalfCarriers);
  float sum = 0;
  std::size_t tried = 0, best = 0;
  for (int h = lowest; h <= highest; ++h) {
    const double at = peak - kChirpSamplesPerCarrier * 0.5 * h + kZcDistance;
    const auto n = static_cast<std::size_t>(std::lround(at)) - origin;
    powers_[tried] = shifted_correlation({&re_[n], &im_[n]}, s, ref_.circle.data(), h);
    sum += powers_[tried];
    if (powers_[tried] > powers_[best]) best = tried;
    ++tried;
  }
  // What lies next to the best belongs to it.
  const std::size_t from = best < 3 ? 0 : best - 3, to = std::min(best + 4, tried);
  for (std::size_t i = from; i < to; ++i) sum -= powers_[i];
  if (to - from == tried) return {};
  const float mean = sum / static_cast<float>(tried - (to - from));
  return {lowest + static_cast<int>(best), powers_[best] / std::max(mean, 1e-30F)};
}

float PartnerSearch::root600_at(std::span<const cf32> iq, int lag) const {
  if (lag < 1 || static_cast<std::size_t>(lag) + kFftSize + 1 > iq.size()) return 0;
  float best = 0, energy = 1e-30F;
  for (std::size_t n = 0; n < kFftSize; ++n) energy += power(iq[static_cast<std::size_t>(lag) + n]);
  for (int shift = -1; shift <= 1; ++shift) {
    cf32 sum = 0;
    for (std::size_t n = 0; n < kFftSize; ++n)
      sum += times_conj(iq[static_cast<std::size_t>(lag + shift) + n], ref_.body600[n]);
    best = std::max(best, power(sum));
  }
  return best / (energy * static_cast<float>(kFftSize));
}

}  // namespace windhover::decoders::ocusync
