#include "decoders/wifi/dsss_search.hpp"

#include <array>

#include "decoders/wifi/dsss_tables.hpp"
#include "decoders/wifi/lanes.hpp"
#include "dsp/simd.hpp"

namespace windhover::decoders::wifi {
namespace {

// 3.3 ± 0.5 at -6 dB. Noise exceeds this in one window of 250, which costs next to nothing.
constexpr float kThreshold = 1.9F;

constexpr std::size_t kPositions = static_cast<std::size_t>(BarkerSearch::kWindow);
static_assert(kPositions % kBarkerSymbol == 0 && kBarkerSymbol % 4 == 0);

static_assert(kPositions % (2 * kLanes) == 0);

// out[n] = Σ_t x[n+t]·taps[t]. Sixteen places at a time, so that sums stay in registers.
WINDHOVER_CLONES void match(const float* x, const float* taps, float* out) noexcept {
  for (std::size_t i = 0; i < kPositions; i += 2 * kLanes) {
    Lanes low{}, high{};
    for (std::size_t t = 0; t < kBarkerSymbol; ++t) {
      low += taps[t] * load(x + i + t);
      high += taps[t] * load(x + i + t + kLanes);
    }
    store(low, out + i);
    store(high, out + i + kLanes);
  }
}

// folded[p] = Σ |x[n]|² over n = p mod 20
WINDHOVER_CLONES void fold_power(const float* re, const float* im, float* __restrict folded) noexcept {
  for (std::size_t p = 0; p < kBarkerSymbol; ++p) folded[p] = 0;
  for (std::size_t i = 0; i < kPositions; i += kBarkerSymbol)
    for (std::size_t p = 0; p < kBarkerSymbol; ++p)
      folded[p] += re[i + p] * re[i + p] + im[i + p] * im[i + p];
}

}  // namespace

std::optional<BarkerHit> BarkerSearch::look_at_window(const DsssSamples& samples, std::int64_t first) {
  alignas(64) std::array<float, kPositions> re, im;
  match(samples.re(first), barker_waveform().data(), re.data());
  match(samples.im(first), barker_waveform().data(), im.data());
  std::array<float, kBarkerSymbol> power;
  fold_power(re.data(), im.data(), power.data());
  // A symbol's peak is two samples wide.
  float sum = 1e-30F, best = 0;
  std::size_t at = 0;
  for (std::size_t p = 0; p < power.size(); ++p) {
    sum += power[p];
    const float pair = power[p] + power[(p + 1) % power.size()];
    if (pair > best) best = pair, at = p;
  }
  const float strength = best / sum * (kBarkerSymbol / 2.0F);
  if (!(strength > kThreshold)) return std::nullopt;
  const std::size_t next = (at + 1) % power.size();
  if (power[next] > power[at]) ++at;
  return BarkerHit{first + static_cast<std::int64_t>(at), strength};
}

std::optional<BarkerHit> BarkerSearch::look(const DsssSamples& samples, std::int64_t first) {
  const auto hit = look_at_window(samples, first);
  if (!hit) return std::nullopt;
  const auto next = look_at_window(samples, first + kWindow);
  return next && hit->strength > next->strength ? hit : next;
}

}  // namespace windhover::decoders::wifi
