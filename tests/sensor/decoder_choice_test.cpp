#include "sensor/decoder_choice.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "decoders/registry.hpp"
#include "sensor/config_error.hpp"
#include "sensor/feed_stage.hpp"
#include "sensor/sensor.hpp"
#include "tests/sensor/recording_fixture.hpp"
#include "tests/support/ble_pdu.hpp"
#include "tests/support/burst.hpp"
#include "tests/support/gfsk_modulator.hpp"
#include "tests/support/odid_encoder.hpp"
#include "tests/support/random.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;

namespace {

std::vector<std::string> names(const DecoderChoice& choice) {
  std::vector<std::string> names;
  for (const auto& entry : chosen_decoders(choice)) names.emplace_back(entry.name);
  return names;
}

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// An announcement on channel 37 and, 3 ms later on channel 1 in LE 2M, the pack that it points at; the
/// sender is named in the announcement alone.
fs::path announced_2m_advertisement(const TemporaryFolder& folder) {
  const dsp::Hertz rate{8e6}, centre{2405e6};
  std::vector<dsp::cf32> iq(80'000 + 360'000);
  synth::Random random(5);
  random.add_noise(iq, 1e-4);
  const synth::BleAddress sender = synth::ble_address("C2:12:34:56:78:9A");
  const synth::BleDataInfo info{0x123, 4};
  const auto announcement =
      synth::ble_extended_pdu({.advertiser = sender,
                               .data_info = info,
                               .aux_pointer = synth::BleAuxPointer{1, 100, false, synth::BlePhy::le_2m}},
                              {});
  const std::vector<synth::OdidBytes> messages{synth::encode(synth::BasicIdValues{.id = "1ABCFTEST2M"}),
                                               synth::encode(synth::SelfIdValues{.description = "2M"})};
  const auto pack = synth::ble_extended_pdu({.data_info = info},
                                            synth::ble_extended_adv_data(7, synth::encode_pack(2, messages)));
  const auto put = [&](synth::BlePhy phy, int channel, std::span<const std::uint8_t> pdu, double start_s) {
    const synth::Waveform wave = synth::modulate_ble(phy, channel, pdu);
    const double ramp_s = static_cast<double>(synth::kBleRamp) / wave.rate.value;
    synth::add_burst(iq, rate, wave,
                     {start_s - ramp_s, synth::ble_channel_frequency(channel) - centre, 1e-2});
  };
  put(synth::BlePhy::le_1m, 37, announcement, 0.045);
  put(synth::BlePhy::le_2m, 1, pack, 0.048);
  std::vector<std::int16_t> octets;
  for (const auto& sample : iq) {
    octets.push_back(static_cast<std::int16_t>(std::lrint(sample.real() * 16384)));
    octets.push_back(static_cast<std::int16_t>(std::lrint(sample.imag() * 16384)));
  }
  json metadata = good_metadata();
  metadata["global"]["core:sample_rate"] = rate.value;
  metadata["captures"][0]["core:frequency"] = centre.value;
  return write_pair(folder, metadata, std::as_bytes(std::span(octets)));
}

class Frames final : public FeedSink {
 public:
  void publish(const OutgoingMessage& message) override {
    if (message.kind == "frame") heard.push_back(json::parse(message.json));
  }
  std::vector<json> heard;
};

std::vector<json> frames(const fs::path& recording, const DecoderChoice& choice) {
  Frames kept;
  FeedStage stage({.node = "test", .boot = "boot", .publish_rejects = true, .tracker = {}}, {&kept});
  const auto decoders = chosen_decoders(choice);
  Sensor sensor(open_recording(recording, {}), decoders, {});
  const std::atomic<bool> never{false};
  sensor.run(stage, never);
  return kept.heard;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(decoder_choice)

BOOST_AUTO_TEST_CASE(decoders_are_switched_by_name) {
  BOOST_TEST(has(names({}), "bluetooth"));
  BOOST_TEST(!has(names({}), "bluetooth_2m"));
  const auto changed = names({.with = {"bluetooth_2m", "bluetooth"}, .without = {"dji_droneid"}});
  BOOST_TEST(has(changed, "bluetooth_2m"));
  BOOST_TEST(!has(changed, "dji_droneid"));
  BOOST_TEST(changed.size() == names({}).size());
}

BOOST_AUTO_TEST_CASE(a_wrong_name_is_told_with_the_right_ones) {
  const auto told = [](const ConfigError& error) {
    const std::string_view text = error.what();
    return text.find("blutooth") != text.npos && text.find("bluetooth_2m") != text.npos;
  };
  BOOST_CHECK_EXCEPTION(names({.with = {"blutooth"}}), ConfigError, told);
  BOOST_CHECK_EXCEPTION(names({.without = {"blutooth"}}), ConfigError, told);
  DecoderChoice none;
  for (const auto& entry : decoders::registry()) none.without.emplace_back(entry.name);
  BOOST_CHECK_THROW(names(none), ConfigError);
}

BOOST_AUTO_TEST_CASE(an_advertisement_that_goes_on_in_le_2m_needs_that_switch) {
  const TemporaryFolder folder;
  const fs::path recording = announced_2m_advertisement(folder);
  BOOST_TEST(frames(recording, {}).empty());
  const auto heard = frames(recording, {.with = {"bluetooth_2m"}});
  BOOST_REQUIRE(heard.size() == 1U);
  BOOST_TEST(heard[0].at("transport") == "bluetooth_2m_extended");
  BOOST_TEST(heard[0].at("transmitter") == "C2:12:34:56:78:9A");
  BOOST_TEST(heard[0].at("messages").size() == 2U);
  BOOST_TEST(heard[0].at("rf").at("channel") == 1);
}

BOOST_AUTO_TEST_SUITE_END()
