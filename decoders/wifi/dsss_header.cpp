#include "decoders/wifi/dsss_header.hpp"

#include <optional>

namespace windhover::decoders::wifi {
namespace {

// x¹⁶ + x¹² + x⁵ + 1, preset to ones, complemented; the highest power goes first.
constexpr std::uint16_t crc16(std::uint32_t bits) {
  std::uint32_t crc = 0xFFFF;
  for (unsigned i = 0; i < 32; ++i) {
    const bool feedback = ((crc >> 15U ^ bits >> i) & 1U) != 0;
    crc = (crc << 1U ^ (feedback ? 0x1021U : 0U)) & 0xFFFFU;
  }
  return static_cast<std::uint16_t>(~crc);
}

constexpr std::uint16_t reversed(std::uint64_t bits) {
  std::uint16_t out = 0;
  for (unsigned i = 0; i < 16; ++i) out = static_cast<std::uint16_t>(out << 1U | (bits >> i & 1U));
  return out;
}

constexpr std::optional<DsssRate> rate_of(std::uint8_t signal) {
  switch (signal) {
    case 0x0A:
      return DsssRate::mbps_1;
    case 0x14:
      return DsssRate::mbps_2;
    case 0x37:
      return DsssRate::mbps_5_5;
    case 0x6E:
      return DsssRate::mbps_11;
    default:
      return std::nullopt;
  }
}

// 16.2.3.5. At 11 Mb/s a microsecond holds more than an octet: the extension says which of two is meant.
constexpr std::uint32_t octets_of(DsssRate rate, std::uint32_t length_us, bool extension) {
  switch (rate) {
    case DsssRate::mbps_1:
      return length_us / 8;
    case DsssRate::mbps_2:
      return length_us / 4;
    case DsssRate::mbps_5_5:
      return length_us * 11 / 16;
    default:
      return length_us * 11 / 8 - (extension && length_us > 0 ? 1 : 0);
  }
}

}  // namespace

Result<PlcpHeader, RejectReason> parse_plcp_header(std::uint64_t bits) {
  if (crc16(static_cast<std::uint32_t>(bits)) != reversed(bits >> 32U)) return RejectReason::crc16;
  const auto rate = rate_of(static_cast<std::uint8_t>(bits));
  if (!rate) return RejectReason::sanity;
  const auto service = static_cast<std::uint8_t>(bits >> 8U);
  if ((service & 0x08U) != 0) return RejectReason::unsupported;
  PlcpHeader header{*rate, static_cast<std::uint16_t>(bits >> 16U), 0};
  header.octets = octets_of(*rate, header.length_us, (service & 0x80U) != 0);
  const std::uint32_t octet_us = *rate == DsssRate::mbps_1 ? 8 : *rate == DsssRate::mbps_2 ? 4 : 1;
  if (header.octets == 0 || header.octets > kMostDsssOctets || header.length_us % octet_us != 0)
    return RejectReason::length;
  return header;
}

}  // namespace windhover::decoders::wifi
