#include "decoders/links/cyclic_prefix.hpp"

#include <algorithm>
#include <cmath>

#include "dsp/simd.hpp"

namespace windhover::decoders::links {
namespace {

/// x[n + lag]·conj(x[n]) and the mean power of both, added.
WINDHOVER_CLONES void add_products(const float* x, const float* later, std::size_t count, float* re,
                                   float* im, float* energy) {
  for (std::size_t n = 0; n < count; ++n) {
    const float a = x[2 * n], b = x[2 * n + 1], c = later[2 * n], d = later[2 * n + 1];
    re[n] += c * a + d * b;
    im[n] += d * a - c * b;
    energy[n] += (a * a + b * b + c * c + d * d) * 0.5F;
  }
}

}  // namespace

PrefixSearch::PrefixSearch()
    : re_(kLongestPeriod),
      im_(kLongestPeriod),
      energy_(kLongestPeriod),
      sum_re_(2 * kLongestPeriod + 1),
      sum_im_(2 * kLongestPeriod + 1),
      sum_energy_(2 * kLongestPeriod + 1),
      moved_(kLongestPeriod) {}

PrefixFit PrefixSearch::fit(std::span<const cf32> iq, const SymbolClock& clock) noexcept {
  PrefixFit out;
  const auto period = static_cast<std::size_t>(clock.period);
  if (period > kLongestPeriod || period < clock.prefix * 3 || iq.size() < clock.useful + 2 * period)
    return out;
  std::fill_n(re_.begin(), period, 0.0F);
  std::fill_n(im_.begin(), period, 0.0F);
  std::fill_n(energy_.begin(), period, 0.0F);
  const std::size_t usable = iq.size() - clock.useful;
  double folds = 0;
  for (std::size_t k = 0;; ++k) {
    const auto first = static_cast<std::size_t>(std::lround(static_cast<double>(k) * clock.period));
    if (first >= usable) break;
    const std::size_t count = std::min(period, usable - first);
    const auto* x = reinterpret_cast<const float*>(iq.data() + first);
    add_products(x, x + 2 * clock.useful, count, re_.data(), im_.data(), energy_.data());
    folds += static_cast<double>(count) / static_cast<double>(period);
  }
  for (std::size_t t = 0; t < 2 * period; ++t) {
    const std::size_t at = t % period;
    sum_re_[t + 1] = sum_re_[t] + static_cast<double>(re_[at]);
    sum_im_[t + 1] = sum_im_[t] + static_cast<double>(im_[at]);
    sum_energy_[t + 1] = sum_energy_[t] + static_cast<double>(energy_[at]);
  }
  std::size_t best = 0;
  float best_power = -1;
  for (std::size_t t = 0; t < period; ++t) {
    const double energy = sum_energy_[t + clock.prefix] - sum_energy_[t];
    const double scale = energy > 0 ? 1 / energy : 0;
    moved_[t] = {static_cast<float>((sum_re_[t + clock.prefix] - sum_re_[t]) * scale),
                 static_cast<float>((sum_im_[t + clock.prefix] - sum_im_[t]) * scale)};
    if (power(moved_[t]) > best_power) {
      best_power = power(moved_[t]);
      best = t;
    }
  }
  if (!(best_power > 0)) return out;

  // Places that share no sample with the best one.
  const std::size_t away = clock.prefix + clock.prefix / 4 + 1;
  cf32 mean{};
  double others = 0;
  for (std::size_t t = away; t + away < period; ++t) mean += moved_[(best + t) % period];
  const double places = static_cast<double>(period - 2 * away);
  mean *= static_cast<float>(1 / places);
  for (std::size_t t = away; t + away < period; ++t)
    others += static_cast<double>(power(moved_[(best + t) % period] - mean)) / places;
  out.match = std::min(1.0F, std::sqrt(best_power));
  out.contrast =
      others > 0 ? static_cast<float>(static_cast<double>(power(moved_[best] - mean)) / others) : 0;
  out.evidence = best_power * static_cast<float>(folds * static_cast<double>(clock.prefix));
  out.phase = static_cast<float>(phase(moved_[best]));
  out.start = static_cast<double>(best);
  const double left = static_cast<double>(iq.size()) - out.start;
  out.symbols = static_cast<std::size_t>(left / clock.period);
  return out;
}

}  // namespace windhover::decoders::links
