#include "sensor/gatekeeper.hpp"

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "decoders/bluetooth/advertising.hpp"
#include "dsp/fft.hpp"
#include "tests/support/burst.hpp"
#include "tests/support/gfsk_modulator.hpp"
#include "tests/support/random.hpp"
#include "tests/support/wifi_dsss.hpp"
#include "tests/support/wifi_ofdm.hpp"

using namespace windhover;
using dsp::cf32;
using dsp::Hertz;

namespace {

constexpr Hertz kRate{40e6}, kCentre{2437e6};
constexpr double kNoise = 1e-4;  // mean power of a sample

std::vector<decoders::ChannelSpec> wide_channels(decoders::Band band) {
  std::vector<decoders::ChannelSpec> specs;
  for (int n = 1; n <= 13; ++n) {
    const Hertz centre{2407e6 + 5e6 * n};
    if (band.holds(centre, {16.6e6})) specs.push_back({centre, {16.6e6}, {20e6}, decoders::Gate::on_centre});
  }
  return specs;
}

const std::array kWide{decoders::DecoderEntry{"wide", wide_channels, nullptr}};
const std::array kNarrow{
    decoders::DecoderEntry{"narrow", decoders::bluetooth::advertising_channels, nullptr}};

double power(double snr_db, double bandwidth_hz) {
  return kNoise * bandwidth_hz / kRate.value * std::pow(10, snr_db / 10);
}

/// A band's samples, and which gates each block of them opens.
class Sky {
 public:
  explicit Sky(double seconds) : iq_(static_cast<std::size_t>(seconds * kRate.value)) {
    random_.add_noise(iq_, kNoise);
  }

  void add(const synth::Waveform& wave, double start_s, Hertz carrier, double mean_power) {
    synth::add_burst(iq_, kRate, wave, {start_s, carrier - kCentre, mean_power});
  }

  /// Frames of 6 Mb/s, `pause_s` apart, from `start_s` to the end.
  void add_traffic(Hertz carrier, double snr_db, double start_s, double pause_s, double end_s) {
    std::vector<std::uint8_t> psdu(700);
    for (double at = start_s; at < end_s;) {
      for (auto& octet : psdu) octet = static_cast<std::uint8_t>(random_.next());
      const synth::Waveform wave = synth::modulate_wifi_ofdm(psdu, 6);
      add(wave, at, carrier, power(snr_db, 20e6));
      at += synth::wifi_ofdm_duration_s(psdu.size(), 6) + pause_s;
    }
  }

  /// Share of the blocks from `from_s` to `to_s` for which each channel of the decoder opens.
  std::vector<double> open_share(std::span<const decoders::DecoderEntry> registry, double from_s,
                                 double to_s) const {
    const auto geometry = dsp::bank_geometry(kRate);
    const sensor::ChannelPlan plan = sensor::ChannelPlanner(geometry, registry).plan(kCentre);
    sensor::Gatekeeper gates(plan);
    const dsp::Fft fft(geometry.fft_size, dsp::FftDirection::forward);
    dsp::AlignedVector<cf32> block(geometry.fft_size), bins(geometry.fft_size);
    std::vector<std::uint8_t> open(plan.channels.size());
    std::vector<double> share(plan.channels.size());
    std::size_t blocks = 0;
    for (std::int64_t m = 1; geometry.block_start(m + 1) + std::ssize(block) < std::ssize(iq_); ++m) {
      const std::int64_t start = geometry.block_start(m);
      std::copy_n(iq_.begin() + start, block.size(), block.begin());
      fft.execute(block.data(), bins.data());
      gates.judge(bins.data(), open);
      const double at_s = static_cast<double>(start) / kRate.value;
      if (at_s < from_s || at_s > to_s) continue;
      ++blocks;
      for (std::size_t i = 0; i < open.size(); ++i) share[i] += open[i];
    }
    for (double& each : share) each /= static_cast<double>(blocks);
    return share;
  }

  synth::Random& random() { return random_; }

 private:
  synth::Random random_{3};
  std::vector<cf32> iq_;
};

std::size_t index_of(std::span<const decoders::DecoderEntry> registry, Hertz centre) {
  const auto specs = registry[0].channels({kCentre - 0.5 * kRate, kCentre + 0.5 * kRate});
  const auto found = std::ranges::find(specs, centre, &decoders::ChannelSpec::centre);
  BOOST_REQUIRE(found != specs.end());
  return static_cast<std::size_t>(found - specs.begin());
}

constexpr double kSettled_s = 0.035;

}  // namespace

BOOST_AUTO_TEST_SUITE(gatekeeper)

BOOST_AUTO_TEST_CASE(a_wide_signal_opens_the_channel_around_its_centre_and_no_other) {
  for (const double snr_db : {3.0, 25.0}) {
    Sky sky(0.06);
    sky.add_traffic({2437e6}, snr_db, 0.04, 30e-6, 0.055);
    const auto share = sky.open_share(kWide, 0.0405, 0.0545);
    const std::size_t centre = index_of(kWide, {2437e6});
    for (std::size_t i = 0; i < share.size(); ++i)
      BOOST_TEST_CONTEXT("channel " << i << " at " << snr_db << " dB") {
        if (i == centre) BOOST_TEST(share[i] > 0.99);
        if (i != centre) BOOST_TEST(share[i] < (snr_db > 10 ? 0.01 : 0.15));
      }
  }
}

BOOST_AUTO_TEST_CASE(channels_of_several_widths_open_by_the_width_of_what_is_there) {
  const auto widths = [](decoders::Band) {
    std::vector<decoders::ChannelSpec> specs;
    for (const double width : {17e6, 8.5e6, 4.25e6})
      specs.push_back({{2437e6}, {width}, {std::max(width, 8.5e6) / 0.85}, decoders::Gate::on_centre});
    return specs;
  };
  const std::array registry{decoders::DecoderEntry{"widths", widths, nullptr}};
  constexpr double kClocks[] = {1, 0.5, 0.25};
  for (std::size_t i = 0; i < 3; ++i) BOOST_TEST_CONTEXT("clock " << kClocks[i]) {
      Sky sky(0.06);
      const std::vector<std::uint8_t> psdu(700, 0x5A);
      sky.add(synth::modulate_wifi_ofdm(psdu, 6, {.clock = kClocks[i]}), 0.045, {2437e6},
              power(15, 20e6 * kClocks[i]));
      const auto share = sky.open_share(registry, 0.0452, 0.0458);
      BOOST_TEST(share[i] > 0.99);
      for (std::size_t other = i + 1; other < 3; ++other) BOOST_TEST(share[other] < 0.01);
    }
}

BOOST_AUTO_TEST_CASE(a_narrow_channel_is_shut_by_power_on_both_sides_but_not_on_one) {
  const auto channels = [](decoders::Band) {
    std::vector<decoders::ChannelSpec> specs{{{2427e6}, {17e6}, {20e6}, decoders::Gate::on_centre}};
    for (const double centre : {2437e6, 2450e6})
      specs.push_back({{centre}, {8.5e6}, {10e6}, decoders::Gate::on_centre});
    return specs;
  };
  const std::array registry{decoders::DecoderEntry{"narrow", channels, nullptr}};
  const std::vector<std::uint8_t> psdu(700, 0x5A);
  Sky sky(0.06);
  sky.add(synth::modulate_wifi_ofdm(psdu, 6, {}), 0.045, {2437e6}, power(15, 20e6));
  sky.add(synth::modulate_wifi_ofdm(psdu, 6, {.clock = 0.5}), 0.045, {2450e6}, power(12, 10e6));
  const auto share = sky.open_share(registry, 0.0452, 0.0458);
  BOOST_TEST(share[1] < 0.01);
  BOOST_TEST(share[2] > 0.99);
}

BOOST_AUTO_TEST_CASE(dsss_far_below_the_noise_opens_its_channel) {
  Sky sky(0.06);
  const std::vector<std::uint8_t> psdu(150, 0x5A);
  const synth::Waveform wave = synth::modulate_wifi_dsss(psdu, synth::DsssRate::mbps_1);
  sky.add(wave, 0.045, {2437e6}, power(-4, 20e6));
  BOOST_TEST(sky.open_share(kWide, 0.0453, 0.0461)[index_of(kWide, {2437e6})] > 0.99);
}

BOOST_AUTO_TEST_CASE(a_packet_within_a_wide_signal_does_not_shut_it) {
  Sky sky(0.05);
  sky.add_traffic({2437e6}, 15, 0.04, 30e-6, 0.048);
  const std::vector<std::uint8_t> pdu(200, 0x55);
  // 30 dB above the wide signal's density, where channel 5 sees it and channel 6 does too.
  sky.add(synth::modulate_ble(synth::BlePhy::le_1m, 10, pdu), 0.0405, {2430e6}, power(45, 1e6));
  sky.add(synth::modulate_ble(synth::BlePhy::le_1m, 10, pdu), 0.0425, {2426e6}, power(45, 1e6));
  BOOST_TEST(sky.open_share(kWide, 0.041, 0.044)[index_of(kWide, {2437e6})] > 0.95);
}

BOOST_AUTO_TEST_CASE(a_narrow_packet_alone_opens_no_wide_channel) {
  Sky sky(0.05);
  const std::vector<std::uint8_t> pdu(200, 0x55);
  sky.add(synth::modulate_ble(synth::BlePhy::le_1m, 10, pdu), 0.041, {2438e6}, power(35, 1e6));
  for (const double each : sky.open_share(kWide, 0.0412, 0.0425)) BOOST_TEST(each == 0);
}

BOOST_AUTO_TEST_CASE(a_channel_that_is_never_quiet_stays_open) {
  Sky sky(0.4);
  sky.add_traffic({2437e6}, 12, 0, 34e-6, 0.4);
  BOOST_TEST(sky.open_share(kWide, 0.3, 0.399)[index_of(kWide, {2437e6})] > 0.99);
}

BOOST_AUTO_TEST_CASE(noise_opens_next_to_nothing) {
  const Sky sky(0.6);
  for (const double each : sky.open_share(kWide, kSettled_s, 0.6)) BOOST_TEST(each < 0.005);
  for (const double each : sky.open_share(kNarrow, kSettled_s, 0.6)) BOOST_TEST(each < 0.005);
}

BOOST_AUTO_TEST_CASE(a_wide_signal_does_not_open_the_narrow_channels_within) {
  Sky sky(0.1);
  sky.add_traffic({2437e6}, 20, 0.04, 200e-6, 0.1);
  const auto share = sky.open_share(kNarrow, 0.041, 0.098);
  // Beyond ±7 MHz the edge of the wide signal runs through a channel or its gaps.
  for (double mhz = 2424; mhz <= 2450; mhz += 2)
    BOOST_TEST(share[index_of(kNarrow, {mhz * 1e6})] < 0.1,
               mhz << " MHz: " << share[index_of(kNarrow, {mhz * 1e6})]);
}

BOOST_AUTO_TEST_CASE(a_packet_that_can_be_decoded_within_a_wide_signal_opens_its_channel) {
  Sky sky(0.08);
  sky.add_traffic({2437e6}, 10, 0.04, 30e-6, 0.08);
  const std::vector<std::uint8_t> pdu(200, 0x55);
  // LE Coded at 0 dB and LE 1M at 7 dB over the wide signal in 1 MHz; the channel stays open for three blocks
  // behind each that opens it.
  const double density = power(10, 20e6) / 20 + kNoise / 40;
  sky.add(synth::modulate_ble(synth::BlePhy::le_coded_s8, 10, pdu), 0.05, {2432e6}, density);
  sky.add(synth::modulate_ble(synth::BlePhy::le_1m, 10, pdu), 0.05, {2440e6}, density * std::pow(10, 0.7));
  BOOST_TEST(sky.open_share(kNarrow, 0.0504, 0.063)[index_of(kNarrow, {2432e6})] > 0.95);
  BOOST_TEST(sky.open_share(kNarrow, 0.0501, 0.0515)[index_of(kNarrow, {2440e6})] > 0.99);
}

BOOST_AUTO_TEST_SUITE_END()
