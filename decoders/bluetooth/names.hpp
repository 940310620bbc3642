#pragma once
// What the feed calls Bluetooth's decoders and transports.

#include <string_view>

#include "decoders/bluetooth/advertising_pdu.hpp"

namespace windhover::decoders::bluetooth {

inline constexpr std::string_view kDecoderName = "bluetooth";
inline constexpr std::string_view kDecoderName2m = "bluetooth_2m";

/// Name of the transport that a packet of this kind is in the feed.
constexpr std::string_view transport_of(Phy phy, PduType type) {
  switch (phy) {
    case Phy::le_coded_s8:
      return "bluetooth_coded_s8";
    case Phy::le_coded_s2:
      return "bluetooth_coded_s2";
    case Phy::le_2m:
      return "bluetooth_2m_extended";
    case Phy::le_1m:
      break;
  }
  return type == PduType::extended ? "bluetooth_1m_extended" : "bluetooth_legacy";
}

}  // namespace windhover::decoders::bluetooth
