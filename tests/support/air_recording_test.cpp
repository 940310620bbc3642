#include "tests/support/soapy_module/air_recording.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>

using namespace windhover;
using namespace windhover::synth;
using dsp::cf32;

namespace {

/// 10 ms at 2 MS/s around 100 MHz with one tone.
AirRecording tone_at(double hz) {
  AirRecording air{.rate = {2e6}, .centre = {100e6}, .samples = {}};
  for (int i = 0; i < 20'000; ++i)
    air.samples.push_back(static_cast<cf32>(std::polar(0.5, 2 * std::numbers::pi * (hz - 100e6) / 2e6 * i)));
  return air;
}

/// Power at `hz` in what a receiver hears, 1 = full scale.
double power_at(const std::vector<cf32>& heard, double hz, double centre, double rate) {
  std::complex<double> sum{};
  for (std::size_t i = 0; i < heard.size(); ++i)
    sum += std::complex<double>(heard[i]) *
           std::polar(1.0, -2 * std::numbers::pi * (hz - centre) / rate * static_cast<double>(i));
  return std::norm(sum / static_cast<double>(heard.size()));
}
double power(const std::vector<cf32>& heard) {
  double sum = 0;
  for (const cf32 x : heard) sum += std::norm(x);
  return sum / static_cast<double>(heard.size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(air_recording)

BOOST_AUTO_TEST_CASE(a_tone_is_heard_where_it_is_at_any_centre_and_rate) {
  const AirRecording air = tone_at(100.3e6);
  for (const double centre : {100e6, 100.25e6, 99.9e6})
    for (const double rate : {1.5e6, 2e6, 2.01e6, 5e6}) {
      const auto heard = receive(air, {centre}, {rate});
      BOOST_TEST(std::abs(static_cast<double>(heard.size()) - rate * 10e-3) <= 1);
      BOOST_TEST(std::abs(power_at(heard, 100.3e6, centre, rate) - 0.25) < 0.01);
      BOOST_TEST(std::abs(power(heard) - 0.25) < 0.01);
    }
}

BOOST_AUTO_TEST_CASE(what_lies_beyond_the_band_is_not_heard_elsewhere) {
  const AirRecording air = tone_at(100.8e6);
  BOOST_TEST(power(receive(air, {99.5e6}, {2e6})) < 1e-4);  // 1.3 MHz off, beyond half the rate
  BOOST_TEST(power(receive(air, {100e6}, {1e6})) < 1e-4);
  BOOST_TEST(power(receive(air, {110e6}, {2e6})) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
