#include "decoders/bluetooth/known_sync.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace windhover::decoders::bluetooth {
namespace {

// Positions are tried on a grid of 1/8 sample, which is the step of KnownSymbols.
constexpr std::int64_t kEighths = 8;
static_assert(KnownSymbols::kSteps == kSamplesPerSymbol * kEighths);

// Modulation indices that are tried, and how much of what they tell is believed: 0.45 to 0.55 are allowed.
constexpr double kIndexStep = 0.04;
constexpr double kIndexBelief = 0.8;
constexpr double kFarthestIndex = 0.06;

float power(cf32 x) { return x.real() * x.real() + x.imag() * x.imag(); }

// Where a parabola through three values at −1, 0, 1 has its top.
double top_of(double before, double middle, double after) {
  const double curvature = before - 2 * middle + after;
  return curvature < 0 ? std::clamp(0.5 * (before - after) / curvature, -1.0, 1.0) : 0;
}

}  // namespace

KnownSync::KnownSync(std::span<const std::uint8_t> symbols)
    : known_(symbols),
      tail_phase_(0),
      mixed_(kSamplesPerSymbol * (symbols.size() + 4)),
      segments_((symbols.size() + kSegmentSymbols - 1) / kSegmentSymbols) {
  for (const std::uint8_t symbol : symbols.first(symbols.size() - 1))
    tail_phase_ += symbol != 0 ? std::numbers::pi : -std::numbers::pi;
}

void KnownSync::mix(std::span<const cf32> iq, std::int64_t first, std::int64_t from, std::int64_t to,
                    double carrier) {
  mixed_first_ = from;
  std::fill(mixed_.begin(), mixed_.end(), cf32{});
  const std::int64_t begin = std::max(from, first), end = std::min(to, first + std::ssize(iq));
  auto mixer = std::polar(1.0, -carrier * static_cast<double>(begin - from));
  const auto step = std::polar(1.0, -carrier);
  for (std::int64_t i = begin; i < end; ++i) {
    mixed_[static_cast<std::size_t>(i - from)] =
        iq[static_cast<std::size_t>(i - first)] * static_cast<cf32>(mixer);
    mixer *= step;
  }
}

// `eighths`: where the known symbols begin, counted from mixed_first_.
void KnownSync::correlate(std::int64_t eighths, double index) {
  std::fill(segments_.begin(), segments_.end(), cf32{});
  const auto last_step = static_cast<std::int64_t>(KnownSymbols::kSteps * known_.size());
  const std::int64_t begin = (eighths + kEighths - 1) / kEighths;
  for (std::int64_t i = begin; i < std::ssize(mixed_); ++i) {
    const std::int64_t step = i * kEighths - eighths;
    if (step >= last_step) break;
    const float phase = static_cast<float>(index) * known_.phase(static_cast<std::size_t>(step));
    const cf32 x = mixed_[static_cast<std::size_t>(i)];
    const float c = std::cos(phase), s = std::sin(phase);
    auto& segment = segments_[static_cast<std::size_t>(step) / (KnownSymbols::kSteps * kSegmentSymbols)];
    segment += cf32{x.real() * c + x.imag() * s, x.imag() * c - x.real() * s};
  }
}

KnownSync::Trial KnownSync::best_turn() const {
  // ±0.1 rad a sample are ±1.6 a segment; a quarter of the width of the sum's own peak from trial to trial.
  const auto n = static_cast<float>(segments_.size());
  const float step = std::numbers::pi_v<float> / (2 * n);
  const int trials = static_cast<int>(std::ceil(1.6F / step));
  std::array<float, 3> around{};
  Trial best;
  float before = 0, previous = 0;
  bool want_next = false;
  for (int i = -trials; i <= trials; ++i) {
    const cf32 turn = std::polar(1.0F, -step * static_cast<float>(i));
    cf32 mixer{1, 0}, sum{};
    for (const cf32 segment : segments_) {
      sum += segment * mixer;
      mixer *= turn;
    }
    const float p = power(sum);
    if (want_next) {
      around[2] = p;
      want_next = false;
    }
    if (p > best.power) {
      best = {p, step * static_cast<float>(i)};
      around = {before = previous, p, 0};
      want_next = true;
    }
    previous = p;
  }
  best.turn += step * static_cast<float>(top_of(around[0], around[1], around[2]));
  return best;
}

Synchronised KnownSync::refine(std::span<const cf32> iq, std::int64_t first, double position,
                               double carrier) {
  const std::int64_t from = static_cast<std::int64_t>(std::floor(position)) - 2;
  const std::int64_t to = from + std::ssize(mixed_);
  mix(iq, first, from, to, carrier);
  // Time: the best of the grid, first coarsely.
  const auto guess = std::llround((position - static_cast<double>(from)) * kEighths);
  const auto try_at = [&](std::int64_t eighths) {
    correlate(eighths, kNominalIndex);
    return best_turn();
  };
  std::int64_t best_at = guess;
  Trial best;
  for (std::int64_t at = guess - kEighths; at <= guess + kEighths; at += 2)
    if (const Trial trial = try_at(at); trial.power > best.power) {
      best = trial;
      best_at = at;
    }
  const float before = try_at(best_at - 1).power, after = try_at(best_at + 1).power;
  const double shift = top_of(before, best.power, after);
  best_at += std::lround(shift);

  // Modulation index.
  const auto amplitude_at = [&](double index) {
    correlate(best_at, index);
    return std::sqrt(best_turn().power);
  };
  const double bend = top_of(amplitude_at(kNominalIndex - kIndexStep), amplitude_at(kNominalIndex),
                             amplitude_at(kNominalIndex + kIndexStep));
  Synchronised result;
  result.modulation_index =
      kNominalIndex + std::clamp(kIndexBelief * kIndexStep * bend, -kFarthestIndex, kFarthestIndex);

  correlate(best_at, result.modulation_index);
  const Trial last = best_turn();
  constexpr double kSegmentSamples = kSegmentSymbols * kSamplesPerSymbol;
  const double turn = static_cast<double>(last.turn);
  result.position =
      static_cast<double>(from) +
      (static_cast<double>(best_at) + (shift - static_cast<double>(std::lround(shift)))) / kEighths;
  result.radians_per_sample = carrier + turn / kSegmentSamples;
  double energy = 0;
  std::size_t used = 0;
  const auto begin = static_cast<std::size_t>((best_at + kEighths - 1) / kEighths);
  for (std::size_t i = begin; i < std::min(begin + kSamplesPerSymbol * known_.size(), mixed_.size()); ++i) {
    energy += static_cast<double>(power(mixed_[i]));
    used += mixed_[i] != cf32{} ? 1 : 0;
  }
  if (used == 0 || energy <= 0) return result;
  result.amplitude = std::sqrt(last.power) / static_cast<float>(used);
  result.likeness =
      static_cast<float>(static_cast<double>(last.power) / (energy * static_cast<double>(used)));
  double apart = 0;
  for (const cf32 segment : segments_) apart += static_cast<double>(power(segment));
  result.coherence =
      static_cast<float>(static_cast<double>(last.power) / (apart * static_cast<double>(segments_.size())));

  // Phase at the end, from the later half: where the carrier is estimated a little wrong, that is what
  // counts.
  cf32 tail{};
  const std::size_t half = segments_.size() / 2;
  const double end =
      static_cast<double>(best_at) / kEighths + kSamplesPerSymbol * static_cast<double>(known_.size());
  for (std::size_t s = half; s < segments_.size(); ++s) {
    const double middle =
        static_cast<double>(best_at) / kEighths + (static_cast<double>(s) + 0.5) * kSegmentSamples;
    tail += segments_[s] * static_cast<cf32>(std::polar(1.0, turn / kSegmentSamples * (end - middle)));
  }
  // The mixer began at mixed_first_.
  const double phase =
      static_cast<double>(std::arg(tail)) + carrier * end + result.modulation_index * tail_phase_;
  result.phasor =
      std::polar(result.amplitude, static_cast<float>(std::remainder(phase, 2 * std::numbers::pi)));
  return result;
}

}  // namespace windhover::decoders::bluetooth
