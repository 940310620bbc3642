#include "tests/support/lte_coding.hpp"

#include <optional>

namespace windhover::synth {
namespace {

constexpr std::size_t kK = kTransportBlockBits;
constexpr std::size_t kStreamBits = kK + 4;
constexpr std::size_t kColumns = 32;
constexpr std::size_t kRows = (kStreamBits + kColumns - 1) / kColumns;
constexpr std::size_t kCells = kRows * kColumns;
constexpr std::size_t kDummies = kCells - kStreamBits;
constexpr std::array<std::size_t, kColumns> kColumnOrder{0,  16, 8,  24, 4,  20, 12, 28, 2,  18, 10,
                                                         26, 6,  22, 14, 30, 1,  17, 9,  25, 5,  21,
                                                         13, 29, 3,  19, 11, 27, 7,  23, 15, 31};

/// One 8-state recursive systematic encoder: feedback 1 + D² + D³, forward 1 + D + D³.
class ConstituentEncoder {
 public:
  std::uint8_t parity_of(std::uint8_t bit) {
    const auto fed = static_cast<std::uint8_t>(bit ^ d2_ ^ d3_);
    const auto parity = static_cast<std::uint8_t>(fed ^ d1_ ^ d3_);
    shift(fed);
    return parity;
  }
  struct Tail {
    std::uint8_t x, z;
  };
  /// The input that makes the fed bit zero, so that three steps empty the register.
  Tail terminate() {
    const Tail tail{static_cast<std::uint8_t>(d2_ ^ d3_), static_cast<std::uint8_t>(d1_ ^ d3_)};
    shift(0);
    return tail;
  }

 private:
  void shift(std::uint8_t fed) {
    d3_ = d2_;
    d2_ = d1_;
    d1_ = fed;
  }
  std::uint8_t d1_ = 0, d2_ = 0, d3_ = 0;
};

using Cell = std::optional<std::uint8_t>;  // empty: a dummy of the interleaver

Cell cell_of(const Bits& stream, std::size_t position) {
  if (position < kDummies) return std::nullopt;
  return stream[position - kDummies];
}

/// Streams 0 and 1: written row by row, read column by column in the permuted order.
std::vector<Cell> sub_block_interleave(const Bits& stream) {
  std::vector<Cell> out;
  out.reserve(kCells);
  for (const std::size_t column : kColumnOrder)
    for (std::size_t row = 0; row < kRows; ++row) out.push_back(cell_of(stream, row * kColumns + column));
  return out;
}

/// Stream 2: the same, one cell further on.
std::vector<Cell> sub_block_interleave_shifted(const Bits& stream) {
  std::vector<Cell> out;
  out.reserve(kCells);
  for (std::size_t k = 0; k < kCells; ++k)
    out.push_back(cell_of(stream, (kColumnOrder[k / kRows] + kColumns * (k % kRows) + 1) % kCells));
  return out;
}

}  // namespace

Bits unpack_bits(std::span<const std::uint8_t> bytes) {
  Bits bits;
  bits.reserve(8 * bytes.size());
  for (const std::uint8_t byte : bytes)
    for (int shift = 7; shift >= 0; --shift) bits.push_back(static_cast<std::uint8_t>(byte >> shift & 1));
  return bits;
}

std::uint32_t crc24a(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = 0;
  for (const std::uint8_t bit : unpack_bits(bytes)) {
    const bool carry = ((crc >> 23 ^ bit) & 1) != 0;
    crc = (crc << 1 & 0xffffff) ^ (carry ? 0x864cfbU : 0U);
  }
  return crc;
}

Bits gold_sequence(std::uint32_t c_init, std::size_t length) {
  constexpr int kDiscarded = 1600;
  std::uint32_t x1 = 1;  // bit i of the register is x(n + i)
  std::uint32_t x2 = c_init & 0x7fffffff;
  const auto step = [&] {
    const auto bit = static_cast<std::uint8_t>((x1 ^ x2) & 1);
    const std::uint32_t next1 = (x1 >> 3 ^ x1) & 1;
    const std::uint32_t next2 = (x2 >> 3 ^ x2 >> 2 ^ x2 >> 1 ^ x2) & 1;
    x1 = x1 >> 1 | next1 << 30;
    x2 = x2 >> 1 | next2 << 30;
    return bit;
  };
  for (int n = 0; n < kDiscarded; ++n) step();
  Bits bits(length);
  for (auto& bit : bits) bit = step();
  return bits;
}

std::size_t qpp_address(std::size_t i) { return (43 * i + 88 * i * i) % kK; }

TurboStreams turbo_encode(std::span<const std::uint8_t> block) {
  TurboStreams out{Bits(block.begin(), block.end()), {}, {}};
  ConstituentEncoder first, second;
  for (std::size_t i = 0; i < kK; ++i) {
    out.parity1.push_back(first.parity_of(block[i]));
    out.parity2.push_back(second.parity_of(block[qpp_address(i)]));
  }
  std::array<ConstituentEncoder::Tail, 3> a{}, b{};
  for (auto& tail : a) tail = first.terminate();
  for (auto& tail : b) tail = second.terminate();
  // 36.212 section 5.1.3.2.2 deals the twelve tail bits out to the streams crosswise.
  for (const auto bit : {a[0].x, a[1].z, b[0].x, b[1].z}) out.systematic.push_back(bit);
  for (const auto bit : {a[0].z, a[2].x, b[0].z, b[2].x}) out.parity1.push_back(bit);
  for (const auto bit : {a[1].x, a[2].z, b[1].x, b[2].z}) out.parity2.push_back(bit);
  return out;
}

Bits rate_match(const TurboStreams& streams, std::size_t output_bits) {
  std::vector<Cell> circular = sub_block_interleave(streams.systematic);
  const auto v1 = sub_block_interleave(streams.parity1);
  const auto v2 = sub_block_interleave_shifted(streams.parity2);
  for (std::size_t k = 0; k < kCells; ++k) {
    circular.push_back(v1[k]);
    circular.push_back(v2[k]);
  }
  constexpr std::size_t kStart = 2 * kRows;  // redundancy version 0
  Bits out;
  out.reserve(output_bits);
  for (std::size_t at = kStart; out.size() < output_bits; at = (at + 1) % circular.size())
    if (circular[at]) out.push_back(*circular[at]);
  return out;
}

Bits encode_transport_block(std::span<const std::uint8_t> block, std::size_t output_bits) {
  return rate_match(turbo_encode(unpack_bits(block)), output_bits);
}

}  // namespace windhover::synth
