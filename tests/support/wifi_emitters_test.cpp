#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/scene_fixture.hpp"
#include "tests/support/wifi_emitter.hpp"

using namespace windhover::synth;
using nlohmann::json;

namespace {

json aircraft() {
  return {{"id", "ZZZZ9FAKE0W01"},
          {"start", {{"lat_deg", 54.5}, {"lon_deg", 6.5}}},
          {"altitude_m", 60},
          {"height_m", 50},
          {"speed_mps", 10},
          {"track_deg", 90},
          {"operator", {{"lat_deg", 54.4}, {"lon_deg", 6.4}}}};
}

json remote_id(const std::string& transport, double mbps) {
  return {{"type", "wifi_remote_id"},       {"transport", transport}, {"mbps", mbps},    {"channel", 6},
          {"address", "02:12:34:56:78:9A"}, {"ssid", "RID-TEST"},     {"start_s", 0.01}, {"snr_db", 20},
          {"aircraft", aircraft()}};
}

json link_of(const json& video, int channel = 6) {
  return {{"type", "wifi_link"},
          {"channel", channel},
          {"access_point", "02:00:00:00:00:01"},
          {"station", "02:00:00:00:00:02"},
          {"ssid", "TEST-LINK"},
          {"video", video},
          {"commands", {{"rate_hz", 50}, {"mbps", 12}}},
          {"start_s", 0.001},
          {"snr_db", 25},
          {"station_db", -6},
          {"station_cfo_hz", 11e3}};
}

json scene_of(const json& emitter, double centre_hz = 2437e6) {
  return {{"sample_rate", 20e6}, {"center_frequency", centre_hz},
          {"duration_s", 0.5},   {"noise_dbfs", -40},
          {"datatype", "ci8"},   {"datetime", "2025-06-01T10:30:00Z"},
          {"seed", 7},           {"emitters", {emitter}}};
}

std::vector<Transmission> sent(const json& scene) { return loaded(scene).transmissions; }

std::string link_text(const Transmission& one, const std::string& name) {
  for (const auto& [key, value] : one.link)
    if (key == name) return std::get<std::string>(value);
  return "";
}

bool contains(const ByteVector& frame, const ByteVector& part) {
  return !std::ranges::search(frame, part).empty();
}

bool check_sequence_holds(const ByteVector& psdu) {
  return with_fcs(ByteVector(psdu.begin(), psdu.end() - 4)) == psdu;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wifi_remote_id_emitter)

BOOST_AUTO_TEST_CASE(every_transport_is_sent_at_dsss_and_ofdm_rates) {
  const std::pair<const char*, std::uint8_t> kinds[] = {
      {"beacon", 0x80}, {"probe_response", 0x50}, {"nan", 0xd0}};
  for (const auto& [transport, first_octet] : kinds)
    for (const double mbps : {1.0, 2.0, 5.5, 11.0, 6.0, 24.0}) {
      const auto all = sent(scene_of(remote_id(transport, mbps)));
      BOOST_REQUIRE(all.size() == 3U);
      for (std::size_t n = 0; n < all.size(); ++n) {
        BOOST_TEST(all[n].is_frame);
        BOOST_TEST(all[n].protocol == "odid");
        BOOST_TEST(all[n].transport == std::string("wifi_").append(transport));
        BOOST_TEST(link_text(all[n], "transmitter") == "02:12:34:56:78:9A");
        BOOST_TEST(all[n].carrier.value == 2437e6);
        BOOST_TEST(all[n].noise_bandwidth.value == 20e6);
        BOOST_TEST(all[n].payload[0] == first_octet);
        BOOST_TEST(check_sequence_holds(all[n].payload));
        BOOST_TEST(all[n].messages.size() == 3U);
        const auto wave = all[n].waveform();
        BOOST_TEST(std::abs(wave.duration_s() - all[n].duration_s) < 1e-9);
        BOOST_TEST(wave.noise_bandwidth.value == all[n].noise_bandwidth.value);
      }
      BOOST_TEST((all[1].payload != all[0].payload));
    }
}

BOOST_AUTO_TEST_CASE(national_formats_go_into_elements_of_their_own) {
  const std::tuple<const char*, const char*, ByteVector> formats[] = {
      {"odid", "odid", {0xfa, 0x0b, 0xbc, 0x0d}},
      {"gb46750", "gb46750", {0xfa, 0x0b, 0xbc, 0x0d, 0, 0xff, 0x20}},
      {"french", "french_id", {0x6a, 0x5c, 0x35, 0x01, 1, 1, 1}},
      {"dji", "dji_wifi", {0xdd, 0x5e, 0x26, 0x37, 0x12, 0x58, 0x62, 0x13, 0x10}}};
  for (const auto& [format, protocol, mark] : formats) {
    auto emitter = remote_id("beacon", 6);
    emitter["format"] = format;
    const auto all = sent(scene_of(emitter));
    BOOST_REQUIRE(all.size() == 3U);
    BOOST_TEST(all[0].protocol == protocol);
    BOOST_TEST(contains(all[0].payload, mark), format);
    BOOST_TEST((all[0].fields.empty() != all[0].messages.empty()));
  }
}

BOOST_AUTO_TEST_CASE(other_channels_are_not_heard) {
  BOOST_TEST(sent(scene_of(remote_id("beacon", 1), 2480e6)).empty());
  BOOST_TEST(sent(scene_of(remote_id("beacon", 1), 2455e6)).size() == 3U);
}

BOOST_AUTO_TEST_CASE(mistakes_are_refused_in_one_sentence) {
  const auto refused = [](const char* key, const json& value) {
    auto emitter = remote_id("beacon", 1);
    emitter[key] = value;
    return sentence_of(scene_of(emitter));
  };
  BOOST_TEST(refused("transport", "smoke") ==
             "emitters[0].transport must be one of: beacon, probe_response, nan.");
  BOOST_TEST(refused("format", "smoke") == "emitters[0].format must be one of: odid, gb46750, french, dji.");
  BOOST_TEST(refused("channel", 20) == "emitters[0].channel must be 1 to 14 or 36 to 177.");
  BOOST_TEST(refused("mbps", 7) == "emitters[0].mbps must be a rate of 802.11b or g in Mb/s.");
  BOOST_TEST(refused("address", "021234") == "emitters[0].address must be six bytes like 60:60:1F:00:00:01.");
  auto nan = remote_id("nan", 6);
  nan["format"] = "french";
  BOOST_TEST(sentence_of(scene_of(nan)) ==
             "emitters[0].format must be odid or gb46750 where the transport is nan.");
}

BOOST_AUTO_TEST_CASE(channels_are_where_the_plan_has_them) {
  for (const auto& [channel, mhz] : {std::pair{1, 2412.0},
                                     {6, 2437.0},
                                     {13, 2472.0},
                                     {14, 2484.0},
                                     {44, 5220.0},
                                     {149, 5745.0},
                                     {165, 5825.0}})
    BOOST_TEST(wifi_channel_frequency(channel).value == mhz * 1e6);
  BOOST_CHECK_THROW(wifi_channel_frequency(15), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(wifi_link_emitter)

BOOST_AUTO_TEST_CASE(frames_are_answered_and_never_overlap) {
  const json video{{"rate_hz", 30}, {"frames_a_train", 6}, {"mbps", 24}};
  const auto all = sent(scene_of(link_of(video)));
  std::size_t beacons = 0, pictures = 0, commands = 0, answers = 0;
  for (std::size_t n = 0; n < all.size(); ++n) {
    const auto& one = all[n];
    BOOST_TEST(!one.is_frame);
    BOOST_TEST(check_sequence_holds(one.payload));
    if (n > 0) BOOST_TEST(one.start_s > all[n - 1].start_s + all[n - 1].duration_s);
    const bool from_station = link_text(one, "transmitter") == "02:00:00:00:00:02";
    BOOST_TEST(one.cfo_hz == (from_station ? 11e3 : 0));
    BOOST_TEST(*one.snr_db == (from_station ? 19 : 25));
    if (one.payload[0] == 0x80) ++beacons;
    if (one.payload[0] == 0x88) ++(from_station ? commands : pictures);
    if (one.payload[0] != 0xd4) continue;
    ++answers;
    // SIFS and signal extension after the frame, less the ramps of both.
    const double since_s = one.start_s - all[n - 1].start_s - all[n - 1].duration_s;
    BOOST_TEST(std::abs(since_s - 16e-6) < 0.2e-6);
    BOOST_TEST(
        std::equal(one.payload.begin() + 4, one.payload.begin() + 10, all[n - 1].payload.begin() + 10));
  }
  BOOST_TEST(beacons == 5U);
  BOOST_TEST(pictures == 90U);
  BOOST_TEST(commands == 25U);
  BOOST_TEST(answers == pictures + commands);
}

BOOST_AUTO_TEST_CASE(aggregates_are_answered_by_block_acknowledgements) {
  const json video{{"rate_hz", 20}, {"subframes", 4}, {"mcs", 4}, {"short_guard_interval", 1}};
  auto emitter = link_of(video, 44);
  emitter["station_sends_video"] = 1;
  const auto all = sent(scene_of(emitter, 5220e6));
  std::size_t answers = 0;
  for (std::size_t n = 1; n < all.size(); ++n) {
    if (all[n].payload[0] != 0x94) continue;
    ++answers;
    BOOST_TEST(link_text(all[n], "transmitter") == "02:00:00:00:00:01");
    BOOST_TEST(all[n].payload[20] == 0x0f);
    BOOST_TEST(all[n - 1].payload.size() == 4U * (4 + 26 + 1400 + 4) + 3 * 2);
    BOOST_TEST(std::abs(all[n - 1].waveform().duration_s() - all[n - 1].duration_s) < 1e-9);
  }
  BOOST_TEST(answers == 10U);
}

BOOST_AUTO_TEST_CASE(mistakes_are_refused_in_one_sentence) {
  BOOST_TEST(sentence_of(scene_of(link_of({{"rate_hz", 20}, {"subframes", 4}, {"mbps", 24}}))) ==
             "emitters[0].video.subframes must be 1 unless mcs is given.");
}

BOOST_AUTO_TEST_SUITE_END()
