#include "decoders/bluetooth/sequence_detector.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

namespace windhover::decoders::bluetooth {
namespace {

constexpr float kImpossible = -1e30F;
// The clock is corrected every so many bits, by this share of what was measured.
constexpr std::size_t kClockBits = 64;
constexpr float kClockGain = 0.5F;

// Second-order loop of each survivor, per bit. Wide enough for 400 Hz/µs on LE 1M, narrow enough to cost
// 0.1 dB where each PHY reaches its limit.
struct Loop {
  float phase, frequency;
};
constexpr Loop loop_of(Coding coding) {
  switch (coding) {
    case Coding::none:
      return {0.20F, 0.012F};
    case Coding::s2:
      return {0.20F, 0.010F};
    case Coding::s8:
      break;
  }
  return {0.25F, 0.015F};
}

// x·conj(y) without the library's care for infinities.
cf32 times_conj(cf32 x, cf32 y) {
  return {x.real() * y.real() + x.imag() * y.imag(), x.imag() * y.real() - x.real() * y.imag()};
}
cf32 times(cf32 x, cf32 y) {
  return {x.real() * y.real() - x.imag() * y.imag(), x.imag() * y.real() + x.real() * y.imag()};
}

// Turns by a small angle and keeps the length near 1.
cf32 turned(cf32 direction, float angle) {
  const float half = 0.5F * angle * angle;
  const cf32 result = times(direction, {1 - half, angle * (1 - half / 3)});
  const float length = 1.5F - 0.5F * (result.real() * result.real() + result.imag() * result.imag());
  return {result.real() * length, result.imag() * length};
}

}  // namespace

// A state is the bits before the newest, bit 0 the last of them. The waveform of a bit depends on the symbol
// before it and the one after it.
struct SequenceDetector::Trellis {
  unsigned states = 0;
  unsigned waves = 0;
  unsigned previous_bit = 0;  // of a wave's number that holds the symbol before
  std::size_t symbols = 0;    // of a bit
  std::array<std::array<std::uint8_t, 2>, kMostStates> wave{};          // of the newest bit but one
  std::array<std::array<std::uint8_t, 10>, kMostWaves> wave_symbols{};  // before, own, after

  static constexpr unsigned parity(unsigned bits) { return static_cast<unsigned>(std::popcount(bits)) & 1U; }

  static Trellis uncoded() {
    Trellis t;
    t.states = 16;
    t.waves = 8;
    t.previous_bit = 2;
    t.symbols = 1;
    for (unsigned s = 0; s < t.states; ++s)
      for (unsigned u = 0; u < 2; ++u)
        t.wave[s][u] = static_cast<std::uint8_t>((s & 2U) << 1U | (s & 1U) << 1U | u);
    for (unsigned w = 0; w < t.waves; ++w)
      for (unsigned i = 0; i < 3; ++i) t.wave_symbols[w][i] = static_cast<std::uint8_t>(w >> (2 - i) & 1U);
    return t;
  }

  static Trellis coded(Coding coding) {
    // Taps on the newest bit (bit 0) and the three before it: 1 + x + x² + x³ first, then 1 + x² + x³.
    constexpr unsigned kFirst = 0b1111, kSecond = 0b1101;
    const bool s8 = coding == Coding::s8;
    Trellis t;
    t.states = 32;
    t.waves = 16;
    t.previous_bit = 3;
    t.symbols = static_cast<std::size_t>(symbols_per_bit(coding));
    // The pattern of a coded bit begins with that bit; that of S=8 ends with its opposite.
    const unsigned end = s8 ? 1 : 0;
    for (unsigned s = 0; s < t.states; ++s)
      for (unsigned u = 0; u < 2; ++u) {
        const unsigned before = parity(s >> 1U & kSecond) ^ end;
        const unsigned next = parity((s << 1U | u) & kFirst);
        t.wave[s][u] = static_cast<std::uint8_t>(before << 3U | parity(s & kFirst) << 2U |
                                                 parity(s & kSecond) << 1U | next);
      }
    for (unsigned w = 0; w < t.waves; ++w) {
      const unsigned bits[] = {w >> 3U & 1U, w >> 2U & 1U, w >> 1U & 1U, w & 1U};
      auto& symbols = t.wave_symbols[w];
      std::size_t at = 0;
      symbols[at++] = static_cast<std::uint8_t>(bits[0]);
      for (const unsigned coded_bit : {bits[1], bits[2]})
        for (unsigned i = 0; i < (s8 ? 4U : 1U); ++i)
          symbols[at++] = static_cast<std::uint8_t>(i < 2 ? coded_bit : coded_bit ^ 1U);
      symbols[at] = static_cast<std::uint8_t>(bits[3]);
    }
    return t;
  }
};

const SequenceDetector::Trellis& SequenceDetector::trellis_of(Coding coding) {
  static const std::array<Trellis, 3> trellises{Trellis::uncoded(), Trellis::coded(Coding::s2),
                                                Trellis::coded(Coding::s8)};
  return trellises[static_cast<std::size_t>(coding)];
}

void SequenceDetector::begin(Coding coding, const DetectorStart& start) {
  trellis_ = &trellis_of(coding);
  coding_ = coding;
  position_ = start_position_ = start.position;
  carrier_ = start.radians_per_sample;
  index_ = start.modulation_index;
  amplitude_ = std::max(std::abs(start.phasor), 1e-12F);
  last_symbol_ = start.last_symbol;
  bits_ = 0;
  waves_offset_ = -1;
  clock_.fill(0);
  survivors_.fill({kImpossible, 0, {1, 0}});
  survivors_[start.last_bits & (trellis_->states - 1)] = {0, 0, start.phasor / amplitude_};
  for (unsigned w = 0; w < trellis_->waves; ++w) {
    double turn = 0;
    for (std::size_t i = 0; i < trellis_->symbols; ++i)
      turn += trellis_->wave_symbols[w][i] != 0 ? std::numbers::pi : -std::numbers::pi;
    increments_[w] = static_cast<cf32>(std::polar(1.0, index_ * turn));
  }
}

void SequenceDetector::make_waves(double offset) {
  // Where the sample grid stands against the symbols changes slowly; 1/32 of a symbol is 0.01 dB.
  if (std::abs(offset - static_cast<double>(waves_offset_)) < 1.0 / 32) return;
  waves_offset_ = static_cast<float>(offset);
  const std::size_t samples = kSamplesPerSymbol * trellis_->symbols;
  for (unsigned w = 0; w < trellis_->waves; ++w)
    for (std::size_t i = 0; i < samples; ++i) {
      const double t = offset + static_cast<double>(i) / kSamplesPerSymbol;
      constexpr double kStep = 0.05;
      double phase = 0, ahead = 0;
      for (std::size_t k = 0; k < trellis_->symbols + 2; ++k) {
        const double sign = trellis_->wave_symbols[w][k] != 0 ? index_ : -index_;
        const double since = t - (static_cast<double>(k) - 1);
        phase += sign * phase_pulse(since);
        ahead += sign * phase_pulse(since + kStep);
      }
      const double slope = (ahead - phase) / kStep / kSamplesPerSymbol;
      const auto wave = static_cast<cf32>(std::polar(1.0, phase));
      waves_[w][i] = std::conj(wave);
      slopes_[w][i] = std::conj(times(wave, {0, static_cast<float>(slope)}));
    }
}

void SequenceDetector::correlate(std::span<const cf32> iq, std::int64_t first) {
  const std::size_t samples = kSamplesPerSymbol * trellis_->symbols;
  const auto start = static_cast<std::int64_t>(std::ceil(position_));
  make_waves((static_cast<double>(start) - position_) / kSamplesPerSymbol);
  std::array<cf32, kMostSamples> z;
  auto mixer = static_cast<cf32>(std::polar(1.0, -carrier_ * (static_cast<double>(start) - start_position_)));
  const auto step = static_cast<cf32>(std::polar(1.0, -carrier_));
  const cf32* at = iq.data() + (start - first);
  for (std::size_t i = 0; i < samples; ++i) {
    z[i] = times(at[i], mixer);
    mixer = times(mixer, step);
  }
  for (unsigned w = 0; w < trellis_->waves; ++w) {
    cf32 sum{}, slope{};
    for (std::size_t i = 0; i < samples; ++i) {
      sum += times(z[i], waves_[w][i]);
      slope += times(z[i], slopes_[w][i]);
    }
    correlations_[w] = sum;
    derivatives_[w] = slope;
  }
}

void SequenceDetector::step(bool first_bit) {
  const Trellis& t = *trellis_;
  const Loop loop = loop_of(coding_);
  const float per_error = 1 / (amplitude_ * static_cast<float>(kSamplesPerSymbol * t.symbols));
  const unsigned half = t.states / 2;
  // The symbol before the first bit is known, and may be of another coding.
  const unsigned known = bits_ == 1 ? 1U << t.previous_bit : 0;
  const unsigned previous = bits_ == 1 ? static_cast<unsigned>(last_symbol_) << t.previous_bit : 0;
  std::uint32_t decisions = 0;
  for (unsigned to = 0; to < t.states; ++to) {
    const unsigned newest = to & 1U;
    float best = kImpossible * 2;
    unsigned best_from = 0;
    for (const unsigned from : {to >> 1U, (to >> 1U) + half}) {
      const Survivor& survivor = survivors_[from];
      float metric = survivor.metric;
      if (!first_bit) {
        const unsigned w = (t.wave[from][newest] & ~known) | previous;
        const cf32 c = correlations_[w];
        metric += c.real() * survivor.turn.real() + c.imag() * survivor.turn.imag();
      }
      if (metric > best) {
        best = metric;
        best_from = from;
      }
    }
    if (best_from >= half) decisions |= 1U << to;
    Survivor& next = next_[to];
    next = survivors_[best_from];
    next.metric = best;
    next_clock_[to] = clock_[best_from];
    if (first_bit) continue;
    const unsigned w = (t.wave[best_from][newest] & ~known) | previous;
    const cf32 c = times_conj(correlations_[w], next.turn);
    const float error = std::clamp(c.imag() * per_error, -1.0F, 1.0F);
    next_clock_[to] += times_conj(derivatives_[w], next.turn).real();
    next.frequency += loop.frequency * error;
    next.turn = turned(times(next.turn, increments_[w]), next.frequency + loop.phase * error);
  }
  decisions_[bits_] = decisions;
  survivors_ = next_;
  clock_ = next_clock_;
}

std::size_t SequenceDetector::advance(std::span<const cf32> iq, std::int64_t iq_offset, std::size_t bits) {
  const auto samples = static_cast<std::int64_t>(kSamplesPerSymbol * trellis_->symbols);
  const std::int64_t end = iq_offset + std::ssize(iq);
  bits = std::min(bits, decisions_.size());
  if (bits_ == 0 && bits > 0) {
    step(true);
    ++bits_;
  }
  while (bits_ < bits) {
    const auto start = static_cast<std::int64_t>(std::ceil(position_));
    if (start < iq_offset || start + samples > end) break;
    correlate(iq, iq_offset);
    step(false);
    ++bits_;
    position_ += static_cast<double>(samples);
    if (bits_ % kClockBits == 0) track_clock();
  }
  return bits_;
}

// A waveform that comes later by d samples is what is expected minus d times its slope.
void SequenceDetector::track_clock() {
  float energy = 0;
  for (unsigned w = 0; w < trellis_->waves; ++w)
    for (const cf32 slope : std::span(slopes_[w]).first(kSamplesPerSymbol * trellis_->symbols))
      energy += slope.real() * slope.real() + slope.imag() * slope.imag();
  energy *= amplitude_ * static_cast<float>(kClockBits) / static_cast<float>(trellis_->waves);
  const float late = -clock_[best_state(false)] / energy;
  position_ += static_cast<double>(kClockGain * std::clamp(late, -0.3F, 0.3F));
  clock_.fill(0);
}

std::size_t SequenceDetector::best_state(bool terminated) const {
  std::size_t best = 0;
  float metric = 2 * kImpossible;
  for (std::size_t s = 0; s < trellis_->states; ++s) {
    if (terminated && (s >> 1U & 7U) != 0) continue;
    if (survivors_[s].metric > metric) {
      metric = survivors_[s].metric;
      best = s;
    }
  }
  return best;
}

void SequenceDetector::decide(std::span<std::uint8_t> bits, bool terminated) const {
  std::size_t state = best_state(terminated);
  for (std::size_t k = bits_; k-- > 0;) {
    if (k < bits.size()) bits[k] = static_cast<std::uint8_t>(state & 1U);
    const std::size_t oldest = decisions_[k] >> state & 1U;
    state = state >> 1U | oldest * (trellis_->states / 2);
  }
}

DetectorStart SequenceDetector::next_block(std::uint8_t last_symbol) const {
  DetectorStart start;
  start.position = position_;
  start.radians_per_sample = carrier();
  start.modulation_index = index_;
  const auto mixed = static_cast<cf32>(std::polar(1.0, carrier_ * (position_ - start_position_)));
  start.phasor = amplitude_ * times(survivors_[best_state(true)].turn, mixed);
  start.last_symbol = last_symbol;
  return start;
}

float SequenceDetector::amplitude() const {
  if (bits_ < 2) return amplitude_;
  const auto samples = static_cast<float>((bits_ - 1) * kSamplesPerSymbol * trellis_->symbols);
  return survivors_[best_state(false)].metric / samples;
}

double SequenceDetector::carrier() const {
  const auto samples = static_cast<double>(kSamplesPerSymbol * trellis_->symbols);
  return carrier_ + static_cast<double>(survivors_[best_state(false)].frequency) / samples;
}

}  // namespace windhover::decoders::bluetooth
