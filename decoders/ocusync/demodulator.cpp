#include "decoders/ocusync/demodulator.hpp"

#include <algorithm>

namespace windhover::decoders::ocusync {
namespace {

constexpr std::array kPilots{kZc600, kZc147, kKnown};  ///< the known symbol last: it may be absent
constexpr int kTolerated = 16;  ///< samples of a symbol that may be missing at the edge of a window

double wrap(double radians) { return std::remainder(radians, 2 * std::numbers::pi); }

/// How a pilot (or decided) symbol matches the channel: near 1 with the channel's phase taken out.
cf32 match(const Spectrum& received, const Spectrum& sent, const Spectrum& channel,
           std::span<const float, kSpectrum> reliability) {
  cf32 sum = 0;
  float energy = 1e-30F;
  for (std::size_t q = 0; q < kSpectrum; ++q) {
    const cf32 expected = times(channel[q], sent[q]);
    sum += reliability[q] * times_conj(received[q], expected);
    energy += reliability[q] * power(expected);
  }
  return sum / energy;
}

}  // namespace

Demodulator::Demodulator() : ref_(reference()), body_(kFftSize), bins_(kFftSize) {}

bool Demodulator::holds(const BurstView& burst, int symbol) {
  const int start = burst.zc600 + body_offset(symbol) - kAdvance;
  return start + kTolerated >= burst.first_valid && start >= 0 &&
         start + static_cast<int>(kFftSize) <= burst.end_valid + kTolerated;
}

double Demodulator::cfo_from_prefixes() {
  // The ends of a prefix belong in part to the symbol before (echoes) and to the filter's ringing.
  constexpr int kFirst = -60, kLast = -4;
  cf32 sum = 0;
  float variance = 1e-30F;
  for (int s = 0; s < kSymbols; ++s) {
    const int body = burst_.zc600 + body_offset(s);
    if (!present_[static_cast<std::size_t>(s)] || body + kFirst < burst_.first_valid) continue;
    for (int n = kFirst; n < kLast; ++n) {
      const auto at = static_cast<std::size_t>(body + n);
      if (at + kFftSize >= burst_.iq.size()) break;
      const cf32 early = burst_.whitened[at], late = burst_.whitened[at + kFftSize];
      sum += times_conj(late, early);
      variance += power(early) * power(late);
    }
  }
  // Neighbouring samples of the 9 MHz band are alike: noise has 0.6 independent values a sample.
  measure_.prefix_evidence = 0.6F * power(sum) / variance;
  return phase(sum) / static_cast<double>(kFftSize);
}

void Demodulator::transform(double radians_per_sample) {
  for (int s = 0; s < kSymbols; ++s) {
    if (!present_[static_cast<std::size_t>(s)]) continue;
    const int start = body_offset(s) - kAdvance;
    Rotator rotator(-radians_per_sample * start, -radians_per_sample);
    const cf32* iq = burst_.iq.data() + burst_.zc600 + start;
    for (cf32& x : body_) x = times(*iq++, rotator.next());
    ref_.symbol_forward.execute(body_.data(), bins_.data());
    Spectrum& out = received_[static_cast<std::size_t>(s)];
    const float scale = 1.0F / std::sqrt(static_cast<float>(kFftSize));
    for (std::size_t q = 0; q < kSpectrum; ++q) out[q] = scale * bins_[(q + kFftSize - kDc) % kFftSize];
    out[kDc] = 0;
  }
  delay_removed_ = 0;
  remove_delay(kAdvance);
  delay_removed_ = 0;
}

void Demodulator::remove_delay(double samples) {
  const double step = 2 * std::numbers::pi * samples / static_cast<double>(kFftSize);
  Spectrum ramp;
  Rotator rotator(-step * kLastCarrier, step);
  for (cf32& x : ramp) x = rotator.next();
  for (std::size_t s = 0; s < kSymbols; ++s)
    if (present_[s])
      for (std::size_t q = 0; q < kSpectrum; ++q) received_[s][q] = times(received_[s][q], ramp[q]);
  delay_removed_ += samples;
}

cf32 Demodulator::phasor(int symbol) const { return unit_phasor(phase_[static_cast<std::size_t>(symbol)]); }

void Demodulator::average(std::span<const int> pilots, Spectrum& out) const {
  out.fill(cf32{});
  const float scale = 1.0F / static_cast<float>(pilots.size());
  for (const int s : pilots) {
    const cf32 turn = scale * phasor(s);
    const Spectrum &received = received_[static_cast<std::size_t>(s)],
                   &sent = sent_[static_cast<std::size_t>(s)];
    for (std::size_t q = 0; q < kSpectrum; ++q) out[q] += times_conj(times_conj(received[q], sent[q]), turn);
  }
  out[kDc] = 0.5F * (out[kDc - 1] + out[kDc + 1]);
}

/// Smooths the average of `pilots` symbols. Carriers with interference take the values of the estimate itself
/// in the measure of their unreliability, which a few rounds bring to rest.
void Demodulator::smooth(std::size_t pilots) {
  const float noise = pilot_noise() / static_cast<float>(pilots);
  channel_estimate_.smooth(raw_, noise, channel_);
  if (all_reliable_) return;
  for (int round = 0; round < 8; ++round) {
    for (std::size_t q = 0; q < kSpectrum; ++q)
      filled_[q] = round == 0 && reliability_[q] < 0.5F
                       ? cf32{}
                       : channel_[q] + reliability_[q] * (raw_[q] - channel_[q]);
    channel_estimate_.smooth(filled_, noise, channel_);
  }
}

void Demodulator::fit_phases(std::span<const int> pilots, const Spectrum& channel) {
  // Least squares of a straight line through what each pilot's phase is beside the line so far.
  double n = 0, t1 = 0, t2 = 0, e = 0, te = 0;
  for (const int s : pilots) {
    const auto i = static_cast<std::size_t>(s);
    const double t = body_offset(s);
    const double error = wrap(phase(match(received_[i], sent_[i], channel, reliability_)) - phase_[i]);
    n += 1, t1 += t, t2 += t * t, e += error, te += t * error;
  }
  const double slope = (n * te - t1 * e) / (n * t2 - t1 * t1);
  const double offset = (e - slope * t1) / n;
  phase_slope_ += slope;
  for (int s = 0; s < kSymbols; ++s) phase_[static_cast<std::size_t>(s)] += offset + slope * body_offset(s);
}

float Demodulator::pilot_noise() const {
  // The channel stands still between the two Zadoff-Chu symbols; what differs is noise. The median over
  // groups keeps a narrow interferer from raising the estimate for all carriers.
  std::array<float, kGroups> groups{};
  const cf32 turn = times_conj(phasor(kZc147), phasor(kZc600));
  for (std::size_t i = 0; i < kCarriers; ++i) {
    const std::size_t q = i < kDc ? i : i + 1;
    const cf32 first = times_conj(received_[kZc600][q], sent_[kZc600][q]);
    const cf32 second = times_conj(times_conj(received_[kZc147][q], sent_[kZc147][q]), turn);
    groups[i / kGroup] += 0.5F * power(first - second) / static_cast<float>(kGroup);
  }
  std::nth_element(groups.begin(), groups.begin() + kGroups / 2, groups.end());
  return std::max(1.01F * groups[kGroups / 2], 1e-20F);
}

void Demodulator::look_for_known_symbol() {
  measure_.known_decided = present_[kKnown];
  measure_.has_known = false;
  if (!present_[kKnown]) return;
  const cf32 g = match(received_[kKnown], ref_.known, channel_, reliability_);
  measure_.has_known = std::abs(g) > 0.5F;
  if (!measure_.has_known) present_[kKnown] = false;
}

void Demodulator::estimate_channel() {
  const std::span<const int> both(kPilots.data(), 2);
  cf32 turn = 0;
  for (std::size_t q = 0; q < kSpectrum; ++q)
    turn += reliability_[q] * times_conj(times_conj(received_[kZc147][q], sent_[kZc147][q]),
                                         times_conj(received_[kZc600][q], sent_[kZc600][q]));
  phase_slope_ = phase(turn) / kZcDistance;
  for (int s = 0; s < kSymbols; ++s) phase_[static_cast<std::size_t>(s)] = phase_slope_ * body_offset(s);
  average(both, raw_);
  for (std::size_t q = 0; q < kSpectrum; ++q) filled_[q] = reliability_[q] * raw_[q];
  const DelayProfile profile = channel_estimate_.profile(filled_);
  remove_delay(profile.centroid_samples);
  average(both, raw_);
  smooth(2);
  fit_phases(both, channel_);
  look_for_known_symbol();
  const std::span<const int> pilots(kPilots.data(), measure_.has_known ? 3 : 2);
  for (int pass = 0; pass < 2; ++pass) {
    fit_phases(pilots, channel_);
    average(pilots, raw_);
    smooth(pilots.size());
  }
}

void Demodulator::measure_noise() {
  noise_map_.start(noise_);
  for (int s = 0; s < kSymbols; ++s) {
    const auto i = static_cast<std::size_t>(s);
    if (!present_[i]) continue;
    const bool pilot = s == kZc600 || s == kZc147 || s == kKnown;
    if (pilot)
      noise_map_.add_known(i, received_[i], sent_[i], channel_, phasor(s));
    else
      noise_map_.add_unknown(i, received_[i], channel_);
  }
  noise_map_.finish(weight_);
}

void Demodulator::write_soft_bits(std::span<float, kCodedBits> soft) const {
  std::fill(soft.begin(), soft.end(), 0.0F);
  for (std::size_t d = 0; d < kDataSymbols.size(); ++d) {
    const auto s = static_cast<std::size_t>(kDataSymbols[d]);
    if (!present_[s]) continue;
    const cf32 turn = 2 * std::numbers::sqrt2_v<float> * phasor(kDataSymbols[d]);
    for (std::size_t i = 0; i < kCarriers; ++i) {
      const std::size_t q = i < kDc ? i : i + 1;
      const cf32 z = weight_[s][q] * times_conj(received_[s][q], times(channel_[q], turn));
      const std::size_t e = d * 2 * kCarriers + 2 * i;
      soft[e] = ref_.scrambler[e] != 0 ? -z.real() : z.real();
      soft[e + 1] = ref_.scrambler[e + 1] != 0 ? -z.imag() : z.imag();
    }
  }
}

void Demodulator::set_measure(double delay) {
  measure_.cfo_hz = (prefix_cfo_ + phase_slope_) * kRate.value / (2 * std::numbers::pi);
  measure_.zc600 = burst_.zc600 + delay;
}

void Demodulator::demodulate(const BurstView& burst, std::span<float, kCodedBits> soft) {
  burst_ = burst;
  measure_ = {};
  std::copy(burst.reliability.begin(), burst.reliability.end(), reliability_.begin());
  all_reliable_ = std::all_of(reliability_.begin(), reliability_.end(), [](float r) { return r == 1; });
  for (int s = 0; s < kSymbols; ++s) present_[static_cast<std::size_t>(s)] = holds(burst, s);
  for (const int s : kDataSymbols) measure_.data_symbols += present_[static_cast<std::size_t>(s)];
  sent_[kZc600] = ref_.zc600;
  sent_[kZc147] = ref_.zc147;
  sent_[kKnown] = ref_.known;
  prefix_cfo_ = cfo_from_prefixes();
  transform(prefix_cfo_);
  estimate_channel();
  noise_ = pilot_noise();
  measure_noise();
  write_soft_bits(soft);
  float energy = 0;
  for (const cf32 h : channel_) energy += power(h) / static_cast<float>(kSpectrum);
  measure_.snr_power_ratio = energy / noise_;
  set_measure(delay_removed_ + channel_estimate_.profile(channel_).peak_samples);
}

void Demodulator::refine(std::span<const std::uint8_t, kCodedBits> coded) {
  std::array<int, kSymbols> all{};
  std::size_t count = 0;
  for (int s = 0; s < kSymbols; ++s)
    if (present_[static_cast<std::size_t>(s)]) all[count++] = s;
  std::array<std::uint8_t, 2 * kCarriers> scrambled;
  for (std::size_t d = 0; d < kDataSymbols.size(); ++d) {
    for (std::size_t i = 0; i < scrambled.size(); ++i)
      scrambled[i] = coded[d * scrambled.size() + i] ^ ref_.scrambler[d * scrambled.size() + i];
    map_qpsk(scrambled.data(), sent_[static_cast<std::size_t>(kDataSymbols[d])]);
  }
  const std::span<const int> symbols(all.data(), count);
  fit_phases(symbols, channel_);
  average(symbols, raw_);
  float residue = 0, energy = 0;
  smooth(count);
  for (const int s : symbols) {
    const auto i = static_cast<std::size_t>(s);
    const cf32 turn = phasor(s);
    for (std::size_t q = 0; q < kSpectrum; ++q) {
      if (q == kDc || weight_[i][q] * noise_ < 0.5F) continue;
      const cf32 expected = times(times(channel_[q], turn), sent_[i][q]);
      residue += power(received_[i][q] - expected);
      energy += power(expected);
    }
  }
  measure_.snr_power_ratio = energy / std::max(residue, 1e-30F);
  set_measure(delay_removed_ + channel_estimate_.profile(channel_).peak_samples);
}

}  // namespace windhover::decoders::ocusync
