#include "dsp/energy_gate.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <random>
#include <vector>

#include "dsp/aligned.hpp"

using namespace windhover::dsp;

namespace {

// Spectra of white noise straight in the frequency domain, with more power in some bins when wanted.
class Band {
 public:
  Band(std::size_t bins, unsigned seed)
      : random_(seed),
        bins_(bins),
        scratch_(2 * bins),
        cells_(bins / kBinsPerCell),
        prefix_(cells_.size() + 1) {}

  // Bins [from, to), lowest frequency first, carry `snr` times the noise power on top of it.
  std::span<const double> next(double noise, double snr = 0, std::size_t from = 0, std::size_t to = 0) {
    const std::size_t n = bins_.size();
    for (std::size_t i = 0; i < n; ++i) {
      const double level = std::sqrt(noise / 2 * (1 + (i >= from && i < to ? snr : 0)));
      bins_[(i + n / 2) % n] = {static_cast<float>(level * normal_(random_)),
                                static_cast<float>(level * normal_(random_))};
    }
    hann_cells(bins_.data(), n, scratch_.data(), cells_.data());
    prefix_sums(cells_, prefix_);
    return prefix_;
  }

 private:
  std::mt19937 random_;
  std::normal_distribution<double> normal_;
  AlignedVector<cf32> bins_;
  std::vector<float> scratch_, cells_;
  std::vector<double> prefix_;
};

constexpr std::size_t kBins = 1536;
constexpr std::size_t kFirstCell = 100, kCells = 225;  // 9 MHz
constexpr std::size_t kFrom = kFirstCell * kBinsPerCell, kTo = kFrom + kCells * kBinsPerCell;

}  // namespace

BOOST_AUTO_TEST_CASE(cells_hold_the_power_of_the_windowed_block) {
  constexpr std::size_t n = 72;  // its halves end inside a cell
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  AlignedVector<cf32> bins(n);
  for (cf32& bin : bins) bin = {normal(random), normal(random)};
  std::vector<float> scratch(2 * n), cells(n / kBinsPerCell);
  hann_cells(bins.data(), n, scratch.data(), cells.data());
  std::vector<double> prefix(cells.size() + 1);
  prefix_sums(cells, prefix);
  double all = 0;
  for (std::size_t cell = 0; cell < cells.size(); ++cell) {
    float sum = 0;
    for (std::size_t i = cell * kBinsPerCell; i < (cell + 1) * kBinsPerCell; ++i) {
      const std::size_t b = (i + n / 2) % n;
      sum += std::norm(0.5f * bins[b] - 0.25f * (bins[(b + n - 1) % n] + bins[(b + 1) % n]));
    }
    BOOST_TEST(cells[cell] == sum, boost::test_tools::tolerance(1e-4f));
    all += static_cast<double>(cells[cell]);
    BOOST_TEST(prefix[cell + 1] == all, boost::test_tools::tolerance(1e-9));
  }
}

BOOST_AUTO_TEST_CASE(a_gate_is_open_until_it_knows_the_floor_and_then_seldom_on_noise) {
  Band band(kBins, 2);
  EnergyGate gate(kFirstCell, kCells);
  for (int block = 0; block < 400; ++block) BOOST_TEST(gate.update(band.next(1.0)));
  int open = 0;
  constexpr int kBlocks = 20000;
  for (int block = 0; block < kBlocks; ++block) open += gate.update(band.next(1.0));
  BOOST_TEST(open < kBlocks / 100);
}

BOOST_AUTO_TEST_CASE(a_burst_of_eight_blocks_at_minus_8_db_opens_the_gate) {
  Band band(kBins, 3);
  EnergyGate gate(kFirstCell, kCells);
  for (int block = 0; block < 600; ++block) gate.update(band.next(1.0));
  int missed = 0;
  for (int burst = 0; burst < 500; ++burst) {
    bool open = false;
    for (int block = 0; block < 8; ++block)
      open |= gate.update(band.next(1.0, std::pow(10, -0.8), kFrom, kTo));
    missed += !open;
    for (int block = 0; block < 12; ++block) gate.update(band.next(1.0));
  }
  BOOST_TEST(missed == 0);
}

BOOST_AUTO_TEST_CASE(the_floor_stays_on_the_noise_while_the_channel_is_busy_80_percent_of_the_time) {
  Band band(kBins, 4);
  EnergyGate gate(kFirstCell, kCells);
  double quiet = 0;
  for (int block = 0; block < 1000; ++block) {
    const auto prefix = band.next(1.0);
    quiet += (prefix[kFirstCell + kCells] - prefix[kFirstCell]) / 1000;
    gate.update(prefix);
  }
  int missed = 0;
  for (int round = 0; round < 300; ++round) {
    for (int block = 0; block < 40; ++block) missed += !gate.update(band.next(1.0, 10.0, kFrom, kTo));
    for (int block = 0; block < 10; ++block) gate.update(band.next(1.0));
  }
  BOOST_TEST(gate.floor() == quiet, boost::test_tools::tolerance(0.1));
  BOOST_TEST(missed == 0);
}

BOOST_AUTO_TEST_CASE(a_gain_step_is_followed_both_ways) {
  Band band(kBins, 5);
  EnergyGate gate(kFirstCell, kCells);
  for (int block = 0; block < 1000; ++block) gate.update(band.next(1.0));
  for (int block = 0; block < 13000; ++block) gate.update(band.next(10.0));  // one second, 10 dB up
  int open = 0;
  for (int block = 0; block < 1000; ++block) open += gate.update(band.next(10.0));
  BOOST_TEST(open < 20);
  for (int block = 0; block < 2000; ++block) gate.update(band.next(1.0));
  BOOST_TEST(gate.update(band.next(1.0, 1.0, kFrom, kTo)));
}
