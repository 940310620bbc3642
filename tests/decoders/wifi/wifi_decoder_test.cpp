// The decoder of one channel: samples to frames and lines of the account.

#include <boost/test/unit_test.hpp>

#include "decoders/wifi/half_rate.hpp"
#include "decoders/wifi/mac_sink.hpp"
#include "decoders/wifi/wifi.hpp"
#include "ppdu_air.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/wifi_ht.hpp"
#include "tests/support/wifi_mac.hpp"
#include "tests/support/wifi_ofdm.hpp"

using namespace windhover;
using namespace windhover::decoders;
using tests::ChannelAir;

namespace {

constexpr Band k24GHz{{2400e6}, {2500e6}};
constexpr synth::MacAddress kAp{0x02, 1, 1, 1, 1, 1}, kStation{0x02, 2, 2, 2, 2, 2};

ChannelSpec channel(double centre_hz, double passband_hz) {
  const auto specs = wifi::channels(k24GHz);
  const auto at = std::ranges::find_if(specs, [&](const ChannelSpec& spec) {
    return spec.centre.value == centre_hz && std::abs(spec.passband.value - passband_hz) < 1;
  });
  BOOST_REQUIRE(at != specs.end());
  return *at;
}

DecoderOutput decoded(Decoder& decoder, std::span<const dsp::cf32> iq, std::size_t block = 1500) {
  DecoderOutput out;
  for (std::size_t i = 0; i < iq.size(); i += block)
    decoder.process({iq.subspan(i, std::min(block, iq.size() - i)), {static_cast<std::int64_t>(i)}, i == 0},
                    out);
  decoder.process({{}, {std::ssize(iq)}, true}, out);
  return out;
}

synth::ByteVector remote_id_beacon() {
  synth::BeaconValues values;
  values.header.source = values.header.bssid = kAp;
  values.elements = synth::ssid_element("RID-1596F0A1B2C3D4E5F6G7");
  const auto element = synth::wifi_element(
      221, synth::from_hex("fa0bbc0d01f2190102123135393646304131423243334434453546364737000000"));
  values.elements.insert(values.elements.end(), element.begin(), element.end());
  return synth::with_fcs(synth::beacon_frame(values));
}

synth::ByteVector video(std::size_t bytes) {
  return synth::with_fcs(synth::data_frame({.from_ds = true,
                                            .retry = true,
                                            .protected_body = true,
                                            .address1 = kStation,
                                            .address2 = kAp,
                                            .address3 = kAp,
                                            .traffic_id = 5,
                                            .body = synth::ByteVector(bytes, 0x3C)}));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wifi_decoder)

BOOST_AUTO_TEST_CASE(channels_of_a_band_at_three_clocks) {
  const auto specs = wifi::channels(k24GHz);
  for (const double passband : {17e6, 8.5e6, 4.25e6})
    BOOST_TEST(std::ranges::count(specs, passband, [](const ChannelSpec& s) { return s.passband.value; }) ==
               14);
  const auto five = wifi::channels({{5150e6}, {5900e6}});
  BOOST_TEST(std::ranges::count(five, 17e6, [](const ChannelSpec& s) { return s.passband.value; }) == 28);
  BOOST_TEST(wifi::channels({{2429e6}, {2445e6}}).size() == 4U);  // too narrow for 20 MHz
}

BOOST_AUTO_TEST_CASE(remote_id_is_read_and_everything_is_accounted) {
  ChannelAir air(4e-3);
  const auto beacon = remote_id_beacon();
  const auto data = video(700);
  air.add(synth::modulate_wifi_ofdm(beacon, 6), {.start_s = 100e-6, .cfo_hz = 20e3});
  air.add(synth::modulate_wifi_ofdm(data, 24), {.start_s = 900e-6, .cfo_hz = 20e3});
  air.add(synth::modulate_wifi_ofdm(synth::with_fcs(synth::ack_frame(kAp)), 24), {.start_s = 1500e-6});
  const auto decoder = wifi::make(channel(2437e6, 17e6));
  const DecoderOutput out = decoded(*decoder, air.iq);

  BOOST_REQUIRE(out.frames.size() == 1U);
  BOOST_TEST(out.frames[0].transport == "wifi_beacon");
  BOOST_TEST(out.frames[0].rf.channel.value() == 6);
  BOOST_TEST(out.frames[0].rf.rate_mbps.value() == 6.0F);
  BOOST_TEST(std::abs(out.frames[0].rf.cfo_hz - 20e3F) < 500);

  BOOST_REQUIRE(out.pdus.size() == 3U);
  const LinkPdu &first = out.pdus[0], &second = out.pdus[1], &third = out.pdus[2];
  BOOST_CHECK(first.proof == Proof::frame_checked);
  BOOST_CHECK(first.role == Role::access_point);
  BOOST_TEST(first.octets == beacon.size());
  BOOST_TEST(first.hint.value().reason == "SSID begins with RID-, as DJI's Remote ID does");
  BOOST_TEST(!first.receiver.has_value());

  BOOST_CHECK(second.proof == Proof::header);  // its content is nobody's business
  BOOST_CHECK(second.direction == Direction::from_access_point);
  BOOST_TEST(second.octets == data.size());
  BOOST_TEST(second.data_octets == 700U);
  BOOST_TEST(second.retry);
  BOOST_TEST((second.transmitter.value().octets == kAp && second.receiver.value().octets == kStation));
  BOOST_TEST(second.rf.length_samples == synth::wifi_ofdm_duration_s(data.size(), 24) * 20e6,
             boost::test_tools::tolerance(1e-9));

  BOOST_CHECK(third.proof == Proof::frame_checked);
  BOOST_TEST(!third.transmitter.has_value());
}

BOOST_AUTO_TEST_CASE(aggregates_by_their_first_header_or_frame_by_frame) {
  const std::array subframes{video(300), video(301), video(302)};
  const auto psdu = synth::ampdu(subframes);
  for (const bool every : {false, true}) {
    ChannelAir air(2e-3);
    air.add(synth::modulate_wifi_ht(psdu, {.mcs = 3, .aggregated = true}), {});
    const auto spec = channel(2437e6, 17e6);
    const auto decoder = every ? wifi::make_with_every_fcs(spec) : wifi::make(spec);
    const DecoderOutput out = decoded(*decoder, air.iq);
    BOOST_REQUIRE(out.pdus.size() == 1U);
    const LinkPdu& pdu = out.pdus[0];
    BOOST_TEST(pdu.aggregate);
    BOOST_TEST(pdu.octets == psdu.size());
    BOOST_TEST((pdu.transmitter.value().octets == kAp));
    BOOST_TEST(pdu.frames == (every ? 3U : 1U));
    BOOST_TEST(pdu.frames_checked == (every ? 3U : 0U));
    BOOST_TEST(pdu.data_octets == (every ? 903U : psdu.size()));
  }
}

BOOST_AUTO_TEST_CASE(a_frame_that_is_shorter_than_its_header_and_check_sequence_is_survived) {
  DecoderOutput out;
  wifi::MacSink sink(true);
  sink.append_to(out);
  auto frame = synth::probe_response_frame({});
  frame.resize(20);
  frame = synth::with_fcs(frame);
  wifi::Ppdu ppdu;
  ppdu.psdu_octets = static_cast<std::uint32_t>(frame.size());
  sink.take(ppdu, frame);
  BOOST_REQUIRE(out.pdus.size() == 1U);
  BOOST_CHECK(out.pdus[0].proof == Proof::frame_checked);
  BOOST_TEST(!out.pdus[0].hint.has_value());
}

BOOST_AUTO_TEST_CASE(channels_clocked_down) {
  const auto beacon = remote_id_beacon();
  for (const unsigned divisor : {2U, 4U}) BOOST_TEST_CONTEXT(20 / divisor << " MHz") {
      synth::Random random(divisor);
      std::vector<dsp::cf32> iq(60'000);
      random.add_noise(iq, 1);
      const auto wave = synth::modulate_wifi_ofdm(beacon, 12, {.clock = 1.0 / divisor});
      synth::add_burst(iq, {10e6}, wave, {1e-3, {-15e3}, 300});
      const auto decoder = wifi::make(channel(2437e6, 17e6 / divisor));
      for (const std::size_t block : {7U, 1500U}) {
        const DecoderOutput out = decoded(*decoder, iq, block);
        BOOST_REQUIRE(out.frames.size() == 1U);
        const RfFacts& rf = out.frames[0].rf;
        BOOST_TEST(rf.rate_mbps.value() == 12.0F / static_cast<float>(divisor));
        BOOST_TEST(std::abs(rf.first_sample - 10'000) < 20);
        BOOST_TEST(rf.length_samples == synth::wifi_ofdm_duration_s(beacon.size(), 12, 1.0 / divisor) * 10e6,
                   boost::test_tools::tolerance(1e-9));
        BOOST_TEST(int{out.pdus.at(0).width_mhz} == static_cast<int>(20 / divisor));
      }
    }
}

BOOST_AUTO_TEST_CASE(half_the_rate_is_flat_within_and_down_beyond) {
  const auto level = [](double frequency) {
    wifi::HalfRate half;
    std::vector<dsp::cf32> tone(4000);
    for (std::size_t i = 0; i < tone.size(); ++i)
      tone[i] =
          std::polar(1.0F, static_cast<float>(2 * std::numbers::pi * frequency * static_cast<double>(i)));
    const IqBlock out = half.halve({tone, {0}, true});
    float sum = 0;
    for (const auto& x : out.iq) sum += std::norm(x);
    return 10 * std::log10(sum / static_cast<float>(out.iq.size()));
  };
  for (const double inside : {0.0, 0.1, -0.15, 0.2125}) BOOST_TEST(std::abs(level(inside)) < 0.02F);
  for (const double outside : {0.2875, -0.35, 0.45}) BOOST_TEST(level(outside) < -58.0F);
}

BOOST_AUTO_TEST_SUITE_END()
