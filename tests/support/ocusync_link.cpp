#include "tests/support/ocusync_link.hpp"

namespace windhover::synth {
namespace {

constexpr std::size_t kPacketSymbols = 15;
constexpr std::size_t kPacketDataSymbols = 12;

bool is_reference(std::size_t symbol) { return symbol % 7 == 0; }
bool is_long(std::size_t symbol) { return symbol == 0 || symbol == 8 || symbol == 14; }

Waveform empty_waveform(const OfdmGrid& grid) {
  return {
      {}, {grid.rate_hz()}, {(grid.carriers + 1) * kCarrierSpacing_hz}, {grid.carriers * kCarrierSpacing_hz}};
}

std::vector<cf64> packet_symbol(const OfdmGrid& grid, const OcusyncVideoOptions& options, std::size_t symbol,
                                Random& random) {
  if (is_reference(symbol))
    return zadoff_chu_symbol(grid, symbol == 7 ? options.roots.second : options.roots.first);
  return random_symbol(grid, symbol == 1 ? Modulation::qpsk : options.modulation, random);
}

}  // namespace

OfdmGrid ocusync_grid(OcusyncWidth width) {
  if (width == OcusyncWidth::mhz10) return {1024, 600};
  if (width == OcusyncWidth::mhz20) return {2048, 1200};
  return {4096, 2400};
}

Waveform modulate_ocusync_video(const OcusyncVideoOptions& options, std::size_t packets, Random& random) {
  const OfdmGrid grid = ocusync_grid(options.width);
  Waveform wave = empty_waveform(grid);
  for (std::size_t packet = 0; packet < packets; ++packet)
    for (std::size_t symbol = 0; symbol < kPacketSymbols; ++symbol) {
      auto bins = packet_symbol(grid, options, symbol, random);
      bins[0] = 1;
      append_symbol(grid, bins, is_long(symbol) ? grid.long_prefix() : grid.short_prefix(), wave.samples);
    }
  return wave;
}

std::int64_t ocusync_packet_bits(const OcusyncVideoOptions& options) {
  const std::size_t per_carrier = 2 + (kPacketDataSymbols - 1) * bits_per_cell(options.modulation);
  return static_cast<std::int64_t>(ocusync_grid(options.width).carriers * per_carrier);
}

Waveform modulate_ocusync_standby(unsigned root_a, Random& random) {
  const OfdmGrid grid = ocusync_grid(OcusyncWidth::mhz10);
  Waveform wave = empty_waveform(grid);
  for (std::size_t symbol = 0; symbol < 10; ++symbol) {
    const bool is_zc = symbol >= 3 && symbol <= 6;
    const auto bins = is_zc ? zadoff_chu_symbol(grid, symbol <= 4 ? root_a : kOcusyncStandbyRoot)
                            : random_symbol(grid, Modulation::qpsk, random);
    append_symbol(grid, bins, grid.short_prefix(), wave.samples);
  }
  return wave;
}

Waveform modulate_ocusync_control(unsigned root, Random& random) {
  const OfdmGrid& grid = kOcusyncControlGrid;
  Waveform wave = empty_waveform(grid);
  for (std::size_t symbol = 0; symbol < 7; ++symbol) {
    const bool is_zc = symbol == 0 || symbol == 6;
    const auto modulation = symbol <= 3 ? Modulation::qpsk : Modulation::qam16;
    const auto bins = is_zc ? zadoff_chu_symbol(grid, root) : random_symbol(grid, modulation, random);
    append_symbol(grid, bins, grid.short_prefix(), wave.samples);
  }
  return wave;
}

}  // namespace windhover::synth
