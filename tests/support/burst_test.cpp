#include "tests/support/burst.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <complex>
#include <numbers>

#include "tests/support/channel.hpp"
#include "tests/support/droneid_modulator.hpp"
#include "tests/support/droneid_packet.hpp"
#include "tests/support/lte_coding.hpp"
#include "tests/support/random.hpp"

using namespace windhover::synth;
using windhover::dsp::cf32;
using windhover::dsp::Hertz;

namespace {

std::vector<std::uint8_t> any_block() {
  DroneIdTelemetry t;
  t.serial = "FICTION0000001";
  t.lat = 9'000'000;
  t.lon = 1'000'000;
  return transport_block(droneid_telemetry_packet(t));
}

/// The data bits of the six data symbols and of symbol 0, as carriers of symbol k in ascending order.
std::vector<cf64> expected_carriers(std::size_t k) {
  if (k == 3) return zadoff_chu(600, 601);
  if (k == 5) return zadoff_chu(147, 601);
  const Bits scrambler = gold_sequence(0x12345678, 7200);
  const Bits coded = encode_transport_block(any_block(), 7200);
  const std::size_t data_index[] = {0, 0, 1, 0, 2, 0, 3, 4, 5};
  std::vector<cf64> out;
  for (std::size_t i = 0; i < 1200; i += 2) {
    if (i == 600) out.emplace_back();
    const auto bit = [&](std::size_t b) {
      const std::size_t at = (k == 0 ? 0 : data_index[k] * 1200) + b;
      return k == 0 ? scrambler[at] : scrambler[at] ^ coded[at];
    };
    out.push_back(cf64(1 - 2 * bit(i), 1 - 2 * bit(i + 1)) / std::numbers::sqrt2);
  }
  return out;
}

/// The burst's analytic value: at `t_s` after its start, which must lie in the body of symbol k.
cf64 analytic(const std::vector<cf64>& carriers, std::size_t k, double t_s) {
  const double body_s = (k < 8 ? 80.0 + 1096.0 * static_cast<double>(k) : 8856.0) / kDroneIdRate_hz;
  cf64 sum;
  for (int m = -300; m <= 300; ++m) {
    const cf64 amplitude = m == 0 ? std::polar(0.35, -1.2) : carriers[static_cast<std::size_t>(m + 300)];
    sum += amplitude * std::polar(1.0, 2 * std::numbers::pi * m * kDroneIdSpacing_hz * (t_s - body_s));
  }
  return sum / std::sqrt(600.0);
}

/// Error of a placed burst against the analytic sum, in dB below it, over instants throughout symbol k.
double error_db(Hertz rate, const Placement& at, std::size_t k) {
  const auto burst = place_burst(modulate_droneid(any_block()), at, rate);
  const auto carriers = expected_carriers(k);
  const double body_s = (k < 8 ? 80.0 + 1096.0 * static_cast<double>(k) : 8856.0) / kDroneIdRate_hz;
  double error = 0, power = 0;
  // From 0.6 µs inside the prefix to 1.3 µs before the end: what lies nearer to the edges belongs to the
  // transmitter's filter. Steps are odd so that the fractional positions vary.
  for (double t_s = body_s - 3e-6; t_s < body_s + 65.3e-6; t_s += 0.77e-6) {
    const double clock = 1 + at.clock_ppm * 1e-6;
    const auto n = static_cast<std::int64_t>(std::ceil((at.start_s + t_s / clock) * rate.value));
    const double since_start_s = static_cast<double>(n) / rate.value - at.start_s;
    const cf64 expected =
        std::sqrt(at.power) * analytic(carriers, k, since_start_s * clock) *
        std::polar(1.0, at.phase_rad + 2 * std::numbers::pi * at.offset.value * since_start_s);
    const cf64 found(burst.samples[static_cast<std::size_t>(n - burst.first_sample)]);
    error += std::norm(found - expected);
    power += std::norm(expected);
  }
  return 10 * std::log10(error / power);
}

double mean_power(std::span<const cf32> iq) {
  double sum = 0;
  for (const cf32 x : iq) sum += static_cast<double>(std::norm(x));
  return sum / static_cast<double>(iq.size());
}

}  // namespace

BOOST_AUTO_TEST_CASE(at_any_rate_start_carrier_and_clock_a_burst_equals_its_analytic_sum) {
  struct Case {
    double rate_hz;
    Placement at;
  };
  const Case cases[] = {
      {15.36e6, {0.0123456789, {0}, 1, 0.3, 0}},
      {20e6, {0.01, {1.234e6}, 0.25, 1.0, 20}},
      {30.72e6, {0.5000000123, {-7.5e6}, 2, 0, -15}},
      {50e6, {0.033333333333, {-12.470187e6}, 1, 2, 3.7}},
      {61.44e6, {1.0, {22.5e6}, 1e-4, 0, 0}},
      {122.88e6, {0.1, {-50e6}, 1, 0, 100}},
      {12.5e6, {0.02, {0.2e6}, 1, 0, 0}},
  };
  for (const auto& [rate_hz, at] : cases)
    for (const std::size_t k : {std::size_t{0}, std::size_t{4}, std::size_t{5}, std::size_t{8}}) {
      const double db = error_db({rate_hz}, at, k);
      BOOST_TEST_MESSAGE(rate_hz / 1e6 << " MS/s, symbol " << k << ": error " << db << " dB");
      BOOST_TEST(db < -60);
    }
}

BOOST_AUTO_TEST_CASE(what_lies_outside_the_band_of_the_recording_does_not_alias_into_it) {
  const auto wave = modulate_droneid(any_block());
  // 4.6 MHz beyond the edge: only the flanks of the spectrum would fold in.
  const auto outside = place_burst(wave, {0.001, {10e6 + 4.6e6}, 1, 0, 0}, {20e6});
  BOOST_TEST(mean_power(outside.samples) < 1e-3);
  BOOST_TEST(place_burst(wave, {0.001, {60e6}, 1, 0, 0}, {20e6}).samples.empty());
  // Half in: half of the power.
  const auto half = place_burst(wave, {0.001, {0.48 * 20e6}, 1, 0, 0}, {20e6});
  const auto middle = std::span(half.samples).subspan(half.samples.size() / 8, half.samples.size() * 3 / 4);
  BOOST_TEST(mean_power(middle) == 0.5, boost::test_tools::tolerance(0.02));
}

BOOST_AUTO_TEST_CASE(a_narrow_recording_keeps_its_share_of_the_power) {
  const auto burst = place_burst(modulate_droneid(any_block()), {0.001, {1e6}, 1, 0, 0}, {0.96e6});
  // 0.9216 of 9 MHz, more or less by what these carriers happen to hold.
  const auto middle = std::span(burst.samples).subspan(150, 300);
  BOOST_TEST(mean_power(middle) == 0.96 * 0.96 / 9, boost::test_tools::tolerance(0.25));
}

BOOST_AUTO_TEST_CASE(bursts_cut_by_block_boundaries_are_the_same_as_whole_ones) {
  const Hertz rate{20e6};
  const auto burst = place_burst(modulate_droneid(any_block()), {50e-6, {1e6}, 1, 0, 0}, rate);
  std::vector<cf32> whole(16'000), pieces(whole.size());
  add_burst(whole, 0, burst);
  for (std::size_t at = 0; at < pieces.size(); at += 777)
    add_burst(std::span(pieces).subspan(at, std::min<std::size_t>(777, pieces.size() - at)),
              static_cast<std::int64_t>(at), burst);
  BOOST_TEST(whole == pieces);
  BOOST_TEST(mean_power(whole) > 0.5);
}

BOOST_AUTO_TEST_CASE(a_fast_sender_clock_shortens_the_burst) {
  const Hertz rate{61.44e6};
  const auto wave = modulate_droneid(any_block());
  const auto nominal = place_burst(wave, {0.001, {0}, 1, 0, 0}, rate);
  const auto fast = place_burst(wave, {0.001, {0}, 1, 0, 1000}, rate);
  BOOST_TEST(std::abs(static_cast<double>(nominal.samples.size() - fast.samples.size()) - 39.5) < 2);
}
