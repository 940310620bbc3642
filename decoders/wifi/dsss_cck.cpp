#include "decoders/wifi/dsss_cck.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

#include "decoders/wifi/dsss_cck_words.hpp"
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
  return static_cast<std::int64_t>(std::floor(position_ + kCckChips * kSamplesPerChip)) + kHalf + 2;
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
  std::array<cf32, kCckChips + 2> values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double aside = i == kCckChips ? kAside : i > kCckChips ? -kAside : 0;
    const Look look = look_at(first + static_cast<double>(i < kCckChips ? i : kMeasured) * chip + aside);
    const std::int64_t from = look.sample - kHalf;
    const CckFilter& filter = filters_[look.place];
    const cf32 value =
        correlate(samples.re(from), samples.im(from), filter.re.data(), filter.im.data(), kTaps);
    const auto since = std::clamp<std::int64_t>(look.sample - phased_, 0, kTurns - 1);
    values[i] = times_conj(times_conj(value, turns_[static_cast<std::size_t>(since)]), phasor_);
  }
  const std::span<const cf32, kCckChips> chips(values.data(), kCckChips);
  const CckDecision best = decide_cck(chips, eleven_);
  const cf32 slope =
      times_conj(values[kCckChips] - values[kCckChips + 1], cck_chip(best.word, eleven_, kMeasured));
  position_ += kCckChips * chip;
  steer(turned_back(best.value, best.quarter), turned_back(slope, best.quarter).real());

  if (odd_) turned_ = (turned_ + 2) & 3U;
  odd_ = !odd_;
  const auto untwisted = [&](std::uint8_t q) { return static_cast<std::uint8_t>((q - turned_) & 3U); };
  return {untwisted(best.quarter), best.word, untwisted(best.second_quarter), best.second_word, best.margin};
}

void CckReader::steer(cf32 right, float late) {
  error_ += kErrorGain * (std::min(power(right - cf32{1, 0}), kMostError) - error_);
  late = std::clamp(late, -1.0F, 1.0F);
  drift_ = std::clamp(drift_ + static_cast<double>(kDriftGain * late) / (kCckChips * kSamplesPerChip),
                      -kMostDrift, kMostDrift);
  position_ += static_cast<double>(kDelayGain * late);
  const float off = std::clamp(right.imag(), -1.0F, 1.0F);
  const auto now = static_cast<std::int64_t>(std::floor(position_));
  turn_ += static_cast<double>(kTurnGain * off) / (kCckChips * kSamplesPerChip);
  phasor_ = times(phasor_, unit_phasor(turn_ * static_cast<double>(now - phased_) +
                                       static_cast<double>(kPhaseGain * off)));
  phasor_ *= 1.5F - 0.5F * power(phasor_);
  phased_ = now;
}

}  // namespace windhover::decoders::wifi
