#include "dsp/filter_bank.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>
#include <vector>

#include "tests/support/bank_proof.hpp"

using namespace windhover::dsp;

namespace {

using namespace windhover::synth;
constexpr double kPi = std::numbers::pi;
double db(double ratio) { return 10 * std::log10(ratio); }

}  // namespace

BOOST_AUTO_TEST_CASE(channels_equal_mixer_fir_and_decimator) {
  // Whole decimation, so that the direct form has the same sample instants; raster offsets with all four
  // quarter turns.
  for (const BankCase& c :
       {BankCase{{61.44e6}, {15.36e6}, {11.7e6}, 12.34e6}, BankCase{{30.72e6}, {15.36e6}, {11.7e6}, -7.03e6},
        BankCase{{20e6}, {2e6}, {1.4e6}, 4.01e6}, BankCase{{20e6}, {4e6}, {2.5e6}, -6.02e6},
        BankCase{{20e6}, {20e6}, {17e6}, 0.01e6}, BankCase{{122.88e6}, {15.36e6}, {11.7e6}, 50.05e6}}) {
    BOOST_TEST(difference_to_direct_db(c) < -90.0);
  }
}

BOOST_AUTO_TEST_CASE(stop_band_and_aliasing_in_time_stay_below_60_db) {
  ProofBank bank(Hertz{50e6});
  const std::int64_t offset = 333;
  ChannelTap tap(bank.geometry, std::make_shared<ChannelFilter>(bank.geometry, Hertz{15.36e6}, Hertz{11.7e6}),
                 offset);
  for (double distance = 7.68e6; distance < 20e6; distance += 137e3) {
    BOOST_TEST(tone_response_db(bank, tap, offset, distance) < -60.0);
    BOOST_TEST(tone_response_db(bank, tap, offset, -distance) < -60.0);
  }
  for (double distance = -5.85e6; distance <= 5.85e6; distance += 177e3)
    BOOST_TEST(std::abs(tone_response_db(bank, tap, offset, distance)) < 0.01);
}

BOOST_AUTO_TEST_CASE(a_tone_keeps_its_phase_over_block_borders_at_any_rate) {
  for (const double rate : {2.4e6, 2.44e6, 3.6e6, 14.4e6, 20e6, 50e6, 61.44e6, 122.88e6}) {
    ProofBank bank(Hertz{rate});
    ChannelTap tap(bank.geometry, std::make_shared<ChannelFilter>(bank.geometry, Hertz{2e6}, Hertz{1.4e6}),
                   7);
    const double tone_hz = 7 * kBinHz + 123.4e3;
    const auto out = channelise(bank, tap, tone(bank.geometry.fft_size * 8, tone_hz / rate), 8);
    double worst = 0;
    for (std::size_t i = tap.samples_per_block(); i + tap.samples_per_block() < out.size(); ++i) {
      const double at = tap.stream_position(static_cast<double>(i));
      worst = std::max(worst, std::abs(static_cast<cf64>(out[i]) -
                                       std::polar(1.0, 2 * kPi * std::fmod(123.4e3 / rate * at, 1.0))));
    }
    BOOST_TEST(worst < 1e-3, "rate " << rate << ": " << worst);
  }
}

BOOST_AUTO_TEST_CASE(a_skipped_block_leaves_its_neighbours_as_they_are) {
  ProofBank bank(Hertz{20e6});
  const auto filter = std::make_shared<ChannelFilter>(bank.geometry, Hertz{4e6}, Hertz{2.5e6});
  ChannelTap every(bank.geometry, filter, -123), some(bank.geometry, filter, -123);
  const auto stream = white_noise(bank.geometry.fft_size * 5, 3);
  for (std::int64_t block = 0; block < 6; ++block) {
    const auto whole = every.extract(bank.spectrum(stream, block), block);
    if (block % 2 == 1) continue;
    const auto alone = some.extract(bank.spectrum(stream, block), block);
    BOOST_TEST(std::equal(whole.begin(), whole.end(), alone.begin()));
  }
}

BOOST_AUTO_TEST_CASE(a_channel_may_reach_over_the_edge_of_the_band) {
  ProofBank bank(Hertz{10e6});  // narrower than the channel
  ChannelTap tap(bank.geometry, std::make_shared<ChannelFilter>(bank.geometry, Hertz{15.36e6}, Hertz{11.7e6}),
                 100);
  BOOST_TEST(std::abs(tone_response_db(bank, tap, 100, 3.5e6)) < 0.05);
  BOOST_TEST(std::abs(tone_response_db(bank, tap, 100, -5.6e6)) < 0.05);
  // A tone at the far edge must not appear at the near one.
  const auto out = tap.extract(bank.spectrum(tone(bank.geometry.fft_size * 5, 0.46), 2), 2);
  cf64 sum{};
  for (std::size_t i = 0; i < out.size(); ++i)
    sum += static_cast<cf64>(out[i]) * std::polar(1.0, -2 * kPi * 3.6e6 / 15.36e6 * static_cast<double>(i));
  BOOST_TEST(db(std::norm(sum / static_cast<double>(out.size()))) > -0.1);
}

BOOST_AUTO_TEST_CASE(rates_off_the_raster_and_filters_without_room_are_refused) {
  BOOST_TEST(is_bank_rate(Hertz{0.96e6}));
  BOOST_TEST(is_bank_rate(Hertz{122.88e6}));
  for (const double rate : {3.125e6, 12.5e6, 0.92e6, 122.92e6, 0.0, -20e6, std::nan("")}) {
    BOOST_TEST(!is_bank_rate(Hertz{rate}));
    BOOST_CHECK_THROW(bank_geometry(Hertz{rate}), std::invalid_argument);
  }
  const BankGeometry geometry = bank_geometry(Hertz{20e6});
  BOOST_CHECK_THROW(ChannelFilter(geometry, Hertz{2e6}, Hertz{1.95e6}), std::invalid_argument);
  BOOST_CHECK_THROW(ChannelFilter(geometry, Hertz{2.04e6}, Hertz{1.4e6}), std::invalid_argument);
}
