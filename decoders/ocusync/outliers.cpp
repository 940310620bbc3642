#include "decoders/ocusync/outliers.hpp"

#include <algorithm>
#include <array>

#include "dsp/simd.hpp"

namespace windhover::decoders::ocusync {
namespace {

constexpr std::size_t kMaxCells = 512;

WINDHOVER_CLONES void cell_powers(const cf32* x, std::size_t cells, std::size_t cell, float* out) {
  for (std::size_t c = 0; c < cells; ++c) {
    std::array<float, 8> lanes{};
    const cf32* at = x + c * cell;
    for (std::size_t i = 0; i + 8 <= cell; i += 8)
      for (std::size_t j = 0; j < 8; ++j) lanes[j] += power(at[i + j]);
    float sum = 0;
    for (const float lane : lanes) sum += lane;
    out[c] = sum;
  }
}

float median_of_nonzero(std::span<const float> powers) {
  std::array<float, kMaxCells> sorted;
  const auto end = std::copy_if(powers.begin(), powers.end(), sorted.begin(), [](float p) { return p > 0; });
  if (end == sorted.begin()) return 0;
  const auto middle = sorted.begin() + (end - sorted.begin()) / 2;
  std::nth_element(sorted.begin(), middle, end);
  return *middle;
}

}  // namespace

bool limit_outliers(const OutlierRuns& runs, float factor, std::span<float> gains) {
  std::array<float, kMaxCells> powers;
  const std::size_t first = runs.first.size() / runs.cell, cells = first + runs.second.size() / runs.cell;
  cell_powers(runs.first.data(), first, runs.cell, powers.data());
  cell_powers(runs.second.data(), cells - first, runs.cell, powers.data() + first);
  const float median = median_of_nonzero({powers.data(), cells});
  bool any = false;
  for (std::size_t c = 0; c < cells; ++c) {
    gains[c] = 1;
    if (powers[c] <= factor * median) continue;
    any = true;
    gains[c] = std::sqrt(median / powers[c]);
    const auto run = c < first ? runs.first.subspan(c * runs.cell, runs.cell)
                               : runs.second.subspan((c - first) * runs.cell, runs.cell);
    for (cf32& x : run) x *= gains[c];
  }
  return any;
}

}  // namespace windhover::decoders::ocusync
