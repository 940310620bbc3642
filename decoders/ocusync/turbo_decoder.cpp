#include "decoders/ocusync/turbo_decoder.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "decoders/ocusync/crc24.hpp"
#include "dsp/simd.hpp"

namespace windhover::decoders::ocusync {
namespace {

// States are numbered 4·s1 + 2·s2 + s3, s1 the youngest. Branch metrics are half sums of soft bits, so that a
// metric and its opposite belong to a branch and its complement: out of (or into) each state go exactly two
// branches, and they are complements of each other.
//
// Ranges: |systematic| and |parity| ≤ 800, |a priori| ≤ 1200, so a branch is at most 1400; any two states are
// joined by a path of three steps, so normalised metrics differ by at most 8400 and no sum below leaves 16
// bits.
using States = std::int16_t __attribute__((vector_size(16)));
constexpr std::int16_t kMaxAPriori = 1200;
constexpr std::int16_t kUnreachable = -8000;

constexpr States kForwardSigns{0, -1, 0, -1, -1, 0, -1, 0};  // -1 negates, by complement and carry
constexpr States kBackwardSigns{0, -1, -1, 0, 0, -1, -1, 0};
constexpr States kParitySigns{0, 0, -1, -1, -1, -1, 0, 0};

[[gnu::always_inline]] inline States larger(States a, States b) { return a > b ? a : b; }

[[gnu::always_inline]] inline States broadcast(std::int16_t v) { return States{v, v, v, v, v, v, v, v}; }

[[gnu::always_inline]] inline States normalised(States metrics) {
  return metrics - __builtin_shufflevector(metrics, metrics, 0, 0, 0, 0, 0, 0, 0, 0);
}

/// Half sum of systematic and parity, and half difference, as one step of the trellis takes them.
struct Branch {
  std::int16_t sum, difference;
};

[[gnu::always_inline]] inline Branch branch_of(int systematic, int parity) {
  return {static_cast<std::int16_t>((systematic + parity) >> 1),
          static_cast<std::int16_t>((systematic - parity) >> 1)};
}

/// {sum, difference, sum, difference, …}: one load and one broadcast.
[[gnu::always_inline]] inline States spread(const std::int16_t* pair) {
  using Words = std::int32_t __attribute__((vector_size(16)));
  std::int32_t word;
  std::memcpy(&word, pair, sizeof word);
  return reinterpret_cast<States>(Words{word, word, word, word});
}

[[gnu::always_inline]] inline States forward_step(States alpha, States pairs) {
  const States branch = __builtin_shufflevector(pairs, pairs, 0, 1, 1, 0, 0, 1, 1, 0);
  const States gamma = (branch ^ kForwardSigns) - kForwardSigns;
  const States even = __builtin_shufflevector(alpha, alpha, 0, 2, 4, 6, 0, 2, 4, 6);
  const States odd = __builtin_shufflevector(alpha, alpha, 1, 3, 5, 7, 1, 3, 5, 7);
  return normalised(larger(even + gamma, odd - gamma));
}

[[gnu::always_inline]] inline States backward_step(States beta, States pairs) {
  const States branch = __builtin_shufflevector(pairs, pairs, 0, 0, 1, 1, 1, 1, 0, 0);
  const States gamma = (branch ^ kBackwardSigns) - kBackwardSigns;
  const States low = __builtin_shufflevector(beta, beta, 0, 0, 1, 1, 2, 2, 3, 3);
  const States high = __builtin_shufflevector(beta, beta, 4, 4, 5, 5, 6, 6, 7, 7);
  return normalised(larger(low + gamma, high - gamma));
}

/// The best path with 0 and the best with 1 at one bit, without what was known of the bit itself; packed.
[[gnu::always_inline]] inline std::int32_t best_paths(States alpha, States beta, std::int16_t half_parity) {
  using Words = std::int32_t __attribute__((vector_size(16)));
  const States parity = (broadcast(half_parity) ^ kParitySigns) - kParitySigns;
  const States zero = alpha + parity + __builtin_shufflevector(beta, beta, 0, 4, 5, 1, 2, 6, 7, 3);
  const States one = alpha - parity + __builtin_shufflevector(beta, beta, 4, 0, 1, 5, 6, 2, 3, 7);
  const States even = __builtin_shufflevector(zero, one, 0, 8, 1, 9, 2, 10, 3, 11);
  const States odd = __builtin_shufflevector(zero, one, 4, 12, 5, 13, 6, 14, 7, 15);
  States best = larger(even, odd);
  best = larger(best, __builtin_shufflevector(best, best, 4, 5, 6, 7, 4, 5, 6, 7));
  best = larger(best, __builtin_shufflevector(best, best, 2, 3, 2, 3, 2, 3, 2, 3));
  return reinterpret_cast<Words>(best)[0];
}

inline std::int16_t clipped(int value, int limit) {
  return static_cast<std::int16_t>(std::clamp(value, -limit, limit));
}

const std::array<std::uint16_t, kInfoBits>& interleaver() {
  static const auto table = [] {
    std::array<std::uint16_t, kInfoBits> t;
    for (std::size_t i = 0; i < kInfoBits; ++i) t[i] = static_cast<std::uint16_t>(qpp(i));
    return t;
  }();
  return table;
}

}  // namespace

void TurboDecoder::load(std::span<const std::int16_t, 3 * kStreamBits> soft) {
  const auto& pi = interleaver();
  const auto stream = [&](std::size_t s, std::size_t i) {
    return clipped(soft[s * kStreamBits + i], kMaxSoft);
  };
  for (std::size_t i = 0; i < kSteps; ++i) {
    codes_[0].systematic[i] = stream(0, i);
    codes_[0].parity[i] = stream(1, i);
    codes_[1].parity[i] = stream(2, i);
    codes_[0].a_priori[i] = 0;
  }
  for (std::size_t i = 0; i < kSteps; ++i) codes_[1].systematic[i] = codes_[0].systematic[pi[i]];
  // TS 36.212 section 5.1.3.2.2: the order of the tail over the three streams.
  const auto tail = [&](std::size_t s, std::size_t i) { return stream(s, kSteps + i); };
  codes_[0].tail_systematic = {tail(0, 0), tail(2, 0), tail(1, 1)};
  codes_[0].tail_parity = {tail(1, 0), tail(0, 1), tail(2, 1)};
  codes_[1].tail_systematic = {tail(0, 2), tail(2, 2), tail(1, 3)};
  codes_[1].tail_parity = {tail(1, 2), tail(0, 3), tail(2, 3)};
  for (Constituent& code : codes_) {
    code.end = broadcast(kUnreachable);
    code.end[0] = 0;
    for (std::size_t i = 3; i-- > 0;) {
      const Branch branch = branch_of(code.tail_systematic[i], code.tail_parity[i]);
      code.end = backward_step(code.end, spread(&branch.sum));
    }
  }
}

WINDHOVER_CLONES void TurboDecoder::run(Constituent& code) {
  for (std::size_t i = 0; i < kSteps; ++i) {
    const auto bit = static_cast<std::int16_t>(code.systematic[i] + code.a_priori[i]);
    const Branch branch = branch_of(bit, code.parity[i]);
    branches_[2 * i] = branch.sum;
    branches_[2 * i + 1] = branch.difference;
    half_parity_[i] = static_cast<std::int16_t>(code.parity[i] >> 1);
  }
  // Both directions at once, since each alone only waits for its own last step.
  constexpr std::size_t kHalf = kSteps / 2;
  States alpha = broadcast(kUnreachable);
  alpha[0] = 0;
  States beta = code.end;
  for (std::size_t i = 0; i < kHalf; ++i) {
    const std::size_t j = kSteps - 1 - i;
    metrics_[i] = alpha;
    metrics_[j + 1] = beta;
    alpha = forward_step(alpha, spread(&branches_[2 * i]));
    beta = backward_step(beta, spread(&branches_[2 * j]));
  }
  for (std::size_t i = kHalf; i < kSteps; ++i) {
    const std::size_t j = kSteps - 1 - i;
    paths_[i] = best_paths(alpha, metrics_[i + 1], half_parity_[i]);
    paths_[j] = best_paths(metrics_[j], beta, half_parity_[j]);
    alpha = forward_step(alpha, spread(&branches_[2 * i]));
    beta = backward_step(beta, spread(&branches_[2 * j]));
  }
}

/// From the best paths to extrinsic values, scaled for the other code, and to hard decisions.
WINDHOVER_CLONES void TurboDecoder::conclude(const Constituent& code) {
  for (std::size_t i = 0; i < kSteps; ++i) {
    // Lane 0 of each pair is the path with 0.
    const auto zero = static_cast<std::int16_t>(paths_[i] & 0xffff);
    const auto one = static_cast<std::int16_t>(paths_[i] >> 16);
    const int extrinsic = zero - one;
    const int scaled = (3 * extrinsic) >> 2;
    const int limited = scaled > kMaxAPriori ? kMaxAPriori : scaled < -kMaxAPriori ? -kMaxAPriori : scaled;
    extrinsic_[i] = static_cast<std::int16_t>(limited);
    bits_[i] = static_cast<std::uint8_t>(code.systematic[i] + code.a_priori[i] + extrinsic < 0);
  }
}

bool TurboDecoder::check(bool interleaved) {
  const auto& pi = interleaver();
  const std::uint8_t* bits = bits_.data();
  if (interleaved) {
    for (std::size_t i = 0; i < kSteps; ++i) natural_[pi[i]] = bits_[i];
    bits = natural_.data();
  }
  for (std::size_t b = 0; b < kInfoBytes; ++b) {
    std::uint64_t eight;
    std::memcpy(&eight, bits + 8 * b, 8);
    // Gathers the lowest bits of eight octets, first octet on top.
    if constexpr (std::endian::native == std::endian::little)
      bytes_[b] = static_cast<std::uint8_t>(eight * 0x8040201008040201ULL >> 56);
    else
      bytes_[b] = static_cast<std::uint8_t>(eight * 0x0102040810204080ULL >> 56);
  }
  // No soft bits at all decide for zeros, whose CRC is right too.
  return crc24a(bytes_) == 0 &&
         std::any_of(bytes_.begin(), bytes_.end(), [](std::uint8_t b) { return b != 0; });
}

TurboDecoder::Outcome TurboDecoder::decode(std::span<const std::int16_t, 3 * kStreamBits> soft,
                                           int max_iterations) {
  const auto& pi = interleaver();
  load(soft);
  Outcome outcome;
  for (int iteration = 0; iteration < max_iterations; ++iteration) {
    run(codes_[0]);
    conclude(codes_[0]);
    ++outcome.half_iterations;
    if (check(false)) return outcome.crc_ok = true, outcome;
    for (std::size_t i = 0; i < kSteps; ++i) codes_[1].a_priori[i] = extrinsic_[pi[i]];
    run(codes_[1]);
    conclude(codes_[1]);
    ++outcome.half_iterations;
    if (check(true)) return outcome.crc_ok = true, outcome;
    for (std::size_t i = 0; i < kSteps; ++i) codes_[0].a_priori[pi[i]] = extrinsic_[i];
  }
  return outcome;
}

TurboDecoder::Outcome TurboDecoder::decode(std::span<const float, 3 * kStreamBits> soft, int max_iterations) {
  constexpr float kMeanSoft = 40.0F;
  float sum = 0;
  std::size_t received = 0;
  for (const float s : soft) {
    sum += std::abs(s);
    received += s != 0;
  }
  const float scale = sum > 0 ? kMeanSoft * static_cast<float>(received) / sum : 0.0F;
  for (std::size_t i = 0; i < soft.size(); ++i)
    scaled_[i] =
        static_cast<std::int16_t>(std::lrint(std::clamp(soft[i] * scale, -1.0F * kMaxSoft, 1.0F * kMaxSoft)));
  return decode(std::span<const std::int16_t, 3 * kStreamBits>(scaled_), max_iterations);
}

}  // namespace windhover::decoders::ocusync
