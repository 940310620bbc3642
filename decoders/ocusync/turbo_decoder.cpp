#include "decoders/ocusync/turbo_decoder.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "decoders/ocusync/crc24.hpp"

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

inline States larger(States a, States b) { return a > b ? a : b; }

inline States broadcast(std::int16_t v) { return States{v, v, v, v, v, v, v, v}; }

inline States normalised(States metrics) {
  return metrics - __builtin_shuffle(metrics, States{0, 0, 0, 0, 0, 0, 0, 0});
}

/// branch_a: half sum of systematic and parity, branch_b: half difference.
inline States forward_step(States alpha, std::int16_t branch_a, std::int16_t branch_b) {
  const States branch{branch_a, branch_b, branch_b, branch_a, branch_a, branch_b, branch_b, branch_a};
  const States gamma = (branch ^ kForwardSigns) - kForwardSigns;
  const States even = __builtin_shuffle(alpha, States{0, 2, 4, 6, 0, 2, 4, 6});
  const States odd = __builtin_shuffle(alpha, States{1, 3, 5, 7, 1, 3, 5, 7});
  return normalised(larger(even + gamma, odd - gamma));
}

inline States backward_step(States beta, std::int16_t branch_a, std::int16_t branch_b) {
  const States branch{branch_a, branch_a, branch_b, branch_b, branch_b, branch_b, branch_a, branch_a};
  const States gamma = (branch ^ kBackwardSigns) - kBackwardSigns;
  const States low = __builtin_shuffle(beta, States{0, 0, 1, 1, 2, 2, 3, 3});
  const States high = __builtin_shuffle(beta, States{4, 4, 5, 5, 6, 6, 7, 7});
  return normalised(larger(low + gamma, high - gamma));
}

/// What the code alone says about one bit: best path with 0 minus best path with 1.
inline std::int16_t extrinsic_step(States alpha, States beta, std::int16_t half_parity) {
  const States parity = (broadcast(half_parity) ^ kParitySigns) - kParitySigns;
  const States zero = alpha + parity + __builtin_shuffle(beta, States{0, 4, 5, 1, 2, 6, 7, 3});
  const States one = alpha - parity + __builtin_shuffle(beta, States{4, 0, 1, 5, 6, 2, 3, 7});
  const States even = __builtin_shuffle(zero, one, States{0, 8, 1, 9, 2, 10, 3, 11});
  const States odd = __builtin_shuffle(zero, one, States{4, 12, 5, 13, 6, 14, 7, 15});
  States best = larger(even, odd);
  best = larger(best, __builtin_shuffle(best, States{4, 5, 6, 7, 4, 5, 6, 7}));
  best = larger(best, __builtin_shuffle(best, States{2, 3, 2, 3, 2, 3, 2, 3}));
  return static_cast<std::int16_t>(best[0] - best[1]);
}

inline std::int16_t clipped(int value, int limit) {
  return static_cast<std::int16_t>(std::clamp(value, -limit, limit));
}

inline std::int16_t scaled_extrinsic(int value) { return clipped(3 * value / 4, kMaxAPriori); }

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
      const int x = code.tail_systematic[i], z = code.tail_parity[i];
      code.end = backward_step(code.end, static_cast<std::int16_t>((x + z) >> 1),
                               static_cast<std::int16_t>((x - z) >> 1));
    }
  }
}

void TurboDecoder::run(Constituent& code) {
  for (std::size_t i = 0; i < kSteps; ++i) {
    const auto bit = static_cast<std::int16_t>(code.systematic[i] + code.a_priori[i]);
    branch_a_[i] = static_cast<std::int16_t>((bit + code.parity[i]) >> 1);
    branch_b_[i] = static_cast<std::int16_t>((bit - code.parity[i]) >> 1);
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
    alpha = forward_step(alpha, branch_a_[i], branch_b_[i]);
    beta = backward_step(beta, branch_a_[j], branch_b_[j]);
  }
  for (std::size_t i = kHalf; i < kSteps; ++i) {
    const std::size_t j = kSteps - 1 - i;
    extrinsic_[i] = extrinsic_step(alpha, metrics_[i + 1], half_parity_[i]);
    extrinsic_[j] = extrinsic_step(metrics_[j], beta, half_parity_[j]);
    alpha = forward_step(alpha, branch_a_[i], branch_b_[i]);
    beta = backward_step(beta, branch_a_[j], branch_b_[j]);
  }
}

bool TurboDecoder::decide(const Constituent& code, bool interleaved) {
  const auto& pi = interleaver();
  alignas(16) std::array<std::uint8_t, kSteps> bits;
  for (std::size_t i = 0; i < kSteps; ++i) {
    const int soft = code.systematic[i] + code.a_priori[i] + extrinsic_[i];
    const auto bit = static_cast<std::uint8_t>(soft < 0);
    if (interleaved)
      bits[pi[i]] = bit;
    else
      bits[i] = bit;
  }
  for (std::size_t b = 0; b < kInfoBytes; ++b) {
    std::uint64_t eight;
    std::memcpy(&eight, &bits[8 * b], 8);
    // Gathers the lowest bits of eight octets, first octet on top.
    if constexpr (std::endian::native == std::endian::little)
      bytes_[b] = static_cast<std::uint8_t>(eight * 0x8040201008040201ULL >> 56);
    else
      bytes_[b] = static_cast<std::uint8_t>(eight * 0x0102040810204080ULL >> 56);
  }
  return crc24a(bytes_) == 0;
}

TurboDecoder::Outcome TurboDecoder::decode(std::span<const std::int16_t, 3 * kStreamBits> soft,
                                           int max_iterations) {
  const auto& pi = interleaver();
  load(soft);
  Outcome outcome;
  for (int iteration = 0; iteration < max_iterations; ++iteration) {
    run(codes_[0]);
    ++outcome.half_iterations;
    if (decide(codes_[0], false)) return outcome.crc_ok = true, outcome;
    for (std::size_t i = 0; i < kSteps; ++i) codes_[1].a_priori[i] = scaled_extrinsic(extrinsic_[pi[i]]);
    run(codes_[1]);
    ++outcome.half_iterations;
    if (decide(codes_[1], true)) return outcome.crc_ok = true, outcome;
    for (std::size_t i = 0; i < kSteps; ++i) codes_[0].a_priori[pi[i]] = scaled_extrinsic(extrinsic_[i]);
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
