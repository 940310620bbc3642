#include "decoders/bluetooth/sequence_detector.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

#include "dsp/simd.hpp"

namespace windhover::decoders::bluetooth {
namespace {

constexpr float kImpossible = -1e30F;
// The clock is corrected every so many bits, by this share of what was measured.
constexpr std::size_t kClockBits = 64;
constexpr float kClockGain = 0.5F;
constexpr std::size_t kClockEvery = 2;  // bits between measurements

// Second-order loop of each survivor, per bit. Wide enough for 400 Hz/µs on LE 1M, narrow enough to cost
// 0.1 dB where each PHY reaches its limit.
struct Loop {
  float phase, frequency;
};
constexpr Loop loop_of(Coding coding) {
  return coding == Coding::none ? Loop{0.20F, 0.012F} : Loop{0.20F, 0.010F};
}

// The smallest change of waveforms that is worth making them anew for: 0.01 dB.
constexpr double kOffsetStep = 1.0 / 32;
constexpr double kIndexStep = 0.004;

}  // namespace

// A state is the bits before the newest, bit 0 the last of them. The waveform of a bit depends on the symbol
// before it and the one after it.
struct SequenceDetector::Trellis {
  unsigned states = 0;
  unsigned waves = 0;
  unsigned previous_bit = 0;  // of a wave's number that holds the symbol before
  std::size_t symbols = 0;    // of a bit
  std::array<std::array<std::uint8_t, kMostStates>, 2> wave{};  // of the bit before, by newest bit and state
  std::array<std::array<std::uint8_t, 4>, kMostWaves> wave_symbols{};  // before, own, after

  static constexpr unsigned parity(unsigned bits) { return static_cast<unsigned>(std::popcount(bits)) & 1U; }

  static Trellis uncoded() {
    Trellis t;
    t.states = 8;
    t.waves = 8;
    t.previous_bit = 2;
    t.symbols = 1;
    for (unsigned s = 0; s < t.states; ++s)
      for (unsigned u = 0; u < 2; ++u)
        t.wave[u][s] = static_cast<std::uint8_t>((s & 2U) << 1U | (s & 1U) << 1U | u);
    for (unsigned w = 0; w < t.waves; ++w)
      for (unsigned i = 0; i < 3; ++i) t.wave_symbols[w][i] = static_cast<std::uint8_t>(w >> (2 - i) & 1U);
    return t;
  }

  static Trellis coded() {
    // Taps on the newest bit (bit 0) and the three before it: 1 + x + x² + x³ first, then 1 + x² + x³.
    constexpr unsigned kFirst = 0b1111, kSecond = 0b1101;
    Trellis t;
    t.states = 32;
    t.waves = 16;
    t.previous_bit = 3;
    t.symbols = 2;
    for (unsigned s = 0; s < t.states; ++s)
      for (unsigned u = 0; u < 2; ++u)
        t.wave[u][s] = static_cast<std::uint8_t>(parity(s >> 1U & kSecond) << 3U | parity(s & kFirst) << 2U |
                                                 parity(s & kSecond) << 1U | parity((s << 1U | u) & kFirst));
    for (unsigned w = 0; w < t.waves; ++w)
      for (unsigned i = 0; i < 4; ++i) t.wave_symbols[w][i] = static_cast<std::uint8_t>(w >> (3 - i) & 1U);
    return t;
  }
};

const SequenceDetector::Trellis& SequenceDetector::trellis_of(Coding coding) {
  static const std::array<Trellis, 2> trellises{Trellis::uncoded(), Trellis::coded()};
  return trellises[static_cast<std::size_t>(coding)];
}

// The loops that all time goes into. Waves and states are the lanes.
struct SequenceDetector::Kernels {
  WINDHOVER_CLONES static void correlate(const float* z_re, const float* z_im, std::size_t samples,
                                         const Waves* wave_re, const Waves* wave_im, float* __restrict re,
                                         float* __restrict im) {
    float sum_re[kMostWaves] = {}, sum_im[kMostWaves] = {};
    for (std::size_t i = 0; i < samples; ++i) {
      const float a = z_re[i], b = z_im[i];
      const float *wr = wave_re[i].data(), *wi = wave_im[i].data();
      for (std::size_t w = 0; w < kMostWaves; ++w) {
        sum_re[w] += a * wr[w] - b * wi[w];
        sum_im[w] += a * wi[w] + b * wr[w];
      }
    }
    for (std::size_t w = 0; w < kMostWaves; ++w) re[w] = sum_re[w];
    for (std::size_t w = 0; w < kMostWaves; ++w) im[w] = sum_im[w];
  }

  struct StepInput {
    const Trellis* trellis;
    const Survivors* before;
    const float *c_re, *c_im, *increment_re, *increment_im;
    Loop loop;
    float per_error;
  };

  // State `to` follows the states `to`/2 and `to`/2 + half.
  WINDHOVER_CLONES static void step(const StepInput& in, Survivors* __restrict after,
                                    std::uint8_t* __restrict from_upper);
};

void SequenceDetector::Kernels::step(const StepInput& in, Survivors* __restrict after,
                                     std::uint8_t* __restrict from_upper) {
  const Trellis& t = *in.trellis;
  const Survivors& s = *in.before;
  const unsigned half = t.states / 2;
  for (unsigned u = 0; u < 2; ++u)
    for (unsigned p = 0; p < half; ++p) {
      const unsigned q = p + half, to = 2 * p + u;
      const std::uint8_t wp = t.wave[u][p], wq = t.wave[u][q];
      // Correlations seen from each survivor's own carrier.
      const float p_re = in.c_re[wp] * s.turn_re[p] + in.c_im[wp] * s.turn_im[p];
      const float q_re = in.c_re[wq] * s.turn_re[q] + in.c_im[wq] * s.turn_im[q];
      const float p_metric = s.metric[p] + p_re, q_metric = s.metric[q] + q_re;
      const bool upper = q_metric > p_metric;
      const unsigned from = upper ? q : p;
      const std::uint8_t w = upper ? wq : wp;
      const float turn_re = s.turn_re[from], turn_im = s.turn_im[from];
      const float im = in.c_im[w] * turn_re - in.c_re[w] * turn_im;
      const float error = std::min(std::max(im * in.per_error, -1.0F), 1.0F);
      const float frequency = s.frequency[from] + in.loop.frequency * error;
      // Turned by the waveform, then by a small angle, and kept near length 1.
      const float angle = frequency + in.loop.phase * error;
      const float c = 1 - 0.5F * angle * angle, a = angle * (1 - angle * angle * (1.0F / 6));
      const float inc_re = in.increment_re[w] * c - in.increment_im[w] * a;
      const float inc_im = in.increment_re[w] * a + in.increment_im[w] * c;
      const float new_re = turn_re * inc_re - turn_im * inc_im;
      const float new_im = turn_re * inc_im + turn_im * inc_re;
      const float length = 1.5F - 0.5F * (new_re * new_re + new_im * new_im);
      after->metric[to] = upper ? q_metric : p_metric;
      after->frequency[to] = frequency;
      after->turn_re[to] = new_re * length;
      after->turn_im[to] = new_im * length;
      from_upper[to] = upper ? 1 : 0;
    }
}

void SequenceDetector::begin(Coding coding, const DetectorStart& start) {
  trellis_ = &trellis_of(coding);
  coding_ = coding;
  position_ = start_position_ = start.position;
  carrier_ = start.radians_per_sample;
  mixer_step_re_ = static_cast<float>(std::cos(carrier_));
  mixer_step_im_ = static_cast<float>(-std::sin(carrier_));
  index_ = start.modulation_index;
  amplitude_ = std::max(std::abs(start.phasor), 1e-12F);
  last_symbol_ = start.last_symbol;
  bits_ = 0;
  clock_ = clock_energy_ = 0;
  mixer_valid_ = false;
  now_ = 0;
  Survivors& first = survivors_[now_];
  first.metric.fill(kImpossible);
  first.frequency.fill(0);
  first.turn_re.fill(1);
  first.turn_im.fill(0);
  const std::size_t state = start.last_bits & (trellis_->states - 1);
  first.metric[state] = 0;
  first.turn_re[state] = start.phasor.real() / amplitude_;
  first.turn_im[state] = start.phasor.imag() / amplitude_;
}

void SequenceDetector::make_waves(double offset) {
  if (made_.trellis == trellis_ && std::abs(made_.index - index_) < kIndexStep &&
      std::abs(made_.offset - offset) < kOffsetStep)
    return;
  made_ = {trellis_, index_, offset};
  const std::size_t samples = kSamplesPerSymbol * trellis_->symbols, symbols = trellis_->symbols + 2;
  for (std::size_t i = 0; i < samples; ++i) {
    // What each symbol adds to the phase now and to its change until the next sample.
    std::array<double, 4> pulse{}, slope{};
    for (std::size_t k = 0; k < symbols; ++k) {
      constexpr double kStep = 0.05;
      const double t = offset + static_cast<double>(i) / kSamplesPerSymbol - (static_cast<double>(k) - 1);
      pulse[k] = index_ * phase_pulse(t);
      slope[k] = (index_ * phase_pulse(t + kStep) - pulse[k]) / kStep / kSamplesPerSymbol;
    }
    for (unsigned w = 0; w < trellis_->waves; ++w) {
      double phase = 0, change = 0;
      for (std::size_t k = 0; k < symbols; ++k) {
        const bool one = trellis_->wave_symbols[w][k] != 0;
        phase += one ? pulse[k] : -pulse[k];
        change += one ? slope[k] : -slope[k];
      }
      const auto re = static_cast<float>(std::cos(phase)), im = static_cast<float>(std::sin(phase));
      wave_re_[i][w] = re;
      wave_im_[i][w] = -im;
      // Conjugate of j·change·wave.
      slope_re_[i][w] = -static_cast<float>(change) * im;
      slope_im_[i][w] = -static_cast<float>(change) * re;
    }
  }
  for (unsigned w = 0; w < trellis_->waves; ++w) {
    double turn = 0;
    for (std::size_t i = 0; i < trellis_->symbols; ++i)
      turn += trellis_->wave_symbols[w][i] != 0 ? std::numbers::pi : -std::numbers::pi;
    increment_re_[w] = static_cast<float>(std::cos(index_ * turn));
    increment_im_[w] = static_cast<float>(std::sin(index_ * turn));
  }
}

void SequenceDetector::take_samples(std::span<const cf32> iq, std::int64_t first) {
  const std::size_t samples = kSamplesPerSymbol * trellis_->symbols;
  const auto start = static_cast<std::int64_t>(std::ceil(position_));
  make_waves((static_cast<double>(start) - position_) / kSamplesPerSymbol);
  if (!mixer_valid_) {
    const double phase = -carrier_ * (static_cast<double>(start) - start_position_);
    mixer_re_ = static_cast<float>(std::cos(phase));
    mixer_im_ = static_cast<float>(std::sin(phase));
    mixer_valid_ = true;
  }
  float re = mixer_re_, im = mixer_im_;
  const cf32* at = iq.data() + (start - first);
  for (std::size_t i = 0; i < samples; ++i) {
    const float x = at[i].real(), y = at[i].imag();
    sample_re_[i] = x * re - y * im;
    sample_im_[i] = x * im + y * re;
    const float next = re * mixer_step_re_ - im * mixer_step_im_;
    im = re * mixer_step_im_ + im * mixer_step_re_;
    re = next;
  }
  mixer_re_ = re;
  mixer_im_ = im;
  Kernels::correlate(sample_re_.data(), sample_im_.data(), samples, wave_re_.data(), wave_im_.data(),
                     correlation_re_.data(), correlation_im_.data());
}

// The first bit has no waveform behind it yet.
void SequenceDetector::step_first() {
  const unsigned half = trellis_->states / 2;
  const Survivors& before = survivors_[now_];
  Survivors& after = survivors_[now_ ^ 1U];
  for (unsigned to = 0; to < trellis_->states; ++to) {
    const unsigned p = to / 2, q = p + half;
    const bool upper = before.metric[q] > before.metric[p];
    const unsigned from = upper ? q : p;
    after.metric[to] = before.metric[from];
    after.frequency[to] = before.frequency[from];
    after.turn_re[to] = before.turn_re[from];
    after.turn_im[to] = before.turn_im[from];
    from_upper_[0][to] = upper ? 1 : 0;
  }
  now_ ^= 1U;
}

// The symbol before the first bit is known, and may be of another coding.
void SequenceDetector::impose_last_symbol() {
  const Waves c_re = correlation_re_, c_im = correlation_im_;
  const unsigned bit = 1U << trellis_->previous_bit;
  for (unsigned w = 0; w < trellis_->waves; ++w) {
    const unsigned known = (w & ~bit) | static_cast<unsigned>(last_symbol_) << trellis_->previous_bit;
    correlation_re_[w] = c_re[known];
    correlation_im_[w] = c_im[known];
    first_increment_re_[w] = increment_re_[known];
    first_increment_im_[w] = increment_im_[known];
  }
}

void SequenceDetector::step() {
  const bool first = bits_ == 1;
  if (first) impose_last_symbol();
  const float per_error = 1 / (amplitude_ * static_cast<float>(kSamplesPerSymbol * trellis_->symbols));
  Kernels::step({trellis_, &survivors_[now_], correlation_re_.data(), correlation_im_.data(),
                 (first ? first_increment_re_ : increment_re_).data(),
                 (first ? first_increment_im_ : increment_im_).data(), loop_of(coding_), per_error},
                &survivors_[now_ ^ 1U], from_upper_[bits_].data());
  now_ ^= 1U;
  if (bits_ % kClockEvery == 0) measure_clock();
}

std::size_t SequenceDetector::advance(std::span<const cf32> iq, std::int64_t iq_offset, std::size_t bits) {
  const auto samples = static_cast<std::int64_t>(kSamplesPerSymbol * trellis_->symbols);
  const std::int64_t end = iq_offset + std::ssize(iq);
  bits = std::min(bits, from_upper_.size());
  if (bits_ == 0 && bits > 0) {
    step_first();
    ++bits_;
  }
  while (bits_ < bits) {
    const auto start = static_cast<std::int64_t>(std::ceil(position_));
    if (start < iq_offset || start + samples > end) break;
    take_samples(iq, iq_offset);
    step();
    ++bits_;
    position_ += static_cast<double>(samples);
    if (bits_ % kClockBits == 0) correct_clock();
  }
  return bits_;
}

// Along the best path of the moment, which is right often enough: a waveform that comes later by d samples is
// what is expected minus d times its slope.
void SequenceDetector::measure_clock() {
  const Survivors& before = survivors_[now_ ^ 1U];
  const std::size_t to = best_state(false);
  const std::size_t from = to / 2 + (from_upper_[bits_][to] != 0 ? trellis_->states / 2 : 0);
  const std::size_t w = trellis_->wave[to & 1U][from];
  float re = 0, im = 0, energy = 0;
  for (std::size_t i = 0; i < kSamplesPerSymbol * trellis_->symbols; ++i) {
    const float slope_re = slope_re_[i][w], slope_im = slope_im_[i][w];
    re += sample_re_[i] * slope_re - sample_im_[i] * slope_im;
    im += sample_re_[i] * slope_im + sample_im_[i] * slope_re;
    energy += slope_re * slope_re + slope_im * slope_im;
  }
  clock_ -= re * before.turn_re[from] + im * before.turn_im[from];
  clock_energy_ += energy;
}

void SequenceDetector::correct_clock() {
  const float late = clock_ / (amplitude_ * clock_energy_);
  position_ += static_cast<double>(kClockGain * std::clamp(late, -0.3F, 0.3F));
  clock_ = clock_energy_ = 0;
  mixer_valid_ = false;  // anew, before its rounding adds up
}

std::size_t SequenceDetector::best_state(bool terminated) const {
  std::size_t best = 0;
  float metric = 2 * kImpossible;
  for (std::size_t s = 0; s < trellis_->states; ++s) {
    if (terminated && (s >> 1U & 7U) != 0) continue;
    if (survivors_[now_].metric[s] > metric) {
      metric = survivors_[now_].metric[s];
      best = s;
    }
  }
  return best;
}

void SequenceDetector::decide(std::span<std::uint8_t> bits, bool terminated) const {
  std::size_t state = best_state(terminated);
  for (std::size_t k = bits_; k-- > 0;) {
    if (k < bits.size()) bits[k] = static_cast<std::uint8_t>(state & 1U);
    state = state / 2 + (from_upper_[k][state] != 0 ? trellis_->states / 2 : 0);
  }
}

float SequenceDetector::amplitude() const {
  if (bits_ < 2) return amplitude_;
  const auto samples = static_cast<float>((bits_ - 1) * kSamplesPerSymbol * trellis_->symbols);
  return survivors_[now_].metric[best_state(false)] / samples;
}

double SequenceDetector::carrier() const {
  const auto samples = static_cast<double>(kSamplesPerSymbol * trellis_->symbols);
  return carrier_ + static_cast<double>(survivors_[now_].frequency[best_state(false)]) / samples;
}

}  // namespace windhover::decoders::bluetooth
