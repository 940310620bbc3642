#include "decoders/bluetooth/known_sync.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "dsp/simd.hpp"

namespace windhover::decoders::bluetooth {
namespace {

// Modulation indices that are tried, and how much of what they tell is believed: 0.45 to 0.55 are allowed.
constexpr double kIndexStep = 0.04;
constexpr double kIndexBelief = 0.8;
constexpr double kFarthestIndex = 0.06;

// Half a sample beside the true place the row itself has twice as much.
constexpr float kWorthRefining = 0.35F;

// Sums of x·conj(wave) over whole segments of `length` samples.
WINDHOVER_CLONES void segment_sums(const float* x_re, const float* x_im, const float* w_re, const float* w_im,
                                   std::size_t length, std::size_t segments, float* __restrict re,
                                   float* __restrict im) {
  constexpr std::size_t kLanes = 8;
  for (std::size_t s = 0; s < segments; ++s) {
    float sum_re[kLanes] = {}, sum_im[kLanes] = {};
    for (std::size_t i = s * length; i < (s + 1) * length; i += kLanes)
      for (std::size_t j = 0; j < kLanes; ++j) {
        sum_re[j] += x_re[i + j] * w_re[i + j] + x_im[i + j] * w_im[i + j];
        sum_im[j] += x_im[i + j] * w_re[i + j] - x_re[i + j] * w_im[i + j];
      }
    float all_re = 0, all_im = 0;
    for (std::size_t j = 0; j < kLanes; ++j) {
      all_re += sum_re[j];
      all_im += sum_im[j];
    }
    re[s] = all_re;
    im[s] = all_im;
  }
}

// Where a parabola through three values at −1, 0, 1 has its top.
double top_of(double before, double middle, double after) {
  const double curvature = before - 2 * middle + after;
  return curvature < 0 ? std::clamp(0.5 * (before - after) / curvature, -1.0, 1.0) : 0;
}

}  // namespace

KnownSync::KnownSync(std::span<const std::uint8_t> symbols)
    : known_(symbols),
      tail_phase_(0),
      turned_(0),
      mixed_(0),
      segments_((symbols.size() + kSegmentSymbols - 1) / kSegmentSymbols) {
  static_assert(KnownSymbols::kSteps == kSamplesPerSymbol * kEighths);
  for (const std::uint8_t symbol : symbols.first(symbols.size() - 1))
    tail_phase_ += symbol != 0 ? std::numbers::pi : -std::numbers::pi;
  const std::size_t samples = segments_.re.size() * kSegmentSamples;
  turned_ = Split(samples);
  mixed_ = Split(samples + 8);  // four samples of play on each side
  for (std::size_t e = 0; e < kEighths; ++e) {
    Split wave(samples);
    for (std::size_t i = 0; i < kSamplesPerSymbol * symbols.size(); ++i) {
      const float phase = static_cast<float>(kNominalIndex) * known_.phase(kEighths * i + e);
      wave.re[i] = std::cos(phase);
      wave.im[i] = std::sin(phase);
    }
    waves_.push_back(std::move(wave));
  }
}

void KnownSync::mix(std::span<const cf32> iq, std::int64_t first) {
  std::fill(mixed_.re.begin(), mixed_.re.end(), 0.0F);
  std::fill(mixed_.im.begin(), mixed_.im.end(), 0.0F);
  const std::int64_t begin = std::max(mixed_first_, first);
  const std::int64_t end = std::min(mixed_first_ + std::ssize(mixed_.re), first + std::ssize(iq));
  const double turn_re = std::cos(mixed_carrier_), turn_im = -std::sin(mixed_carrier_);
  double re = std::cos(mixed_carrier_ * static_cast<double>(begin - mixed_first_));
  double im = -std::sin(mixed_carrier_ * static_cast<double>(begin - mixed_first_));
  for (std::int64_t i = begin; i < end; ++i) {
    const cf32 x = iq[static_cast<std::size_t>(i - first)];
    const auto at = static_cast<std::size_t>(i - mixed_first_);
    const auto c = static_cast<float>(re), s = static_cast<float>(im);
    mixed_.re[at] = x.real() * c - x.imag() * s;
    mixed_.im[at] = x.real() * s + x.imag() * c;
    const double next = re * turn_re - im * turn_im;
    im = re * turn_im + im * turn_re;
    re = next;
  }
}

// `eighths`: where the known symbols begin, counted from mixed_first_.
void KnownSync::correlate(std::int64_t eighths) {
  const std::int64_t first_sample = (eighths + kEighths - 1) / kEighths;
  const Split& wave = waves_[static_cast<std::size_t>(first_sample * kEighths - eighths)];
  segment_sums(mixed_.re.data() + first_sample, mixed_.im.data() + first_sample, wave.re.data(),
               wave.im.data(), kSegmentSamples, segments_.re.size(), segments_.re.data(),
               segments_.im.data());
}

void KnownSync::correlate(std::int64_t eighths, double index) {
  const std::int64_t first_sample = (eighths + kEighths - 1) / kEighths;
  const auto e = static_cast<std::size_t>(first_sample * kEighths - eighths);
  for (std::size_t i = 0; i < kSamplesPerSymbol * known_.size(); ++i) {
    const float phase = static_cast<float>(index) * known_.phase(kEighths * i + e);
    turned_.re[i] = std::cos(phase);
    turned_.im[i] = std::sin(phase);
  }
  segment_sums(mixed_.re.data() + first_sample, mixed_.im.data() + first_sample, turned_.re.data(),
               turned_.im.data(), kSegmentSamples, segments_.re.size(), segments_.re.data(),
               segments_.im.data());
}

float KnownSync::power_at(float turn) const {
  const float c = std::cos(turn), s = -std::sin(turn);
  float re = 0, im = 0, mixer_re = 1, mixer_im = 0;
  for (std::size_t i = 0; i < segments_.re.size(); ++i) {
    re += segments_.re[i] * mixer_re - segments_.im[i] * mixer_im;
    im += segments_.re[i] * mixer_im + segments_.im[i] * mixer_re;
    const float next = mixer_re * c - mixer_im * s;
    mixer_im = mixer_re * s + mixer_im * c;
    mixer_re = next;
  }
  return re * re + im * im;
}

KnownSync::Trial KnownSync::best_turn() const {
  // ±0.1 rad a sample are ±1.6 a segment; a quarter of the width of the sum's own peak from trial to trial.
  const float step = std::numbers::pi_v<float> / (2 * static_cast<float>(segments_.re.size()));
  const int trials = static_cast<int>(std::ceil(1.6F / step));
  Trial best;
  for (int i = -trials; i <= trials; ++i)
    if (const float p = power_at(step * static_cast<float>(i)); p > best.power)
      best = {p, step * static_cast<float>(i)};
  const double shift =
      top_of(static_cast<double>(power_at(best.turn - step)), static_cast<double>(best.power),
             static_cast<double>(power_at(best.turn + step)));
  best.turn += step * static_cast<float>(shift);
  best.power = power_at(best.turn);
  return best;
}

Synchronised KnownSync::refine(std::span<const cf32> iq, std::int64_t first, double position,
                               double carrier) {
  mixed_first_ = static_cast<std::int64_t>(std::floor(position)) - 3;
  mixed_carrier_ = carrier;
  mix(iq, first);
  const auto guess = std::llround((position - static_cast<double>(mixed_first_)) * kEighths);
  correlate(guess);
  const Trial there = best_turn();
  // Other data that looks alike: no finer look is worth its time.
  if (Synchronised result; coherence_of(there) < kWorthRefining) return result;
  const float turn = there.turn;
  const auto try_at = [&](std::int64_t eighths) {
    correlate(eighths);
    return power_at(turn);
  };
  best_at_ = guess;
  float best = 0;
  for (std::int64_t at = guess - kEighths; at <= guess + kEighths; at += 2)
    if (const float power = try_at(at); power > best) {
      best = power;
      best_at_ = at;
    }
  const double top = top_of(static_cast<double>(try_at(best_at_ - 2)), static_cast<double>(best),
                            static_cast<double>(try_at(best_at_ + 2)));
  const auto whole = std::lround(2 * top);
  best_at_ += whole;
  shift_ = 2 * top - static_cast<double>(whole);
  Synchronised result;
  correlate(best_at_);
  finish(result);
  return result;
}

void KnownSync::refine_index(Synchronised& result) {
  const auto amplitude_at = [&](double index) {
    correlate(best_at_, index);
    return std::sqrt(static_cast<double>(best_turn().power));
  };
  const double bend = top_of(amplitude_at(kNominalIndex - kIndexStep), amplitude_at(kNominalIndex),
                             amplitude_at(kNominalIndex + kIndexStep));
  result.modulation_index =
      kNominalIndex + std::clamp(kIndexBelief * kIndexStep * bend, -kFarthestIndex, kFarthestIndex);
  correlate(best_at_, result.modulation_index);
  finish(result);
}

float KnownSync::coherence_of(const Trial& trial) const {
  float apart = 1e-30F;
  for (std::size_t s = 0; s < segments_.re.size(); ++s)
    apart += segments_.re[s] * segments_.re[s] + segments_.im[s] * segments_.im[s];
  return trial.power / (apart * static_cast<float>(segments_.re.size()));
}

// What the segments' sums tell.
void KnownSync::finish(Synchronised& result) {
  const Trial best = best_turn();
  const double turn = static_cast<double>(best.turn) / kSegmentSamples;  // radians per sample
  const double start = static_cast<double>(best_at_) / kEighths;
  result.position = static_cast<double>(mixed_first_) + start + shift_ / kEighths;
  result.radians_per_sample = mixed_carrier_ + turn;
  double energy = 0;
  std::size_t used = 0;
  const auto begin = static_cast<std::size_t>((best_at_ + kEighths - 1) / kEighths);
  for (std::size_t i = begin; i < begin + kSamplesPerSymbol * known_.size(); ++i) {
    const double p = static_cast<double>(mixed_.re[i] * mixed_.re[i] + mixed_.im[i] * mixed_.im[i]);
    energy += p;
    used += p > 0 ? 1 : 0;
  }
  if (used == 0) return;
  const double power = static_cast<double>(best.power);
  result.amplitude = static_cast<float>(std::sqrt(power) / static_cast<double>(used));
  result.likeness = static_cast<float>(power / (energy * static_cast<double>(used)));
  result.coherence = coherence_of(best);

  // Phase at the end, from the later half: where the carrier is estimated a little wrong, that is what
  // counts.
  const double end = start + kSamplesPerSymbol * static_cast<double>(known_.size());
  std::complex<double> tail{};
  for (std::size_t s = segments_.re.size() / 2; s < segments_.re.size(); ++s) {
    const double middle = start + (static_cast<double>(s) + 0.5) * kSegmentSamples;
    tail += std::complex<double>(segments_.re[s], segments_.im[s]) * std::polar(1.0, turn * (end - middle));
  }
  const double phase = std::arg(tail) + mixed_carrier_ * end + result.modulation_index * tail_phase_;
  result.phasor =
      std::polar(result.amplitude, static_cast<float>(std::remainder(phase, 2 * std::numbers::pi)));
}

}  // namespace windhover::decoders::bluetooth
