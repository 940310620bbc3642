#include "tests/support/droneid_modulator.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <numbers>

#include "tests/support/burst.hpp"
#include "tests/support/channel.hpp"
#include "tests/support/droneid_packet.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/lte_coding.hpp"
#include "tests/support/resampler.hpp"
#include "tests/support/shared_data.hpp"

using namespace windhover::synth;
using windhover::dsp::cf32;

namespace {

const auto kPacketC = from_hex(
    "5810024f02f71f31574e4248333930303230314e310000915a13008b0289008d002a00feff02001a0011cc129ef84b8001000075"
    "0289007d5a1300a95a13007e0289003a13313134333633353533323137313533343333360048b0");
// What was left in that aircraft's transmit buffer by a longer packet.
const auto kStale = from_hex("ee7c02d8a8ffe1dcf7f72451238407e1b27afcf71e50502a6b1b44f0f5fe6f");

double mean_power(std::span<const cf32> iq) {
  double sum = 0;
  for (const cf32 x : iq) sum += static_cast<double>(std::norm(x));
  return sum / static_cast<double>(iq.size());
}

/// Amplitude of carrier m in the 1024 samples from `start`, by definition of the transform.
cf64 carrier(const Waveform& wave, std::size_t start, int m) {
  cf64 sum;
  for (std::size_t n = 0; n < 1024; ++n)
    sum += cf64(wave.samples[start + n]) *
           std::polar(1.0, -2 * std::numbers::pi * m * static_cast<double>(n) / 1024);
  return sum * std::sqrt(600.0) / 1024.0;
}

void check_close(cf64 value, cf64 expected, double tolerance) {
  BOOST_TEST(std::abs(value - expected) < tolerance, value << " is not " << expected);
}

/// |Σ a·conj(b)| / (‖a‖·‖b‖)
double correlation(std::span<const cf32> a, std::span<const cf32> b) {
  cf64 sum;
  for (std::size_t i = 0; i < a.size(); ++i) sum += cf64(a[i]) * std::conj(cf64(b[i]));
  return std::abs(sum) / std::sqrt(mean_power(a) * mean_power(b)) / static_cast<double>(a.size());
}

std::vector<cf32> read_cf32(const std::filesystem::path& file, std::size_t first, std::size_t count) {
  std::vector<cf32> iq(count);
  std::ifstream in(file, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(first * sizeof(cf32)));
  in.read(reinterpret_cast<char*>(iq.data()), static_cast<std::streamsize>(count * sizeof(cf32)));
  BOOST_REQUIRE(in.good());
  return iq;
}

}  // namespace

BOOST_AUTO_TEST_CASE(zadoff_chu_symbols_have_the_known_samples) {
  const auto x600 = droneid_zc_symbol(600), x147 = droneid_zc_symbol(147);
  const cf64 expected600[] = {{16.649544, 16.606085}, {-5.393891, -4.235980}, {-15.655234, -16.612543},
                              {12.145890, 9.329940},  {7.599459, 11.199918},  {-18.407614, -15.674921},
                              {0.220051, -6.635511},  {17.193063, 16.845266}};
  const cf64 expected147[] = {{-13.147325, -19.496596}, {6.054155, -7.414573}, {27.552228, 11.798259},
                              {16.546193, 21.360934},   {5.036413, 26.411863}, {17.321986, 19.307158},
                              {21.992747, -8.251921},   {5.567083, -21.406593}};
  for (std::size_t n = 0; n < 8; ++n) {
    check_close(x600[n], expected600[n], 2e-6);
    check_close(x147[n], expected147[n], 2e-6);
  }
  check_close(x600[512], {0.324, 23.806485}, 2e-6);
  check_close(x147[512], {37.234872, 21.726049}, 2e-6);
  for (std::size_t n = 1; n < 1024; ++n) check_close(x600[n], x600[1024 - n], 1e-9);
}

BOOST_AUTO_TEST_CASE(a_burst_has_the_symbols_prefixes_and_power_of_the_air) {
  const auto wave = modulate_droneid(transport_block(kPacketC));
  BOOST_TEST(wave.samples.size() == 9880U);
  const std::size_t prefix[] = {80, 72, 72, 72, 72, 72, 72, 72, 80};
  std::size_t body = 0;
  for (std::size_t k = 0; k < 9; ++k) {
    body += prefix[k];
    BOOST_TEST(body == (k < 8 ? 80 + 1096 * k : 8856U));
    BOOST_TEST(std::equal(&wave.samples[body - prefix[k]], &wave.samples[body],
                          &wave.samples[body + 1024 - prefix[k]]));
    BOOST_TEST(mean_power({&wave.samples[body], 1024}) == 1 + 0.35 * 0.35 / 600,
               boost::test_tools::tolerance(1e-5));
    body += 1024;
  }
  BOOST_TEST(mean_power(wave.samples) == 1, boost::test_tools::tolerance(0.01));
}

BOOST_AUTO_TEST_CASE(carriers_hold_scrambled_bits_and_reference_symbols) {
  const auto block = transport_block(kPacketC);
  const auto wave = modulate_droneid(block);
  const Bits scrambler = gold_sequence(0x12345678, 7200);
  const Bits coded = encode_transport_block(block, 7200);
  const auto qpsk = [](unsigned b0, unsigned b1) {
    return cf64(b0 != 0 ? -1 : 1, b1 != 0 ? -1 : 1) / std::numbers::sqrt2;
  };
  const auto zc = zadoff_chu(147, 601);
  for (const int m : {-300, -299, -1, 1, 2, 300}) {
    const auto pair = static_cast<std::size_t>(m < 0 ? m + 300 : m + 299) * 2;
    check_close(carrier(wave, 80, m), qpsk(scrambler[pair], scrambler[pair + 1]), 1e-5);
    // Symbol 8 is the sixth with data.
    const std::size_t at = 6000 + pair;
    check_close(carrier(wave, 8856, m), qpsk(scrambler[at] ^ coded[at], scrambler[at + 1] ^ coded[at + 1]),
                1e-5);
    check_close(carrier(wave, 5560, m), zc[static_cast<std::size_t>(m + 300)], 1e-5);
  }
  check_close(carrier(wave, 80, 0), std::polar(0.35, -1.2), 1e-5);
  check_close(carrier(wave, 80, 301), 0, 1e-5);
}

BOOST_AUTO_TEST_CASE(the_eight_symbol_burst_is_the_other_without_its_first_symbol) {
  const auto block = transport_block(kPacketC);
  const auto nine = modulate_droneid(block);
  const auto eight = modulate_droneid(block, DroneIdVariant::eight_symbols);
  BOOST_TEST(eight.samples.size() == 8784U);
  BOOST_TEST(std::equal(eight.samples.begin() + 8, eight.samples.end(), nine.samples.begin() + 80 + 1024));
  DroneIdOptions short_first;
  short_first.eight_symbol_first_prefix = 72;
  BOOST_TEST(modulate_droneid(block, DroneIdVariant::eight_symbols, short_first).samples.size() == 8776U);
}

BOOST_AUTO_TEST_CASE(other_roots_can_be_asked_for) {
  DroneIdOptions options;
  options.first_zc_root = 186;
  const auto wave = modulate_droneid(transport_block(kPacketC), DroneIdVariant::nine_symbols, options);
  const auto zc = zadoff_chu(186, 601);
  check_close(carrier(wave, 3368, -300), zc[0], 1e-5);
  check_close(carrier(wave, 3368, 300), zc[600], 1e-5);
  check_close(carrier(wave, 3368, 77), zc[377], 1e-5);
}

// The modulator against the air: the burst with sequence 591 of a Mavic Air 2 is computed anew from its bytes
// and correlated with its recording, symbol by symbol, both seen through the same 10 MHz filter.
BOOST_AUTO_TEST_CASE(a_burst_from_bytes_correlates_with_its_recording) {
  const auto file = shared_path("captures/dji_droneid_mavic_air2_a.sigmf-data");
  if (!file) return;
  constexpr windhover::dsp::Hertz kRate{50e6}, kOffset{-12470187.0};
  constexpr std::size_t kStart = 38930, kMargin = 500, kBurst = 32161;
  auto recorded = read_cf32(*file, kStart - kMargin, kBurst + 2 * kMargin);
  apply_frequency_offset(recorded, -kOffset, kRate);
  const auto heard = band_pass(recorded, -0.1, 0.1, 0.02);

  const auto wave = modulate_droneid(transport_block(kPacketC, kStale));
  std::vector<double> best(9);
  for (double delay = -12; delay <= 12; delay += 0.25) {
    std::vector<cf32> sent(recorded.size());
    add_burst(sent, kRate, wave, {(kMargin + delay) / kRate.value, {0}, 1, 0, 0});
    const auto expected = band_pass(sent, -0.1, 0.1, 0.02);
    std::vector<double> now;
    for (std::size_t k = 0; k < 9; ++k) {
      const double body =
          (k < 8 ? 80.0 + 1096.0 * static_cast<double>(k) : 8856.0) * kRate.value / kDroneIdRate_hz;
      const auto from = expected.lead + kMargin + static_cast<std::size_t>(body);
      now.push_back(correlation(std::span(heard.samples).subspan(from, 3333),
                                std::span(expected.samples).subspan(from, 3333)));
    }
    if (std::ranges::min(now) > std::ranges::min(best)) best = now;
  }
  for (std::size_t k = 0; k < best.size(); ++k) {
    BOOST_TEST_MESSAGE("symbol " << k << ": correlation " << best[k]);
    BOOST_TEST(best[k] > 0.95);
  }
}
