#include "tests/support/ofdm_grid.hpp"

#include <cmath>

namespace windhover::synth {

std::size_t bits_per_cell(Modulation modulation) {
  return modulation == Modulation::qpsk ? 2 : modulation == Modulation::qam16 ? 4 : 6;
}

cf64 random_cell(Modulation modulation, Random& random) {
  const std::size_t half = bits_per_cell(modulation) / 2;
  const int levels = 1 << half;
  const std::uint64_t bits = random.next();
  const auto level = [&](unsigned shift) {
    return 2 * static_cast<int>(bits >> shift & static_cast<unsigned>(levels - 1)) - levels + 1;
  };
  return cf64(level(8), level(32)) / std::sqrt(2.0 * (levels * levels - 1) / 3.0);
}

std::vector<cf64> random_symbol(const OfdmGrid& grid, Modulation modulation, Random& random) {
  std::vector<cf64> bins(grid.fft_size);
  for (int k = -grid.outermost(); k <= grid.outermost(); ++k)
    if (k != 0) bins[grid.bin_of(k)] = random_cell(modulation, random);
  return bins;
}

std::vector<cf64> zadoff_chu_symbol(const OfdmGrid& grid, unsigned root) {
  const auto sequence = zadoff_chu(root, grid.carriers + 1);
  std::vector<cf64> bins(grid.fft_size);
  for (int k = -grid.outermost(); k <= grid.outermost(); ++k)
    if (k != 0) bins[grid.bin_of(k)] = sequence[static_cast<std::size_t>(k + grid.outermost())];
  return bins;
}

void append_symbol(const OfdmGrid& grid, std::span<const cf64> bins, std::size_t prefix_samples,
                   std::vector<dsp::cf32>& out) {
  append_symbol(inverse_dft(bins), prefix_samples, 1 / std::sqrt(static_cast<double>(grid.carriers)), out);
}

}  // namespace windhover::synth
