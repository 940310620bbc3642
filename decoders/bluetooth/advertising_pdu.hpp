#pragma once
// Advertising PDUs of the LE link layer: bytes to values. Core Specification Vol 6 Part B 2.3; lengths are
// checked before anything is read.

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "decoders/bluetooth/packet.hpp"
#include "decoders/result.hpp"

namespace windhover::decoders::bluetooth {

using Bytes = std::span<const std::uint8_t>;

enum class PduType : std::uint8_t {
  adv_ind,
  adv_direct_ind,
  adv_nonconn_ind,
  scan_req,
  scan_rsp,
  connect_ind,
  adv_scan_ind,
  extended,  ///< ADV_EXT_IND, AUX_ADV_IND, AUX_SCAN_RSP, AUX_SYNC_IND, AUX_CHAIN_IND
  aux_connect_rsp,
};

/// Device address as people write it, most significant octet first.
struct DeviceAddress {
  std::array<std::uint8_t, 6> octets{};
  bool random = false;  ///< not a registered public address
  bool operator==(const DeviceAddress&) const = default;
};

/// Where the rest of an advertisement follows (2.3.4.5). Its packet starts in
/// [offset_us, offset_us + unit_us) after the start of the one that carries the pointer.
struct AuxPointer {
  std::uint8_t channel_index = 0;  ///< 0..36
  double offset_us = 0;
  double unit_us = 30;
  double clock_ppm = 500;  ///< most that the advertiser's clock is off
  std::uint8_t phy = 0;    ///< 0 LE 1M, 1 LE 2M, 2 LE Coded
  bool operator==(const AuxPointer&) const = default;
};

/// What is present in the PDU; `data` points into it.
struct AdvertisingPdu {
  PduType type = PduType::adv_ind;
  std::optional<DeviceAddress> advertiser;
  std::optional<std::uint16_t> adi;  ///< AdvDataInfo: set id in the upper four bits, data id below
  std::optional<AuxPointer> aux;
  Bytes data;  ///< AdvData
};

enum class PduReject : std::uint8_t { length, unknown_type };

/// `pdu` with its header of two bytes; bytes beyond its length field are ignored.
Result<AdvertisingPdu, PduReject> parse_advertising_pdu(Bytes pdu);

/// What AdvData says about Remote ID.
struct RemoteIdData {
  Bytes after_code;       ///< message counter and body of the service data FFFA 0D; empty if there is none
  bool found = false;     ///< the service data begins here
  bool complete = false;  ///< and ends here
  bool cut = false;       ///< an AD structure runs over the end of `data`: more may follow
};

/// Looks for service data of UUID FFFA (ASTM) with application code 0D (ASTM F3411-22a 5.4.6). An early end
/// of data ends the search, as does a structure of length 0.
RemoteIdData find_remote_id(Bytes data);

}  // namespace windhover::decoders::bluetooth
