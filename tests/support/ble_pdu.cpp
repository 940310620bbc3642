#include "tests/support/ble_pdu.hpp"

#include <stdexcept>

namespace windhover::synth {
namespace {

constexpr unsigned kTxAddBit = 6;
constexpr unsigned kRxAddBit = 7;
constexpr std::size_t kLegacyData = 31;
constexpr std::size_t kExtendedHeader = 63;

void require_valid(bool valid, const char* what) {
  if (!valid) throw std::invalid_argument(what);
}

void append_address(ByteVector& out, const BleAddress& address) { append_le(out, address.value, 6); }

ByteVector pdu_of(BlePdu type, bool tx_random, bool rx_random, std::span<const std::uint8_t> payload) {
  require_valid(payload.size() <= 255, "a Bluetooth LE payload has at most 255 bytes");
  ByteVector out{static_cast<std::uint8_t>(static_cast<unsigned>(type) | unsigned{tx_random} << kTxAddBit |
                                           unsigned{rx_random} << kRxAddBit),
                 static_cast<std::uint8_t>(payload.size())};
  append(out, payload);
  return out;
}

std::uint64_t phy_code(BlePhy phy) {
  if (phy == BlePhy::le_1m) return 0;
  return phy == BlePhy::le_2m ? 1 : 2;
}

void append_aux_pointer(ByteVector& out, const BleAuxPointer& aux) {
  require_valid(aux.channel_index >= 0 && aux.channel_index < 37,
                "an AuxPtr names one of the channels 0 to 36");
  require_valid(aux.offset < 1U << 13, "an AuxPtr offset has 13 bits");
  append_le(out,
            static_cast<std::uint64_t>(aux.channel_index) | std::uint64_t{aux.accurate_clock} << 6 |
                std::uint64_t{aux.unit_is_300us} << 7 | std::uint64_t{aux.offset} << 8 |
                phy_code(aux.phy) << 21,
            3);
}

void append_data_info(ByteVector& out, const BleDataInfo& info) {
  require_valid(info.data_id < 1U << 12 && info.set_id < 16, "an ADI holds 12 and 4 bits");
  append_le(out, static_cast<unsigned>(info.data_id | info.set_id << 12), 2);
}

/// Flags, the fields they announce, and ACAD; empty if there is nothing.
ByteVector extended_header(const BleExtendedHeader& header) {
  ByteVector out{0};
  const auto announce = [&out](unsigned bit) { out[0] = static_cast<std::uint8_t>(out[0] | 1U << bit); };
  if (header.advertiser) announce(0), append_address(out, *header.advertiser);
  if (header.target) announce(1), append_address(out, *header.target);
  if (header.cte_info) announce(2), out.push_back(*header.cte_info);
  if (header.data_info) announce(3), append_data_info(out, *header.data_info);
  if (header.aux_pointer) announce(4), append_aux_pointer(out, *header.aux_pointer);
  if (header.sync_info) announce(5), append(out, *header.sync_info);
  if (header.tx_power_dbm) announce(6), out.push_back(static_cast<std::uint8_t>(*header.tx_power_dbm));
  append(out, header.additional);
  if (out.size() == 1) out.clear();
  return out;
}

}  // namespace

BleAddress ble_address(std::string_view text, bool random) {
  BleAddress out{0, random};
  require_valid(text.size() == 17, "a Bluetooth address is written C2:12:34:56:78:9A");
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % 3 == 2) {
      require_valid(text[i] == ':', "a Bluetooth address is written C2:12:34:56:78:9A");
      continue;
    }
    constexpr std::string_view kDigits = "0123456789abcdef0123456789ABCDEF";
    const auto digit = kDigits.find(text[i]);
    require_valid(digit != std::string_view::npos, "a Bluetooth address is written C2:12:34:56:78:9A");
    out.value = out.value << 4 | digit % 16;
  }
  return out;
}

ByteVector ble_ad_structure(std::uint8_t type, std::span<const std::uint8_t> data) {
  require_valid(data.size() <= 254, "an AD structure has at most 254 bytes of data");
  ByteVector out{static_cast<std::uint8_t>(1 + data.size()), type};
  append(out, data);
  return out;
}

ByteVector ble_legacy_pdu(BlePdu type, const BleAddress& advertiser, std::span<const std::uint8_t> data) {
  require_valid(type == BlePdu::adv_ind || type == BlePdu::adv_nonconn_ind || type == BlePdu::scan_rsp ||
                    type == BlePdu::adv_scan_ind,
                "this type of PDU holds no AdvData");
  require_valid(data.size() <= kLegacyData, "legacy AdvData has at most 31 bytes");
  ByteVector payload;
  append_address(payload, advertiser);
  append(payload, data);
  return pdu_of(type, advertiser.random, false, payload);
}

ByteVector ble_directed_pdu(BlePdu type, const BleAddress& sender, const BleAddress& receiver) {
  require_valid(type == BlePdu::adv_direct_ind || type == BlePdu::scan_req,
                "this type of PDU is not two addresses and nothing else");
  ByteVector payload;
  append_address(payload, sender);
  append_address(payload, receiver);
  return pdu_of(type, sender.random, receiver.random, payload);
}

ByteVector ble_connect_ind(const BleAddress& initiator, const BleAddress& advertiser,
                           const BleConnection& connection) {
  require_valid(connection.hop < 32 && connection.sleep_clock_accuracy < 8, "hop has 5 bits and SCA 3");
  ByteVector payload;
  append_address(payload, initiator);
  append_address(payload, advertiser);
  append_le(payload, connection.access_address, 4);
  append_le(payload, connection.crc_init, 3);
  payload.push_back(connection.window_size);
  append_le(payload, connection.window_offset, 2);
  append_le(payload, connection.interval, 2);
  append_le(payload, connection.latency, 2);
  append_le(payload, connection.timeout, 2);
  append_le(payload, connection.channel_map, 5);
  payload.push_back(static_cast<std::uint8_t>(connection.hop | connection.sleep_clock_accuracy << 5));
  return pdu_of(BlePdu::connect_ind, initiator.random, advertiser.random, payload);
}

ByteVector ble_extended_pdu(const BleExtendedHeader& header, std::span<const std::uint8_t> data,
                            BlePdu type) {
  const ByteVector fields = extended_header(header);
  require_valid(fields.size() <= kExtendedHeader && header.mode < 4,
                "an extended header has at most 63 bytes");
  ByteVector payload{static_cast<std::uint8_t>(fields.size() | unsigned{header.mode} << 6)};
  append(payload, fields);
  append(payload, data);
  return pdu_of(type, header.advertiser && header.advertiser->random, header.target && header.target->random,
                payload);
}

}  // namespace windhover::synth
