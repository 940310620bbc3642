#include "tests/support/wifi_mac.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "tests/support/hex.hpp"
#include "tests/support/odid_encoder.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/wifi_coding.hpp"

using namespace windhover::synth;

namespace {

std::optional<nlohmann::json> shared_json(std::string_view name) {
  const auto path = shared_path(name);
  if (!path) return std::nullopt;
  std::ifstream file(*path);
  return nlohmann::json::parse(file);
}

MacAddress address(std::string_view hex) {
  MacAddress out{};
  std::ranges::copy(from_hex(hex), out.begin());
  return out;
}

ByteVector joined(std::initializer_list<ByteVector> parts) {
  ByteVector out;
  for (const auto& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

ByteVector frame_of(const nlohmann::json& vector, const char* key) {
  return from_hex(vector.at(key).get<std::string>());
}

void check_equal(const ByteVector& got, const ByteVector& expected) {
  BOOST_TEST(got == expected, boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wifi_mac)

BOOST_AUTO_TEST_CASE(check_sequence_of_real_frames) {
  std::size_t checked = 0;
  if (const auto odid = shared_json("spec/vectors/odid/frames_real.json"))
    for (const auto& vector : odid->at("frames")) {
      if (!vector.value("fcs_included", false)) continue;
      const auto frame = frame_of(vector, "frame_hex");
      check_equal(with_fcs(ByteVector(frame.begin(), frame.end() - 4)), frame);
      ++checked;
    }
  if (const auto truth = shared_json("captures/wifi_ofdm_n_6p5mbps_air.truth.json"))
    for (const auto& vector : truth->at("frames")) {
      if (!vector.at("fcs_ok").get<bool>() || !vector.contains("psdu_hex")) continue;
      const auto frame = frame_of(vector, "psdu_hex");
      check_equal(with_fcs(ByteVector(frame.begin(), frame.end() - 4)), frame);
      ++checked;
    }
  BOOST_TEST_MESSAGE(checked << " real frames");
}

BOOST_AUTO_TEST_CASE(check_sequence_of_the_usual_digits) {
  const std::string digits = "123456789";
  BOOST_TEST(wifi_fcs(ByteVector(digits.begin(), digits.end())) == 0xcbf43926U);
}

BOOST_AUTO_TEST_CASE(remote_id_frames_are_those_of_the_reference_library) {
  const auto generated = shared_json("spec/vectors/odid/frames_generated.json");
  if (!generated) return;
  const auto vector = [&](std::string_view name) {
    const auto& frames = generated->at("frames");
    const auto found = std::ranges::find_if(frames, [&](const auto& f) { return f.at("name") == name; });
    return frame_of(*found, "hex");
  };
  const ByteVector pack = vector("pack4");
  const MacAddress sender = address("02123456789a");
  const ByteVector one_rate{0x8c};
  check_equal(beacon_frame({{kBroadcast, sender, sender},
                            0,
                            100,
                            0x0420,
                            joined({ssid_element("RID-TEST"), wifi_element(1, one_rate),
                                    wifi_odid_element(0x55, pack)})}),
              vector("wifi_beacon"));
  check_equal(action_frame({kNanNetwork, sender, kNanCluster}, nan_discovery_body(0x55, pack)),
              vector("nan_sdf"));
}

BOOST_AUTO_TEST_CASE(a_beacon_on_air_is_rebuilt_from_its_values) {
  const auto real = shared_json("spec/vectors/odid/frames_real.json");
  if (!real) return;
  const auto& vector = real->at("frames").at(0);  // DJI Air 3
  const MacAddress sender = address("60601f71933b");
  const auto frame = beacon_frame({{kBroadcast, sender, sender},
                                   0x1e723080,
                                   160,
                                   0x0420,
                                   joined({ssid_element("RID-1581F6N8A23B2ML3Y3KR"),
                                           wifi_odid_element(34, frame_of(vector, "payload_hex"))})});
  check_equal(with_fcs(frame), frame_of(vector, "frame_hex"));
}

BOOST_AUTO_TEST_CASE(probe_response_differs_by_its_type) {
  BeaconValues values;
  values.header.sequence = 0xabc;
  const auto beacon = beacon_frame(values), response = probe_response_frame(values);
  BOOST_TEST(beacon[0] == 0x80);
  BOOST_TEST(response[0] == 0x50);
  BOOST_TEST(std::equal(beacon.begin() + 1, beacon.end(), response.begin() + 1, response.end()));
  BOOST_TEST(beacon[22] == 0xc0);
  BOOST_TEST(beacon[23] == 0xab);
}

BOOST_AUTO_TEST_CASE(link_frames_on_air_are_rebuilt_from_their_values) {
  const auto truth = shared_json("captures/wifi_ofdm_n_6p5mbps_cable.truth.json");
  if (!truth) return;
  const auto psdu = frame_of(truth->at("frames").at(0), "psdu_hex");
  const MacAddress station = address("985fd3c70627"), radio = address("e8de27906e42");
  DataValues data;
  data.from_ds = data.protected_body = true;
  data.duration_us = 0x3c;
  data.address1 = station;
  data.address2 = radio;
  data.address3 = address("e8de27906e40");
  data.sequence = 1019;
  data.traffic_id = 0;
  data.body.assign(psdu.begin() + 26, psdu.end() - 4);
  check_equal(with_fcs(data_frame(data)), psdu);

  const auto answer = frame_of(truth->at("frames").at(1), "psdu_hex");
  auto block_ack = block_ack_frame(station, radio, 0, 0x55e, 3);
  block_ack[2] = 0x80;  // this one reserves time for more
  block_ack[16] |= 1;   // and asks for no answer
  check_equal(with_fcs(block_ack), answer);

  check_equal(with_fcs(ack_frame(address("e4907e152a16"))), from_hex("d4000000e4907e152a168cf611e3"));
}

BOOST_AUTO_TEST_CASE(data_frames_have_the_fields_they_are_given) {
  DataValues values;
  values.to_ds = values.from_ds = values.retry = values.more_data = true;
  values.address4 = address("0102030405ff");
  values.traffic_id = 5;
  values.body = {0xaa};
  const auto frame = data_frame(values);
  BOOST_TEST(frame.size() == 24U + 6 + 2 + 1);
  BOOST_TEST(frame[0] == 0x88);
  BOOST_TEST(frame[1] == 0x2b);
  BOOST_TEST(frame[29] == 0xff);
  BOOST_TEST(frame[30] == 5);
  BOOST_TEST(frame[32] == 0xaa);
}

BOOST_AUTO_TEST_CASE(aggregates_are_delimited_and_filled_up) {
  const std::vector<ByteVector> parts{ByteVector(14, 1), ByteVector(1500, 2)};
  const auto psdu = ampdu(parts);
  BOOST_TEST(psdu.size() == 4U + 16 + 4 + 1500);
  for (const auto& [at, length] : {std::pair{0U, 14U}, std::pair{20U, 1500U}}) {
    BOOST_TEST((psdu[at] | psdu[at + 1] << 8) == static_cast<int>(length << 4));
    const auto crc = wifi_crc8(lsb_first_bits(std::span(psdu).subspan(at, 2)));
    const auto sent = lsb_first_bits(std::span(psdu).subspan(at + 2, 1));
    BOOST_TEST(crc == sent, boost::test_tools::per_element());
    BOOST_TEST(psdu[at + 3] == 0x4e);
    BOOST_TEST(psdu[at + 4] == (length == 14 ? 1 : 2));
  }
  BOOST_CHECK_THROW(ampdu(std::vector<ByteVector>{ByteVector(4096)}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
