// Packets of real radios, recorded by others.

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "le_air.hpp"
#include "tests/decoders/ocusync/band_recording.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/resampler.hpp"
#include "tests/support/shared_data.hpp"

namespace {

using namespace windhover;
using namespace windhover::tests;
using decoders::bluetooth::UncodedConfig;

nlohmann::json truth_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  return nlohmann::json::parse(in).at("packets");
}

/// What the channel in the middle of a recording hears of it.
Iq channel_of(const Iq& recorded, double rate_hz) {
  const double length_us = static_cast<double>(recorded.size()) / rate_hz * 1e6;
  Air air(length_us);
  synth::Interpolator::with(0.4).interpolate(recorded, 0, rate_hz / air.rate().value, air.iq);
  Iq iq = air.channel();
  iq.resize(static_cast<std::size_t>(2 * length_us));
  return iq;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bluetooth_le_recording)

// Ten advertisements, each cut off within its CRC: the PDU is whole.
BOOST_AUTO_TEST_CASE(advertisements_without_the_end_of_their_crc) {
  const auto data = synth::shared_path("captures/ble_adv_ch39_device1.sigmf-data");
  const auto truth = synth::shared_path("captures/ble_adv_ch39_device1.truth.json");
  if (!data || !truth) return;
  constexpr double kRateHz = 3.125e6;
  constexpr std::size_t kSnippet = 1164;
  const Iq recorded = read_cf32(*data);
  UncodedConfig config;
  config.channel_index = 39;
  for (const auto& packet : truth_of(*truth)) {
    const auto snippet = packet.at("snippet").get<std::size_t>() - 1;
    const auto begin = recorded.begin() + static_cast<std::ptrdiff_t>(snippet * kSnippet);
    const auto heard = receive(channel_of({begin, begin + kSnippet}, kRateHz), config);
    BOOST_TEST_REQUIRE(heard.size() == 1U, "snippet " << snippet + 1);
    BOOST_TEST(!heard[0].complete);
    BOOST_TEST(!heard[0].crc_ok);
    auto pdu = synth::from_hex(packet.at("header_hex").get<std::string>());
    std::string address = packet.at("adv_a").get<std::string>();
    std::erase(address, ':');
    const auto octets = synth::from_hex(address);
    pdu.insert(pdu.end(), octets.rbegin(), octets.rend());
    const auto advertised = synth::from_hex(packet.at("adv_data_hex").get<std::string>());
    pdu.insert(pdu.end(), advertised.begin(), advertised.end());
    pdu.resize(2 + packet.at("length").get<std::size_t>());  // the truth goes on into the CRC
    BOOST_TEST(std::ranges::equal(heard[0].pdu(), pdu), "snippet " << snippet + 1);
    const double start = static_cast<double>(snippet * kSnippet) + heard[0].first_sample / 2e6 * kRateHz;
    BOOST_TEST(std::abs(start - packet.at("start_sample").get<double>()) < 4);
  }
}

// As the recording stands, the next packet right behind the cut.
BOOST_AUTO_TEST_CASE(advertisements_one_upon_the_other) {
  const auto data = synth::shared_path("captures/ble_adv_ch39_device1.sigmf-data");
  if (!data) return;
  UncodedConfig config;
  config.channel_index = 39;
  const auto heard = receive(channel_of(read_cf32(*data), 3.125e6), config);
  BOOST_TEST(heard.size() == 10U);
  BOOST_TEST(std::ranges::none_of(heard, [](const auto& packet) { return packet.crc_ok; }));
}

// A maker's own framing on the same waveform. Its address of five octets ends with four that serve as access
// address; the first one then stands in the preamble's place. Whitening and CRC begin behind the address.
BOOST_AUTO_TEST_CASE(packet_of_another_framing) {
  const auto data = synth::shared_path("captures/nrf_gfsk_1m_single.sigmf-data");
  const auto truth = synth::shared_path("captures/nrf_gfsk_1m_single.truth.json");
  if (!data || !truth) return;
  UncodedConfig config;
  config.channel_index = 0;
  config.access_address = 0x00123456;
  config.crc_init = 0x00FFFF;
  const auto packet = truth_of(*truth).at(0);
  auto pdu = synth::from_hex(packet.at("payload_hex").get<std::string>());
  pdu.insert(pdu.begin(), {0x00, packet.at("length").get<std::uint8_t>()});
  BOOST_TEST(find(receive(channel_of(read_cf32(*data), 10e6), config), pdu).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
