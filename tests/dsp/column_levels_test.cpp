#include "dsp/column_levels.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>
#include <numeric>

#include "dsp/energy_gate.hpp"
#include "dsp/fft.hpp"
#include "tests/support/random.hpp"

using namespace windhover;
using namespace windhover::dsp;

namespace {

/// Blocks of samples to levels in dBFS.
class Levels {
 public:
  explicit Levels(Hertz rate)
      : geometry_(bank_geometry(rate)),
        columns(geometry_),
        samples(geometry_.fft_size),
        bins_(geometry_.fft_size),
        scratch_(2 * geometry_.fft_size),
        cells_(geometry_.fft_size / kBinsPerCell) {}

  void add() {
    forward_.execute(samples.data(), bins_.data());
    hann_cells(bins_.data(), geometry_.fft_size, scratch_.data(), cells_.data());
    columns.add(cells_);
  }
  void read() {
    octets.resize(2 * columns.columns());
    columns.write(octets);
  }
  double mean(std::size_t column) const { return dbfs(octets[column]); }
  double peak(std::size_t column) const { return dbfs(octets[columns.columns() + column]); }
  std::size_t column_of(double hz) const {
    return static_cast<std::size_t>((hz - columns.low().value) / columns.width().value);
  }
  double centre_of(std::size_t column) const {
    return columns.low().value + (static_cast<double>(column) + 0.5) * columns.width().value;
  }
  /// Of all columns together.
  double band_dbfs() const {
    double sum = 0;
    for (std::size_t i = 0; i < columns.columns(); ++i) sum += std::pow(10, mean(i) / 10);
    return 10 * std::log10(sum);
  }
  void tone(double hz, double dbfs) {
    const double step = 2 * std::numbers::pi * hz / geometry_.rate.value;
    for (std::size_t i = 0; i < samples.size(); ++i)
      samples[i] +=
          std::polar(static_cast<float>(std::pow(10, dbfs / 20)),
                     static_cast<float>(std::remainder(step * static_cast<double>(i), 2 * std::numbers::pi)));
  }
  void silence() { std::ranges::fill(samples, cf32{}); }

 private:
  static double dbfs(std::uint8_t octet) {
    return ColumnLevels::kLeast_dbfs + ColumnLevels::kStep_db * octet;
  }
  BankGeometry geometry_;

 public:
  ColumnLevels columns;
  AlignedVector<cf32> samples;
  std::vector<std::uint8_t> octets;

 private:
  Fft forward_{geometry_.fft_size, FftDirection::forward};
  AlignedVector<cf32> bins_;
  AlignedVector<float> scratch_;
  std::vector<float> cells_;
};

constexpr Hertz kRates[] = {{0.96e6}, {10e6}, {61.44e6}, {122.88e6}};

}  // namespace

BOOST_AUTO_TEST_SUITE(column_levels)

BOOST_AUTO_TEST_CASE(columns_are_equal_and_lie_around_the_centre) {
  for (const Hertz rate : kRates) {
    const ColumnLevels levels(bank_geometry(rate));
    BOOST_TEST(static_cast<double>(levels.columns()) * levels.width().value == rate.value);
    BOOST_TEST(levels.low().value == -rate.value / 2 - kBinHz / 2);
  }
}

BOOST_AUTO_TEST_CASE(a_tone_stands_in_its_column_with_its_power) {
  for (const Hertz rate : kRates)
    for (const double dbfs : {0.0, -20.3, -71.0}) {
      Levels levels(rate);
      const std::size_t column = levels.columns.columns() / 5;
      levels.tone(levels.centre_of(column), dbfs);
      levels.add();
      levels.read();
      BOOST_TEST(std::abs(levels.mean(column) - dbfs) <= 0.3);
      BOOST_TEST(levels.peak(column) == levels.mean(column));
      BOOST_TEST(levels.mean(column - 1) < dbfs - 10);
      BOOST_TEST(levels.mean(column + 1) < dbfs - 10);
      BOOST_TEST(levels.mean(column + 4) < dbfs - 50);
      BOOST_TEST(levels.column_of(levels.centre_of(column)) == column);
    }
}

BOOST_AUTO_TEST_CASE(between_columns_a_tone_shares_its_power) {
  for (const double off : {-20e3, -13e3, 5e3, 20e3}) {
    Levels levels({10e6});
    levels.tone(levels.centre_of(60) + off, -10);
    levels.add();
    levels.read();
    BOOST_TEST(std::abs(levels.band_dbfs() + 10) <= 0.3, off);
  }
}

BOOST_AUTO_TEST_CASE(noise_stands_everywhere_with_the_power_of_a_column) {
  for (const Hertz rate : kRates) {
    Levels levels(rate);
    synth::Random random(5);
    for (int i = 0; i < 400; ++i) {
      levels.silence();
      random.add_noise(levels.samples, 1e-5);
      levels.add();
    }
    BOOST_TEST(levels.columns.spectra() == 400U);
    levels.read();
    const double expected = -50 + 10 * std::log10(levels.columns.width().value / rate.value);
    double sum = 0;
    for (std::size_t i = 0; i < levels.columns.columns(); ++i) {
      BOOST_TEST_REQUIRE(std::abs(levels.mean(i) - expected) < 1.25);  // five sigmas and half a step
      BOOST_TEST_REQUIRE(levels.peak(i) > levels.mean(i));
      sum += levels.mean(i);
    }
    BOOST_TEST(std::abs(sum / static_cast<double>(levels.columns.columns()) - expected) < 0.2);
  }
}

BOOST_AUTO_TEST_CASE(a_short_burst_is_whole_in_the_peak_and_thin_in_the_mean) {
  Levels levels({10e6});
  for (int i = 0; i < 1000; ++i) {
    levels.silence();
    if (i == 500) levels.tone(levels.centre_of(200), -30);
    levels.add();
  }
  levels.read();
  BOOST_TEST(std::abs(levels.peak(200) + 30) <= 0.3);
  BOOST_TEST(std::abs(levels.mean(200) + 60) <= 0.3);
}

BOOST_AUTO_TEST_CASE(what_is_beyond_the_scale_stands_at_its_ends_and_clearing_forgets) {
  Levels levels({0.96e6});
  levels.add();
  levels.read();
  BOOST_TEST(std::ranges::count(levels.octets, 0) == std::ssize(levels.octets));
  levels.tone(levels.centre_of(5), 40);
  levels.add();
  levels.read();
  BOOST_TEST(levels.octets[5] == 255);
  levels.columns.clear();
  BOOST_TEST(levels.columns.spectra() == 0U);
  levels.silence();
  levels.add();
  levels.read();
  BOOST_TEST(std::ranges::count(levels.octets, 0) == std::ssize(levels.octets));
}

BOOST_AUTO_TEST_SUITE_END()
