#include "decoders/links/zigbee_chips.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string_view>

namespace windhover::decoders::links {
namespace {

constexpr std::string_view kSymbol0 = "11011001110000110101001000101110";
constexpr double kChip_hz = 2e6;
constexpr double kNarrowest_hz = 0.9e6, kWidest_hz = 3.5e6;
constexpr std::size_t kFewestSymbols = 8, kMostSymbols = 20;
// By chance the best of eight sequences matches by 0.30 ± 0.09 in one symbol.
constexpr float kMatch = 0.52F;

}  // namespace

ZigbeeMeter::ZigbeeMeter() : products_(kMostSamples), turned_(kMostSamples) {
  const auto chip = [](std::size_t k) { return kSymbol0[k % 32] == '1' ? 1.0F : -1.0F; };
  for (std::size_t symbol = 0; symbol < turns_.size(); ++symbol)
    for (std::size_t k = 0; k < kTurns; ++k) {
      const std::size_t from = k + 32 - 4 * symbol;
      turns_[symbol][k] = (k % 2 == 0 ? 1.0F : -1.0F) * chip(from) * chip(from + 1);
    }
}

/// Mean over symbols of the best sequence's normalised correlation.
float ZigbeeMeter::match_at(double first, double per_chip, std::size_t symbols,
                            std::size_t count) const noexcept {
  float sum = 0;
  std::size_t taken = 0;
  for (std::size_t s = 0; s < symbols; ++s) {
    const double start = first + static_cast<double>(32 * s) * per_chip;
    if (start + kTurns * per_chip >= static_cast<double>(count)) break;
    std::array<float, kTurns> turn{};
    float energy = 0;
    for (std::size_t k = 0; k < kTurns; ++k) {
      turn[k] = turned_[static_cast<std::size_t>(start + static_cast<double>(k) * per_chip)];
      energy += turn[k] * turn[k];
    }
    float most = 0;
    for (const auto& sequence : turns_) {
      float correlation = 0;
      for (std::size_t k = 0; k < kTurns; ++k) correlation += turn[k] * sequence[k];
      most = std::max(most, std::abs(correlation));
    }
    if (energy > 0) sum += most / std::sqrt(energy * static_cast<float>(kTurns));
    ++taken;
  }
  return taken > 0 ? sum / static_cast<float>(taken) : 0;
}

std::optional<Finding<Zigbee>> ZigbeeMeter::estimate(const Excerpt& in) noexcept {
  if (in.width_hz() < kNarrowest_hz || in.width_hz() > kWidest_hz) return std::nullopt;
  const double per_chip = in.rate_hz / kChip_hz;
  const auto lag = static_cast<std::size_t>(std::lround(per_chip));
  if (lag < 1 || in.iq.size() < lag + 1) return std::nullopt;
  const std::size_t count = std::min(in.iq.size() - lag, kMostSamples);
  const double symbol = 32 * per_chip;
  const auto fitting = static_cast<std::size_t>(static_cast<double>(count) / symbol);
  if (fitting < kFewestSymbols + 1) return std::nullopt;
  // From the middle on, where it is on for sure.
  const std::size_t symbols = std::min(fitting - 1, kMostSymbols);
  const std::size_t first = (count - static_cast<std::size_t>(static_cast<double>(symbols + 1) * symbol)) / 2;

  // All turns are ±90° and the carrier's: doubled, they point one way.
  cf32 twice{};
  for (std::size_t n = 0; n < count; ++n) {
    products_[n] = times_conj(in.iq[n + lag], in.iq[n]);
    twice += times(products_[n], products_[n]);
  }
  const double carrier_turn = (phase(twice) - std::numbers::pi) / 2;
  const cf32 back = unit_phasor(-carrier_turn);
  for (std::size_t n = 0; n < count; ++n) turned_[n] = times(products_[n], back).imag();

  float best = 0;
  const double step = per_chip / 2;
  for (double offset = 0; offset < symbol; offset += step)
    best = std::max(best, match_at(static_cast<double>(first) + offset, per_chip, symbols, count));
  if (best < kMatch) return std::nullopt;
  Finding<Zigbee> out;
  out.modulation = {kChip_hz, best};
  out.confidence = std::min(0.99F, 1 - 0.1F * kMatch / best);
  // Known modulo half a turn in a chip.
  const double modulo_hz = in.rate_hz / (2 * static_cast<double>(lag));
  const double hz = carrier_turn / (2 * std::numbers::pi) * in.rate_hz / static_cast<double>(lag);
  out.carrier_hz = hz + modulo_hz * std::round((in.middle_hz() - hz) / modulo_hz);
  out.carrier_error_hz =
      1.5 * modulo_hz / std::numbers::pi / std::sqrt(4 * static_cast<double>(count) / per_chip);
  return out;
}

}  // namespace windhover::decoders::links
