#pragma once
// Bluetooth LE packets as Nordic's nRF Sniffer hands them to a capture (LINKTYPE_NORDIC_BLE).

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "tests/support/ble_packet.hpp"
#include "tests/support/pcapng.hpp"

namespace windhover::synth {

inline constexpr std::uint16_t kNordicBleLinkType = 272;

struct SniffedBle {
  int channel_index = 0;
  BlePhy phy = BlePhy::le_1m;
  bool crc_ok = false;
  int rssi_dbm = 0;
  std::uint32_t access_address = 0;
  std::vector<std::uint8_t> pdu;      ///< header first; with errors where crc_ok is false
  std::array<std::uint8_t, 3> crc{};  ///< in air order, LSB first
};

/// nullopt for another link type or what the sniffer says about itself. Throws CaptureError for lengths that
/// contradict each other.
std::optional<SniffedBle> sniffed_ble(const CaptureFrame& frame);

}  // namespace windhover::synth
