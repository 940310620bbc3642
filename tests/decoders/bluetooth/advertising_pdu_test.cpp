#include "decoders/bluetooth/advertising_pdu.hpp"

#include <boost/test/unit_test.hpp>

#include "decoders/bluetooth/packet_judge.hpp"
#include "tests/support/hex.hpp"

using namespace windhover;
using namespace windhover::decoders;
using namespace windhover::decoders::bluetooth;
using synth::from_hex;

namespace {

// A Location message in a legacy advertisement of C2:12:34:56:78:9A, section 8 of the specification sheet.
const auto kLegacy =
    from_hex("42259a78563412c21e16faff0d5a122624160a42bf241b6ed1b4b69808ac0870084a53150e0200");

Packet packet(std::span<const std::uint8_t> pdu, Phy phy = Phy::le_1m) {
  Packet packet{};
  packet.phy = phy;
  packet.complete = packet.crc_ok = true;
  packet.size = static_cast<std::uint16_t>(pdu.size());
  std::copy(pdu.begin(), pdu.end(), packet.bytes.begin());
  packet.cfo_hz = 1000;
  return packet;
}

DecoderOutput judged(const Packet& packet) {
  DecoderOutput out;
  PacketJudge({2402.003e6}, {2402e6}, 37).judge(packet, out);
  return out;
}

DecoderOutput judged(std::string_view pdu) { return judged(packet(from_hex(pdu))); }

}  // namespace

BOOST_AUTO_TEST_SUITE(bluetooth_advertising_pdu)

BOOST_AUTO_TEST_CASE(legacy_advertisement) {
  const auto pdu = parse_advertising_pdu(kLegacy);
  BOOST_REQUIRE(pdu);
  BOOST_CHECK(pdu->type == PduType::adv_nonconn_ind);
  BOOST_CHECK((pdu->advertiser == DeviceAddress{{0xC2, 0x12, 0x34, 0x56, 0x78, 0x9A}, true}));
  BOOST_TEST(pdu->data.size() == 31U);
  const RemoteIdData data = find_remote_id(pdu->data);
  BOOST_TEST(data.complete);
  BOOST_TEST(data.after_code[0] == 0x5A);
  BOOST_TEST(data.after_code.size() == 26U);
}

BOOST_AUTO_TEST_CASE(announcement_with_pointer) {
  const auto bytes = from_hex("07070618750eca1440");
  const auto pdu = parse_advertising_pdu(bytes);
  BOOST_REQUIRE(pdu);
  BOOST_CHECK(pdu->type == PduType::extended);
  BOOST_CHECK(!pdu->advertiser);
  BOOST_TEST(pdu->adi.value() == 0x0E75);
  BOOST_CHECK((pdu->aux == AuxPointer{10, 6000, 300, 50, 2}));
  BOOST_TEST(pdu->data.empty());
}

BOOST_AUTO_TEST_CASE(every_extended_field_is_stepped_over) {
  // Flags 7F: AdvA, TargetA, CTEInfo, ADI, AuxPtr, SyncInfo, TxPower, then two bytes of ACAD, then AdvData.
  std::vector<std::uint8_t> bytes{0x47, 0, 0x80 | 40, 0x7F};
  for (std::uint8_t i = 1; i <= 37; ++i) bytes.push_back(i);
  for (const int rest : {0xA1, 0xA2, 0xD1, 0xD2, 0xD3}) bytes.push_back(static_cast<std::uint8_t>(rest));
  bytes[1] = static_cast<std::uint8_t>(bytes.size() - 2);
  const auto pdu = parse_advertising_pdu(bytes);
  BOOST_REQUIRE(pdu);
  BOOST_CHECK((pdu->advertiser == DeviceAddress{{6, 5, 4, 3, 2, 1}, true}));
  BOOST_TEST(pdu->adi.value() == (14 | 15 << 8));
  BOOST_TEST(pdu->aux->channel_index == 16);
  BOOST_TEST(pdu->data.size() == 3U);
  BOOST_TEST(pdu->data[0] == 0xD1);
}

BOOST_AUTO_TEST_CASE(lengths_that_lie_are_refused) {
  const auto rejected = [](std::string_view hex, PduReject reason) {
    const auto bytes = from_hex(hex);
    const auto pdu = parse_advertising_pdu(bytes);
    return !pdu && pdu.error() == reason;
  };
  BOOST_TEST(rejected("", PduReject::length));
  BOOST_TEST(rejected("02", PduReject::length));
  BOOST_TEST(rejected("0206010203", PduReject::length));      // longer than what is there
  BOOST_TEST(rejected("02050102030405", PduReject::length));  // no room for an address
  BOOST_TEST(rejected("0e00", PduReject::unknown_type));
  BOOST_TEST(rejected("0700", PduReject::length));
  BOOST_TEST(rejected("07020501", PduReject::length));    // header longer than the PDU
  BOOST_TEST(rejected("07030201aa", PduReject::length));  // AdvA announced, one byte there
  BOOST_TEST(rejected("030b0102030405060708090a0b", PduReject::length));
  for (std::size_t cut = 0; cut < kLegacy.size(); ++cut)
    BOOST_TEST(!parse_advertising_pdu(std::span(kLegacy).first(cut)));
}

BOOST_AUTO_TEST_CASE(service_data_is_found_among_others) {
  const auto find = [](std::string_view hex) { return find_remote_id(from_hex(hex)).found; };
  BOOST_TEST(find("0416faff0d"));
  BOOST_TEST(find("0201060616faff0d0102"));
  BOOST_TEST(!find("0201060616faff0e0102"));  // another application
  BOOST_TEST(!find("0201060616aafe0d0102"));  // another service
  BOOST_TEST(
      !find("00"
            "0616faff0d0102"));  // behind the end of data
  BOOST_TEST(
      !find("03ff0102"
            "0316faff"));
  const auto cut = find_remote_id(from_hex("1e16faff0d01"));
  BOOST_TEST((cut.found && cut.cut && !cut.complete));
}

BOOST_AUTO_TEST_CASE(remote_id_becomes_a_frame) {
  const DecoderOutput out = judged(packet(kLegacy));
  BOOST_REQUIRE(out.frames.size() == 1U);
  const Frame& frame = out.frames.front();
  BOOST_TEST(frame.protocol == "odid");
  BOOST_TEST(frame.transport == "bluetooth_legacy");
  BOOST_TEST(frame.rf.centre.value == 2402e6);
  BOOST_TEST(frame.rf.cfo_hz == 4000.0F);
  BOOST_TEST(frame.rf.channel.value() == 37);
  BOOST_CHECK((frame.transmitter == Transmitter{{0xC2, 0x12, 0x34, 0x56, 0x78, 0x9A}, true}));
  BOOST_TEST(frame.payload == kLegacy, boost::test_tools::per_element());
  const auto& message = std::get<messages::RemoteId>(frame.message);
  BOOST_TEST(message.counter == 0x5A);
  const auto& location = std::get<messages::Location>(std::get<messages::OdidMessage>(message.body));
  BOOST_CHECK(location.status == messages::OperationalStatus::airborne);
}

BOOST_AUTO_TEST_CASE(transports_have_their_names) {
  // AUX_ADV_IND with address and one message, of the specification sheet's vectors.
  const auto aux =
      from_hex("472909099a78563412c2750e1e16faff0d5a122624160a42bf241b6ed1b4b69808ac0870084a53150e0200");
  BOOST_TEST(judged(packet(aux)).frames.at(0).transport == "bluetooth_1m_extended");
  BOOST_TEST(judged(packet(aux, Phy::le_2m)).frames.at(0).transport == "bluetooth_2m_extended");
  BOOST_TEST(judged(packet(aux, Phy::le_coded_s8)).frames.at(0).transport == "bluetooth_coded_s8");
  BOOST_TEST(judged(packet(aux, Phy::le_coded_s2)).frames.at(0).transport == "bluetooth_coded_s2");
}

BOOST_AUTO_TEST_CASE(what_is_no_remote_id_is_counted_and_not_kept) {
  for (const char* other : {"02090102030405060201 06", "030c0102030405060708090a0b0c", "4006010203040506"}) {
    std::string hex(other);
    std::erase(hex, ' ');
    const DecoderOutput out = judged(hex);
    BOOST_TEST(out.others == 1U);
    BOOST_TEST((out.frames.empty() && out.rejects.empty() && out.parts.empty()));
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_used_is_a_counted_reject) {
  const auto reason = [](const DecoderOutput& out) {
    BOOST_REQUIRE(out.rejects.size() == 1U);
    BOOST_TEST((out.frames.empty() && out.parts.empty() && out.others == 0));
    return out.rejects.front().reason;
  };
  Packet bad = packet(kLegacy);
  bad.crc_ok = false;
  BOOST_CHECK(reason(judged(bad)) == RejectReason::crc24);
  bad.complete = false;
  BOOST_CHECK(reason(judged(bad)) == RejectReason::truncated);
  BOOST_CHECK(reason(judged("0e00")) == RejectReason::unsupported);
  BOOST_CHECK(reason(judged("020b0102030405060416faff0d")) == RejectReason::length);          // no counter
  BOOST_CHECK(reason(judged("020f0102030405060816faff0d01126070")) == RejectReason::length);  // message cut
  BOOST_CHECK(reason(judged("020c0102030405061e16faff0d01")) == RejectReason::length);        // structure cut
}

BOOST_AUTO_TEST_SUITE_END()
