#pragma once
// The PLCP header of 802.11b PPDUs (IEEE 802.11 15.2.3, 16.2.3).

#include <cstdint>

#include "decoders/frame.hpp"
#include "decoders/result.hpp"

namespace windhover::decoders::wifi {

enum class DsssRate : std::uint8_t { mbps_1, mbps_2, mbps_5_5, mbps_11 };
constexpr float to_mbps(DsssRate rate) {
  constexpr float mbps[] = {1, 2, 5.5F, 11};
  return mbps[static_cast<std::size_t>(rate)];
}

inline constexpr std::size_t kPlcpHeaderBits = 48;
inline constexpr std::uint32_t kMostDsssOctets = 4095;

struct PlcpHeader {
  DsssRate rate = DsssRate::mbps_1;
  std::uint16_t length_us = 0;  ///< of the PSDU
  std::uint32_t octets = 0;     ///< of the PSDU, 1 … kMostDsssOctets
};

/// bits  without scrambler, the first on air in bit 0
/// crc16, sanity (a rate that there is not), unsupported (PBCC), length (none, more than the standard allows,
/// or no whole number of octets)
Result<PlcpHeader, RejectReason> parse_plcp_header(std::uint64_t bits);

}  // namespace windhover::decoders::wifi
