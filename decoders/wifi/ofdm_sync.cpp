#include "decoders/wifi/ofdm_sync.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "decoders/wifi/lanes.hpp"
#include "dsp/simd.hpp"

namespace windhover::decoders::wifi {
namespace {

constexpr std::size_t kPeriod = 16, kPairs = 9;

// |D|/P of a strong preamble is 14.4; at -2 dB it is 5.6, at -6 dB 2.9. In noise its tail falls like exp(-10
// x).
constexpr float kStfThreshold = 1.6F * 1.6F;

// Before that filter is worth its cost: correlation of nine periods with those behind them, over their power.
// 0.37 at -2 dB where the blocks lie badly; noise exceeds it in a tenth of the steps.
constexpr float kRepeats = 0.2F;
// The metric's maximum lies within so many samples of where they repeat.
constexpr std::size_t kAround = 48;

// A maximum stands when nothing better came for so long: the metric of one preamble is a triangle of ±128.
constexpr std::int64_t kStands = 144;

// Where power leaps up short training may begin; so far behind that it would have been seen.
constexpr std::int64_t kStart = 32;

WINDHOVER_CLONES
void split(const float* iq, float* re, float* im, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    re[i] = iq[2 * i];
    im[i] = iq[2 * i + 1];
  }
}

// How much 16 samples are like the 16 that follow, and the power of each eight.
WINDHOVER_CLONES
void repetitions(const float* re, const float* im, std::size_t blocks, float* out_re, float* out_im,
                 float* power) noexcept {
  for (std::size_t i = 0; i < blocks; i += kLanes) {
    Lanes sums_re[kLanes], sums_im[kLanes], powers[2][kLanes];
    for (std::size_t j = 0; j < kLanes; ++j, re += kPeriod, im += kPeriod) {
      const Lanes a = load(re), b = load(im), a2 = load(re + kLanes), b2 = load(im + kLanes);
      const Lanes c = load(re + kPeriod), d = load(im + kPeriod);
      const Lanes c2 = load(re + kPeriod + kLanes), d2 = load(im + kPeriod + kLanes);
      sums_re[j] = a * c + b * d + a2 * c2 + b2 * d2;
      sums_im[j] = a * d - b * c + a2 * d2 - b2 * c2;
      powers[2 * j / kLanes][2 * j % kLanes] = a * a + b * b;
      powers[2 * j / kLanes][2 * j % kLanes + 1] = a2 * a2 + b2 * b2;
    }
    store(sums_of(sums_re), out_re + i);
    store(sums_of(sums_im), out_im + i);
    store(sums_of(powers[0]), power + 2 * i);
    store(sums_of(powers[1]), power + 2 * i + kLanes);
  }
}

// Nine in a row, from each place on.
Lanes nine_of(const float* x) noexcept {
  Lanes sum = load(x);
  for (std::size_t j = 1; j < kPairs; ++j) sum += load(x + j);
  return sum;
}

// What is above 0 where nine blocks in a row repeat, as short training makes them.
WINDHOVER_CLONES
void repeat_in_a_row(const float* re, const float* im, const float* power, float* excess,
                     std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Lanes a = nine_of(re + i), b = nine_of(im + i), p = kRepeats * nine_of(power + i);
    store(a * a + b * b - p * p, excess + i);
  }
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

template <std::size_t Reach>
void add_ahead(float* x, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; i += kLanes) store(load(x + i) + load(x + i + Reach), x + i);
}

// power[n] = Σ |x[n+t]|² over a period. By adding alone: what a strong frame leaves behind it in a running
// sum would hide a weak one.
WINDHOVER_CLONES
void powers(const float* re, const float* im, float* power, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n + kPeriod; i += kLanes) {
    const Lanes a = load(re + i), b = load(im + i);
    store(a * a + b * b, power + i);
  }
  add_ahead<1>(power, n + kPeriod);
  add_ahead<2>(power, n + kPeriod);
  add_ahead<4>(power, n + kLanes);
  add_ahead<8>(power, n);
}

// sum[n] = Σ_{j<9} c[n+16(j+1)]·conj(c[n+16j]); 14.4 = 9·16²/160 becomes |sum|/Σ|x|².
WINDHOVER_CLONES
void correlate_periods(const float* re, const float* im, const float* power, float* out_re, float* out_im,
                       float* strength, std::size_t n) noexcept {
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
    Lanes p{};
    for (std::size_t j = 0; j <= kPairs; ++j) p += load(power + i + kPeriod * j);
    p += 1e-20F;
    store((sum_re * sum_re + sum_im * sum_im) / (p * p), strength + i);
  }
}

constexpr float kLeap = 10;
constexpr std::size_t kFirstLeap = StfHit::kCutBefore / kLanes + 2, kEndOfLeaps = StfSearch::kStep / kLanes;

WINDHOVER_CLONES
bool leaps_anywhere(const float* eights) noexcept {
  unsigned count = 0;
  for (std::size_t i = kFirstLeap; i < kEndOfLeaps; ++i) count += eights[i] > kLeap * eights[i - 2] ? 1U : 0U;
  return count > 0;
}

}  // namespace

StfSearch::StfSearch()
    : re_(kHeld),
      im_(kHeld),
      filtered_re_(kHeld),
      filtered_im_(kHeld),
      period_power_(kHeld),
      sum_re_(kStep),
      sum_im_(kStep),
      strength_(kStep) {}

void StfSearch::reset() noexcept {
  best_.reset();
  looked_at_.reset();
}

std::optional<StfHit> StfSearch::step(std::span<const cf32> x, std::int64_t first, std::int64_t from) {
  // After a hit the search comes back to the same samples.
  if (looked_at_ != first) look_at(x, first);
  const auto cut = best_ ? std::nullopt : leap(first, from);
  const std::int64_t skip = std::max<std::int64_t>(begin_, from - first);
  for (std::int64_t i = skip; i < end_; ++i) {
    const auto k = static_cast<std::size_t>(i);
    if (best_ && first + i > best_->position + kStands) return std::exchange(best_, std::nullopt);
    if (cut && !best_ && first + i > cut->edge() + kStart) return cut;
    if (strength_[k] < kStfThreshold || (best_ && strength_[k] <= best_->strength)) continue;
    best_ = {first + i, strength_[k], std::atan2(sum_im_[k], sum_re_[k]) / static_cast<float>(kPeriod)};
  }
  if (best_ && first + static_cast<std::int64_t>(kStep) > best_->position + kStands + 1)
    return std::exchange(best_, std::nullopt);
  return best_ ? std::nullopt : cut;
}

// The metric, where it is worth its cost.
void StfSearch::look_at(std::span<const cf32> x, std::int64_t first) noexcept {
  looked_at_ = first;
  split(reinterpret_cast<const float*>(x.data()), re_.data(), im_.data(), x.size());
  repetitions(re_.data(), im_.data(), kBlocks, repeated_re_.data(), repeated_im_.data(), eights_.data());
  leaps_ = leaps_anywhere(eights_.data());
  std::array<float, kBlocks> power, excess;
  for (std::size_t i = 0; i < kBlocks; ++i) power[i] = eights_[2 * i] + eights_[2 * i + 1];
  repeat_in_a_row(repeated_re_.data(), repeated_im_.data(), power.data(), excess.data(), kPlaces);
  std::size_t begin = kStep, end = 0;
  // What was begun before goes on here.
  if (best_) begin = 0, end = kStands + kPeriod;
  for (std::size_t i = 0; i < kPlaces; ++i) {
    if (!(excess[i] > 0)) continue;
    begin = std::min(begin, std::max(i * kPeriod, kAround) - kAround);
    end = std::max(end, std::min(i * kPeriod + kAround, kStep));
  }
  begin_ = static_cast<std::int64_t>(begin);
  end_ = static_cast<std::int64_t>(end);
  if (begin < end) correlate(begin, end - begin);
}

// Noise does so once in a thousand steps, a frame once. What follows a cut in a recording begins anywhere in
// its preamble.
std::optional<StfHit> StfSearch::leap(std::int64_t first, std::int64_t from) const noexcept {
  if (!leaps_) return std::nullopt;
  for (std::size_t i = kFirstLeap; i < kEndOfLeaps; ++i) {
    const std::int64_t at = first + static_cast<std::int64_t>((i - 1) * kLanes);
    if (eights_[i] > kLeap * eights_[i - 2] && at >= from) return StfHit{at - StfHit::kCutBefore};
  }
  return std::nullopt;
}

// The metric of `n` positions from `begin` on.
void StfSearch::correlate(std::size_t begin, std::size_t n) noexcept {
  const auto& period = short_training_period();
  float period_re[kPeriod], period_im[kPeriod];
  for (std::size_t t = 0; t < kPeriod; ++t) {
    period_re[t] = period[t].real();
    period_im[t] = period[t].imag();
  }
  const std::size_t filtered = n + kPairs * kPeriod;
  match(re_.data() + begin, im_.data() + begin, period_re, period_im, filtered_re_.data(),
        filtered_im_.data(), filtered);
  powers(re_.data() + begin, im_.data() + begin, period_power_.data(), filtered);
  correlate_periods(filtered_re_.data(), filtered_im_.data(), period_power_.data(), sum_re_.data() + begin,
                    sum_im_.data() + begin, strength_.data() + begin, n);
}

}  // namespace windhover::decoders::wifi
