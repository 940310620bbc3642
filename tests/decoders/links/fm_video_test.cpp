// Where a transmitter of analogue video is said to be, whatever the picture.

#include "decoders/links/fm_video.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>

#include "tests/support/burst.hpp"
#include "tests/support/channel.hpp"
#include "tests/support/fm_video.hpp"
#include "tests/support/random.hpp"

namespace {

using namespace windhover;
using namespace windhover::decoders::links;

constexpr double kRate_hz = 15.36e6, kOccupied_hz = 7.6e6;

/// 6 ms from some moment of a field on, with a clock that is 60 ppm off.
std::vector<dsp::cf32> received(const synth::FmVideoOptions& options, double carrier_hz, double from_s,
                                double snr_db, std::uint64_t seed) {
  synth::FmVideo camera(options);
  synth::Waveform wave = camera.piece(0);
  const auto from = wave.samples.begin() + static_cast<std::ptrdiff_t>(from_s * wave.rate.value);
  wave.samples = {from, from + static_cast<std::ptrdiff_t>(6e-3 * wave.rate.value)};
  std::vector<dsp::cf32> iq(static_cast<std::size_t>(6e-3 * kRate_hz));
  synth::Placement placement{0, {carrier_hz}, 1, 0.3, 0};
  placement.clock_ppm = 60;
  synth::add_burst(iq, {kRate_hz}, wave, placement);
  synth::Random random(seed);
  random.add_noise(iq, synth::noise_power(snr_db, 1, {kOccupied_hz}, {kRate_hz}));
  return iq;
}

Finding<FmVideo> found_in(std::span<const dsp::cf32> iq) {
  static FmVideoMeter meter;
  const auto found = meter.estimate({iq, kRate_hz, -2e6, 3e6});
  BOOST_TEST_REQUIRE(found.has_value());
  return *found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fm_video_meter)

BOOST_AUTO_TEST_CASE(the_middle_of_the_signal_is_told_within_30_khz_at_6_db) {
  for (const auto& standard : {synth::kPal, synth::kNtsc})
    for (const double deviation_hz : {4e6, 6e6, 8e6})
      for (const double from_s : {0.0, 4e-3, 11e-3}) {  // vertical synchronisation, bright and dark parts
        const double carrier_hz = -0.61e6 + 40 * from_s * 1e6;
        const auto found = found_in(
            received({standard, deviation_hz}, carrier_hz, from_s, 6, 1 + std::lround(1e3 * from_s)));
        BOOST_TEST(std::abs(found.carrier_hz - carrier_hz) < 30e3,
                   deviation_hz << " from " << from_s << ": " << found.carrier_hz - carrier_hz);
        BOOST_TEST(found.carrier_error_hz < 60e3);
        BOOST_TEST(found.modulation.deviation_hz == deviation_hz, boost::test_tools::tolerance(0.03));
      }
}

// Where the mean is held at the carrier, levels lie where the picture has put them: both are told.
BOOST_AUTO_TEST_CASE(the_mean_is_told_beside_the_middle) {
  const synth::FmVideoOptions options{synth::kPal, 6e6, 6.5e6, 0.4, true};
  double carrier_hz = 0, middle_hz = 0;
  int parts = 0;
  for (const double from_s : {0.0, 3.5e-3, 7e-3, 10.5e-3, 14e-3}) {
    const auto found = found_in(received(options, 0.4e6, from_s, 10, 7));
    BOOST_TEST_REQUIRE(found.modulation.mean_hz.has_value());
    middle_hz += found.carrier_hz;
    carrier_hz += found.carrier_hz + *found.modulation.mean_hz;
    ++parts;
  }
  BOOST_TEST(std::abs(carrier_hz / parts - 0.4e6) < 80e3);
  BOOST_TEST(std::abs(middle_hz / parts - 0.4e6) > 100e3);
}

BOOST_AUTO_TEST_CASE(noise_and_tones_have_no_levels) {
  FmVideoMeter meter;
  synth::Random random(3);
  std::vector<dsp::cf32> iq(90'000);
  random.add_noise(iq, 1);
  BOOST_TEST(!meter.estimate({iq, kRate_hz, -2e6, 3e6}).has_value());
  for (std::size_t n = 0; n < iq.size(); ++n)
    iq[n] = dsp::cf32(std::polar(1.0, 2 * std::numbers::pi * 0.1 * static_cast<double>(n)));
  BOOST_TEST(!meter.estimate({iq, kRate_hz, -2e6, 3e6}).has_value());
  BOOST_TEST(!meter.estimate({std::span(iq).first(200), kRate_hz, -2e6, 3e6}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
