// Real frames of the shared captures against their truth files. The capture file is searched for the header
// of Remote ID, in order: the radio layers have their own tests.

#include <algorithm>
#include <fstream>
#include <iterator>

#include "decoders/messages/dji_wifi.hpp"
#include "decoders/messages/remote_id_body.hpp"
#include "odid_json.hpp"

using namespace windhover::odid_test;
namespace synth = windhover::synth;

namespace {

struct Capture {
  std::vector<std::uint8_t> file;
  json truth;
};

std::optional<Capture> capture(const std::string& name, const std::string& ending) {
  const auto path = synth::shared_path("captures/pcap/" + name + ending);
  auto truth = shared_json("captures/pcap/" + name + ".truth.json");
  if (!path || !truth) return std::nullopt;
  std::ifstream file(*path, std::ios::binary);
  return Capture{{std::istreambuf_iterator<char>(file), {}}, std::move(*truth)};
}

/// The truth files keep what the message says for "unknown".
double or_sentinel(const std::optional<double>& value, double sentinel) { return value.value_or(sentinel); }

double bound_of(const json& want, const char* key, std::span<const double> bounds) {
  const auto code = want.at(key).get<std::size_t>();
  BOOST_REQUIRE(code < bounds.size());
  return bounds[code];
}

void check_truth(const BasicId& got, const json& want) {
  BOOST_TEST(static_cast<int>(got.id_type) == want.at("id_type").get<int>());
  BOOST_TEST(static_cast<int>(got.ua_type) == want.at("ua_type").get<int>());
  BOOST_TEST(got.uas_id.value_or("") == want.at("uas_id").get<std::string>());
}

void check_truth(const Location& got, const json& want) {
  BOOST_TEST(static_cast<int>(got.status) == want.at("status").get<int>());
  BOOST_TEST(static_cast<int>(got.height_reference) == want.at("height_type").get<int>());
  BOOST_TEST(or_sentinel(got.track_deg, 361) == want.at("direction").get<double>());
  BOOST_TEST(or_sentinel(got.speed_mps, 255) == want.at("speed_h").get<double>());
  BOOST_TEST(or_sentinel(got.vertical_mps, 63) == want.at("speed_v").get<double>());
  BOOST_TEST(or_sentinel(lat_of(got.position), 0) == want.at("lat").get<double>());
  BOOST_TEST(or_sentinel(lon_of(got.position), 0) == want.at("lon").get<double>());
  BOOST_TEST(or_sentinel(got.pressure_altitude_m, -1000) == want.at("alt_baro").get<double>());
  BOOST_TEST(or_sentinel(got.geodetic_altitude_m, -1000) == want.at("alt_geo").get<double>());
  BOOST_TEST(or_sentinel(got.height_m, -1000) == want.at("height").get<double>());
  BOOST_TEST(or_sentinel(got.horizontal_accuracy_m, 0) == bound_of(want, "h_acc", kHorizontal_m));
  BOOST_TEST(or_sentinel(got.vertical_accuracy_m, 0) == bound_of(want, "v_acc", kVertical_m));
  BOOST_TEST(or_sentinel(got.pressure_accuracy_m, 0) == bound_of(want, "baro_acc", kVertical_m));
  BOOST_TEST(or_sentinel(got.speed_accuracy_mps, 0) == bound_of(want, "speed_acc", kSpeed_mps));
  BOOST_TEST(or_sentinel(got.seconds_of_hour, 6553.5) == want.at("timestamp").get<double>());
  BOOST_TEST(or_sentinel(got.time_accuracy_s, 0) == want.at("ts_acc").get<double>() / 10);
}

void check_truth(const Authentication&, const json&) { BOOST_FAIL("the captures hold no authentication"); }

void check_truth(const SelfId& got, const json& want) {
  BOOST_TEST(int{got.description_type} == want.at("desc_type").get<int>());
  BOOST_TEST(got.description.value_or("") == want.at("desc").get<std::string>());
}

void check_truth(const System& got, const json& want) {
  BOOST_TEST(static_cast<int>(got.operator_location_type) == want.at("op_loc_type").get<int>());
  BOOST_TEST(static_cast<int>(got.classification) == want.at("class_type").get<int>());
  BOOST_TEST(or_sentinel(lat_of(got.operator_position), 0) == want.at("op_lat").get<double>());
  BOOST_TEST(or_sentinel(lon_of(got.operator_position), 0) == want.at("op_lon").get<double>());
  BOOST_TEST(int{got.area_count} == want.at("area_count").get<int>());
  BOOST_TEST(int{got.area_radius_m} == want.at("area_radius").get<int>());
  BOOST_TEST(or_sentinel(got.area_ceiling_m, -1000) == want.at("ceil").get<double>());
  BOOST_TEST(or_sentinel(got.area_floor_m, -1000) == want.at("floor").get<double>());
  BOOST_TEST(or_sentinel(got.operator_altitude_m, -1000) == want.at("op_alt").get<double>());
  BOOST_TEST(static_cast<int>(got.category.value_or(OperationCategory::undeclared)) ==
             want.at("category").get<int>());
  const int eu_class = want.at("eu_class").get<int>();
  BOOST_REQUIRE(eu_class >= 1);
  BOOST_TEST(got.aircraft_class.value_or("").substr(1) == std::to_string(eu_class - 1));
  BOOST_TEST(!got.timestamp_s.has_value());
}

void check_truth(const OperatorId& got, const json& want) {
  BOOST_TEST(int{got.operator_id_type} == want.at("op_id_type").get<int>());
  BOOST_TEST(got.operator_id.value_or("") == want.at("op_id").get<std::string>());
}

void check_truth(const OdidPack& got, const json& want) {
  std::size_t next = 0;
  BOOST_TEST(int{got.version} == want.at("proto_version").get<int>());
  for (const json& message : want.at("messages")) {
    if (message.at("name") == "?") continue;  // corrupted on the air: no assigned type
    BOOST_REQUIRE(next < got.messages.size());
    BOOST_REQUIRE(got.messages[next].index() == message.at("msg_type").get<std::size_t>());
    std::visit([&](const auto& parsed) { check_truth(parsed, message); }, got.messages[next++]);
  }
  BOOST_TEST(got.messages.size() == next);
  BOOST_TEST(got.messages.size() + got.rejects.total() == want.at("messages").size());
}

/// Every message of the truth file, its bytes found behind `header` and a counter. Bodies that the air broke
/// are not compared: their truth may hold codes without meaning.
/// Returns how many were compared.
std::size_t check_capture(const Capture& capture, const std::vector<std::uint8_t>& wifi,
                          const std::vector<std::uint8_t>& nan) {
  std::size_t compared = 0;
  auto from = capture.file.begin();
  for (const json& heard : capture.truth.at("messages")) {
    const auto& header = heard.at("transport") == "wifi-nan" ? nan : wifi;
    BOOST_TEST_CONTEXT("frame " << heard.at("frame")) {
      const auto at = std::search(from, capture.file.end(), header.begin(), header.end());
      BOOST_REQUIRE(at != capture.file.end());
      from = at + static_cast<std::ptrdiff_t>(header.size());
      BOOST_TEST(int{*from} == heard.at("counter").get<int>());
      if (!heard.value("crc_ok", true)) continue;
      const auto end = from + std::min<std::ptrdiff_t>(254, capture.file.end() - from);
      const RemoteIdBody body = parse_remote_id_body(std::span(from + 1, end));
      BOOST_REQUIRE(std::holds_alternative<OdidPack>(body));
      check_truth(std::get<OdidPack>(body), heard.at("odid"));
      ++compared;
    }
  }
  return compared;
}

const auto kWifi = from_hex("fa0bbc0d");
const auto kBluetooth = from_hex("16faff0d");
const auto kNan = from_hex("8869199d9209010010");

}  // namespace

BOOST_AUTO_TEST_SUITE(odid_captures)

BOOST_AUTO_TEST_CASE(bluetooth_long_range_module) {
  const auto heard = capture("odid_bt5_lr_part1", ".pcapng");
  if (heard) BOOST_TEST(check_capture(*heard, kBluetooth, {}) == 155U);
}

BOOST_AUTO_TEST_CASE(parrot_anafi_wifi_beacons) {
  const auto heard = capture("odid_wifi_beacon_parrot_anafi_part1", ".pcapng");
  if (heard) BOOST_TEST(check_capture(*heard, kWifi, {}) == 699U);
}

BOOST_AUTO_TEST_CASE(esp32_wifi_beacons) {
  const auto heard = capture("odid_wifi_beacon_esp32", ".pcap");
  if (heard) BOOST_TEST(check_capture(*heard, kWifi, {}) == 21U);
}

BOOST_AUTO_TEST_CASE(esp32_wifi_nan) {
  auto nan = kNan;
  nan.push_back(0x1d);  // length of the service info: counter and a pack of one
  const auto heard = capture("odid_wifi_nan_esp32_part1", ".pcap");
  if (heard) BOOST_TEST(check_capture(*heard, kWifi, nan) == 28U);
}

BOOST_AUTO_TEST_CASE(spoofed_dji_beacons_open) {
  const auto heard = capture("dji_wifi_droneid_spoofed_a", ".pcapng");
  if (!heard) return;
  const auto oui = from_hex("263712");
  auto from = heard->file.begin();
  for (const json& frame : heard->truth.at("messages")) {
    const auto at = std::search(from, heard->file.end(), oui.begin(), oui.end());
    BOOST_REQUIRE(at - heard->file.begin() > 1);
    const auto element = unwrap_dji_wifi_element(std::span(at, at + *(at - 1)));
    BOOST_REQUIRE(element.has_value());
    BOOST_TEST(to_hex(element->payload) == frame.at("dji_payload").get<std::string>().substr(6));
    from = at + 3;
  }
}

BOOST_AUTO_TEST_SUITE_END()
