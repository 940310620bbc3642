#include "tests/support/wifi_ofdm.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <complex>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>
#include <optional>

#include "tests/support/hex.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/wifi_ppdu.hpp"

using namespace windhover::synth;
using windhover::dsp::cf32;

namespace {

std::optional<nlohmann::json> vectors() {
  const auto path = shared_path("spec/vectors/wifi/ofdm.json");
  if (!path) return std::nullopt;
  std::ifstream file(*path);
  return nlohmann::json::parse(file);
}

std::string text(std::span<const std::uint8_t> bits) {
  std::string out;
  for (const auto bit : bits) out.push_back(bit != 0 ? '1' : '0');
  return out;
}

std::size_t at_us(double us) { return kWifiRamp + static_cast<std::size_t>(std::lround(us * 40)); }

double mean_power(std::span<const cf32> iq) {
  double sum = 0;
  for (const auto& x : iq) sum += std::norm(x);
  return sum / static_cast<double>(iq.size());
}

/// Carrier `index` of the symbol body that begins at `sample`, 1 for a carrier of unit power.
std::complex<double> carrier(const Waveform& wave, std::size_t sample, int index) {
  std::complex<double> sum;
  for (std::size_t n = 0; n < 128; ++n)
    sum += std::complex<double>(wave.samples[sample + n]) *
           std::polar(1.0, -2 * std::numbers::pi * index * static_cast<double>(n) / 128);
  return sum / 128.0 * std::sqrt(52.0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wifi_ofdm_vectors)

BOOST_AUTO_TEST_CASE(scrambler_and_pilots) {
  const auto v = vectors();
  if (!v) return;
  BOOST_TEST(text(wifi_scrambler(0x7f, 127)) == v->at("scrambler_127_all_ones_seed"));
  BOOST_TEST(text(wifi_scrambler(0x7f, 254)).substr(127) == v->at("scrambler_127_all_ones_seed"));
  for (std::size_t n = 0; n < 127; ++n)
    BOOST_TEST(pilot_polarity(n) == v->at("pilot_polarity_127").at(n).get<double>());
}

BOOST_AUTO_TEST_CASE(signal_of_all_rates) {
  const auto v = vectors();
  if (!v) return;
  BOOST_TEST(v->at("signal_fields").size() == 40U);
  for (const auto& [name, bits] : v->at("signal_fields").items()) {
    const auto length = std::stoul(name.substr(name.find('L') + 1));
    BOOST_TEST(text(signal_field(std::stoi(name), length)) == bits);
  }
  for (const auto& [name, bits] : v->at("signal_interleaved").items()) {
    const auto field = signal_field(6, std::stoul(name.substr(name.find('L') + 1)));
    BOOST_TEST(text(interleave(convolutional_code(field, CodeRate::half), kLegacyPlan, 1)) == bits);
  }
}

BOOST_AUTO_TEST_CASE(interleaver) {
  const auto v = vectors();
  if (!v) return;
  for (const auto& [coded, positions] : v->at("interleaver_k_to_j").items())
    for (std::size_t k = 0; k < positions.size(); ++k)
      BOOST_TEST(interleaved_position(k, kLegacyPlan, std::stoul(coded) / 48) ==
                 positions.at(k).get<std::size_t>());
}

BOOST_AUTO_TEST_CASE(every_stage_of_the_standards_example) {
  const auto v = vectors();
  if (!v) return;
  const auto& example = v->at("annexI");
  const auto psdu = from_hex(example.at("psdu").get<std::string>());
  BOOST_TEST(text(convolutional_code(signal_field(36, psdu.size()), CodeRate::half)) ==
             example.at("signal_coded"));
  const auto scrambled = scrambled_data(psdu, legacy_rate(36).data_bits(), 0x5d);
  BOOST_TEST(text(scrambled) == example.at("data_scrambled_864"));
  const auto coded = convolutional_code(scrambled, legacy_rate(36).code);
  const auto first = std::span(coded).first(192);
  BOOST_TEST(text(first) == example.at("data_coded_punctured_first192"));
  BOOST_TEST(text(interleave(first, kLegacyPlan, 4)) == example.at("data_interleaved_first192"));
}

BOOST_AUTO_TEST_CASE(training_samples) {
  const auto v = vectors();
  if (!v) return;
  const auto wave = modulate_wifi_ofdm(std::vector<std::uint8_t>(20), 6);
  // The tables are of an inverse transform divided by 64, to three or four places.
  const double scale = std::sqrt(52.0) / 64;
  const auto check = [&](const char* name, double from_us) {
    for (std::size_t n = 0; n < v->at(name).size(); ++n) {
      const auto& expected = v->at(name).at(n);
      const auto got = std::complex<double>(wave.samples[at_us(from_us) + 2 * n]) * scale;
      BOOST_TEST(std::abs(got - std::complex(expected.at(0).get<double>(), expected.at(1).get<double>())) <
                 1e-3);
    }
  };
  check("stf_16_samples", 0.8);
  check("stf_16_samples", 7.2 - 0.8);
  check("ltf_64_samples", 9.6);
  check("ltf_64_samples", 12.8);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(wifi_ofdm)

BOOST_AUTO_TEST_CASE(durations_are_those_of_the_waveforms) {
  for (const int mbps : {6, 9, 12, 18, 24, 36, 48, 54})
    for (const std::size_t bytes : {1U, 14U, 151U, 1500U}) {
      const auto wave = modulate_wifi_ofdm(std::vector<std::uint8_t>(bytes), mbps);
      BOOST_TEST(static_cast<double>(wave.samples.size() - 2 * kWifiRamp) / wave.rate.value ==
                     wifi_ofdm_duration_s(bytes, mbps),
                 boost::test_tools::tolerance(1e-9));
    }
  BOOST_TEST(wifi_ofdm_duration_s(151, 6) == 228e-6, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(wifi_ofdm_duration_s(207, 6) == 300e-6, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(wifi_ofdm_duration_s(352, 6) == 496e-6, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(mean_power_is_one_and_edges_are_ramps) {
  for (const int mbps : {6, 12, 36, 54}) {
    std::vector<std::uint8_t> psdu(400);
    for (std::size_t n = 0; n < psdu.size(); ++n) psdu[n] = static_cast<std::uint8_t>(n * n);
    const auto wave = modulate_wifi_ofdm(psdu, mbps);
    BOOST_TEST(std::abs(mean_power(wave.samples) - 1) < 0.03);
    BOOST_TEST(mean_power(std::span(wave.samples).subspan(at_us(1.6), 192)) == 1,
               boost::test_tools::tolerance(1e-5));
    BOOST_TEST(std::abs(wave.samples.front()) == 0);
    // Half the amplitude on the border itself.
    BOOST_TEST(std::abs(wave.samples[at_us(0)] - 0.5F * wave.samples[at_us(1.6)]) < 1e-5F);
  }
}

BOOST_AUTO_TEST_CASE(symbols_carry_prefix_data_and_pilots) {
  std::vector<std::uint8_t> psdu(60, 0x5a);
  const auto wave = modulate_wifi_ofdm(psdu, 24);
  const auto coded = convolutional_code(scrambled_data(psdu, 96, 0x5d), CodeRate::half);
  for (std::size_t n = 0; n < 5; ++n) {
    const std::size_t body = at_us(20.8 + 4 * static_cast<double>(n));
    for (std::size_t i = 4; i < 28; ++i)
      BOOST_TEST(std::abs(wave.samples[body - i] - wave.samples[body + 128 - i]) < 1e-5F);
    const auto bits = interleave(std::span(coded).subspan(192 * n, 192), kLegacyPlan, 4);
    BOOST_TEST(std::abs(carrier(wave, body, -26) - map_constellation(std::span(bits).first(4))) < 0.1);
    BOOST_TEST(std::abs(carrier(wave, body, 26) - map_constellation(std::span(bits).last(4))) < 0.1);
    BOOST_TEST(std::abs(carrier(wave, body, 7) - pilot_polarity(n + 1)) < 0.1);
    BOOST_TEST(std::abs(carrier(wave, body, 21) + pilot_polarity(n + 1)) < 0.1);
    BOOST_TEST(std::abs(carrier(wave, body, 0)) < 0.1);
  }
}

BOOST_AUTO_TEST_CASE(constellations_are_those_of_the_sheet) {
  const auto point = [](std::vector<std::uint8_t> bits) { return map_constellation(bits); };
  const auto near = [](std::complex<double> a, std::complex<double> b) { return std::abs(a - b) < 1e-12; };
  BOOST_TEST(near(point({0}), -1));
  BOOST_TEST(near(point({1, 0}), std::complex<double>(1, -1) / std::sqrt(2.0)));
  BOOST_TEST(near(point({0, 0, 0, 1}), std::complex<double>(-3, -1) / std::sqrt(10.0)));
  BOOST_TEST(near(point({1, 1, 1, 0}), std::complex<double>(1, 3) / std::sqrt(10.0)));
  const int levels[] = {-7, -5, -1, -3, 7, 5, 1, 3};  // 000, 001, 010, 011, 100, …
  for (unsigned value = 0; value < 8; ++value) {
    const auto bit = [value](unsigned n) { return static_cast<std::uint8_t>(value >> n & 1); };
    BOOST_TEST(near(point({bit(2), bit(1), bit(0), 1, 0, 0}),
                    std::complex<double>(levels[value], 7) / std::sqrt(42.0)));
  }
}

BOOST_AUTO_TEST_CASE(spectrum_stays_within_the_mask) {
  std::vector<std::uint8_t> psdu(800);
  for (std::size_t n = 0; n < psdu.size(); ++n) psdu[n] = static_cast<std::uint8_t>(n * n + n / 5);
  const auto wave = modulate_wifi_ofdm(psdu, 24);
  constexpr std::size_t kSize = 512;
  std::vector<double> power(kSize);
  for (std::size_t at = 0; at + kSize <= wave.samples.size(); at += kSize / 2) {
    std::vector<cf64> piece(kSize);
    for (std::size_t n = 0; n < kSize; ++n)
      piece[n] = cf64(wave.samples[at + n]) *
                 (0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(n) / kSize));
    const auto bins = inverse_dft(piece);  // mirrored, which matters not
    for (std::size_t k = 0; k < kSize; ++k) power[k] += std::norm(bins[k]);
  }
  // Clause 17.3.9.3, of the density inside: -20 dB at 11 MHz, -28 dB at 20 MHz, straight between.
  const double inside = power[kSize / 8];
  for (std::size_t k = 0; k < kSize; ++k) {
    const double mhz = static_cast<double>(std::min(k, kSize - k)) * 40 / kSize;
    if (mhz < 11) continue;
    BOOST_TEST(10 * std::log10(power[k] / inside) < -20 - 8 * (mhz - 11) / 9, mhz << " MHz");
  }
}

BOOST_AUTO_TEST_CASE(slower_clocks_stretch_everything) {
  const std::vector<std::uint8_t> psdu(30, 7);
  const auto full = modulate_wifi_ofdm(psdu, 12);
  const auto quarter = modulate_wifi_ofdm(psdu, 12, {.clock = 0.25});
  BOOST_TEST(std::ranges::equal(full.samples, quarter.samples));
  BOOST_TEST(quarter.rate.value == 10e6);
  BOOST_TEST(quarter.noise_bandwidth.value == 5e6);
  BOOST_TEST(wifi_ofdm_duration_s(30, 12, 0.25) == 4 * wifi_ofdm_duration_s(30, 12));
}

BOOST_AUTO_TEST_CASE(impossible_rates_and_lengths_are_refused) {
  BOOST_CHECK_THROW(modulate_wifi_ofdm(std::vector<std::uint8_t>(10), 11), std::invalid_argument);
  BOOST_CHECK_THROW(modulate_wifi_ofdm({}, 6), std::invalid_argument);
  BOOST_CHECK_THROW(modulate_wifi_ofdm(std::vector<std::uint8_t>(4096), 6), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
