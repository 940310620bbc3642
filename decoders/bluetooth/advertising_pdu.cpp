#include "decoders/bluetooth/advertising_pdu.hpp"

#include <algorithm>

#include "decoders/bluetooth/channels.hpp"

namespace windhover::decoders::bluetooth {
namespace {

constexpr std::size_t kHeaderBytes = 2;
constexpr std::size_t kAddressBytes = 6;
constexpr std::size_t kMostLegacyData = 31;

DeviceAddress read_address(Bytes bytes, bool random) {
  DeviceAddress address{{}, random};
  std::reverse_copy(bytes.begin(), bytes.begin() + kAddressBytes, address.octets.begin());
  return address;
}

// Takes fields off the front; `short_of` tells that one was not there.
class Reader {
 public:
  explicit Reader(Bytes bytes) : left_(bytes) {}

  Bytes take(std::size_t n) {
    if (n > left_.size()) {
      short_of_ = true;
      n = left_.size();
    }
    const Bytes taken = left_.first(n);
    left_ = left_.subspan(n);
    return short_of_ ? Bytes{} : taken;
  }
  bool short_of() const { return short_of_; }

 private:
  Bytes left_;
  bool short_of_ = false;
};

// nullopt where nothing is pointed at: no offset, or a channel without auxiliary packets.
std::optional<AuxPointer> read_aux_pointer(Bytes bytes) {
  const std::uint32_t bits =
      bytes[0] | static_cast<std::uint32_t>(bytes[1]) << 8U | static_cast<std::uint32_t>(bytes[2]) << 16U;
  AuxPointer aux;
  aux.channel_index = bits & 0x3FU;
  aux.clock_ppm = (bits >> 6U & 1U) != 0 ? 50 : 500;
  aux.unit_us = (bits >> 7U & 1U) != 0 ? 300 : 30;
  aux.offset_us = (bits >> 8U & 0x1FFFU) * aux.unit_us;
  aux.phy = static_cast<std::uint8_t>(bits >> 21U & 7U);
  if (is_primary(aux.channel_index) || aux.offset_us == 0) return std::nullopt;
  return aux;
}

// Common Extended Advertising Payload, 2.3.4: length and mode, flags, fields in the order of the flags, ACAD.
Result<AdvertisingPdu, PduReject> read_extended(AdvertisingPdu pdu, Bytes payload, bool tx_random) {
  if (payload.empty()) return PduReject::length;
  const std::size_t header = payload[0] & 0x3FU;
  if (1 + header > payload.size()) return PduReject::length;
  pdu.data = payload.subspan(1 + header);
  if (header == 0) return pdu;
  Reader fields(payload.subspan(1, header));
  const std::uint8_t flags = fields.take(1)[0];
  const auto field = [&](unsigned bit, std::size_t n) {
    return (flags >> bit & 1U) != 0 ? fields.take(n) : Bytes{};
  };
  if (const Bytes adv_a = field(0, kAddressBytes); !adv_a.empty())
    pdu.advertiser = read_address(adv_a, tx_random);
  field(1, kAddressBytes);  // TargetA
  field(2, 1);              // CTEInfo
  if (const Bytes adi = field(3, 2); !adi.empty()) pdu.adi = static_cast<std::uint16_t>(adi[0] | adi[1] << 8);
  if (const Bytes aux = field(4, 3); !aux.empty()) pdu.aux = read_aux_pointer(aux);
  field(5, 18);  // SyncInfo
  field(6, 1);   // TxPower
  if (fields.short_of()) return PduReject::length;
  return pdu;
}

}  // namespace

Result<AdvertisingPdu, PduReject> parse_advertising_pdu(Bytes bytes) {
  if (bytes.size() < kHeaderBytes || bytes.size() < kHeaderBytes + bytes[1]) return PduReject::length;
  const unsigned code = bytes[0] & 0x0FU;
  if (code > static_cast<unsigned>(PduType::aux_connect_rsp)) return PduReject::unknown_type;
  const bool tx_random = (bytes[0] & 0x40U) != 0, rx_random = (bytes[0] & 0x80U) != 0;
  const Bytes payload = bytes.subspan(kHeaderBytes, bytes[1]);
  AdvertisingPdu pdu;
  pdu.type = static_cast<PduType>(code);
  switch (pdu.type) {
    case PduType::adv_ind:
    case PduType::adv_nonconn_ind:
    case PduType::scan_rsp:
    case PduType::adv_scan_ind:
      if (payload.size() < kAddressBytes || payload.size() > kAddressBytes + kMostLegacyData)
        return PduReject::length;
      pdu.advertiser = read_address(payload, tx_random);
      pdu.data = payload.subspan(kAddressBytes);
      return pdu;
    case PduType::adv_direct_ind:
      if (payload.size() != 2 * kAddressBytes) return PduReject::length;
      pdu.advertiser = read_address(payload, tx_random);
      return pdu;
    case PduType::scan_req:
    case PduType::connect_ind:
      // The sender stands first, the advertiser it speaks to behind it.
      if (payload.size() != (pdu.type == PduType::scan_req ? 12U : 34U)) return PduReject::length;
      pdu.advertiser = read_address(payload.subspan(kAddressBytes), rx_random);
      return pdu;
    case PduType::extended:
    case PduType::aux_connect_rsp:
      break;
  }
  return read_extended(pdu, payload, tx_random);
}

RemoteIdData find_remote_id(Bytes data) {
  constexpr std::uint8_t kServiceData16 = 0x16, kUuidLow = 0xFA, kUuidHigh = 0xFF, kOpenDroneId = 0x0D;
  RemoteIdData result;
  while (!data.empty() && data[0] != 0) {
    const std::size_t length = data[0];
    const Bytes structure = data.subspan(1, std::min(length, data.size() - 1));
    result.cut = structure.size() < length;
    if (structure.size() >= 4 && structure[0] == kServiceData16 && structure[1] == kUuidLow &&
        structure[2] == kUuidHigh && structure[3] == kOpenDroneId) {
      result.found = true;
      result.complete = !result.cut;
      result.after_code = structure.subspan(4);
      return result;
    }
    if (result.cut) return result;
    data = data.subspan(1 + length);
  }
  return result;
}

}  // namespace windhover::decoders::bluetooth
