#include "decoders/links/ofdm_reference.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace windhover::decoders::links {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

/// Normalised correlation with the sequence of that root, at the delay that the cells themselves tell.
void match(const OfdmCells& cells, std::size_t symbol, FoundReference& found) {
  const long length = found.sequence.length, root = found.sequence.root;
  const long half = (length - 1) / 2;
  cf32 previous{};
  cf32 step{};
  const auto turned = [&](long i) {
    const long k = i - half;
    if (k == 0) return cf32{};
    const long long turns = static_cast<long long>(root) * i % (2 * length) * (i + 1) % (2 * length);
    return times(cells.cell(symbol, k),
                 unit_phasor(std::numbers::pi * static_cast<double>(turns) / static_cast<double>(length)));
  };
  double energy = 0;
  for (long i = 0; i < length; ++i) {
    const cf32 now = turned(i);
    step += times_conj(now, previous);
    energy += static_cast<double>(power(now));
    previous = now;
  }
  found.turn = static_cast<float>(phase(step));
  Rotator rotator(0, -phase(step));
  cf32 sum{};
  for (long i = 0; i < length; ++i) sum += times(turned(i), rotator.next());
  if (energy > 0)
    found.sequence.match =
        static_cast<float>(static_cast<double>(power(sum)) / (energy * static_cast<double>(length - 1)));
}

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
  // Slower ones look like a pulse, or like what merely sweeps.
  constexpr long kSlowest = 3;
  for (long r = nearest - 1; r <= nearest + 1; ++r) {
    const long candidate = (r + length) % length;
    if (std::min(candidate, length - candidate) < kSlowest) continue;
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
  match(cells, symbol, found);
  return found;
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
