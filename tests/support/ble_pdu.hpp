#pragma once
// Bluetooth LE advertising PDUs, header first, as ble_packet() takes them (Core Specification Vol 6 Part B
// section 2.3). What does not fit into a PDU throws std::invalid_argument.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tests/support/ble_packet.hpp"
#include "tests/support/byte_vector.hpp"

namespace windhover::synth {

enum class BlePdu : std::uint8_t {
  adv_ind = 0,
  adv_direct_ind = 1,
  adv_nonconn_ind = 2,
  scan_req = 3,
  scan_rsp = 4,
  connect_ind = 5,
  adv_scan_ind = 6,
  adv_extended = 7,  ///< ADV_EXT_IND, AUX_ADV_IND, AUX_SCAN_RSP, AUX_SYNC_IND, AUX_CHAIN_IND
  aux_connect_rsp = 8,
};

struct BleAddress {
  std::uint64_t value = 0;  ///< 0xC2123456789A is C2:12:34:56:78:9A
  bool random = true;
};

/// "C2:12:34:56:78:9A".
BleAddress ble_address(std::string_view text, bool random = true);

/// One AD structure: its length, type and data.
ByteVector ble_ad_structure(std::uint8_t type, std::span<const std::uint8_t> data);

/// ADV_IND, ADV_NONCONN_IND, SCAN_RSP, ADV_SCAN_IND: up to 31 bytes of data.
ByteVector ble_legacy_pdu(BlePdu type, const BleAddress& advertiser, std::span<const std::uint8_t> data);

/// ADV_DIRECT_IND (advertiser, target), SCAN_REQ (scanner, advertiser).
ByteVector ble_directed_pdu(BlePdu type, const BleAddress& sender, const BleAddress& receiver);

/// LLData of a CONNECT_IND, in the units of the air.
struct BleConnection {
  std::uint32_t access_address = 0x50655d27;
  std::uint32_t crc_init = 0x1a2b3c;
  std::uint8_t window_size = 3;
  std::uint16_t window_offset = 6, interval = 24, latency = 0, timeout = 72;
  std::uint64_t channel_map = 0x1fffffffff;
  std::uint8_t hop = 9;
  std::uint8_t sleep_clock_accuracy = 5;
};
ByteVector ble_connect_ind(const BleAddress& initiator, const BleAddress& advertiser,
                           const BleConnection& connection = {});

struct BleDataInfo {
  std::uint16_t data_id = 0;  ///< 12 bits
  std::uint8_t set_id = 0;    ///< 4 bits
};

struct BleAuxPointer {
  int channel_index = 0;
  std::uint16_t offset = 10;  ///< 13 bits, from the start of the packet that holds it
  bool unit_is_300us = false;
  BlePhy phy = BlePhy::le_1m;
  bool accurate_clock = true;  ///< 50 ppm at most
};

/// Any subset, in the order of the air.
struct BleExtendedHeader {
  std::uint8_t mode = 0;  ///< 1 connectable, 2 scannable
  std::optional<BleAddress> advertiser{}, target{};
  std::optional<std::uint8_t> cte_info{};
  std::optional<BleDataInfo> data_info{};
  std::optional<BleAuxPointer> aux_pointer{};
  std::optional<std::array<std::uint8_t, 18>> sync_info{};
  std::optional<std::int8_t> tx_power_dbm{};
  ByteVector additional{};  ///< ACAD
};

ByteVector ble_extended_pdu(const BleExtendedHeader& header, std::span<const std::uint8_t> data,
                            BlePdu type = BlePdu::adv_extended);

}  // namespace windhover::synth
