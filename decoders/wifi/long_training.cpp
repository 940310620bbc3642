#include <algorithm>
#include <array>
#include <cmath>

#include "decoders/complex_math.hpp"
#include "decoders/wifi/lanes.hpp"
#include "decoders/wifi/ofdm_sync.hpp"
#include "dsp/simd.hpp"

namespace windhover::decoders::wifi {
namespace {

// |X1 + X2|² over its mean in noise, the best of 153 places; 49 at -2 dB, half of that with two equal paths.
constexpr float kLtfThreshold = 13;
// Where only the end of short training is heard, the search sees it later than it began.
constexpr std::int64_t kLtfEarlier = 112, kLtfLater = 40;
constexpr std::size_t kPlaces = kLtfEarlier + kLtfLater + 1;

// Of first_path(), to either side.
constexpr std::int64_t kMostRange = 24;

// Places are correlated by sixteen.
constexpr std::size_t kCorrelated = (kPlaces + kFft + 15) / 16 * 16;

// Samples without their carrier's turn, real and imaginary parts apart; room for what vector loops touch.
struct Turned {
  static constexpr std::size_t kMost = kCorrelated + kFft + kLanes;
  alignas(64) std::array<float, kMost> re{}, im{};
};

// Eight samples at a time, by a phasor of each lane's own that is multiplied on.
WINDHOVER_CLONES
void derotate(const float* iq, std::size_t n, float turn, Turned& out) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    out.re[i] = iq[2 * i];
    out.im[i] = iq[2 * i + 1];
  }
  const auto angle = -static_cast<double>(turn);
  const cf32 one = unit_phasor(angle), eight = unit_phasor(kLanes * angle);
  Lanes cosine{}, sine{};
  cf32 at = 1;
  for (std::size_t k = 0; k < kLanes; ++k, at = times(at, one)) cosine[k] = at.real(), sine[k] = at.imag();
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Lanes a = load(&out.re[i]), b = load(&out.im[i]);
    store(a * cosine - b * sine, &out.re[i]);
    store(a * sine + b * cosine, &out.im[i]);
    const Lanes next = cosine * eight.real() - sine * eight.imag();
    sine = cosine * eight.imag() + sine * eight.real();
    cosine = next;
  }
}

struct Symbol {
  std::array<float, kFft> re, im;
  explicit Symbol(std::span<const cf32, kFft> of) noexcept {
    for (std::size_t t = 0; t < kFft; ++t) re[t] = of[t].real(), im[t] = of[t].imag();
  }
};

// out[m] = Σ x[m+t]·conj(symbol[t]); by sixteen places.
WINDHOVER_CLONES
void correlate(const Turned& x, const Symbol& symbol, float* out_re, float* out_im,
               std::size_t places) noexcept {
  for (std::size_t m = 0; m < places; m += 2 * kLanes) {
    Lanes re{}, im{}, re2{}, im2{};
    for (std::size_t t = 0; t < kFft; ++t) {
      const float p = symbol.re[t], q = symbol.im[t];
      const Lanes a = load(&x.re[m + t]), b = load(&x.im[m + t]);
      const Lanes c = load(&x.re[m + t + kLanes]), d = load(&x.im[m + t + kLanes]);
      re += a * p + b * q;
      im += b * p - a * q;
      re2 += c * p + d * q;
      im2 += d * p - c * q;
    }
    store(re, out_re + m);
    store(im, out_im + m);
    store(re2, out_re + m + kLanes);
    store(im2, out_im + m + kLanes);
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
  const std::span<const cf32> around = x.subspan(kFrom, kPlaces + 2 * kFft);
  if (hit.is_cut() && !may_hold_symbols(around)) return std::nullopt;
  static const Symbol symbol{std::span<const cf32, kFft>(long_training_symbol())};
  Turned turned;
  derotate(reinterpret_cast<const float*>(around.data()), around.size(), hit.turn, turned);
  alignas(64) std::array<float, kCorrelated> re, im;
  correlate(turned, symbol, re.data(), im.data(), kPlaces + kFft);

  std::array<float, kPlaces> power;
  std::size_t best = 0;
  float best_sum = 0;
  for (std::size_t m = 0; m < kPlaces; ++m) {
    const float a = re[m], b = im[m], c = re[m + kFft], d = im[m + kFft];
    power[m] = a * a + b * b + c * c + d * d;
    if (const float sum = (a + c) * (a + c) + (b + d) * (b + d); sum > best_sum) best_sum = sum, best = m;
  }
  float energy = 0;
  for (std::size_t t = best; t < best + 2 * kFft; ++t)
    energy += turned.re[t] * turned.re[t] + turned.im[t] * turned.im[t];
  if (!(best_sum > kLtfThreshold * energy)) return std::nullopt;

  const std::size_t path = earliest(power, best);
  cf32 repeated = 0;
  for (std::size_t m = path; m < std::min(path + kGuard, kPlaces); ++m)
    if (power[m] > 0.1F * power[best]) repeated += times_conj({re[m + kFft], im[m + kFft]}, {re[m], im[m]});
  return LtfSync{hit.position + kFrom + static_cast<std::int64_t>(path) - kEarly,
                 hit.turn + std::arg(repeated) / static_cast<float>(kFft)};
}

std::int64_t first_path(std::span<const cf32> x, std::int64_t expected, std::int64_t range,
                        std::span<const cf32, kFft> symbol, float turn) {
  const auto places = static_cast<std::size_t>(2 * std::min(range, kMostRange) + 1);
  const auto around = x.subspan(static_cast<std::size_t>(expected - range), places + kFft - 1);
  Turned turned;
  derotate(reinterpret_cast<const float*>(around.data()), around.size(), turn, turned);
  alignas(64) std::array<float, kCorrelated> re, im;
  correlate(turned, Symbol(symbol), re.data(), im.data(), places);
  std::array<float, 2 * kMostRange + 1> power;
  for (std::size_t m = 0; m < places; ++m) power[m] = re[m] * re[m] + im[m] * im[m];
  const std::span<const float> all(power.data(), places);
  const auto best = static_cast<std::size_t>(std::ranges::max_element(all) - all.begin());
  return expected - range + static_cast<std::int64_t>(earliest(all, best));
}

}  // namespace windhover::decoders::wifi
