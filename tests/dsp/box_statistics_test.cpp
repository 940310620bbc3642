#include "dsp/box_statistics.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "dsp/energy_gate.hpp"
#include "tests/support/random.hpp"

using namespace windhover;
using namespace windhover::dsp;

BOOST_AUTO_TEST_CASE(sums_of_hann_cells_exceed_their_threshold_as_often_as_asked) {
  constexpr std::size_t kBins = 4096, kBlocks = 600;
  synth::Random random(3);
  std::vector<std::vector<float>> blocks(kBlocks, std::vector<float>(kBins / kBinsPerCell));
  std::vector<cf32> bins(kBins);
  std::vector<float> scratch(2 * kBins);
  for (auto& cells : blocks) {
    for (cf32& bin : bins) bin = random.complex_normal(1);
    hann_cells(bins.data(), kBins, scratch.data(), cells.data());
  }
  const double mean_of_cell = kBinsPerCell * 0.375;
  for (const std::size_t cells : {1, 2, 16})
    for (const std::size_t length : {1, 2, 6}) {
      const double limit =
          box_threshold(cells, length, 1e-3) * mean_of_cell * static_cast<double>(cells * length);
      double exceeded = 0, boxes = 0;
      for (std::size_t b = 0; b + length <= kBlocks; b += length)
        for (std::size_t c = 0; c + cells <= kBins / kBinsPerCell; c += cells) {
          double sum = 0;
          for (std::size_t i = 0; i < length; ++i)
            for (std::size_t j = 0; j < cells; ++j) sum += static_cast<double>(blocks[b + i][c + j]);
          exceeded += sum > limit;
          ++boxes;
        }
      const double expected = 1e-3 * boxes;
      BOOST_TEST(std::abs(exceeded - expected) < 4 * std::sqrt(expected) + 0.35 * expected);
    }
}

BOOST_AUTO_TEST_CASE(larger_boxes_and_rarer_alarms_move_thresholds_as_they_must) {
  BOOST_TEST(box_threshold(1, 6, 1e-9) < box_threshold(1, 2, 1e-9));
  BOOST_TEST(box_threshold(16, 6, 1e-9) < box_threshold(2, 6, 1e-9));
  BOOST_TEST(box_threshold(2, 6, 1e-11) > box_threshold(2, 6, 1e-9));
  BOOST_TEST(box_threshold(125, 6, 1e-9) > 1.1);
}
