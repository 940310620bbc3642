// Remote ID over Bluetooth from a scene on the air to what the feed says, where it takes several packets.

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <set>

#include "tests/sensor/pipeline_fixture.hpp"
#include "tests/support/ble_pdu.hpp"
#include "tests/support/burst.hpp"
#include "tests/support/gfsk_modulator.hpp"
#include "tests/support/odid_encoder.hpp"
#include "tests/support/scene_fixture.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;

namespace {

constexpr std::string_view kSignature =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
    "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f5051525354555657";

json remote_id(const std::string& transport, const std::string& address, const std::string& id,
               double start_s = 0.045) {
  return {{"type", "ble_remote_id"},
          {"transport", transport},
          {"address", address},
          {"start_s", start_s},
          {"interval_s", 0.03},
          {"snr_db", 20},
          {"aircraft",
           {{"id", id},
            {"start", {{"lat_deg", 54.5}, {"lon_deg", 6.5}}},
            {"authentication", {{"auth_type", 3}, {"data_hex", kSignature}}}}}};
}

// A dated recording of a few channels around 2403 MHz.
json scene_of(const json& emitters, double duration_s) {
  return {{"sample_rate", 4e6},  {"center_frequency", 2403e6}, {"duration_s", duration_s},
          {"noise_dbfs", -40},   {"datatype", "ci8"},          {"datetime", "2025-06-01T10:59:59.9Z"},
          {"emitters", emitters}};
}

Lines heard(const json& scene) {
  const synth::SceneFolder folder;
  const auto stem = folder.path() / "air";
  synth::render_scene(folder.write(scene), stem);
  return replay(stem.string() + ".sigmf-meta");
}

// Packets one by one, where a scene has no emitter for what a standard allows.
class Band {
 public:
  static constexpr dsp::Hertz kRate{8e6}, kCentre{2404e6};

  explicit Band(double duration_s) : iq_(static_cast<std::size_t>(duration_s * kRate.value)) {
    synth::Random(5).add_noise(iq_, kNoise);
  }

  /// `start_s` is that of the preamble.
  void send(synth::BlePhy phy, int channel, const synth::ByteVector& pdu, double start_s) {
    const synth::Waveform wave = synth::modulate_ble(phy, channel, pdu);
    const double ramp_s = static_cast<double>(synth::kBleRamp) / wave.rate.value;
    const double power = kNoise * (1e6 / kRate.value) * 100;  // 20 dB in 1 MHz
    synth::add_burst(
        iq_, kRate, wave,
        {start_s - ramp_s, synth::ble_channel_frequency(channel) - kCentre + dsp::Hertz{20e3}, power, 1, 0});
  }

  Lines replayed() const {
    std::vector<std::int16_t> native;
    for (const dsp::cf32 x : iq_)
      for (const float part : {x.real(), x.imag()})
        native.push_back(static_cast<std::int16_t>(std::lrint(part * 32768)));
    json metadata = good_metadata();
    metadata["global"]["core:sample_rate"] = kRate.value;
    metadata["captures"][0]["core:frequency"] = kCentre.value;
    const TemporaryFolder folder;
    return replay(write_pair(folder, metadata, std::as_bytes(std::span(native))));
  }

 private:
  static constexpr double kNoise = 1e-4;
  std::vector<dsp::cf32> iq_;
};

constexpr auto kS8 = synth::BlePhy::le_coded_s8;
const synth::BleAddress kSender{0xC2123456789A, true};
constexpr synth::BleDataInfo kSet{0x123, 4};

synth::ByteVector pack_data() {
  const std::vector<synth::OdidBytes> pack{
      synth::encode(synth::BasicIdValues{.id = "FICTION000000001"}),
      synth::encode(synth::LocationValues{.position = synth::LatLon{54.5, 6.5}})};
  return synth::ble_extended_adv_data(7, synth::encode_pack(2, pack));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(remote_id_on_the_air)

// The announcement names the sender, its packet holds half of the data, a third packet the rest.
BOOST_AUTO_TEST_CASE(a_chain_over_three_channels_is_one_frame) {
  const synth::ByteVector data = pack_data(), head(data.begin(), data.begin() + 30),
                          tail(data.begin() + 30, data.end());
  Band band(0.075);
  const double start_s = 0.048, aux_s = start_s + 100 * 30e-6, chain_s = aux_s + 250 * 30e-6;
  band.send(
      kS8, 37,
      synth::ble_extended_pdu(
          {.advertiser = kSender, .data_info = kSet, .aux_pointer = synth::BleAuxPointer{1, 100, false, kS8}},
          {}),
      start_s);
  band.send(kS8, 1,
            synth::ble_extended_pdu(
                {.data_info = kSet, .aux_pointer = synth::BleAuxPointer{0, 250, false, kS8}}, head),
            aux_s + 10e-6);
  band.send(kS8, 0, synth::ble_extended_pdu({.data_info = kSet}, tail), chain_s + 20e-6);
  const Lines lines = band.replayed();
  const auto frames = lines.of("frame");
  BOOST_REQUIRE(frames.size() == 1U);
  BOOST_TEST(frames[0].at("aircraft") == "rid-FICTION000000001");
  BOOST_TEST(frames[0].at("transmitter") == "C2:12:34:56:78:9A");
  BOOST_TEST(frames[0].at("rf").at("channel") == 1);
  BOOST_TEST(std::abs(frames[0].at("rf").at("start_s").get<double>() - aux_s - 10e-6) < 5e-6);
  BOOST_TEST(frames[0].at("messages").size() == 2U);
  BOOST_TEST(lines.of("reject").empty());
}

BOOST_AUTO_TEST_CASE(a_pack_needs_no_announcement) {
  Band band(0.065);
  band.send(kS8, 1, synth::ble_extended_pdu({.advertiser = kSender, .data_info = kSet}, pack_data()), 0.047);
  BOOST_TEST(band.replayed().of("frame").size() == 1U);
}

BOOST_AUTO_TEST_CASE(every_field_of_the_extended_header_may_be_there) {
  Band band(0.065);
  synth::BleExtendedHeader header{.mode = 1,
                                  .advertiser = kSender,
                                  .target = kSender,
                                  .cte_info = 0x14,
                                  .data_info = kSet,
                                  .sync_info = std::array<std::uint8_t, 18>{1, 2, 3},
                                  .tx_power_dbm = -20,
                                  .additional = {2, 0x0A, 0x00}};
  synth::ByteVector data{2, 0x01, 0x06};
  const synth::ByteVector pack = pack_data();
  data.insert(data.end(), pack.begin(), pack.end());
  band.send(synth::BlePhy::le_1m, 0, synth::ble_extended_pdu(header, data), 0.048);
  const auto frames = band.replayed().of("frame");
  BOOST_REQUIRE(frames.size() == 1U);
  BOOST_TEST(frames[0].at("transport") == "bluetooth_1m_extended");
  BOOST_TEST(frames[0].at("counter") == 7);
}

// What a zero-IF receiver leaks into the middle of its band, 15 dB above the packets there.
BOOST_AUTO_TEST_CASE(an_offset_of_the_converter_hides_nothing) {
  json scene = scene_of(json::array({remote_id("legacy", "C2:12:34:56:78:9A", "FICTION000000001")}), 0.36);
  scene["center_frequency"] = 2402e6;
  scene["impairments"] = {{"dc_dbfs", -11}, {"dc_phase_deg", 30}, {"iq_gain_db", 0.8}, {"iq_phase_deg", 4}};
  std::size_t after_start = 0;
  for (const json& frame : heard(scene).of("frame")) after_start += frame.at("rf").at("start_s") > 0.1;
  BOOST_TEST(after_start >= 6U);
}

BOOST_AUTO_TEST_CASE(authentication_pages_of_two_senders_come_together) {
  const json emitters{remote_id("legacy", "C2:12:34:56:78:9A", "FICTION000000001"),
                      remote_id("legacy", "C2:12:34:56:78:9B", "FICTION000000002", 0.06)};
  const Lines lines = heard(scene_of(emitters, 0.42));
  std::set<std::string> complete;
  for (const json& frame : lines.of("frame"))
    for (const json& set : frame.value("authentications", json::array())) {
      complete.insert(frame.at("aircraft"));
      BOOST_TEST(set.at("data_hex") == kSignature);
      BOOST_TEST(set.at("auth_type") == "message_set_signature");
      BOOST_TEST(set.at("time") == "2025-06-01T10:59:59.000000Z");
    }
  BOOST_CHECK((complete == std::set<std::string>{"rid-FICTION000000001", "rid-FICTION000000002"}));
  std::map<std::string, json> last;
  for (const json& aircraft : lines.of("aircraft")) last[aircraft.at("id")] = aircraft.at("claimed");
  BOOST_TEST(last.size() == 2U);
  for (const auto& [id, claimed] : last) BOOST_TEST(claimed.at("authentication").at("length_bytes") == 88);
  BOOST_TEST(lines.of("status").back().at("authentications").at("completed") == 2);
}

BOOST_AUTO_TEST_CASE(packs_of_long_range_bring_it_at_once) {
  const json emitters{remote_id("coded_s8", "C2:12:34:56:78:9A", "FICTION000000001")};
  const auto frames = heard(scene_of(emitters, 0.09)).of("frame");
  BOOST_REQUIRE(!frames.empty());
  BOOST_TEST(frames[0].at("transport") == "bluetooth_coded_s8");
  BOOST_TEST(frames[0].at("authentications").at(0).at("data_hex") == kSignature);
}

// The stamps count from the full hour, which comes 100 ms into the recording.
BOOST_AUTO_TEST_CASE(stamps_before_and_after_the_full_hour_are_right) {
  const json emitters{remote_id("legacy", "C2:12:34:56:78:9A", "FICTION000000001")};
  std::set<std::string> hours;
  for (const json& frame : heard(scene_of(emitters, 0.40)).of("frame"))
    for (const json& message : frame.at("messages")) {
      if (message.at("type") != "location") continue;
      const json& fields = message.at("fields");
      hours.insert(fields.at("time").get<std::string>().substr(11, 2));
      BOOST_TEST((fields.at("seconds_of_hour") > 1800) == (fields.at("time") < "2025-06-01T11"));
    }
  BOOST_CHECK((hours == std::set<std::string>{"10", "11"}));
}

BOOST_AUTO_TEST_CASE(devices_that_are_no_aircraft_leave_a_number_and_nothing_else) {
  const json emitters{{{"type", "ble_advertiser"},
                       {"count", 12},
                       {"start_s", 0.05},
                       {"interval_s", 0.1},
                       {"snr_db", 25},
                       {"level_spread_db", 3}}};
  const Lines lines = heard(scene_of(emitters, 0.5));
  BOOST_TEST(lines.of("frame").empty());
  BOOST_TEST(lines.of("aircraft").empty());
  BOOST_TEST(lines.of("status").back().at("others").at("bluetooth") > 20);
  for (const std::string& line : lines.lines) BOOST_TEST(line.find("payload_hex") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
