#include "tests/support/ble_pdu.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/hex.hpp"
#include "tests/support/odid_encoder.hpp"

using namespace windhover::synth;

namespace {

const BleAddress kSheetAddress = ble_address("C2:12:34:56:78:9A");

OdidBytes location_of_the_sheet() {
  const auto bytes = from_hex("122624160a42bf241b6ed1b4b69808ac0870084a53150e0200");
  OdidBytes out{};
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

void check_hex(const ByteVector& bytes, std::string_view hex) {
  BOOST_TEST(bytes == from_hex(hex), boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ble_pdu)

BOOST_AUTO_TEST_CASE(legacy_remote_id_of_the_sheet) {
  check_hex(ble_legacy_pdu(BlePdu::adv_nonconn_ind, kSheetAddress,
                           ble_legacy_adv_data(0x5a, location_of_the_sheet())),
            "42259a78563412c21e16faff0d5a122624160a42bf241b6ed1b4b69808ac0870084a53150e0200");
}

BOOST_AUTO_TEST_CASE(beacon_of_the_sheet) {
  ByteVector data = ble_ad_structure(0x01, ByteVector{0x1a});
  const auto beacon = ble_ad_structure(0xff, from_hex("4c000215e2c56db5dffb48d2b060d0f5a71096e000000000c5"));
  data.insert(data.end(), beacon.begin(), beacon.end());
  check_hex(ble_legacy_pdu(BlePdu::adv_ind, ble_address("71:3D:6E:17:A2:05"), data),
            "402405a2176e3d7102011a1aff4c000215e2c56db5dffb48d2b060d0f5a71096e000000000c5");
}

BOOST_AUTO_TEST_CASE(pointer_to_an_auxiliary_packet_of_the_sheet) {
  const BleExtendedHeader header{.data_info = BleDataInfo{0xe75, 0},
                                 .aux_pointer = BleAuxPointer{10, 20, true, BlePhy::le_coded_s8}};
  check_hex(ble_extended_pdu(header, {}), "07070618750eca1440");
}

BOOST_AUTO_TEST_CASE(auxiliary_packet_of_the_sheet) {
  const BleExtendedHeader header{.advertiser = kSheetAddress, .data_info = BleDataInfo{0xe75, 0}};
  check_hex(ble_extended_pdu(header, ble_extended_adv_data(0x5a, location_of_the_sheet())),
            "472909099a78563412c2750e1e16faff0d5a122624160a42bf241b6ed1b4b69808ac0870084a53150e0200");
}

BOOST_AUTO_TEST_CASE(directed_pdus_name_both_kinds_of_address) {
  const BleAddress public_one{0x0a0b0c0d0e0f, false};
  check_hex(ble_directed_pdu(BlePdu::scan_req, public_one, kSheetAddress), "830c0f0e0d0c0b0a9a78563412c2");
  check_hex(ble_directed_pdu(BlePdu::adv_direct_ind, kSheetAddress, public_one),
            "410c9a78563412c20f0e0d0c0b0a");
  check_hex(ble_legacy_pdu(BlePdu::scan_rsp, public_one, {}), "04060f0e0d0c0b0a");
  check_hex(ble_legacy_pdu(BlePdu::adv_scan_ind, public_one, {}), "06060f0e0d0c0b0a");
}

BOOST_AUTO_TEST_CASE(connection_request_holds_34_bytes) {
  check_hex(ble_connect_ind({0x0a0b0c0d0e0f, false}, kSheetAddress,
                            {0x50655d27, 0x1a2b3c, 3, 6, 24, 1, 72, 0x1fffffffff, 9, 5}),
            "8522"
            "0f0e0d0c0b0a"
            "9a78563412c2"
            "275d6550"
            "3c2b1a"
            "03"
            "0600"
            "1800"
            "0100"
            "4800"
            "ffffffff1f"
            "a9");
}

BOOST_AUTO_TEST_CASE(extended_fields_come_in_the_order_of_their_flags) {
  BleExtendedHeader header;
  check_hex(ble_extended_pdu(header, {}), "070100");
  header.mode = 1;
  header.tx_power_dbm = -3;
  header.cte_info = 0x14;
  header.target = kSheetAddress;
  header.advertiser = BleAddress{0x0a0b0c0d0e0f, false};
  header.sync_info.emplace().fill(0x55);
  header.additional = {2, 0x28, 1};
  header.aux_pointer = BleAuxPointer{36, 8191, false, BlePhy::le_2m, false};
  header.data_info = BleDataInfo{1, 15};
  check_hex(ble_extended_pdu(header, ByteVector{0xee}),
            "872b"
            "69"
            "7f"
            "0f0e0d0c0b0a"
            "9a78563412c2"
            "14"
            "01f0"
            "24ff3f"
            "555555555555555555555555555555555555"
            "fd"
            "022801"
            "ee");
  header = {.additional = {2, 0x28, 1}};
  check_hex(ble_extended_pdu(header, {}, BlePdu::aux_connect_rsp),
            "0805"
            "04"
            "00"
            "022801");
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused) {
  const ByteVector much(256);
  BOOST_CHECK_THROW(ble_address("C2:12:34:56:78"), std::invalid_argument);
  BOOST_CHECK_THROW(ble_address("C2-12-34-56-78-9A"), std::invalid_argument);
  BOOST_CHECK_THROW(ble_address("C2:12:34:56:78:9G"), std::invalid_argument);
  BOOST_CHECK_THROW(ble_ad_structure(0xff, much), std::invalid_argument);
  BOOST_CHECK_THROW(ble_legacy_pdu(BlePdu::adv_ind, {}, std::span(much).first(32)), std::invalid_argument);
  BOOST_CHECK_THROW(ble_legacy_pdu(BlePdu::scan_req, {}, {}), std::invalid_argument);
  BOOST_CHECK_THROW(ble_directed_pdu(BlePdu::adv_ind, {}, {}), std::invalid_argument);
  BOOST_CHECK_THROW(ble_extended_pdu({}, much), std::invalid_argument);
  BOOST_CHECK_THROW(ble_extended_pdu({.aux_pointer = BleAuxPointer{37}}, {}), std::invalid_argument);
  BOOST_CHECK_THROW(ble_extended_pdu({.additional = ByteVector(63)}, {}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
