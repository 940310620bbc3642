#include "tests/support/lte_downlink.hpp"

#include <cmath>
#include <numbers>

#include "tests/support/lte_coding.hpp"

namespace windhover::synth {
namespace {

constexpr int kCarriersPerBlock = 12;
constexpr int kSymbolsPerSlot = 7;
constexpr int kSyncCarriers = 62, kSyncWithGuard = 72;
constexpr int kMostBlocks = 110;
constexpr int kControlSymbols = 2;

/// 36.211 clause 6.11.1.1: roots 25, 29, 34 for N_ID(2) = 0, 1, 2; length 63 without its middle.
cf64 primary_sync(int cell_id, int index) {
  constexpr unsigned kRoots[] = {25, 29, 34};
  const auto n = static_cast<unsigned>(index < 31 ? index : index + 1);
  const unsigned turns = kRoots[cell_id % 3] * n * (n + 1) % 126;
  return std::polar(1.0, -std::numbers::pi * turns / 63);
}

cf64 qpsk(const Bits& bits, std::size_t at) {
  return cf64(1 - 2 * bits[at], 1 - 2 * bits[at + 1]) / std::numbers::sqrt2;
}

/// One symbol's resource elements, lowest frequency first, and what may still be put where.
class Symbol {
 public:
  Symbol(const LteOptions& options, std::size_t subframe, int symbol)
      : options_(options),
        slot_(static_cast<int>(2 * (subframe % 10)) + symbol / kSymbolsPerSlot),
        in_slot_(symbol % kSymbolsPerSlot),
        is_control_(symbol < kControlSymbols),
        cells_(static_cast<std::size_t>(options.resource_blocks * kCarriersPerBlock)),
        taken_(cells_.size()) {
    put_synchronisation();
    put_reference();
  }

  /// Returns the bits put there. Control symbols are QPSK and no data.
  std::int64_t put_data(const std::vector<bool>& used_blocks, Random& random) {
    const Modulation modulation = is_control_ ? Modulation::qpsk : options_.modulation;
    std::int64_t cells = 0;
    for (std::size_t k = 0; k < cells_.size(); ++k) {
      if (taken_[k] || !(is_control_ || used_blocks[k / kCarriersPerBlock])) continue;
      cells_[k] = random_cell(modulation, random);
      ++cells;
    }
    return is_control_ ? 0 : cells * static_cast<std::int64_t>(bits_per_cell(modulation));
  }

  std::int64_t free_cells(const std::vector<bool>& used_blocks) const {
    std::int64_t cells = 0;
    for (std::size_t k = 0; k < cells_.size(); ++k) cells += !taken_[k] && used_blocks[k / kCarriersPerBlock];
    return is_control_ ? 0 : cells;
  }

  void append_to(const OfdmGrid& grid, std::vector<dsp::cf32>& out) const {
    std::vector<cf64> bins(grid.fft_size);
    const int half = static_cast<int>(cells_.size() / 2);
    for (int k = 0; k < 2 * half; ++k)
      bins[grid.bin_of(k < half ? k - half : k - half + 1)] = cells_[static_cast<std::size_t>(k)];
    append_symbol(grid, bins, in_slot_ == 0 ? grid.long_prefix() : grid.short_prefix(), out);
  }

 private:
  /// Clause 6.11: the six middle blocks, of which five carriers on either side stay empty.
  void put_synchronisation() {
    const bool is_primary = in_slot_ == 6, is_secondary = in_slot_ == 5;
    if (slot_ % 10 != 0 || !(is_primary || is_secondary)) return;
    const Bits values = gold_sequence(static_cast<std::uint32_t>(options_.cell_id + 1), kSyncCarriers);
    const std::size_t first = (cells_.size() - kSyncWithGuard) / 2;
    for (std::size_t k = 0; k < kSyncWithGuard; ++k) taken_[first + k] = true;
    for (int n = 0; n < kSyncCarriers; ++n)
      cells_[first + 5 + static_cast<std::size_t>(n)] =
          is_primary ? primary_sync(options_.cell_id, n) : cf64(1 - 2 * values[static_cast<std::size_t>(n)]);
  }

  /// Clause 6.10.1, antenna port 0.
  void put_reference() {
    if (in_slot_ != 0 && in_slot_ != 4) return;
    const auto id = static_cast<std::uint32_t>(options_.cell_id);
    const auto l = static_cast<std::uint32_t>(in_slot_), ns = static_cast<std::uint32_t>(slot_);
    const Bits values =
        gold_sequence((7 * (ns + 1) + l + 1) * (2 * id + 1) * 1024 + 2 * id + 1, 4 * kMostBlocks);
    const std::size_t shift = ((in_slot_ == 0 ? 0U : 3U) + id % 6) % 6;
    for (std::size_t m = 0; m < static_cast<std::size_t>(2 * options_.resource_blocks); ++m) {
      cells_[6 * m + shift] =
          qpsk(values, 2 * (m + static_cast<std::size_t>(kMostBlocks - options_.resource_blocks)));
      taken_[6 * m + shift] = true;
    }
  }

  const LteOptions& options_;
  int slot_, in_slot_;
  bool is_control_;
  std::vector<cf64> cells_;
  std::vector<bool> taken_;
};

std::vector<bool> used_blocks(const LteOptions& options, Random& random) {
  std::vector<bool> out;
  for (int n = 0; n < options.resource_blocks; ++n) out.push_back(random.uniform() < options.load);
  return out;
}

}  // namespace

OfdmGrid lte_grid(int resource_blocks) {
  std::size_t fft_size = 128;
  while (fft_size < static_cast<std::size_t>(resource_blocks * kCarriersPerBlock) * 6 / 5) fft_size *= 2;
  return {fft_size, static_cast<unsigned>(resource_blocks * kCarriersPerBlock)};
}

LteSubframe lte_subframe(const LteOptions& options, std::size_t n, std::uint64_t seed) {
  const OfdmGrid grid = lte_grid(options.resource_blocks);
  Random random(seed, n);
  const auto used = used_blocks(options, random);
  const double width_hz = (grid.carriers + 1) * kCarrierSpacing_hz;
  LteSubframe out{{{}, {grid.rate_hz()}, {width_hz}, {width_hz}}, 0};
  for (int symbol = 0; symbol < 2 * kSymbolsPerSlot; ++symbol) {
    Symbol one(options, n, symbol);
    out.bits += one.put_data(used, random);
    one.append_to(grid, out.wave.samples);
  }
  return out;
}

std::int64_t lte_subframe_bits(const LteOptions& options, std::size_t n, std::uint64_t seed) {
  Random random(seed, n);
  const auto used = used_blocks(options, random);
  std::int64_t cells = 0;
  for (int symbol = 0; symbol < 2 * kSymbolsPerSlot; ++symbol)
    cells += Symbol(options, n, symbol).free_cells(used);
  return cells * static_cast<std::int64_t>(bits_per_cell(options.modulation));
}

}  // namespace windhover::synth
