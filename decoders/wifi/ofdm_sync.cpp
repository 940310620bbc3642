#include "decoders/wifi/ofdm_sync.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "decoders/complex_math.hpp"
#include "dsp/simd.hpp"

namespace windhover::decoders::wifi {
namespace {

constexpr std::size_t kPeriod = 16, kPairs = 9;
constexpr std::size_t kFiltered = StfSearch::kStep + kPairs * kPeriod;

// |D|/P of a strong preamble is 14.4; at -2 dB it is 5.6, at -6 dB 2.9. In noise its tail falls like exp(-10
// x).
constexpr float kStfThreshold = 1.6F * 1.6F;

// Before that filter is worth its cost: correlation of nine periods with those behind them, over their power.
// 0.37 at -2 dB where the blocks lie badly; noise exceeds it in a tenth of the steps.
constexpr float kRepeats = 0.2F;

// A maximum stands when nothing better came for so long: the metric of one preamble is a triangle of ±128.
constexpr std::int64_t kStands = 144;

// Where power leaps up short training may begin; so far behind that it would have been seen.
constexpr std::int64_t kStart = 32;

// |X1 + X2|² over its mean in noise, the best of 153 places; 49 at -2 dB, half of that with two equal paths.
constexpr float kLtfThreshold = 13;
// Where only the end of short training is heard, the search sees it later than it began.
constexpr std::int64_t kLtfEarlier = 112, kLtfLater = 40;

using Lanes = float __attribute__((vector_size(32)));
constexpr std::size_t kLanes = 8;

Lanes load(const float* from) noexcept {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}
void store(const Lanes& lanes, float* to) noexcept { std::memcpy(to, &lanes, sizeof lanes); }
float sum_of(const Lanes& x) noexcept {
  return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

// How much 16 samples are like the 16 that follow.
WINDHOVER_CLONES
void repetitions(const float* re, const float* im, StfSearch::Repetition* out, std::size_t blocks) noexcept {
  for (std::size_t i = 0; i < blocks; ++i, re += kPeriod, im += kPeriod) {
    Lanes sum_re{}, sum_im{}, power{};
    for (std::size_t t = 0; t < kPeriod; t += kLanes) {
      const Lanes a = load(re + t), b = load(im + t), c = load(re + t + kPeriod), d = load(im + t + kPeriod);
      sum_re += a * c + b * d;
      sum_im += a * d - b * c;
      power += a * a + b * b;
    }
    out[i] = {sum_of(sum_re), sum_of(sum_im), sum_of(power)};
  }
}

// Whether anywhere nine such blocks in a row repeat, as short training makes them.
bool may_hold_training(std::span<const StfSearch::Repetition> blocks) noexcept {
  for (std::size_t i = 0; i + kPairs < blocks.size(); ++i) {
    StfSearch::Repetition sum = blocks[i];
    for (std::size_t j = 1; j < kPairs; ++j) {
      sum.re += blocks[i + j].re;
      sum.im += blocks[i + j].im;
      sum.power += blocks[i + j].power;
    }
    if (sum.re * sum.re + sum.im * sum.im > kRepeats * kRepeats * sum.power * sum.power) return true;
  }
  return false;
}

// filtered[n] = Σ x[n+t]·conj(period[t])
WINDHOVER_CLONES
void match(const float* re, const float* im, const float* period_re, const float* period_im, float* out_re,
           float* out_im, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; i += kLanes) {
    Lanes sum_re{}, sum_im{};
    for (std::size_t t = 0; t < kPeriod; ++t) {
      const Lanes a = load(re + i + t), b = load(im + i + t);
      sum_re += a * period_re[t] + b * period_im[t];
      sum_im += b * period_re[t] - a * period_im[t];
    }
    store(sum_re, out_re + i);
    store(sum_im, out_im + i);
  }
}

// sum[n] = Σ_{j<9} c[n+16(j+1)]·conj(c[n+16j])
WINDHOVER_CLONES
void correlate_periods(const float* re, const float* im, float* out_re, float* out_im,
                       std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; i += kLanes) {
    Lanes sum_re{}, sum_im{};
    Lanes a = load(re + i), b = load(im + i);
    for (std::size_t j = 1; j <= kPairs; ++j) {
      const Lanes c = load(re + i + kPeriod * j), d = load(im + i + kPeriod * j);
      sum_re += a * c + b * d;
      sum_im += a * d - b * c;
      a = c;
      b = d;
    }
    store(sum_re, out_re + i);
    store(sum_im, out_im + i);
  }
}

// 14.4 = 9·16²/160 becomes |sum|/Σ|x|².
WINDHOVER_CLONES
void strengths(const float* sum_re, const float* sum_im, const double* power, float* out,
               std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    const float p = static_cast<float>(power[i + 160] - power[i]) + 1e-20F;
    out[i] = (sum_re[i] * sum_re[i] + sum_im[i] * sum_im[i]) / (p * p);
  }
}

}  // namespace

StfSearch::StfSearch()
    : re_(kStep + kAhead + kLanes),
      im_(re_.size()),
      filtered_re_(kFiltered + kLanes),
      filtered_im_(filtered_re_.size()),
      sum_re_(kStep),
      sum_im_(kStep),
      strength_(kStep),
      power_(kStep + kAhead + 1) {}

std::optional<StfHit> StfSearch::step(std::span<const cf32> x, std::int64_t first, std::int64_t from) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    re_[i] = x[i].real();
    im_[i] = x[i].imag();
  }
  repetitions(re_.data(), im_.data(), repetitions_.data(), repetitions_.size());
  const auto cut = best_ ? std::nullopt : leap(first, from);
  if (!best_ && !may_hold_training(repetitions_)) return cut;
  correlate();
  const std::int64_t skip = std::max<std::int64_t>(0, from - first);
  for (std::int64_t i = skip; i < static_cast<std::int64_t>(kStep); ++i) {
    const auto k = static_cast<std::size_t>(i);
    if (best_ && first + i > best_->position + kStands) {
      return std::exchange(best_, std::nullopt);
    }
    if (cut && !best_ && first + i > cut->edge() + kStart) return cut;
    if (strength_[k] < kStfThreshold || (best_ && strength_[k] <= best_->strength)) continue;
    best_ = {first + i, strength_[k], std::atan2(sum_im_[k], sum_re_[k]) / static_cast<float>(kPeriod)};
  }
  return best_ ? std::nullopt : cut;
}

// Noise does so once in a thousand steps, a frame once. What follows a cut in a recording begins anywhere in
// its preamble.
std::optional<StfHit> StfSearch::leap(std::int64_t first, std::int64_t from) const noexcept {
  constexpr float kLeap = 10;
  float before = std::numeric_limits<float>::max(), last = before;
  for (std::size_t i = StfHit::kCutBefore + kLanes; i < kStep; i += kLanes) {
    const Lanes a = load(re_.data() + i), b = load(im_.data() + i);
    const float power = sum_of(a * a + b * b);
    const std::int64_t at = first + static_cast<std::int64_t>(i) - static_cast<std::int64_t>(kLanes);
    if (at >= from && power > kLeap * before) return StfHit{at - StfHit::kCutBefore};
    before = last;
    last = power;
  }
  return std::nullopt;
}

// The metric of every position, from re_ and im_.
void StfSearch::correlate() noexcept {
  const auto& period = short_training_period();
  float period_re[kPeriod], period_im[kPeriod];
  for (std::size_t t = 0; t < kPeriod; ++t) {
    period_re[t] = period[t].real();
    period_im[t] = period[t].imag();
  }
  // What a strong frame leaves behind it in a running sum must not hide a weak one: hence double.
  double sum = 0;
  for (std::size_t i = 0; i + 1 < power_.size(); ++i) {
    power_[i] = sum;
    sum += static_cast<double>(re_[i] * re_[i] + im_[i] * im_[i]);
  }
  power_.back() = sum;
  match(re_.data(), im_.data(), period_re, period_im, filtered_re_.data(), filtered_im_.data(), kFiltered);
  correlate_periods(filtered_re_.data(), filtered_im_.data(), sum_re_.data(), sum_im_.data(), kStep);
  strengths(sum_re_.data(), sum_im_.data(), power_.data(), strength_.data(), kStep);
}

namespace {

struct Correlation {
  std::array<cf32, kLtfEarlier + kLtfLater + 1 + kFft> at{};
};

cf32 correlate(const cf32* x, std::span<const cf32, kFft> symbol) noexcept {
  float re = 0, im = 0;
  for (std::size_t t = 0; t < kFft; ++t) {
    re += x[t].real() * symbol[t].real() + x[t].imag() * symbol[t].imag();
    im += x[t].imag() * symbol[t].real() - x[t].real() * symbol[t].imag();
  }
  return {re, im};
}

void derotate(std::span<const cf32> x, float turn, cf32* out) noexcept {
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float angle = -turn * static_cast<float>(i);
    out[i] = times(x[i], cf32{std::cos(angle), std::sin(angle)});
  }
}

// Index of the first path at or before the strongest one: a delay of nearly a guard is allowed for.
std::size_t earliest(std::span<const float> power, std::size_t strongest) {
  float mean = 0;
  for (const float p : power) mean += p / static_cast<float>(power.size());
  const float least = std::max(0.15F * power[strongest], std::min(2 * mean, 0.5F * power[strongest]));
  const std::size_t begin = strongest > 13 ? strongest - 13 : 0;
  for (std::size_t i = begin; i < strongest; ++i)
    if (power[i] > least) return i;
  return strongest;
}

// Whether anywhere 64 samples repeat, as the two symbols of long training do: from 0 dB on. Few edges of
// power are preambles, and this costs a hundredth of the correlation.
bool may_hold_symbols(std::span<const cf32> x) noexcept {
  constexpr float kAlike = 0.35F;
  cf32 sum = 0;
  float power = 0;
  const auto take = [&](std::size_t i, float sign) {
    sum += sign * times_conj(x[i + kFft], x[i]);
    power += sign * (std::norm(x[i + kFft]) + std::norm(x[i])) / 2;
  };
  for (std::size_t i = 0; i + kFft < x.size(); ++i) {
    take(i, 1);
    if (i < kFft) continue;
    take(i - kFft, -1);
    if (std::norm(sum) > kAlike * kAlike * power * power && power > 0) return true;
  }
  return false;
}

}  // namespace

std::optional<LtfSync> synchronise(std::span<const cf32> x, const StfHit& hit) {
  constexpr std::int64_t kFrom = 192 - kLtfEarlier;
  constexpr std::size_t kPlaces = kLtfEarlier + kLtfLater + 1;
  const std::span<const cf32> around = x.subspan(kFrom, kPlaces + 2 * kFft);
  if (hit.is_cut() && !may_hold_symbols(around)) return std::nullopt;
  std::array<cf32, kPlaces + 2 * kFft> turned;
  derotate(around, hit.turn, turned.data());
  const std::span<const cf32, kFft> symbol(long_training_symbol());
  Correlation correlation;
  for (std::size_t m = 0; m < kPlaces + kFft; ++m) correlation.at[m] = correlate(&turned[m], symbol);

  std::array<float, kPlaces> power;
  std::size_t best = 0;
  float best_sum = 0;
  for (std::size_t m = 0; m < kPlaces; ++m) {
    const cf32 one = correlation.at[m], two = correlation.at[m + kFft];
    power[m] = std::norm(one) + std::norm(two);
    if (const float sum = std::norm(one + two); sum > best_sum) best_sum = sum, best = m;
  }
  float energy = 0;
  for (std::size_t t = 0; t < 2 * kFft; ++t) energy += std::norm(turned[best + t]);
  if (!(best_sum > kLtfThreshold * energy)) return std::nullopt;

  const std::size_t path = earliest(power, best);
  cf32 repeated = 0;
  for (std::size_t m = path; m < std::min(path + kGuard, kPlaces); ++m)
    if (power[m] > 0.1F * power[best]) repeated += times_conj(correlation.at[m + kFft], correlation.at[m]);
  return LtfSync{hit.position + kFrom + static_cast<std::int64_t>(path) - kEarly,
                 hit.turn + std::arg(repeated) / static_cast<float>(kFft)};
}

std::int64_t first_path(std::span<const cf32> x, std::int64_t expected, std::int64_t range,
                        std::span<const cf32, kFft> symbol, float turn) {
  const auto places = static_cast<std::size_t>(2 * range + 1);
  std::array<cf32, 2 * 24 + 1 + kFft> turned;
  std::array<float, 2 * 24 + 1> power;
  derotate(x.subspan(static_cast<std::size_t>(expected - range), places + kFft - 1), turn, turned.data());
  for (std::size_t m = 0; m < places; ++m) power[m] = std::norm(correlate(&turned[m], symbol));
  const std::span<const float> all(power.data(), places);
  const auto best = static_cast<std::size_t>(std::ranges::max_element(all) - all.begin());
  return expected - range + static_cast<std::int64_t>(earliest(all, best));
}

}  // namespace windhover::decoders::wifi
