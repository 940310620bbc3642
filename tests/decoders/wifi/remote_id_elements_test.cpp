#include "decoders/wifi/remote_id_elements.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/hex.hpp"
#include "tests/support/random.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/wifi_mac.hpp"

using namespace windhover;
using namespace windhover::decoders;
using namespace windhover::decoders::wifi;
using nlohmann::json;
using synth::from_hex;

namespace {

DecoderOutput read(const synth::ByteVector& frame) {
  DecoderOutput out;
  const std::size_t told = read_remote_id_elements(synth::with_fcs(frame), {}, out);
  BOOST_TEST(told == out.frames.size() + out.rejects.size());
  return out;
}

synth::ByteVector beacon_with(std::string_view vendor_content) {
  synth::BeaconValues values;
  values.header.source = {0x60, 0x60, 0x1F, 1, 2, 3};
  values.elements = synth::ssid_element("x");
  const auto element = synth::wifi_element(221, from_hex(vendor_content));
  values.elements.insert(values.elements.end(), element.begin(), element.end());
  return synth::beacon_frame(values);
}

std::optional<json> vectors(std::string_view name) {
  const auto path = synth::shared_path("spec/vectors/odid/" + std::string(name));
  if (!path) return std::nullopt;
  std::ifstream in(*path);
  return json::parse(in);
}

const messages::OdidPack& pack_of(const Frame& frame) {
  return std::get<messages::OdidPack>(std::get<messages::RemoteId>(frame.message).body);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wifi_remote_id_elements)

BOOST_AUTO_TEST_CASE(real_frames_of_dji_hostapd_and_esp32) {
  const auto all = vectors("frames_real.json");
  if (!all) return;
  std::size_t read_frames = 0;
  for (const auto& each : all->at("frames")) {
    const auto transport = each.at("transport").get<std::string>();
    if (!transport.starts_with("wifi")) continue;
    auto octets = from_hex(each.at("frame_hex").get<std::string>());
    if (each.at("fcs_included").get<bool>()) {
      BOOST_TEST(has_good_fcs(octets));
      octets.resize(octets.size() - kFcsBytes);
    }
    const DecoderOutput out = read(octets);
    BOOST_REQUIRE(out.frames.size() == 1U);
    const Frame& frame = out.frames[0];
    BOOST_TEST(frame.protocol == "odid");
    BOOST_TEST(frame.transport == (transport == "wifi_nan_sdf" ? "wifi_nan" : transport));
    BOOST_TEST(int{std::get<messages::RemoteId>(frame.message).counter} == each.at("counter").get<int>());
    BOOST_TEST(pack_of(frame).messages.size() == each.at("decoded").at("messages").size());
    BOOST_REQUIRE(frame.transmitter);
    BOOST_TEST(
        std::equal(frame.transmitter->octets.begin(), frame.transmitter->octets.end(), octets.begin() + 10));
    ++read_frames;
  }
  BOOST_TEST(read_frames == 21U);
}

BOOST_AUTO_TEST_CASE(frames_of_the_reference_encoders) {
  const auto all = vectors("frames_generated.json");
  if (!all) return;
  std::size_t seen = 0;
  for (const auto& each : all->at("frames")) {
    const auto name = each.at("name").get<std::string>();
    const auto octets = from_hex(each.at("hex").get<std::string>());
    if (name == "wifi_beacon" || name == "nan_sdf") {
      const DecoderOutput out = read(octets);
      BOOST_REQUIRE(out.frames.size() == 1U);
      BOOST_TEST(out.frames[0].transport == (name == "nan_sdf" ? "wifi_nan" : "wifi_beacon"));
      BOOST_TEST(pack_of(out.frames[0]).messages.size() == 4U);
      ++seen;
    } else if (name == "france_beacon") {
      const DecoderOutput out = read(octets);
      BOOST_REQUIRE(out.frames.size() == 1U);
      BOOST_TEST(out.frames[0].protocol == "french_id");
      const auto& french = std::get<messages::FrenchId>(out.frames[0].message);
      BOOST_TEST(french.french_id.value() == "000AAA1234567890ABCDEFGHJKLM42");
      BOOST_TEST(french.position.value().lat_deg == 48.15278);
      ++seen;
    } else if (name == "nan_sync_beacon") {
      BOOST_TEST(read(octets).frames.empty());
      ++seen;
    }
  }
  BOOST_TEST(seen == 4U);
}

BOOST_AUTO_TEST_CASE(a_chinese_beacon_of_dji) {
  const auto all = vectors("china.json");
  if (!all) return;
  const DecoderOutput out =
      read(from_hex(all->at("dji_proto1_china_beacon").at("frame_hex").get<std::string>()));
  BOOST_REQUIRE(out.frames.size() == 1U);
  const auto& basic = std::get<messages::BasicId>(pack_of(out.frames[0]).messages.at(0));
  BOOST_TEST(basic.uas_id.value() == "1581F8DBW25B800B3417");
}

BOOST_AUTO_TEST_CASE(the_element_of_dji) {
  const DecoderOutput out = read(
      beacon_with("26371258621310024d06331f4b3652453057454e414839503851414c019f22003cf51f003700640034083c0f84"
                  "03bcd03f3ca05b0000000018239500178472001784720018239500580600616c65737361000000000000000000"
                  "00000000"));
  BOOST_REQUIRE(out.frames.size() == 1U);
  BOOST_TEST(out.frames[0].protocol == "dji_wifi");
  const auto& dji = std::get<messages::DjiDroneId>(out.frames[0].message);
  const auto& telemetry = std::get<messages::DjiTelemetry>(dji.body);
  BOOST_TEST(int{telemetry.version} == 2);
  BOOST_TEST(telemetry.sequence == 1613U);
  BOOST_TEST(telemetry.serial.value() == "K6RE0WENAH9P8QAL");
}

BOOST_AUTO_TEST_CASE(what_is_broken_is_told_with_its_reason_and_what_is_not_ours_is_not) {
  for (const char* content : {"fa0bbc0d", "fa0bbc0d07", "fa0bbc0d07f0190302", "263712", "6a5c3501"}) {
    const DecoderOutput out = read(beacon_with(content));
    BOOST_TEST(out.frames.empty());
    BOOST_TEST(out.rejects.size() == 1U);
  }
  for (const char* content : {"0050f201", "fa0bbc0e07", "fa0b", "506f9a13"}) {
    const DecoderOutput out = read(beacon_with(content));
    BOOST_TEST((out.frames.empty() && out.rejects.empty()));
  }
}

BOOST_AUTO_TEST_CASE(several_elements_of_one_frame_and_any_order) {
  const std::string pack = "fa0bbc0d01f2190102123135393646304131423243334434453546364737000000";
  synth::BeaconValues values;
  for (const std::string_view each : {std::string_view("0050f201"), std::string_view(pack)}) {
    const auto element = synth::wifi_element(221, from_hex(each));
    values.elements.insert(values.elements.end(), element.begin(), element.end());
  }
  const auto ssid = synth::ssid_element("after");
  values.elements.insert(values.elements.end(), ssid.begin(), ssid.end());
  BOOST_TEST(read(synth::probe_response_frame(values)).frames.size() == 1U);
}

BOOST_AUTO_TEST_CASE(any_octets_are_survived) {
  synth::Random random(6);
  const auto good = beacon_with("fa0bbc0d01f2190102123135393646304131423243334434453546364737000000");
  for (int i = 0; i < 20'000; ++i) {
    auto frame = good;
    const std::size_t flips = 1 + random.next() % 6;
    for (std::size_t k = 0; k < flips; ++k)
      frame[random.next() % frame.size()] = static_cast<std::uint8_t>(random.next());
    frame.resize(frame.size() - random.next() % 20);
    DecoderOutput out;
    (void)read_remote_id_elements(synth::with_fcs(frame), {}, out);
    for (const Frame& each : out.frames) BOOST_REQUIRE(!each.payload.empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
