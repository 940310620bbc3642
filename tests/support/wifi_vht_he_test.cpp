#include "tests/support/wifi_vht_he.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <complex>
#include <numbers>

#include "tests/support/wifi_ht.hpp"
#include "tests/support/wifi_ppdu.hpp"

using namespace windhover::synth;

namespace {

std::size_t at_us(double us) { return kWifiRamp + static_cast<std::size_t>(std::lround(us * 40)); }

std::complex<double> carrier(const Waveform& wave, double from_us, int index) {
  std::complex<double> sum;
  for (std::size_t n = 0; n < 128; ++n)
    sum += std::complex<double>(wave.samples[at_us(from_us) + n]) *
           std::polar(1.0, -2 * std::numbers::pi * index * static_cast<double>(n) / 128);
  return sum;
}

/// Q² - I² over the data carriers, -1 for BPSK and 1 for BPSK turned by a quarter.
double rotation(const Waveform& wave, double from_us) {
  double in_phase = 0, quadrature = 0;
  for (int index = -26; index <= 26; ++index) {
    if (index == 0 || std::abs(index) % 14 == 7) continue;
    in_phase += std::pow(carrier(wave, from_us, index).real(), 2);
    quadrature += std::pow(carrier(wave, from_us, index).imag(), 2);
  }
  return (quadrature - in_phase) / (quadrature + in_phase);
}

double likeness(const Waveform& wave, double a_us, double b_us) {
  std::complex<double> sum;
  double power = 0;
  for (std::size_t n = 4; n < 156; ++n) {
    sum += std::complex<double>(wave.samples[at_us(a_us) + n]) *
           std::conj(std::complex<double>(wave.samples[at_us(b_us) + n]));
    power += std::norm(wave.samples[at_us(a_us) + n]);
  }
  return std::abs(sum) / power;
}

/// LENGTH that the L-SIG symbol of the waveform carries, as its bits were coded.
std::size_t length_in(const Waveform& wave) {
  for (std::size_t length = 1; length < 4096; ++length) {
    const Bits coded =
        interleave(convolutional_code(signal_field(6, length), CodeRate::half), kLegacyPlan, 1);
    std::size_t next = 0;
    bool same = true;
    for (int index = -26; index <= 26 && same; ++index)
      if (index != 0 && std::abs(index) % 14 != 7)
        same = (carrier(wave, 16.8, index).real() > 0) == (coded[next++] != 0);
    if (same) return length;
  }
  return 0;
}

double end_us(std::size_t length) { return 20 + 4 * std::ceil((static_cast<double>(length) + 3) / 3); }

}  // namespace

BOOST_AUTO_TEST_SUITE(wifi_vht_he)

BOOST_AUTO_TEST_CASE(vht_is_told_by_length_and_second_header_symbol) {
  for (const int mcs : {0, 4, 7})
    for (const std::size_t bytes : {100U, 1501U}) {
      const VhtOptions options{.mcs = mcs, .short_guard_interval = mcs == 4};
      const auto wave = modulate_wifi_vht(bytes, options);
      const double lasts_us = wifi_vht_duration_s(bytes, options) * 1e6;
      BOOST_TEST(static_cast<double>(wave.samples.size() - 2 * kWifiRamp) / 40 == lasts_us,
                 boost::test_tools::tolerance(1e-9));
      const auto length = length_in(wave);
      BOOST_TEST(length % 3 == 0U);
      BOOST_TEST(end_us(length) - lasts_us > -1e-6);
      BOOST_TEST(end_us(length) - lasts_us < 4);
      BOOST_TEST(rotation(wave, 20.8) < -0.95);
      BOOST_TEST(rotation(wave, 24.8) > 0.95);
    }
}

BOOST_AUTO_TEST_CASE(vht_headers_hold_what_they_are_given) {
  const auto a = vht_signal_a(19, {.mcs = 5, .short_guard_interval = true, .partial_aid = 0x101});
  BOOST_TEST(a.size() == 48U);
  BOOST_TEST((a[4] == 1 && a[9] == 1 && a[13] == 1 && a[21] == 1 && a[14] == 0));
  BOOST_TEST((a[24] == 1 && a[25] == 1 && a[28] == 1 && a[29] == 0 && a[30] == 1 && a[31] == 0));
  const auto crc = wifi_crc8(std::span(a).first(34));
  BOOST_TEST(std::equal(crc.begin(), crc.end(), a.begin() + 34));
  const auto b = vht_signal_b(1501, false);
  BOOST_TEST(b.size() == 26U);
  std::size_t words = 0;
  for (std::size_t i = 0; i < 17; ++i) words |= static_cast<std::size_t>(b[i]) << i;
  BOOST_TEST(words == 376U);
  BOOST_TEST(vht_signal_b(1501, true).size() == 27U);
}

BOOST_AUTO_TEST_CASE(vht_of_forty_mhz_repeats_its_header_and_lasts_as_long_as_told) {
  const VhtOptions options{.mcs = 3, .forty_mhz = true};
  const auto wave = modulate_wifi_vht(2000, options);
  BOOST_TEST(wave.rate.value == 80e6);
  BOOST_TEST(wave.noise_bandwidth.value == 40e6);
  BOOST_TEST(
      static_cast<double>(wave.samples.size() - 2 * kWifiRamp) / 80e6 == wifi_vht_duration_s(2000, options),
      boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(he_repeats_its_signal_field) {
  for (const std::size_t symbols : {1U, 5U, 60U}) {
    const auto wave = modulate_wifi_he(symbols, {.mcs = 5, .bss_colour = 42});
    const double lasts_us = wifi_he_duration_s(symbols) * 1e6;
    BOOST_TEST(static_cast<double>(wave.samples.size() - 2 * kWifiRamp) / 40 == lasts_us,
               boost::test_tools::tolerance(1e-9));
    const auto length = length_in(wave);
    BOOST_TEST(length % 3 == 1U);
    BOOST_TEST(end_us(length) - lasts_us > -1e-6);
    BOOST_TEST(end_us(length) - lasts_us < 4);
    // Pilots too, since p_0 = p_1.
    BOOST_TEST(likeness(wave, 16, 20) > 0.99);
    BOOST_TEST(likeness(wave, 16, 24) < 0.5);
    BOOST_TEST(rotation(wave, 24.8) < -0.95);
    BOOST_TEST(rotation(wave, 28.8) < -0.95);
    double power = 0;
    for (const auto& x : wave.samples) power += std::norm(x);
    BOOST_TEST(std::abs(power / static_cast<double>(wave.samples.size()) - 1) < 0.05);
  }
}

BOOST_AUTO_TEST_CASE(he_header_holds_what_it_is_given) {
  const auto a = he_signal_a({.mcs = 5, .bss_colour = 42, .uplink = true});
  BOOST_TEST(a.size() == 52U);
  BOOST_TEST((a[0] == 1 && a[2] == 1 && a[3] == 1 && a[4] == 0 && a[5] == 1));
  std::size_t colour = 0;
  for (std::size_t i = 0; i < 6; ++i) colour |= static_cast<std::size_t>(a[8 + i]) << i;
  BOOST_TEST(colour == 42U);
}

BOOST_AUTO_TEST_SUITE_END()
