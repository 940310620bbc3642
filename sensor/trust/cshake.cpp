#include "sensor/trust/cshake.hpp"

#include <array>
#include <bit>
#include <cassert>
#include <cstddef>

namespace windhover::sensor {
namespace {

constexpr std::size_t kRate_bytes = 168;  // 200 less twice the security level of 16
constexpr int kRounds = 24;

// FIPS 202 section 3.2. The lanes of each round constant come from its shift register (algorithm 5).
constexpr std::array<std::uint64_t, kRounds> round_constants() {
  std::array<std::uint64_t, kRounds> constants{};
  unsigned r = 1;
  for (std::uint64_t& constant : constants)
    for (unsigned j = 0; j < 7; ++j) {
      if ((r & 1U) != 0) constant |= std::uint64_t{1} << ((1U << j) - 1);
      r = (r << 1U) ^ ((r >> 7U) * 0x171U);
    }
  return constants;
}

using Lanes = std::array<std::uint64_t, 25>;  // lane (x, y) at x + 5 y

void theta(Lanes& a) {
  std::array<std::uint64_t, 5> c{};
  for (std::size_t x = 0; x < 5; ++x) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
  for (std::size_t i = 0; i < 25; ++i) a[i] ^= c[(i + 4) % 5] ^ std::rotl(c[(i + 1) % 5], 1);
}

void rho_and_pi(Lanes& a) {
  std::size_t x = 1, y = 0;
  std::uint64_t moved = a[x + 5 * y];
  for (int t = 0; t < 24; ++t) {
    const std::size_t next_y = (2 * x + 3 * y) % 5;
    x = y;
    y = next_y;
    const std::uint64_t there = a[x + 5 * y];
    a[x + 5 * y] = std::rotl(moved, (t + 1) * (t + 2) / 2 % 64);
    moved = there;
  }
}

void chi(Lanes& a) {
  for (std::size_t y = 0; y < 25; y += 5) {
    const std::array<std::uint64_t, 5> row{a[y], a[y + 1], a[y + 2], a[y + 3], a[y + 4]};
    for (std::size_t x = 0; x < 5; ++x) a[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
  }
}

void keccak_f(Lanes& a) {
  constexpr auto kConstants = round_constants();
  for (const std::uint64_t constant : kConstants) {
    theta(a);
    rho_and_pi(a);
    chi(a);
    a[0] ^= constant;
  }
}

class Sponge {
 public:
  void absorb(std::uint8_t octet) {
    flip(at_++, octet);
    if (at_ == kRate_bytes) end_block();
  }
  void absorb(std::span<const std::uint8_t> octets) {
    for (const std::uint8_t octet : octets) absorb(octet);
  }
  /// bytepad: what was absorbed fills whole blocks.
  void fill_block() {
    if (at_ > 0) end_block();
  }
  void finish(std::uint8_t domain) {
    flip(at_, domain);
    flip(kRate_bytes - 1, 0x80);
    end_block();
  }
  std::uint8_t squeeze() {
    if (at_ == kRate_bytes) end_block();
    const std::size_t at = at_++;
    return static_cast<std::uint8_t>(lanes_[at / 8] >> (8 * (at % 8)));
  }

 private:
  void flip(std::size_t at, std::uint8_t octet) { lanes_[at / 8] ^= std::uint64_t{octet} << (8 * (at % 8)); }
  void end_block() {
    keccak_f(lanes_);
    at_ = 0;
  }
  Lanes lanes_{};
  std::size_t at_ = 0;
};

constexpr std::uint8_t kShake = 0x1F, kCshake = 0x04;  // domain bits and the first bit of the padding

}  // namespace

void cshake128(std::initializer_list<std::span<const std::uint8_t>> parts,
               std::span<const std::uint8_t> customization, std::span<std::uint8_t> out) {
  assert(customization.size() < 32);  // its length in bits is one byte
  Sponge sponge;
  if (!customization.empty()) {
    // bytepad(encode_string(N) || encode_string(S), 168): lengths with the count of their bytes in front.
    constexpr std::array<std::uint8_t, 5> kHead{1, kRate_bytes, 1, 0, 1};
    sponge.absorb(kHead);
    sponge.absorb(static_cast<std::uint8_t>(8 * customization.size()));
    sponge.absorb(customization);
    sponge.fill_block();
  }
  for (const auto part : parts) sponge.absorb(part);
  sponge.finish(customization.empty() ? kShake : kCshake);
  for (std::uint8_t& octet : out) octet = sponge.squeeze();
}

}  // namespace windhover::sensor
