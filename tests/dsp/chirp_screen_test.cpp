#include "dsp/chirp_screen.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>
#include <random>

#include "dsp/fft.hpp"
#include "dsp/filter_bank.hpp"

using namespace windhover::dsp;

namespace {

constexpr double kRate = 30.72e6;
constexpr double kDuration_s = 1024 / 15.36e6, kWidth_hz = 9e6;
constexpr double kSweep_s = kDuration_s / (kWidth_hz / kBinHz);  // later by so much from bin to bin

// Noise of power 1, and a chirp with the given SNR in its 9 MHz.
struct Bench {
  BankGeometry geometry = bank_geometry(Hertz{kRate});
  Fft forward{geometry.fft_size, FftDirection::forward};
  AlignedVector<cf32> time = AlignedVector<cf32>(geometry.fft_size), bins = time;
  ChirpScreen screen{kSweep_s, geometry.fft_size};
  std::mt19937 random{5};
  std::normal_distribution<float> normal{0, std::sqrt(0.5f)};

  void noise() {
    for (cf32& x : time) x = {normal(random), normal(random)};
  }
  void add_chirp(std::int64_t at, double carrier_hz, double snr_db, double direction = 1) {
    const double amplitude = std::sqrt(std::pow(10, snr_db / 10) * kWidth_hz / kRate);
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(kDuration_s * kRate); ++i) {
      if (at + i < 0 || at + i >= std::ssize(time)) continue;
      const double t = static_cast<double>(i) / kRate;
      const double cycles = carrier_hz * t + direction * kWidth_hz * (t * t / kDuration_s - t) / 2;
      time[static_cast<std::size_t>(at + i)] +=
          static_cast<cf32>(std::polar(amplitude, 2 * std::numbers::pi * cycles));
    }
  }
  float fit(std::size_t first_part, std::size_t end_part) {
    forward.execute(time.data(), bins.data());
    std::vector<double> power(screen.parts());
    for (std::size_t i = 0; i < screen.parts() * ChirpScreen::kPartBins; ++i)
      power[i / ChirpScreen::kPartBins] += std::norm(bins[(i + bins.size() / 2) % bins.size()]);
    screen.update(bins.data(), power);
    return screen.fit(first_part, end_part);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(chirp_screen)

BOOST_AUTO_TEST_CASE(on_noise_the_fit_is_the_sum_of_two_exponential_values) {
  Bench bench;
  constexpr int kBlocks = 4000;
  int above_3 = 0, above_12 = 0;
  for (int block = 0; block < kBlocks; ++block) {
    bench.noise();
    const float fit = bench.fit(10, 21);
    above_3 += fit > 3;
    above_12 += fit > 12;
  }
  BOOST_TEST(above_3 == kBlocks * 4 * std::exp(-3), boost::test_tools::tolerance(0.1));
  BOOST_TEST(above_12 <= 3);  // 13·exp(−12) = 8e-5 a block
}

BOOST_AUTO_TEST_CASE(a_chirp_3_db_below_the_noise_fits_in_one_of_two_blocks_wherever_it_starts_and_lies) {
  Bench bench;
  const auto hop = static_cast<std::int64_t>(bench.geometry.hop);
  int missed = 0, trials = 0;
  for (const double off_hz : {-1e6, 0.0, 1e6})
    for (std::int64_t start = 0; start < hop; start += 23) {
      float best = 0;
      for (const std::int64_t block : {-1, 0, 1}) {
        bench.noise();
        bench.add_chirp(start - block * hop + static_cast<std::int64_t>(bench.geometry.lead), 0.14e6 + off_hz,
                        -3);
        best = std::max(best, bench.fit(10, 21));  // parts of 1 MHz around 0.14 MHz
      }
      ++trials;
      missed += best < 12;
    }
  BOOST_TEST(missed * 500 < trials, "missed " << missed << " of " << trials);
}

BOOST_AUTO_TEST_CASE(a_packet_of_1_mhz_20_db_above_the_chirp_does_not_hide_it) {
  Bench bench;
  bench.noise();
  bench.add_chirp(300, 0, 0);
  for (std::size_t i = 0; i < bench.time.size(); ++i)  // a tone swept over 1 MHz, once in 25 µs
    bench.time[i] += std::polar(3.0f, static_cast<float>(0.6 * std::sin(0.008 * static_cast<double>(i)) * 25 +
                                                         0.4 * static_cast<double>(i)));
  BOOST_TEST(bench.fit(10, 21) > 12);
}

BOOST_AUTO_TEST_CASE(what_begins_or_ends_in_a_block_seldom_fits_and_chirps_of_the_other_direction_hardly) {
  Bench bench;
  int fits = 0;
  for (int trial = 0; trial < 400; ++trial) {
    bench.noise();
    const std::size_t edge = bench.time.size() / 8 * static_cast<std::size_t>(1 + trial % 7);
    for (std::size_t i = trial % 2 ? edge : 0; i < (trial % 2 ? bench.time.size() : edge); ++i)
      bench.time[i] += 10.0f * cf32{bench.normal(bench.random), bench.normal(bench.random)};
    fits += bench.fit(10, 21) > 12;
  }
  // What lasts an eighth of the block has an eighth as many independent bins.
  BOOST_TEST(fits < 80);
  bench.noise();
  bench.add_chirp(300, 0, 20, -1);
  const float other = bench.fit(10, 21);
  bench.noise();
  bench.add_chirp(300, 0, 20);
  BOOST_TEST(other * 30 < bench.fit(10, 21));
}

BOOST_AUTO_TEST_CASE(the_sweep_is_measured_on_chirps_and_refused_of_all_else) {
  constexpr std::size_t kSize = 1536;
  Fft forward(kSize, FftDirection::forward);
  AlignedVector<cf32> time(kSize), bins(kSize);
  const auto spectrum = [&] {
    forward.execute(time.data(), bins.data());
    std::rotate(bins.begin(), bins.begin() + kSize / 2, bins.end());
    return std::span<const cf32>(bins);
  };
  for (const double direction : {1.0, -1.0}) {
    for (std::size_t i = 0; i < 1024; ++i) {
      const double t = static_cast<double>(i) / 15.36e6;
      time[i] = static_cast<cf32>(
          std::polar(1.0, std::numbers::pi * direction * kWidth_hz * (t * t / kDuration_s - t)));
    }
    const auto sweep = ChirpScreen::sweep_of(spectrum());
    BOOST_REQUIRE(sweep.has_value());
    BOOST_TEST(*sweep == direction * kSweep_s, boost::test_tools::tolerance(0.03));
  }
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (std::size_t i = 0; i < 1024; ++i) time[i] = {normal(random), normal(random)};
  BOOST_TEST(!ChirpScreen::sweep_of(spectrum()).has_value());
  BOOST_TEST(!ChirpScreen::sweep_of({}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
