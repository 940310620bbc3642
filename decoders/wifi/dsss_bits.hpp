#pragma once
// Decided symbols to bits: differential decoding, descrambler, and the repair of what was decided wrongly,
// by the CRC of header or frame. Of all bits only the least certain can be wrong, so few are tried.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "decoders/wifi/dsss_header.hpp"
#include "decoders/wifi/dsss_tables.hpp"
#include "decoders/wifi/dsss_tracker.hpp"

namespace windhover::decoders::wifi {

/// Bits of a change of phase: one, or two with the first in bit 0 (IEEE 802.11 tables 15-1, 15-2).
constexpr unsigned phase_bits(unsigned from_quarter, unsigned to_quarter, bool four) {
  const unsigned change = (to_quarter - from_quarter) & 3U;
  if (!four) return change >> 1U;
  constexpr unsigned bits[] = {0b00, 0b10, 0b11, 0b01};
  return bits[change];
}

/// What precedes a field on air.
struct BitContext {
  std::uint8_t quarter = 0;  ///< phase of the symbol before
  DsssScrambler scrambler{};
};

/// The PLCP header of its symbols: as decided, or else with the one or two least certain ones decided the
/// other way that make the CRC right. `context` is then that behind the header.
Result<PlcpHeader, RejectReason> decode_plcp_header(std::span<const PhaseDecision> symbols,
                                                    DsssPreamble preamble, BitContext& context);

/// The PSDU's bits as they come from the air.
class DsssPsdu {
 public:
  DsssPsdu();

  void start(std::size_t octets, DsssScrambler scrambler);
  /// The next `count` bits, the first in bit 0; those beyond the end do not matter.
  void take(unsigned bits, unsigned count);
  /// The bits on air from number `bit` on may be wrong by `pattern`, of up to 12 bits, all of them together.
  void doubt(std::size_t bit, unsigned pattern, float margin);

  std::size_t bits() const { return taken_; }  ///< that were taken
  bool complete() const { return taken_ >= 8 * length_; }
  std::span<const std::uint8_t> octets() const { return octets_; }  ///< whole ones, so far

  /// Of a complete PSDU whose FCS is wrong: puts right up to three doubts so that it is right. Anything else
  /// is left as it is.
  void repair();

 private:
  static constexpr std::size_t kMostDoubts = 24;
  struct Doubt {
    std::size_t bit = 0;
    std::uint32_t pattern = 0;  // of PSDU bits
    float margin = 0;
    std::uint32_t syndrome = 0;
  };
  struct Choice {
    std::array<std::size_t, 3> which{};
    std::size_t count = 0;
    float margin = 0;
  };
  void find_syndromes();
  std::optional<Choice> find_choice(std::uint32_t syndrome) const;
  void flip(const Doubt& doubt);

  std::size_t length_ = 0, taken_ = 0;
  DsssScrambler scrambler_{};
  unsigned partial_ = 0;  // bits of the next octet
  std::vector<std::uint8_t> octets_;
  std::array<Doubt, kMostDoubts> doubts_{};
  std::size_t doubt_count_ = 0, surest_ = 0;
};

/// A decided symbol of the PSDU: its phase, and what else it says.
struct SymbolDecision {
  std::uint8_t quarter = 0, word = 0;
  std::uint8_t second_quarter = 0, second_word = 0;  ///< the next likely
  float margin = 0;                                  ///< as of PhaseDecision
};

/// Bits of a symbol of the PSDU.
struct SymbolFormat {
  bool four = false;       ///< phases
  unsigned word_bits = 0;  ///< that follow those of the phase
};

/// Symbols of a PSDU to its bits. The doubt in each depends on the one before and the one behind.
class DifferentialReader {
 public:
  void start(std::uint8_t last_quarter, const SymbolFormat& format);
  void take(const SymbolDecision& symbol, DsssPsdu& psdu);
  /// After the last symbol.
  void finish(DsssPsdu& psdu);

 private:
  unsigned phase_count() const { return format_.four ? 2 : 1; }
  unsigned own_doubt() const;

  SymbolFormat format_;
  std::uint8_t before_ = 0;  // phase before `last_`
  std::optional<SymbolDecision> last_{};
  std::size_t last_bit_ = 0;
};

}  // namespace windhover::decoders::wifi
