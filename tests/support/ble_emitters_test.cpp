#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/ble_pdu.hpp"
#include "tests/support/odid_encoder.hpp"
#include "tests/support/scene_fixture.hpp"

using namespace windhover::synth;
using nlohmann::json;
namespace tt = boost::test_tools;

namespace {

json remote_id(const std::string& transport) {
  return {{"type", "ble_remote_id"},
          {"transport", transport},
          {"address", "C2:12:34:56:78:9A"},
          {"start_s", 0.01},
          {"snr_db", 20},
          {"aircraft",
           {{"id", "FICTION000000001"},
            {"start", {{"lat_deg", 54.5}, {"lon_deg", 6.5}}},
            {"altitude_m", 60.3},
            {"height_m", 50},
            {"speed_mps", 10.1},
            {"track_deg", 90},
            {"vertical_mps", 0.7},
            {"operator", {{"lat_deg", 54.4}, {"lon_deg", -6.4}}},
            {"self_id", "Survey"},
            {"operator_id", "FIN87astrdge12k8"}}}};
}

json scene_of(const json& emitter, double centre_hz = 2441e6, double rate_hz = 100e6) {
  return {{"sample_rate", rate_hz},
          {"center_frequency", centre_hz},
          {"duration_s", 2.0},
          {"noise_dbfs", -40},
          {"datetime", "2025-06-01T10:30:00Z"},
          {"datatype", "ci8"},
          {"seed", 7},
          {"emitters", {emitter}}};
}

std::vector<Transmission> sent(const json& scene) { return loaded(scene).transmissions; }

std::vector<Transmission> frames_of(std::vector<Transmission> all) {
  std::erase_if(all, [](const Transmission& one) { return !one.is_frame; });
  return all;
}

template <typename Value>
Value field(const Transmission& one, const std::string& name) {
  for (const auto& [key, value] : one.link)
    if (key == name) return std::get<Value>(value);
  for (const auto& message : one.messages)
    for (const auto& [key, value] : message.fields)
      if (key == name) return std::get<Value>(value);
  throw std::out_of_range(name);
}

int channel_of(const Transmission& one) { return static_cast<int>(field<std::int64_t>(one, "channel")); }

}  // namespace

BOOST_AUTO_TEST_SUITE(ble_remote_id_emitter)

BOOST_AUTO_TEST_CASE(legacy_messages_rotate_over_three_channels) {
  const auto all = sent(scene_of(remote_id("legacy")));
  BOOST_REQUIRE(all.size() > 30U);
  BOOST_TEST(all.size() % 3 == 0U);
  for (std::size_t n = 0; n < all.size(); ++n) {
    const Transmission& one = all[n];
    BOOST_TEST(one.is_frame);
    BOOST_TEST(one.protocol == "odid");
    BOOST_TEST(one.transport == "bluetooth_legacy");
    BOOST_TEST(channel_of(one) == 37 + static_cast<int>(n % 3));
    BOOST_TEST(one.carrier.value == ble_channel_frequency(channel_of(one)).value);
    constexpr std::array kOrder{"basic_id", "location", "system", "self_id", "operator_id"};
    BOOST_REQUIRE(one.messages.size() == 1U);
    BOOST_TEST(one.messages[0].type == kOrder[n / 3 % 5]);
    BOOST_TEST(field<std::int64_t>(one, "counter") == static_cast<std::int64_t>(n / 15));
    BOOST_TEST(field<std::string>(one, "transmitter") == "C2:12:34:56:78:9A");
    BOOST_TEST(one.payload.size() == 39U);
    BOOST_TEST(one.start_s - all[n - n % 3].start_s < 10e-3);
    if (n >= 3) {
      const double since_s = one.start_s - all[n - 3].start_s;
      BOOST_TEST((since_s > 0.1499 && since_s < 0.1601));
    }
  }
}

BOOST_AUTO_TEST_CASE(location_moves_and_is_told_as_precisely_as_sent) {
  const auto all = sent(scene_of(remote_id("legacy")));
  const Transmission& first = all.at(3);
  BOOST_TEST(field<double>(first, "lat_deg") == 54.5);
  BOOST_TEST(field<std::string>(first, "status") == "airborne");
  BOOST_TEST(field<std::string>(all.at(0), "id_type") == "serial_number");
  BOOST_TEST(field<std::string>(all.at(0), "ua_type") == "helicopter_or_multirotor");
  const double east_m = 10.1 * first.start_s;
  const double lon_deg = 6.5 + east_m / (111194.93 * std::cos(54.5 * 3.14159265358979 / 180));
  BOOST_TEST(std::abs(field<double>(first, "lon_deg") - lon_deg) < 1e-7);
  BOOST_TEST(field<double>(first, "track_deg") == 90);
  BOOST_TEST(field<double>(first, "speed_mps") == 10);
  BOOST_TEST(field<double>(first, "vertical_mps") == 0.5);
  BOOST_TEST(field<double>(first, "geodetic_altitude_m") == 60);
  BOOST_TEST(field<double>(first, "height_m") == 50);
  BOOST_TEST(field<double>(first, "seconds_of_hour") == 1800.1, tt::tolerance(1e-9));
  BOOST_TEST(field<double>(all.at(18), "lon_deg") > field<double>(first, "lon_deg"));
  BOOST_TEST(field<double>(all.at(6), "operator_lon_deg") == -6.4);
  BOOST_TEST(field<std::int64_t>(all.at(6), "timestamp_s") == 1748773800);
  BOOST_TEST(field<std::string>(all.at(9), "description") == "Survey");
  BOOST_TEST(field<std::string>(all.at(12), "operator_id") == "FIN87astrdge12k8");
}

BOOST_AUTO_TEST_CASE(extended_events_point_from_three_channels_to_a_pack_on_a_fourth) {
  for (const auto& [name, phy, pointer_us, pack_us] :
       {std::tuple{"coded_s8", BlePhy::le_coded_s8, 1168, 9936},
        {"coded_s2", BlePhy::le_coded_s2, 574, 2766},
        {"1m_extended", BlePhy::le_1m, 136, 1232}}) {
    auto emitter = remote_id(name);
    emitter["first_aux_channel"] = 36;
    const auto all = sent(scene_of(emitter));
    BOOST_REQUIRE(all.size() == 12U);
    for (std::size_t n = 0; n < 12; ++n) {
      const Transmission& one = all[n];
      constexpr double kRamps_us = 4;
      const bool pack = n % 4 == 3;
      BOOST_TEST(one.is_frame == pack);
      BOOST_TEST(one.duration_s * 1e6 == kRamps_us + (pack ? pack_us : pointer_us), tt::tolerance(1e-9));
      if (pack) continue;
      BOOST_TEST(channel_of(one) == 37 + static_cast<int>(n % 4));
      const Transmission& aux = all[n / 4 * 4 + 3];
      const std::uint32_t pointer = one.payload[6] | one.payload[7] << 8 | one.payload[8] << 16;
      BOOST_TEST((pointer & 0x3f) == static_cast<unsigned>(channel_of(aux)));
      const double late_s = aux.start_s - one.start_s - 30e-6 * (pointer >> 8 & 0x1fff);
      BOOST_TEST((late_s > -2e-9 && late_s < 30e-6));
      BOOST_TEST((pointer >> 21) == (phy == BlePhy::le_1m ? 0U : 2U));
    }
    BOOST_TEST(channel_of(all[3]) == 36);
    BOOST_TEST(channel_of(all[7]) == 0);
    BOOST_TEST(all[3].transport == std::string("bluetooth_").append(name));
    BOOST_TEST(all[3].start_s - all[2].start_s - all[2].duration_s >= 300e-6 - 2e-9);
    BOOST_TEST(all[3].payload.size() == 2U + 10 + 6 + 3 + 5 * 25);
    BOOST_TEST(all[3].messages.size() == 5U);
    BOOST_TEST(field<std::string>(all[3], "uas_id") == "FICTION000000001");
    BOOST_TEST(field<std::string>(all[3], "operator_id") == "FIN87astrdge12k8");
  }
}

BOOST_AUTO_TEST_CASE(addresses_change_alike_on_all_transports_and_keep_their_kind) {
  std::vector<std::set<std::string>> seen;
  for (const auto* transport : {"legacy", "coded_s8"}) {
    auto emitter = remote_id(transport);
    emitter["address_period_s"] = 0.5;
    emitter["interval_s"] = 0.2;
    seen.emplace_back();
    for (const auto& one : frames_of(sent(scene_of(emitter))))
      seen.back().insert(field<std::string>(one, "transmitter"));
  }
  BOOST_TEST(seen[0].size() == 4U);
  BOOST_TEST((seen[0] == seen[1]));
  for (const auto& address : seen[0]) BOOST_TEST(std::stoi(address.substr(0, 2), nullptr, 16) >= 0xC0);
}

BOOST_AUTO_TEST_CASE(another_band_hears_less_of_the_same) {
  const auto wide = sent(scene_of(remote_id("legacy")));
  const auto narrow = sent(scene_of(remote_id("legacy"), 2426e6, 2e6));
  BOOST_REQUIRE(narrow.size() * 3 == wide.size());
  for (std::size_t n = 0; n < narrow.size(); ++n) BOOST_TEST(narrow[n].start_s == wide[3 * n + 1].start_s);
}

BOOST_AUTO_TEST_CASE(the_waveform_is_that_of_the_packet) {
  auto config = scene_of(remote_id("legacy"), 2426e6, 8e6);
  config.erase("noise_dbfs");
  config["duration_s"] = 0.02;
  config["emitters"][0].erase("snr_db");
  config["emitters"][0]["level_dbfs"] = -12;
  const Scene scene = loaded(config);
  std::vector<windhover::dsp::cf32> iq;
  render_blocks(scene, [&iq](std::size_t, auto block) { iq.insert(iq.end(), block.begin(), block.end()); });
  BOOST_REQUIRE(scene.transmissions.size() == 1U);
  const Transmission& one = scene.transmissions[0];
  double power = 0;
  const auto first = static_cast<std::size_t>(std::llround(one.start_s * 8e6)) + 16;
  for (std::size_t n = first; n < first + 8 * 376; ++n)
    power += static_cast<double>(std::norm(iq[n])) / (8 * 376);
  BOOST_TEST(std::abs(10 * std::log10(power) + 12) < 0.05);
  const OdidBytes message = encode(BasicIdValues{2, 1, 2, "FICTION000000001"});
  const ByteVector pdu = ble_legacy_pdu(BlePdu::adv_nonconn_ind, ble_address("C2:12:34:56:78:9A"),
                                        ble_legacy_adv_data(0, message));
  BOOST_TEST(one.payload == pdu, tt::per_element());
  const Bits bits = ble_packet(BlePhy::le_1m, 38, pdu);
  std::size_t wrong = 0;
  for (std::size_t k = 0; k < bits.size(); ++k) {
    const auto n = static_cast<std::size_t>(std::llround(one.start_s * 8e6)) + 16 + 8 * k;
    wrong += (std::arg(iq[n + 7] * std::conj(iq[n + 1])) > 0) != (bits[k] != 0);
  }
  BOOST_TEST(wrong == 0U);
}

BOOST_AUTO_TEST_CASE(mistakes_are_refused_in_one_sentence) {
  auto bad = scene_of(remote_id("pigeon"));
  BOOST_TEST(sentence_of(bad) ==
             "emitters[0].transport must be one of legacy, coded_s8, coded_s2 and 1m_extended.");
  bad = scene_of(remote_id("legacy"));
  bad["emitters"][0]["address"] = "C2:12";
  BOOST_TEST(sentence_of(bad) == "emitters[0].address must be six bytes like C2:12:34:56:78:9A.");
  bad = scene_of(remote_id("legacy"));
  bad["emitters"][0]["address_type"] = "secret";
  BOOST_TEST(sentence_of(bad) == "emitters[0].address_type must be one of random and public.");
  bad = scene_of(remote_id("legacy"));
  bad["emitters"][0]["aircraft"]["self_id"] = "A text that does not fit in";
  BOOST_TEST(sentence_of(bad) == "emitters[0].aircraft.self_id must be at most 23 characters.");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ble_advertiser_emitter)

BOOST_AUTO_TEST_CASE(all_legacy_types_are_on_the_air_and_none_is_a_frame) {
  const auto all =
      sent(scene_of({{"type", "ble_advertiser"}, {"count", 12}, {"interval_s", 0.3}, {"snr_db", 15}}));
  std::set<int> types, channels;
  std::set<std::string> levels;
  for (const auto& one : all) {
    BOOST_TEST(!one.is_frame);
    types.insert(one.payload[0] & 15);
    channels.insert(channel_of(one));
    BOOST_TEST(one.payload.size() == 2U + one.payload[1]);
    BOOST_TEST((*one.snr_db >= 9 && *one.snr_db <= 21));
  }
  BOOST_TEST(types == (std::set{0, 1, 2, 3, 4, 5, 6}), tt::per_element());
  BOOST_TEST(channels == (std::set{37, 38, 39}), tt::per_element());
}

BOOST_AUTO_TEST_CASE(answers_follow_after_the_interframe_space) {
  const auto all = sent(
      scene_of({{"type", "ble_advertiser"}, {"count", 3}, {"interval_s", 0.3}, {"snr_db", 15}}, 2426e6, 2e6));
  std::size_t requests = 0;
  for (std::size_t n = 1; n < all.size(); ++n) {
    if ((all[n].payload[0] & 15) != 3) continue;
    ++requests;
    // 150 µs from last symbol to first: the power falls and rises for 2 µs each in it.
    const auto gap_us = [&](std::size_t k) {
      return (all[k + 1].start_s - all[k].start_s - all[k].duration_s) * 1e6;
    };
    BOOST_TEST(std::abs(gap_us(n - 1) - 146) < 2e-3);
    BOOST_TEST(std::abs(gap_us(n) - 146) < 2e-3);
    BOOST_TEST((all[n + 1].payload[0] & 15) == 4);
  }
  BOOST_TEST(requests > 3U);
}

BOOST_AUTO_TEST_SUITE_END()
