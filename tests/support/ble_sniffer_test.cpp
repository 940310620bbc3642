#include "tests/support/ble_sniffer.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/hex.hpp"
#include "tests/support/shared_data.hpp"

using namespace windhover::synth;

namespace {

std::string sentence_of(const CaptureFrame& frame) {
  try {
    (void)sniffed_ble(frame);
  } catch (const CaptureError& error) {
    return error.what();
  }
  return "accepted";
}

CaptureFrame nordic(std::string_view hex) { return {kNordicBleLinkType, {}, from_hex(hex)}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(ble_sniffer)

BOOST_AUTO_TEST_CASE(packet_of_each_phy) {
  const auto plain =
      sniffed_ble(nordic("03"
                         "1600"
                         "03"
                         "0100"
                         "02"
                         "0a012535000000000000"
                         "d6be898e"
                         "4203aabbcc"
                         "112233"));
  BOOST_REQUIRE(plain);
  BOOST_TEST(plain->channel_index == 37);
  BOOST_TEST((plain->phy == BlePhy::le_1m));
  BOOST_TEST(plain->crc_ok);
  BOOST_TEST(plain->rssi_dbm == -53);
  BOOST_TEST(plain->access_address == kBleAdvertisingAddress);
  BOOST_TEST(plain->pdu == from_hex("4203aabbcc"), boost::test_tools::per_element());
  BOOST_TEST(plain->crc == from_hex("112233"), boost::test_tools::per_element());
  const auto coded =
      sniffed_ble(nordic("03"
                         "1400"
                         "03"
                         "0100"
                         "02"
                         "0a200535000000000000"
                         "d6be898e"
                         "01"
                         "4200"
                         "112233"));
  BOOST_REQUIRE(coded);
  BOOST_TEST((coded->phy == BlePhy::le_coded_s2));
  BOOST_TEST(!coded->crc_ok);
  BOOST_TEST(coded->pdu == from_hex("4200"), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(other_frames_are_left_alone) {
  BOOST_TEST(!sniffed_ble({105, {}, {1, 2, 3}}));
  BOOST_TEST(
      !sniffed_ble(nordic("03"
                          "0000"
                          "03"
                          "0100"
                          "0d")));
}

BOOST_AUTO_TEST_CASE(contradictions_are_refused_in_one_sentence) {
  BOOST_TEST(sentence_of(nordic("0300")) == "A frame of the Nordic sniffer has no whole header.");
  BOOST_TEST(sentence_of(nordic("03"
                                "0900"
                                "03"
                                "0100"
                                "02")) == "A frame of the Nordic sniffer has not the length that it names.");
  BOOST_TEST(sentence_of(nordic("03"
                                "0200"
                                "03"
                                "0100"
                                "02"
                                "0a01")) == "A packet of the Nordic sniffer has no whole header.");
  BOOST_TEST(sentence_of(nordic("03"
                                "0e00"
                                "03"
                                "0100"
                                "02"
                                "0a200535000000000000"
                                "d6be898e")) == "A coded packet of the sniffer is cut off.");
  BOOST_TEST(sentence_of(nordic("03"
                                "1300"
                                "03"
                                "0100"
                                "02"
                                "0a700535000000000000"
                                "d6be898e"
                                "4200112233")) ==
             "A frame of the Nordic sniffer names a PHY that does not exist.");
  BOOST_TEST(sentence_of(nordic("03"
                                "1300"
                                "03"
                                "0100"
                                "02"
                                "0a000535000000000000"
                                "d6be898e"
                                "4201112233")) ==
             "A packet of the Nordic sniffer has not the length that its PDU names.");
}

BOOST_AUTO_TEST_CASE(real_capture_agrees_with_its_truth_and_with_the_crc_written_here) {
  const auto path = shared_path("captures/pcap/odid_bt5_lr_part1.pcapng");
  if (!path) return;
  const auto frames = read_capture(*path);
  BOOST_TEST(frames.size() == 180U);
  std::ifstream file(*shared_path("captures/pcap/odid_bt5_lr_part1.truth.json"));
  const auto truth = nlohmann::json::parse(file);

  std::size_t bad = 0;
  for (const auto& frame : frames) {
    const auto sniffed = sniffed_ble(frame);
    BOOST_REQUIRE(sniffed);
    bad += !sniffed->crc_ok;
    const Bits sent = lsb_first_bits(sniffed->crc);
    const Bits computed = ble_crc24(sniffed->pdu);
    BOOST_TEST((sent == computed) == sniffed->crc_ok);
  }
  BOOST_TEST(bad == 25U);
  BOOST_TEST(truth.at("messages").size() == 179U);
  for (const auto& message : truth.at("messages")) {
    const auto& frame = frames.at(message.at("frame").get<std::size_t>() - 1);
    const auto sniffed = sniffed_ble(frame);
    BOOST_TEST(sniffed->channel_index == message.at("channel"));
    BOOST_TEST(sniffed->crc_ok == message.at("crc_ok"));
    BOOST_TEST(message.at("phy") == "LE Coded");
    BOOST_TEST((sniffed->phy == BlePhy::le_coded_s8));
    const double time_s = static_cast<double>(frame.time.time_since_epoch().count()) * 1e-9;
    BOOST_TEST(std::abs(time_s - message.at("time").get<double>()) < 2e-6);
  }
}

BOOST_AUTO_TEST_SUITE_END()
