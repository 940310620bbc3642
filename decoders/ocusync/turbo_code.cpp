#include "decoders/ocusync/turbo_code.hpp"

#include <algorithm>
#include <vector>

namespace windhover::decoders::ocusync {
namespace {

constexpr std::size_t kColumns = 32;
constexpr std::size_t kRows = 45;
constexpr std::size_t kCells = kColumns * kRows;
constexpr std::size_t kDummies = kCells - kStreamBits;
constexpr std::uint16_t kEmpty = 0xffff;
constexpr std::array<std::uint8_t, kColumns> kColumnOrder{0,  16, 8,  24, 4,  20, 12, 28, 2,  18, 10,
                                                          26, 6,  22, 14, 30, 1,  17, 9,  25, 5,  21,
                                                          13, 29, 3,  19, 11, 27, 7,  23, 15, 31};

/// TS 36.212 table 5.1.4-1 and section 5.1.4.1.1: dummies lie in front of the stream's bits.
std::uint16_t interleaved_bit(std::size_t stream, std::size_t k) {
  const std::size_t column = kColumnOrder[k / kRows];
  const std::size_t cell = column + kColumns * (k % kRows);
  const std::size_t source = stream == 2 ? (cell + 1) % kCells : cell;
  if (source < kDummies) return kEmpty;
  return static_cast<std::uint16_t>(stream * kStreamBits + source - kDummies);
}

std::array<std::uint16_t, kCodedBits> make_map() {
  std::array<std::uint16_t, 3 * kCells> circular;
  for (std::size_t k = 0; k < kCells; ++k) {
    circular[k] = interleaved_bit(0, k);
    circular[kCells + 2 * k] = interleaved_bit(1, k);
    circular[kCells + 2 * k + 1] = interleaved_bit(2, k);
  }
  std::array<std::uint16_t, kCodedBits> map;
  std::size_t e = 0;
  for (std::size_t j = 2 * kRows; e < kCodedBits; j = (j + 1) % circular.size())
    if (circular[j] != kEmpty) map[e++] = circular[j];
  return map;
}

/// One constituent encoder: feedback 1 + D² + D³, forward 1 + D + D³.
struct RscEncoder {
  unsigned s1 = 0, s2 = 0, s3 = 0;

  std::uint8_t step(unsigned bit) {
    const unsigned a = bit ^ s2 ^ s3;
    const unsigned parity = a ^ s1 ^ s3;
    s3 = s2, s2 = s1, s1 = a;
    return static_cast<std::uint8_t>(parity);
  }
  /// The input that feeds a zero into the register.
  std::uint8_t tail_bit() const { return static_cast<std::uint8_t>(s2 ^ s3); }
};

struct Tail {
  std::array<std::uint8_t, 3> x, z;
};

Tail terminate(RscEncoder& rsc) {
  Tail tail{};
  for (std::size_t i = 0; i < 3; ++i) {
    tail.x[i] = rsc.tail_bit();
    tail.z[i] = rsc.step(tail.x[i]);
  }
  return tail;
}

}  // namespace

const std::array<std::uint16_t, kCodedBits>& rate_matching_map() {
  static const auto map = make_map();
  return map;
}

void turbo_encode(std::span<const std::uint8_t, kInfoBits> info, std::span<std::uint8_t, kCodedBits> coded) {
  std::array<std::uint8_t, 3 * kStreamBits> d;
  RscEncoder first, second;
  for (std::size_t i = 0; i < kInfoBits; ++i) {
    d[i] = info[i];
    d[kStreamBits + i] = first.step(info[i]);
    d[2 * kStreamBits + i] = second.step(info[qpp(i)]);
  }
  const Tail t = terminate(first);
  const Tail u = terminate(second);
  const std::array<std::uint8_t, 12> tails{t.x[0], t.z[1], u.x[0], u.z[1], t.z[0], t.x[2],
                                           u.z[0], u.x[2], t.x[1], t.z[2], u.x[1], u.z[2]};
  for (std::size_t stream = 0; stream < 3; ++stream)
    std::copy_n(tails.begin() + static_cast<std::ptrdiff_t>(4 * stream), 4,
                d.begin() + static_cast<std::ptrdiff_t>(stream * kStreamBits + kInfoBits));
  const auto& map = rate_matching_map();
  for (std::size_t e = 0; e < kCodedBits; ++e) coded[e] = d[map[e]];
}

void rate_dematch(std::span<const float, kCodedBits> soft, std::span<float, 3 * kStreamBits> streams) {
  std::fill(streams.begin(), streams.end(), 0.0F);
  const auto& map = rate_matching_map();
  for (std::size_t e = 0; e < kCodedBits; ++e) streams[map[e]] += soft[e];
}

}  // namespace windhover::decoders::ocusync
