#include "decoders/links/ofdm_reference.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace windhover::decoders::links {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

}  // namespace

ReferenceSymbols::ReferenceSymbols()
    : unit_(OfdmCells::kLargest), difference_(OfdmCells::kLargest), spectrum_(OfdmCells::kLargest) {}

/// Of carriers middle - half … middle + half, the rest of the transform's length zero.
void ReferenceSymbols::take_differences(const OfdmCells& cells, std::size_t symbol, long middle,
                                        long half) noexcept {
  const auto length = static_cast<std::size_t>(2 * half + 1);
  for (std::size_t i = 0; i < length; ++i) {
    const cf32 y = cells.cell(symbol, middle - half + static_cast<long>(i));
    const float magnitude = std::sqrt(power(y));
    unit_[i] = magnitude > 0 ? y * (1 / magnitude) : cf32{};
  }
  unit_[static_cast<std::size_t>(half)] = {};
  for (std::size_t i = 0; i + 1 < length; ++i) difference_[i] = times_conj(unit_[i + 1], unit_[i]);
  std::fill(difference_.begin() + static_cast<std::ptrdiff_t>(length - 1),
            difference_.begin() + static_cast<std::ptrdiff_t>(std::max(cells.fft_size(), length)), cf32{});
}

double ReferenceSymbols::tone_power(std::size_t count, double cycles) const noexcept {
  Rotator rotator(0, -kTwoPi * cycles);
  cf32 sum{};
  for (std::size_t i = 0; i < count; ++i) sum += times(difference_[i], rotator.next());
  return static_cast<double>(power(sum));
}

std::optional<FoundReference> ReferenceSymbols::full_band(const OfdmCells& cells,
                                                          std::size_t symbol) noexcept {
  const auto half = static_cast<long>(cells.carriers() / 2);
  const long length = 2 * half + 1;
  const auto size = static_cast<long>(cells.fft_size());
  take_differences(cells, symbol, 0, half);
  cells.fft().execute(difference_.data(), spectrum_.data());
  long bin = 0;
  float most = -1;
  for (long k = 0; k < size; ++k)
    if (power(spectrum_[static_cast<std::size_t>(k)]) > most) {
      most = power(spectrum_[static_cast<std::size_t>(k)]);
      bin = k;
    }
  // The transform's bins lie closer than the roots do, but not on them.
  const double used = static_cast<double>(length - 3);
  const double threshold =
      kEvidence + std::log(static_cast<double>(length) * static_cast<double>(cells.symbols()));
  if (static_cast<double>(most) < 0.5 * threshold * used) return std::nullopt;
  const long nearest = std::lround(static_cast<double>((size - bin) % size) * static_cast<double>(length) /
                                   static_cast<double>(size));
  long root = 0;
  double best = 0;
  for (long r = nearest - 1; r <= nearest + 1; ++r) {
    const long candidate = (r + length) % length;
    if (candidate == 0) continue;
    const double sum = tone_power(static_cast<std::size_t>(length - 1),
                                  -static_cast<double>(candidate) / static_cast<double>(length));
    if (sum > best) {
      best = sum;
      root = candidate;
    }
  }
  // LTE's primary fills a part of wider symbols.
  constexpr double kCoherence = 0.2;
  if (best < threshold * used || best < kCoherence * used * used) return std::nullopt;
  FoundReference found{{static_cast<std::uint16_t>(length), static_cast<std::uint16_t>(root)}};
  found.coherence = static_cast<float>(best / (used * used));
  match(cells, found, symbol);
  // A part of a wider sequence, or of another, is alike here and there only.
  // A part of a slow one is what any sweep looks like, and any pulse.
  constexpr float kMatch = 0.2F, kSlowMatch = 0.4F;
  const bool is_slow = std::min(root, length - root) < 3;
  if (found.sequence.match < (is_slow ? kSlowMatch : kMatch)) return std::nullopt;
  return found;
}

/// Correlation with the sequence at all delays: what is left of the cells is one tone.
void ReferenceSymbols::match(const OfdmCells& cells, FoundReference& found, std::size_t symbol) noexcept {
  const long length = found.sequence.length, root = found.sequence.root, half = (length - 1) / 2;
  double energy = 0;
  std::ranges::fill(difference_, cf32{});
  for (long i = 0; i < length; ++i) {
    if (i == half) continue;
    const long turns = root * i % (2 * length) * (i + 1) % (2 * length);
    const cf32 y = cells.cell(symbol, i - half);
    difference_[static_cast<std::size_t>(i)] =
        times(y, unit_phasor(std::numbers::pi * static_cast<double>(turns) / static_cast<double>(length)));
    energy += static_cast<double>(power(y));
  }
  cells.fft().execute(difference_.data(), spectrum_.data());
  const std::size_t size = cells.fft_size();
  std::size_t best = 0;
  for (std::size_t k = 0; k < size; ++k)
    if (power(spectrum_[k]) > power(spectrum_[best])) best = k;
  const auto level = [&](std::size_t k) {
    return std::sqrt(static_cast<double>(power(spectrum_[k % size])));
  };
  const double before = level(best + size - 1), at = level(best), after = level(best + 1);
  const double curve = before - 2 * at + after;
  const double off = curve < 0 ? 0.5 * (before - after) / curve : 0;
  const double peak = at - 0.25 * (before - after) * off;
  found.turn = static_cast<float>(kTwoPi * (static_cast<double>(best) + off) / static_cast<double>(size));
  if (energy > 0)
    found.sequence.match =
        static_cast<float>(std::min(1.0, peak * peak / (energy * static_cast<double>(length - 1))));
}

float ReferenceSymbols::lte_primary(const OfdmCells& cells, std::size_t symbol) noexcept {
  constexpr std::array kRoots{25, 29, 34};
  constexpr long kHalf = 31, kGuard = 5, kOff = 8;
  constexpr double kPrimaryEvidence = 17, kEmptyAgainstUsed = 0.6;
  constexpr double kUsed = 2 * kHalf - 2;  // differences, those with the middle left out
  float best = 0;
  for (long middle = -kOff; middle <= kOff; ++middle) {
    double used = 0, below = 0, above = 0;
    const auto at = [&](long k) { return static_cast<double>(power(cells.cell(symbol, middle + k))); };
    for (long k = 1; k <= kHalf; ++k) used += (at(k) + at(-k)) / (2 * kHalf);
    for (long k = kHalf + 1; k <= kHalf + kGuard; ++k) {
      above += at(k) / kGuard;
      below += at(-k) / kGuard;
    }
    if (std::max(below, above) > kEmptyAgainstUsed * used) continue;
    take_differences(cells, symbol, middle, kHalf);
    for (const int root : kRoots) {
      const double sum = tone_power(2 * kHalf, -root / 63.0);
      if (sum > kPrimaryEvidence * kUsed) best = std::max(best, static_cast<float>(sum / (kUsed * kUsed)));
    }
  }
  return best;
}

}  // namespace windhover::decoders::links
