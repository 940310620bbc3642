#include "decoders/ocusync/prefix_search.hpp"

#include <algorithm>

#include "decoders/ocusync/segment.hpp"

namespace windhover::decoders::ocusync {
namespace {

constexpr std::size_t kLags = kSegment - kFftSize;
constexpr int kReach = 548;
constexpr int kPrefix = 72;

}  // namespace

PrefixSearch::PrefixSearch() : products_(kLags + 1), energies_(kLags + 1) {}

PrefixTiming PrefixSearch::find(std::span<const cf32> iq, int expected) {
  for (std::size_t n = 0; n < kLags; ++n) {
    const cf32 product = times_conj(iq[n + kFftSize], iq[n]);
    products_[n + 1] = products_[n] + product;
    energies_[n + 1] = energies_[n] + 0.5F * (power(iq[n + kFftSize]) + power(iq[n]));
  }
  int best = 0;
  float best_power = 0;  // coherence squared
  for (int offset = -kReach; offset <= kReach; ++offset) {
    cf32 sum = 0;
    float energy = 1e-15F;
    for (int s = 0; s < kSymbols; ++s) {
      const int body = expected + offset + body_offset(s);
      const int from = std::clamp(body - kPrefix, 0, static_cast<int>(kLags));
      const int to = std::clamp(body, 0, static_cast<int>(kLags));
      sum += products_[static_cast<std::size_t>(to)] - products_[static_cast<std::size_t>(from)];
      energy += energies_[static_cast<std::size_t>(to)] - energies_[static_cast<std::size_t>(from)];
    }
    const cf32 coherence = sum / energy;
    if (power(coherence) > best_power) best = offset, best_power = power(coherence);
  }
  return {best, std::sqrt(best_power)};
}

}  // namespace windhover::decoders::ocusync
