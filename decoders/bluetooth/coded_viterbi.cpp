#include "decoders/bluetooth/coded_viterbi.hpp"

#include <algorithm>

namespace windhover::decoders::bluetooth {
namespace {

constexpr float kImpossible = -1e30F;

constexpr auto coded_pairs() {
  std::array<std::array<std::uint8_t, 2>, kCodedStates> pairs{};
  for (unsigned state = 0; state < kCodedStates; ++state)
    for (unsigned bit = 0; bit < 2; ++bit)
      pairs[state][bit] = static_cast<std::uint8_t>(coded_pair(state, bit));
  return pairs;
}
constexpr auto kPairs = coded_pairs();

}  // namespace

void CodedViterbi::reset() {
  metrics_.fill(kImpossible);
  metrics_[0] = 0;
  size_ = 0;
}

void CodedViterbi::step(float first, float second) {
  if (size_ == kMaxCodedInput) return;
  const std::array<float, 4> branch{-first - second, first - second, second - first, first + second};
  std::array<float, kCodedStates> next;
  unsigned decisions = 0;
  for (unsigned state = 0; state < kCodedStates; ++state) {
    const unsigned bit = state & 1U, low = state >> 1U, high = low | 4U;
    const float from_low = metrics_[low] + branch[kPairs[low][bit]];
    const float from_high = metrics_[high] + branch[kPairs[high][bit]];
    if (from_high > from_low) decisions |= 1U << state;
    next[state] = std::max(from_low, from_high);
  }
  metrics_ = next;
  decisions_[size_++] = static_cast<std::uint8_t>(decisions);
}

unsigned CodedViterbi::best_state() const {
  return static_cast<unsigned>(std::max_element(metrics_.begin(), metrics_.end()) - metrics_.begin());
}

void CodedViterbi::trace(unsigned state, std::span<std::uint8_t> bits) const {
  for (std::size_t n = size_; n-- > 0;) {
    if (n < bits.size()) bits[n] = state & 1U;
    state = (state >> 1U) | (((decisions_[n] >> state) & 1U) << 2U);
  }
}

}  // namespace windhover::decoders::bluetooth
