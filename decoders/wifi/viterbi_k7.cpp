#include "decoders/wifi/viterbi_k7.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "dsp/simd.hpp"

namespace windhover::decoders::wifi {
namespace {

// A state is the last six bits, the newest in bit 0. States i and i + 32 both lead to 2i and 2i + 1, and
// since both generators take the newest and the oldest bit, all four branches of such a butterfly have the
// same two code bits or their complements.
using Half = std::int16_t __attribute__((vector_size(64)));
using Flags = std::int8_t __attribute__((vector_size(32)));
constexpr unsigned kGeneratorA = 0b1101101;  // bit k: the input k steps ago
constexpr unsigned kGeneratorB = 0b1001111;

constexpr std::array<std::int16_t, 32> signs(unsigned generator) {
  std::array<std::int16_t, 32> out{};
  for (unsigned i = 0; i < 32; ++i)
    out[i] = std::popcount(generator & (i << 1U)) % 2 != 0 ? std::int16_t{1} : std::int16_t{-1};
  return out;
}
alignas(64) constexpr std::array<std::int16_t, 32> kSignsA = signs(kGeneratorA), kSignsB = signs(kGeneratorB);

// Metrics grow by at most 254 a step and differ by at most 6 · 508: they are pulled back long before they
// overflow.
constexpr std::size_t kStepsBetweenNormalising = 64;

Half load(const std::int16_t* from) noexcept {
  Half half;
  std::memcpy(&half, from, sizeof half);
  return half;
}

WINDHOVER_CLONES
void step_all(const std::int8_t* soft, std::size_t steps, std::int16_t* metrics,
              std::int8_t* decisions) noexcept {
  Half low = load(metrics), high = load(metrics + 32);
  const Half signs_a = load(kSignsA.data()), signs_b = load(kSignsB.data());
  for (std::size_t i = 0; i < steps; ++i) {
    const std::int16_t a = soft[2 * i], b = soft[2 * i + 1];
    const Half branch = signs_a * a + signs_b * b;
    const Half zero_low = low + branch, zero_high = high - branch;
    const Half one_low = low - branch, one_high = high + branch;
    const Half zero_choice = zero_high > zero_low, one_choice = one_high > one_low;
    const Half zero = zero_choice ? zero_high : zero_low, one = one_choice ? one_high : one_low;
    const Flags zero_flags = __builtin_convertvector(zero_choice, Flags);
    const Flags one_flags = __builtin_convertvector(one_choice, Flags);
    std::memcpy(decisions + 64 * i, &zero_flags, 32);
    std::memcpy(decisions + 64 * i + 32, &one_flags, 32);
    low = __builtin_shufflevector(zero, one, 0, 32, 1, 33, 2, 34, 3, 35, 4, 36, 5, 37, 6, 38, 7, 39, 8, 40, 9,
                                  41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47);
    high = __builtin_shufflevector(zero, one, 16, 48, 17, 49, 18, 50, 19, 51, 20, 52, 21, 53, 22, 54, 23, 55,
                                   24, 56, 25, 57, 26, 58, 27, 59, 28, 60, 29, 61, 30, 62, 31, 63);
    if (i % kStepsBetweenNormalising == kStepsBetweenNormalising - 1) {
      const std::int16_t base = low[0];
      low -= base;
      high -= base;
    }
  }
  const std::int16_t base = low[0];
  low -= base;
  high -= base;
  std::memcpy(metrics, &low, sizeof low);
  std::memcpy(metrics + 32, &high, sizeof high);
}

}  // namespace

ViterbiK7::ViterbiK7() : decisions_(kStates * (kDepth + kBatch)) { start(); }

void ViterbiK7::start() noexcept {
  // So far below that no path from another state can win: 6 steps of 508 each.
  metrics_.fill(-4096);
  metrics_[0] = 0;
  steps_ = 0;
}

void ViterbiK7::feed(std::span<const std::int8_t> soft, std::vector<std::uint8_t>& bits) {
  while (!soft.empty()) {
    const std::size_t steps = std::min(soft.size() / 2, kDepth + kBatch - steps_);
    if (steps == 0) return;
    step_all(soft.data(), steps, metrics_.data(), decisions_.data() + kStates * steps_);
    soft = soft.subspan(2 * steps);
    steps_ += steps;
    if (steps_ < kDepth + kBatch) return;
    const auto best = std::max_element(metrics_.begin(), metrics_.end());
    trace_back(static_cast<unsigned>(best - metrics_.begin()), kBatch, bits);
    std::memmove(decisions_.data(), decisions_.data() + kStates * kBatch, kStates * kDepth);
    steps_ = kDepth;
  }
}

void ViterbiK7::finish(bool terminated, std::vector<std::uint8_t>& bits) {
  const auto best = std::max_element(metrics_.begin(), metrics_.end());
  trace_back(terminated ? 0 : static_cast<unsigned>(best - metrics_.begin()), steps_, bits);
  start();
}

void ViterbiK7::trace_back(unsigned state, std::size_t keep, std::vector<std::uint8_t>& bits) {
  for (std::size_t step = steps_; step-- > 0;) {
    traced_[step] = state & 1U;
    const bool from_high = decisions_[kStates * step + 32 * (state & 1U) + (state >> 1U)] != 0;
    state = (state >> 1U) | (from_high ? 32U : 0U);
  }
  bits.insert(bits.end(), traced_.begin(), traced_.begin() + static_cast<std::ptrdiff_t>(keep));
}

}  // namespace windhover::decoders::wifi
