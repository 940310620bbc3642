#include "decoders/links/barker.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "dsp/simd.hpp"

namespace windhover::decoders::links {
namespace {

constexpr std::array<float, 11> kBarker{1, -1, 1, 1, -1, 1, 1, 1, -1, -1, -1};
constexpr double kSymbol_hz = 1e6;
constexpr double kNarrowest_hz = 7e6, kWidest_hz = 24e6;
constexpr double kPiece_s = 96e-6;  // a short preamble with its header
constexpr std::size_t kPieces = 6;
constexpr float kContrast = 3.5F, kMatch = 0.15F;

WINDHOVER_CLONES void correlate(const cf32* x, std::size_t places, const float* taps, std::size_t count,
                                cf32* out) {
  auto* to = reinterpret_cast<float*>(out);
  std::fill_n(to, 2 * places, 0.0F);
  for (std::size_t i = 0; i < count; ++i) {
    const auto* from = reinterpret_cast<const float*>(x + i);
    const float tap = taps[i];
    for (std::size_t n = 0; n < 2 * places; ++n) to[n] += tap * from[n];
  }
}

}  // namespace

BarkerMeter::BarkerMeter() : sequence_(128), correlation_(kMostSamples) {}

BarkerMeter::Piece BarkerMeter::measure(std::span<const cf32> iq, double rate_hz) noexcept {
  Piece out;
  const double per_symbol = rate_hz / kSymbol_hz;
  const auto taps = static_cast<std::size_t>(per_symbol);
  for (std::size_t i = 0; i < taps; ++i)
    sequence_[i] = kBarker[std::min<std::size_t>(
        10, static_cast<std::size_t>((static_cast<double>(i) + 0.5) * 11 / per_symbol))];
  if (iq.size() < 4 * taps) return out;
  const std::size_t places = iq.size() - taps;
  correlate(iq.data(), places, sequence_.data(), taps, correlation_.data());
  std::array<double, kPhases> folded{}, count{};
  double energy = 0;
  for (std::size_t n = 0; n < places; ++n) {
    const double symbols = static_cast<double>(n) / per_symbol;
    const auto phase_bin = static_cast<std::size_t>((symbols - std::floor(symbols)) * kPhases) % kPhases;
    folded[phase_bin] += static_cast<double>(power(correlation_[n]));
    count[phase_bin] += 1;
    energy += static_cast<double>(power(iq[n])) / static_cast<double>(places);
  }
  double mean = 0, most = 0;
  std::size_t best = 0;
  for (std::size_t p = 0; p < kPhases; ++p) {
    folded[p] /= std::max(1.0, count[p]);
    mean += folded[p] / kPhases;
    if (folded[p] > most) {
      most = folded[p];
      best = p;
    }
  }
  if (!(mean > 0) || !(energy > 0)) return out;
  out.contrast = static_cast<float>(most / mean);
  out.match = static_cast<float>(most / (energy * static_cast<double>(taps * taps)));
  // Symbols turn by multiples of a right angle; four times the turn between them is the carrier's.
  cf32 sum{};
  cf32 previous{};
  for (double at = (static_cast<double>(best) + 0.5) / kPhases * per_symbol; at < static_cast<double>(places);
       at += per_symbol) {
    const cf32 now = correlation_[static_cast<std::size_t>(at)];
    const cf32 turn = times_conj(now, previous);
    previous = now;
    const float magnitude = std::sqrt(power(turn));
    if (!(magnitude > 0)) continue;
    const cf32 unit = turn * (1 / magnitude), twice = times(unit, unit);
    sum += times(twice, twice);
  }
  out.carrier_hz = phase(sum) / (8 * std::numbers::pi) * kSymbol_hz;
  return out;
}

std::optional<Finding<Dsss>> BarkerMeter::estimate(const Excerpt& in) noexcept {
  if (in.width_hz() < kNarrowest_hz || in.width_hz() > kWidest_hz) return std::nullopt;
  const auto length = std::min(static_cast<std::size_t>(kPiece_s * in.rate_hz), kMostSamples);
  Piece best;
  for (std::size_t p = 0; p < kPieces; ++p) {
    const std::size_t first = p * length;
    if (first + length > in.iq.size()) break;
    const Piece piece = measure(in.iq.subspan(first, length), in.rate_hz);
    if (piece.contrast > best.contrast) best = piece;
  }
  if (best.contrast < kContrast || best.match < kMatch) return std::nullopt;
  Finding<Dsss> out;
  out.modulation.match = std::min(1.0F, best.match);
  out.confidence = 1 - 1 / (best.contrast * best.contrast);
  constexpr double kModulo_hz = kSymbol_hz / 4;
  out.carrier_hz = best.carrier_hz + kModulo_hz * std::round((in.middle_hz() - best.carrier_hz) / kModulo_hz);
  out.carrier_error_hz = 100e3;  // measured: the edges often choose wrongly
  return out;
}

}  // namespace windhover::decoders::links
