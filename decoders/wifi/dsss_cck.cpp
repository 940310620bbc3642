#include "decoders/wifi/dsss_cck.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "decoders/wifi/dsss_correlate.hpp"
#include "dsp/simd.hpp"

namespace windhover::decoders::wifi {
namespace {

constexpr int kHalf = 20;  // taps before and behind a chip's sample, and bins below and above the carrier

// Loops of second order, a symbol at a time. The clock's is slow: chips next to the measured one disturb it.
constexpr float kPhaseGain = 0.1F, kTurnGain = kPhaseGain * kPhaseGain / 4;
constexpr float kDelayGain = 0.006F, kDriftGain = kDelayGain * kDelayGain / 4;
constexpr float kErrorGain = 1.0F / 64;
constexpr float kMostError = 8;        // that a single symbol counts for
constexpr double kMostDrift = 200e-6;  // samples a sample

// Chips are looked at so much earlier and later; the difference is near to the delay in samples.
constexpr double kAside = 5.0 / 11;

WINDHOVER_CLONES void add_wave(const float* wave_re, const float* wave_im, float re, float im, std::size_t n,
                               float* __restrict sum_re, float* __restrict sum_im) {
  for (std::size_t i = 0; i < n; ++i) {
    sum_re[i] += wave_re[i] * re - wave_im[i] * im;
    sum_im[i] += wave_re[i] * im + wave_im[i] * re;
  }
}

cf32 root(int numerator, int denominator) {
  return unit_phasor(2 * std::numbers::pi * numerator / denominator);
}

/// Sums of a symbol's chips, each turned back as one code word has it; words in the order of φ2, φ3, φ4.
struct WordSums {
  std::array<float, 64> re, im;
  std::size_t words = 0;
  void add(cf32 sum) { re[words] = sum.real(), im[words++] = sum.imag(); }
};

// Chips c0 … c7 are e^(jφ1) times those of φ2 in the even ones, φ3 in 0, 1, 4, 5 and φ4 in 0 … 3; two are
// negative.
WordSums sums_of_64(const std::array<cf32, 8>& chips) {
  WordSums sums;
  for (unsigned p2 = 0; p2 < 4; ++p2) {
    std::array<cf32, 4> a;
    for (std::size_t k = 0; k < 4; ++k) a[k] = turned_back(chips[2 * k], p2) + chips[2 * k + 1];
    for (unsigned p3 = 0; p3 < 4; ++p3) {
      const cf32 early = turned_back(a[0], p3) + a[1], late = turned_back(a[2], p3) + a[3];
      for (unsigned p4 = 0; p4 < 4; ++p4) sums.add(turned_back(early, p4) + late);
    }
  }
  return sums;
}

// φ2 is a quarter turn or three, φ3 nothing, φ4 nothing or two.
WordSums sums_of_4(const std::array<cf32, 8>& chips) {
  WordSums sums;
  for (unsigned d2 = 0; d2 < 2; ++d2) {
    std::array<cf32, 4> a;
    for (std::size_t k = 0; k < 4; ++k) a[k] = turned_back(chips[2 * k], 1 + 2 * d2) + chips[2 * k + 1];
    for (unsigned d3 = 0; d3 < 2; ++d3) sums.add(turned_back(a[0] + a[1], 2 * d3) + a[2] + a[3]);
  }
  return sums;
}

struct WordDecision {
  std::size_t word = 0, second_word = 0;  // as WordSums counts them
  PhaseDecision phase;
  std::uint8_t second_quarter = 0;
  cf32 value;        // 8 without noise, but for its phase
  float margin = 0;  // 8 would be
};

std::size_t place_of_most(const std::array<float, 64>& values, std::size_t count) {
  FourFloats most = four_from(values.data());
  for (std::size_t i = 4; i < count; i += 4) {
    const FourFloats next = four_from(values.data() + i);
    most = next > most ? next : most;
  }
  const float value = std::max(std::max(most[0], most[1]), std::max(most[2], most[3]));
  const auto end = values.begin() + static_cast<std::ptrdiff_t>(count) - 1;
  return static_cast<std::size_t>(std::find(values.begin(), end, value) - values.begin());
}

WordDecision decide_word(const WordSums& sums) {
  std::array<float, 64> agreement;
  for (std::size_t i = 0; i < sums.words; ++i)
    agreement[i] = std::max(std::abs(sums.re[i]), std::abs(sums.im[i]));
  WordDecision out;
  out.word = place_of_most(agreement, sums.words);
  out.value = {sums.re[out.word], sums.im[out.word]};
  out.phase = decide_phase(out.value, true);
  const float most = agreement[out.word];
  agreement[out.word] = most - out.phase.margin;  // the same word with another phase
  out.second_word = place_of_most(agreement, sums.words);
  out.margin = most - agreement[out.second_word];
  const cf32 second{sums.re[out.second_word], sums.im[out.second_word]};
  out.second_quarter = out.second_word == out.word ? out.phase.second : decide_phase(second, true).quarter;
  return out;
}

// Bits of a word, from its place in WordSums: of each quarter turn the higher bit goes first.
constexpr std::uint8_t swapped(std::size_t quarters) {
  return static_cast<std::uint8_t>((quarters & 1U) << 1U | (quarters >> 1U & 1U));
}
constexpr std::uint8_t word_bits(bool eleven, std::size_t word) {
  if (!eleven) return swapped(word);
  return static_cast<std::uint8_t>(swapped(word >> 4U) | swapped(word >> 2U) << 2U | swapped(word) << 4U);
}

cf32 word_chip(bool eleven, std::size_t word, std::size_t chip) {
  const std::size_t p2 = eleven ? word >> 4U : 1 + 2 * (word >> 1U);
  const std::size_t p3 = eleven ? word >> 2U : 0;
  const std::size_t p4 = eleven ? word : 2 * word;
  const std::size_t quarters = (chip % 2 == 0 ? p2 : 0) + (chip % 4 < 2 ? p3 : 0) + (chip < 4 ? p4 : 0) +
                               (chip == 3 || chip == 6 ? 2 : 0);
  return std::conj(turned_back(1, static_cast<unsigned>(quarters)));
}

}  // namespace

CckReader::CckReader() {
  for (int b = 0; b < 2 * kHalf; ++b) {
    const auto bin = static_cast<std::size_t>(b);
    for (int t = 0; t < 2 * kHalf; ++t) {
      const cf32 wave = root((b - kHalf) * (t - kHalf), 2 * kHalf);
      wave_re_[bin][static_cast<std::size_t>(t)] = wave.real();
      wave_im_[bin][static_cast<std::size_t>(t)] = wave.imag();
    }
    for (int place = 0; place < static_cast<int>(kPlaces); ++place)
      shift_[static_cast<std::size_t>(place)][bin] =
          root((b - kHalf) * place, 2 * kHalf * static_cast<int>(kPlaces));
    // A chip's middle lies (2i + 1)·10/11 samples behind the symbol's start.
    for (int chip = 0; chip < static_cast<int>(kBarkerChips.size()); ++chip)
      barker_[bin] += static_cast<float>(kBarkerChips[static_cast<std::size_t>(chip)]) *
                      root(-(b - kHalf) * (2 * chip + 1) * 10, 2 * kHalf * 11);
  }
}

// One chip's pulse out of a Barker symbol's, by their spectra.
CckReader::Spectrum CckReader::chip_spectrum(const SymbolWaveform& waveform) const {
  constexpr float kLeast = 0.5F;  // of a spectrum that is 12 in most places, and 1 at the carrier
  Spectrum out;
  for (std::size_t bin = 0; bin < kTaps; ++bin) {
    cf32 sum = 0;
    // Taps begin kLead before the symbol, waves kHalf.
    for (std::size_t t = 0; t < kTaps; ++t) {
      const std::size_t at = (t + kHalf - SymbolWaveform::kLead) % kTaps;
      sum += times_conj(waveform.taps[t], {wave_re_[bin][at], wave_im_[bin][at]});
    }
    out[bin] = times_conj(sum, barker_[bin]) / (power(barker_[bin]) + kLeast);
  }
  return out;
}

void CckReader::make_filters(const Spectrum& response) {
  for (std::size_t place = 0; place < kPlaces; ++place) {
    std::array<float, kTaps> re{}, im{};
    for (std::size_t bin = 0; bin < kTaps; ++bin) {
      const cf32 value = times(response[bin], shift_[place][bin]);
      add_wave(wave_re_[bin].data(), wave_im_[bin].data(), value.real(), value.imag(), kTaps, re.data(),
               im.data());
    }
    // Value n is that of the sample n − 20 behind the chip's: the response runs backwards. Conjugate, since
    // what they are used in is; and with the carrier.
    Rotator carrier(-turn_ * kHalf, turn_);
    for (std::size_t n = 0; n < kTaps; ++n) {
      const std::size_t back = (2 * kTaps - n) % kTaps;
      const cf32 value = times(cf32{re[back], -im[back]}, carrier.next());
      filters_[place].re[n] = value.real();
      filters_[place].im[n] = value.imag();
    }
  }
}

// Least mean squared error: what lies a chip rate apart in the spectrum falls together in the chips.
void CckReader::start(const PreambleEstimate& estimate, const BarkerTracker& tracker, bool eleven) {
  eleven_ = eleven;
  odd_ = false;
  turned_ = 0;
  position_ = tracker.position();
  turn_ = tracker.turn();
  drift_ = 0;
  phasor_ = tracker.phasor();
  phased_ = tracker.phased_sample();
  error_ = 0;
  const Spectrum pulse = chip_spectrum(estimate.waveform);
  // The waveform is known no better than to some hundredths of its power.
  const float noise = estimate.noise + 0.01F * estimate.signal + 1e-30F;
  Spectrum response;
  float gain = 1e-30F;
  for (std::size_t bin = 0; bin < kTaps; ++bin) {
    float folded = power(pulse[bin]);
    if (bin >= kBinsOfChip) folded += power(pulse[bin - kBinsOfChip]);
    if (bin + kBinsOfChip < kTaps) folded += power(pulse[bin + kBinsOfChip]);
    constexpr auto kChipsOfSample = static_cast<float>(1 / kSamplesPerChip);
    response[bin] = std::conj(pulse[bin]) / (kChipsOfSample * folded + noise);
    gain += times(response[bin], pulse[bin]).real() / static_cast<float>(kTaps);
  }
  for (cf32& value : response) value /= gain * static_cast<float>(kTaps);
  make_filters(response);
  Rotator turns(0, turn_);
  for (cf32& turn : turns_) turn = turns.next();
}

std::int64_t CckReader::needed() const {
  return static_cast<std::int64_t>(std::floor(position_ + kChips * kSamplesPerChip)) + kHalf + 2;
}

CckReader::Look CckReader::look_at(double position) const {
  const double rounded = position + 0.5 / kPlaces;
  const double sample = std::floor(rounded);
  return {static_cast<std::int64_t>(sample), static_cast<std::size_t>((rounded - sample) * kPlaces)};
}

SymbolDecision CckReader::read(const DsssSamples& samples) {
  // All chips, then the measured one a little later and earlier.
  constexpr std::size_t kMeasured = 4;
  const double first = position_ + kSamplesPerChip / 2, chip = kSamplesPerChip * (1 + drift_);
  std::array<cf32, kChips + 2> values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double aside = i == kChips ? kAside : i > kChips ? -kAside : 0;
    const Look look = look_at(first + static_cast<double>(i < kChips ? i : kMeasured) * chip + aside);
    const std::int64_t from = look.sample - kHalf;
    const CckFilter& filter = filters_[look.place];
    const cf32 value =
        correlate(samples.re(from), samples.im(from), filter.re.data(), filter.im.data(), kTaps);
    const auto since = std::clamp<std::int64_t>(look.sample - phased_, 0, kTurns - 1);
    values[i] = times_conj(times_conj(value, turns_[static_cast<std::size_t>(since)]), phasor_);
  }
  std::array<cf32, kChips> chips;
  for (std::size_t i = 0; i < kChips; ++i) chips[i] = i == 3 || i == 6 ? -values[i] : values[i];
  const WordDecision best = decide_word(eleven_ ? sums_of_64(chips) : sums_of_4(chips));
  const cf32 slope =
      times_conj(values[kChips] - values[kChips + 1], word_chip(eleven_, best.word, kMeasured));
  position_ += kChips * chip;
  steer(turned_back(best.value, best.phase.quarter) / static_cast<float>(kChips),
        turned_back(slope, best.phase.quarter).real());

  if (odd_) turned_ = (turned_ + 2) & 3U;
  odd_ = !odd_;
  const auto untwisted = [&](std::uint8_t q) { return static_cast<std::uint8_t>((q - turned_) & 3U); };
  // Words differ in half of their chips at least.
  return {untwisted(best.phase.quarter), word_bits(eleven_, best.word), untwisted(best.second_quarter),
          word_bits(eleven_, best.second_word), best.margin / (kChips / 2.0F)};
}

void CckReader::steer(cf32 right, float late) {
  error_ += kErrorGain * (std::min(power(right - cf32{1, 0}), kMostError) - error_);
  late = std::clamp(late, -1.0F, 1.0F);
  drift_ = std::clamp(drift_ + static_cast<double>(kDriftGain * late) / (kChips * kSamplesPerChip),
                      -kMostDrift, kMostDrift);
  position_ += static_cast<double>(kDelayGain * late);
  const float off = std::clamp(right.imag(), -1.0F, 1.0F);
  const auto now = static_cast<std::int64_t>(std::floor(position_));
  turn_ += static_cast<double>(kTurnGain * off) / (kChips * kSamplesPerChip);
  phasor_ = times(phasor_, unit_phasor(turn_ * static_cast<double>(now - phased_) +
                                       static_cast<double>(kPhaseGain * off)));
  phasor_ *= 1.5F - 0.5F * power(phasor_);
  phased_ = now;
}

}  // namespace windhover::decoders::wifi
