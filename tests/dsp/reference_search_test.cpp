#include "dsp/reference_search.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>
#include <random>

#include "dsp/filter_bank.hpp"

using namespace windhover::dsp;

namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kRate = 30.72e6;

// A linear chirp of 66.7 µs over 9 MHz at `rate`, centred on `carrier_hz`, unit power.
std::vector<cf32> chirp(double rate, double carrier_hz) {
  const auto n = static_cast<std::size_t>(rate * 1024 / 15.36e6);
  std::vector<cf32> out(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double t = static_cast<double>(i) / rate, duration = 1024 / 15.36e6;
    const double cycles = (carrier_hz - 4.5e6) * t + 4.5e6 * t * t / duration;
    out[i] = static_cast<cf32>(std::polar(1.0, 2 * kPi * cycles));
  }
  return out;
}

struct Bench {
  BankGeometry geometry = bank_geometry(Hertz{kRate});
  Fft forward{geometry.fft_size, FftDirection::forward};
  AlignedVector<cf32> time = AlignedVector<cf32>(geometry.fft_size),
                      bins = AlignedVector<cf32>(geometry.fft_size);
  std::mt19937 random{11};
  std::normal_distribution<float> normal{0, std::sqrt(0.5f)};

  void noise() {
    for (cf32& x : time) x = {normal(random), normal(random)};
  }
  void add(std::span<const cf32> wave, std::int64_t at, float amplitude) {
    for (std::size_t i = 0; i < wave.size(); ++i)
      if (const std::int64_t n = at + static_cast<std::int64_t>(i); n >= 0 && n < std::ssize(time))
        time[static_cast<std::size_t>(n)] += amplitude * wave[i];
  }
  ReferenceHit search(ReferenceSearch& search, std::int64_t bin) {
    forward.execute(time.data(), bins.data());
    return search.search(bins.data(), bins.size(), bin);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(lambda_on_noise_follows_its_exponential_law) {
  Bench bench;
  ReferenceSearch search(chirp(15.36e6, 0), Hertz{15.36e6});
  int above_14 = 0, above_20 = 0;
  constexpr int kBlocks = 4000;
  for (int block = 0; block < kBlocks; ++block) {
    bench.noise();
    const float lambda = bench.search(search, 200).lambda;
    above_14 += lambda > 14;
    above_20 += lambda > 20;
  }
  // About 900 independent delays: 900·exp(−14) = 0.00075 a block, 900·exp(−20) = 2e-6.
  BOOST_TEST(above_14 < 15);
  BOOST_TEST(above_20 == 0);
}

BOOST_AUTO_TEST_CASE(the_waveform_is_found_8_db_below_the_noise_in_one_of_two_blocks_wherever_it_starts) {
  Bench bench;
  ReferenceSearch search(chirp(15.36e6, 0), Hertz{15.36e6});
  const double carrier = 4.2e6;
  const auto wave = chirp(kRate, carrier);
  // −8 dB in 9 MHz; the noise has power 1 in 30.72 MHz.
  const auto amplitude = static_cast<float>(std::sqrt(std::pow(10, -0.8) * 9.0 / 30.72));
  const auto hop = static_cast<std::int64_t>(bench.geometry.hop);
  int missed = 0, trials = 0;
  for (std::int64_t start = 0; start < hop; start += 23) {
    float best = 0;
    for (const std::int64_t block : {-1, 0, 1}) {
      bench.noise();
      bench.add(wave, start - block * hop + static_cast<std::int64_t>(bench.geometry.lead), amplitude);
      best = std::max(best, bench.search(search, 420).lambda);
    }
    ++trials;
    missed += best < 20;
  }
  BOOST_TEST(missed * 20 < trials, "missed " << missed << " of " << trials);
}

BOOST_AUTO_TEST_CASE(leakage_tells_how_much_a_neighbouring_place_sees) {
  Bench bench;
  ReferenceSearch search(chirp(15.36e6, 0), Hertz{15.36e6});
  std::fill(bench.time.begin(), bench.time.end(), cf32{});
  bench.add(chirp(kRate, 2e6), 200, 1.0f);
  const float own = bench.search(search, 200).power;
  for (const std::int64_t distance : {100, 200, 400}) {
    const float seen = bench.search(search, 200 + distance).power;
    BOOST_TEST(seen / own == search.leakage(distance), boost::test_tools::tolerance(0.2f));
  }
  BOOST_TEST(search.leakage(0) == 1.0f, boost::test_tools::tolerance(1e-3f));
  BOOST_TEST(search.leakage(900) < 0.05f);
}

BOOST_AUTO_TEST_CASE(places_over_the_edge_of_the_band_are_searched_with_what_is_there) {
  Bench bench;
  ReferenceSearch search(chirp(15.36e6, 0), Hertz{15.36e6});
  bench.noise();
  bench.add(chirp(kRate, 12e6), 300, 1.0f);  // reaches 16.5 MHz, beyond 15.36
  BOOST_TEST(bench.search(search, 1200).lambda > 100);
  std::fill(bench.time.begin(), bench.time.end(), cf32{});
  BOOST_TEST(bench.search(search, 1200).lambda == 0);
}

BOOST_AUTO_TEST_CASE(empty_and_overlong_references_are_refused) {
  BOOST_CHECK_THROW(ReferenceSearch({}, Hertz{15.36e6}), std::invalid_argument);
  const std::vector<cf32> longer(1153);
  BOOST_CHECK_THROW(ReferenceSearch(longer, Hertz{15.36e6}), std::invalid_argument);
}
