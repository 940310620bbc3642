#pragma once
// PHY headers of the OFDM PPDUs: SIGNAL (IEEE 802.11 17.3.4), HT-SIG (19.3.9.4.3), VHT-SIG-A (21.3.8.3.3).
// Bits are one octet each, in the order of the air.

#include <cstdint>
#include <optional>
#include <span>

#include "decoders/wifi/ofdm_tables.hpp"

namespace windhover::decoders::wifi {

struct LegacySignal {
  const RateFormat* rate = nullptr;
  std::uint32_t length = 0;  ///< octets
  bool is_6mbps = false;     ///< what every later generation announces
};
/// 24 bits; nullopt for wrong parity, an unassigned rate, a set reserved bit, no length or a tail that is
/// none.
std::optional<LegacySignal> parse_signal(std::span<const std::uint8_t> bits);

struct HtSignal {
  std::uint8_t mcs = 0;
  bool forty_mhz = false, aggregated = false, ldpc = false, short_guard = false;
  std::uint8_t stbc = 0, extension_streams = 0;
  std::uint32_t length = 0;  ///< octets of the PSDU
};
/// 48 bits; nullopt where the CRC is wrong.
std::optional<HtSignal> parse_ht_signal(std::span<const std::uint8_t> bits);

struct VhtSignal {
  std::uint8_t width_mhz_code = 0;  ///< 0 … 3: 20, 40, 80, 160
  std::uint8_t group_id = 0, streams = 1, mcs = 0;
  bool stbc = false, short_guard = false, ldpc = false;
};
/// 48 bits; nullopt where the CRC is wrong.
std::optional<VhtSignal> parse_vht_signal(std::span<const std::uint8_t> bits);

/// Data rate of HT, all equal modulations: MCS 0 … 31; 0 for others.
float ht_mbps(const HtSignal& signal);
/// Data rate of a VHT PPDU for one user; 0 where the combination does not exist.
float vht_mbps(const VhtSignal& signal);

}  // namespace windhover::decoders::wifi
