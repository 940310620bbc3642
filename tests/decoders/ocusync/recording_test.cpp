// The bursts of a real Mavic Air 2, off the raster and one of them cut by the end of the recording.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "band_recording.hpp"
#include "decoders/ocusync/drone_id.hpp"
#include "tests/support/shared_data.hpp"

namespace {

using namespace windhover;
using decoders::Frame;

constexpr double kCentreHz = 2457.5e6;
constexpr double kRecordedRateHz = 50e6;

std::vector<Frame> frames_of_all_channels(const std::vector<dsp::cf32>& iq) {
  std::vector<Frame> frames;
  for (const auto& spec : decoders::ocusync::drone_id_channels({{kCentreHz - 25e6}, {kCentreHz + 25e6}})) {
    const auto channel = tests::channel_of_50_msps(iq, spec.centre.value - kCentreHz);
    const auto decoder = decoders::ocusync::make_drone_id(spec);
    decoders::DecoderOutput out;
    decoder->process({channel, {0}, true}, out);
    decoder->process({{}, {static_cast<std::int64_t>(channel.size())}, true}, out);
    BOOST_TEST(out.rejects.empty(), "channel " << spec.centre.value / 1e6 << " MHz counts a reject");
    frames.insert(frames.end(), out.frames.begin(), out.frames.end());
  }
  return frames;
}

std::string hex(const std::vector<std::uint8_t>& bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes) text += {digits[byte >> 4], digits[byte & 15]};
  return text;
}

void check_fields(const Frame& frame, const nlohmann::json& fields) {
  const auto& id = std::get<decoders::messages::DjiDroneId>(frame.message);
  BOOST_TEST(id.kind == fields.at("kind").get<int>());
  const auto& t = std::get<decoders::messages::DjiTelemetry>(id.body);
  BOOST_TEST(t.sequence == fields.at("sequence").get<int>());
  BOOST_TEST(t.serial.value_or("") == fields.at("serial").get<std::string>());
  BOOST_TEST(std::abs(t.position.value().lat_deg - fields.at("lat_deg").get<double>()) < 1e-7);
  BOOST_TEST(std::abs(t.position.value().lon_deg - fields.at("lon_deg").get<double>()) < 1e-7);
  BOOST_TEST(std::abs(t.height_m.value() - fields.at("height_m").get<double>()) < 1e-6);
  BOOST_TEST(t.product_type.value() == fields.at("product_type").get<int>());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(droneid_recording)

BOOST_AUTO_TEST_CASE(all_three_bursts_of_the_mavic_air_2_come_out_with_every_field) {
  const auto data = synth::shared_path("captures/dji_droneid_mavic_air2_a.sigmf-data");
  const auto truth_path = synth::shared_path("captures/dji_droneid_mavic_air2_a.truth.json");
  if (!data || !truth_path) return;
  const auto frames = frames_of_all_channels(tests::read_cf32(*data));
  const auto truth = nlohmann::json::parse(std::ifstream(*truth_path));
  for (const auto& burst : truth.at("bursts")) {
    const auto payload = burst.at("payload_91_bytes_hex").get<std::string>();
    const auto is_it = [&](const Frame& frame) { return hex(frame.payload) == payload; };
    const auto found = std::find_if(frames.begin(), frames.end(), is_it);
    BOOST_TEST_REQUIRE((found != frames.end()), "burst missing: " << payload);
    check_fields(*found, burst.at("fields"));
    const double carrier_hz = found->rf.centre.value + static_cast<double>(found->rf.cfo_hz) - kCentreHz;
    BOOST_TEST(std::abs(carrier_hz - burst.at("center_offset_hz").get<double>()) < 100);
    const double start_s = found->rf.first_sample / 15.36e6;
    BOOST_TEST(std::abs(start_s - burst.at("start_sample").get<double>() / kRecordedRateHz) < 1e-6);
    const double duration_s = found->rf.length_samples / 15.36e6;
    BOOST_TEST(std::abs(duration_s - burst.at("samples").get<double>() / kRecordedRateHz) < 1e-6);
    BOOST_TEST(found->rf.snr_db > 27.0F);
    BOOST_TEST(found->rf.snr_db < 33.0F);
  }
  // Neighbouring channels may deliver a burst twice, but nothing else.
  for (const Frame& frame : frames) {
    const auto copies =
        std::count_if(truth.at("bursts").begin(), truth.at("bursts").end(), [&](const auto& burst) {
          return burst.at("payload_91_bytes_hex").template get<std::string>() == hex(frame.payload);
        });
    BOOST_TEST(copies == 1);
  }
}

BOOST_AUTO_TEST_SUITE_END()
