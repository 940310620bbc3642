#pragma once
// What 802.11b PPDUs consist of (IEEE 802.11 clauses 15 and 16), as the receiver's stages share it.

#include <array>
#include <cstddef>
#include <cstdint>

namespace windhover::decoders::wifi {

/// Samples of a 1 µs Barker symbol at 20 MS/s, and of a chip at 11 Mchip/s.
inline constexpr std::size_t kBarkerSymbol = 20;
inline constexpr double kSamplesPerChip = 20.0 / 11;

inline constexpr std::array<int, 11> kBarkerChips{1, -1, 1, 1, -1, 1, 1, 1, -1, -1, -1};

/// A Barker symbol at 20 MS/s, of energy 1. Its first chip starts half a sample before the first value.
const std::array<float, kBarkerSymbol>& barker_waveform();

enum class DsssPreamble : std::uint8_t { long_sync, short_sync };

constexpr std::size_t sync_symbols(DsssPreamble preamble) {
  return preamble == DsssPreamble::long_sync ? 128 : 56;
}

/// Start frame delimiter as it goes into the scrambler, first bit lowest.
inline constexpr std::size_t kSfdBits = 16;
constexpr unsigned sfd_bits(DsssPreamble preamble) {
  return preamble == DsssPreamble::long_sync ? 0xF3A0 : 0x05CF;
}

/// The scrambler's register, x⁻⁷ + x⁻⁴ + 1: the last seven bits on air, the newest in bit 0. It feeds back
/// what is on air, so that a receiver has it after seven bits.
class DsssScrambler {
 public:
  constexpr explicit DsssScrambler(unsigned last_bits = 0) : register_(last_bits) {}

  /// What goes on air for `bit`.
  constexpr unsigned scramble(unsigned bit) { return push(bit ^ feedback()); }
  /// What was sent where `bit` came from the air.
  constexpr unsigned descramble(unsigned bit) {
    const unsigned sent = bit ^ feedback();
    push(bit);
    return sent;
  }

 private:
  constexpr unsigned feedback() const { return (register_ >> 3U ^ register_ >> 6U) & 1U; }
  constexpr unsigned push(unsigned bit) {
    register_ = register_ << 1U | bit;
    return bit;
  }

  unsigned register_;
};

/// SYNC of a short preamble on air: zeros behind the scrambler, which repeat after so many bits. That of a
/// long one, made of ones, is the complement. Where in it a PPDU begins is the transmitter's choice.
inline constexpr std::size_t kSyncPeriod = 127;
inline constexpr auto kShortSync = [] {
  std::array<std::uint8_t, kSyncPeriod> bits{};
  DsssScrambler scrambler(1);
  for (auto& bit : bits) bit = static_cast<std::uint8_t>(scrambler.scramble(0));
  return bits;
}();

}  // namespace windhover::decoders::wifi
