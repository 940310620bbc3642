#include "tests/support/wifi_ht.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <complex>
#include <numbers>
#include <stdexcept>

#include "tests/support/wifi_ofdm.hpp"
#include "tests/support/wifi_ppdu.hpp"

using namespace windhover::synth;

namespace {

std::string text(std::span<const std::uint8_t> bits) {
  std::string out;
  for (const auto bit : bits) out.push_back(bit != 0 ? '1' : '0');
  return out;
}

Bits bits_of(std::string_view text) {
  Bits out;
  for (const char c : text) out.push_back(c == '1' ? 1 : 0);
  return out;
}

/// Octets 0, 1, 4, 9 …
std::vector<std::uint8_t> psdu_of(std::size_t bytes) {
  std::vector<std::uint8_t> out(bytes);
  for (std::size_t n = 0; n < bytes; ++n) out[n] = static_cast<std::uint8_t>(n * n);
  return out;
}

/// Of `size` samples from `first`; `index` counts carrier spacings.
std::complex<double> carrier(const Waveform& wave, std::size_t first, std::size_t size, int index) {
  std::complex<double> sum;
  for (std::size_t n = 0; n < size; ++n)
    sum +=
        std::complex<double>(wave.samples[first + n]) *
        std::polar(1.0, -2 * std::numbers::pi * index * static_cast<double>(n) / static_cast<double>(size));
  return sum / static_cast<double>(size);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wifi_ht)

BOOST_AUTO_TEST_CASE(crc8_of_the_sheets_vector) {
  BOOST_TEST(text(wifi_crc8(bits_of("1111000100100110000000001110000000"))) == "10101000");
}

BOOST_AUTO_TEST_CASE(signal_field_holds_what_it_is_given) {
  const auto field = text(
      ht_signal_field(1000, {.mcs = 5, .forty_mhz = true, .short_guard_interval = true, .aggregated = true}));
  BOOST_TEST(field.size() == 48U);
  BOOST_TEST(field.substr(0, 7) == "1010000");
  BOOST_TEST(field.substr(7, 1) == "1");
  BOOST_TEST(field.substr(8, 16) == "0001011111000000");
  BOOST_TEST(field.substr(24, 10) == "1111000100");
  BOOST_TEST(field.substr(34, 8) == text(wifi_crc8(bits_of(field.substr(0, 34)))));
  BOOST_TEST(field.substr(42) == "000000");
}

BOOST_AUTO_TEST_CASE(durations_follow_the_rate_table) {
  const double mbps20[] = {6.5, 13, 19.5, 26, 39, 52, 58.5, 65};
  for (int mcs = 0; mcs < 8; ++mcs)
    for (const bool wide : {false, true})
      for (const bool brief : {false, true}) {
        const HtOptions options{.mcs = mcs, .forty_mhz = wide, .short_guard_interval = brief};
        const double symbol_s = brief ? 3.6e-6 : 4e-6;
        const double bits = mbps20[mcs] * 4 * (wide ? 108.0 / 52 : 1);
        const double expected_s = 36e-6 + symbol_s * std::ceil((16 + 8 * 700 + 6) / bits - 1e-9);
        BOOST_TEST(wifi_ht_duration_s(700, options) == expected_s, boost::test_tools::tolerance(1e-9));
        const auto wave = modulate_wifi_ht(psdu_of(700), options);
        BOOST_TEST(static_cast<double>(wave.samples.size() - 2 * kWifiRamp) / wave.rate.value == expected_s,
                   boost::test_tools::tolerance(1e-9));
        double power = 0;
        for (const auto& x : wave.samples) power += std::norm(x);
        BOOST_TEST(std::abs(power / static_cast<double>(wave.samples.size()) - 1) < 0.05);
        BOOST_TEST(wave.noise_bandwidth.value == (wide ? 40e6 : 20e6));
      }
}

BOOST_AUTO_TEST_CASE(legacy_length_covers_the_rest_and_divides_by_three) {
  for (const std::size_t bytes : {1U, 138U, 1500U, 4000U})
    for (int mcs = 0; mcs < 8; ++mcs) {
      const double whole_s = wifi_ht_duration_s(bytes, {.mcs = mcs, .short_guard_interval = true});
      const auto length = spoofed_length(whole_s - 20e-6);
      BOOST_TEST(length % 3 == 0U);
      // 20 + 4·ceil((length + 3) / 3) µs is where others expect the end.
      const double told_s = 20e-6 + 4e-6 * static_cast<double>((length + 3) / 3);
      BOOST_TEST(told_s >= whole_s - 1e-9);
      BOOST_TEST(told_s < whole_s + 4e-6);
    }
}

BOOST_AUTO_TEST_CASE(header_is_turned_by_a_quarter) {
  const auto wave = modulate_wifi_ht(psdu_of(100), {.mcs = 3});
  for (const double from_us : {16.8, 20.8, 24.8}) {
    double in_phase = 0, quadrature = 0;
    for (int index = -26; index <= 26; ++index) {
      if (index == 0 || std::abs(index) % 14 == 7) continue;
      const auto value =
          carrier(wave, kWifiRamp + static_cast<std::size_t>(std::lround(from_us * 40)), 128, index);
      in_phase += value.real() * value.real();
      quadrature += value.imag() * value.imag();
    }
    const bool signal = from_us < 20;
    BOOST_TEST((signal ? quadrature : in_phase) < 0.02 * (signal ? in_phase : quadrature));
  }
}

BOOST_AUTO_TEST_CASE(forty_mhz_repeats_the_legacy_part_above_turned_by_a_quarter) {
  const auto wide = modulate_wifi_ht(psdu_of(300), {.mcs = 2, .forty_mhz = true});
  const std::size_t header = kWifiRamp + static_cast<std::size_t>(80 * 20.8);
  for (int index = -26; index <= 26; ++index) {
    const auto low = carrier(wide, header, 256, index - 32), high = carrier(wide, header, 256, index + 32);
    BOOST_TEST(std::abs(high - std::complex<double>(0, 1) * low) < 1e-3);
  }
  // HT-LTF: 114 carriers of one power, the innermost three and what is beyond 58 empty.
  const std::size_t training = kWifiRamp + static_cast<std::size_t>(80 * 32.8);
  for (int index = -62; index <= 62; ++index) {
    const bool used = std::abs(index) >= 2 && std::abs(index) <= 58;
    BOOST_TEST(std::abs(std::abs(carrier(wide, training, 256, index)) - (used ? 1 / std::sqrt(114.0) : 0)) <
               5e-3);
  }
}

BOOST_AUTO_TEST_CASE(impossible_headers_are_refused) {
  BOOST_CHECK_THROW(modulate_wifi_ht(psdu_of(10), {.mcs = 8}), std::invalid_argument);
  BOOST_CHECK_THROW(modulate_wifi_ht(psdu_of(10), {.mcs = -1}), std::invalid_argument);
  BOOST_CHECK_THROW(modulate_wifi_ht({}, {}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
