#include "decoders/bluetooth/coded_track.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "decoders/bluetooth/packet_bits.hpp"
#include "decoders/complex_math.hpp"

namespace windhover::decoders::bluetooth {
namespace {

constexpr double kRate = 2e6;
/// Decided bits behind the header until it is read: some ten constraint lengths of traceback.
constexpr std::size_t kHeaderTraceback = 24;
/// Data that resembles block 1 by chance has more.
constexpr unsigned kMaxAddressErrors = 4;
constexpr float kMostSoft = 2.5F;  ///< of the amplitude: what a burst of interference may say at most
constexpr float kNeighbourWeight = 0.7F;
/// A step a group. The carrier may move by 400 Hz/µs at times, the clock by 0.006 samples a group.
constexpr double kCarrierGain = 0.5, kDriftGain = 0.08, kClockGain = 0.05;
constexpr double kRadPerHz = 2 * std::numbers::pi / kRate;
constexpr double kMostShiftRad = 70e3 * kRadPerHz;    // 50 kHz in a packet, and what the start was off
constexpr double kMostDriftRad = 12.8e3 * kRadPerHz;  // 400 Hz/µs over a group
constexpr std::array<std::array<std::int8_t, kBlock1Patterns>, 2> kSigns{block1_signs(0), block1_signs(1)};

}  // namespace

void CodedTrack::start(const SampleView& view, const CodedSync& sync, int whitening_channel) {
  active_ = true;
  sync_ = sync;
  channel_ = whitening_channel;
  time_ = sync.block1;
  carrier_ = {0, sync.cfo_rad, static_cast<std::int64_t>(std::ceil(time_))};
  drift_ = cfo_sum_ = 0;
  groups_ = patterns_ = decided_ = 0;
  older_ = newer_ = {};
  indicator_level_ = {};
  viterbi_.reset();
  block2_ = false;
  bits_expected_ = 0;
  measure(view);
}

/// Noise from what differs between periods of the preamble, which needs no knowledge of the modulation.
void CodedTrack::measure(const SampleView& view) {
  constexpr std::int64_t kPeriod = 2 * kPatternSamples, kEdge = 4;
  const auto block1 = static_cast<std::int64_t>(sync_.block1);
  const std::int64_t from = std::max(view.first, block1 - kPreambleSamples + kEdge);
  cf32 repeated{};
  float both = 0;
  std::int64_t n = from;
  for (; n + kPeriod < block1 - kEdge; ++n) {
    repeated += times_conj(view.at(n + kPeriod), view.at(n));
    both += power(view.at(n + kPeriod)) + power(view.at(n));
  }
  const auto count = static_cast<float>(std::max<std::int64_t>(n - from, 1));
  const float noise = (both / 2 - std::abs(repeated)) / count;
  const float signal = sync_.amplitude * sync_.amplitude;
  const float ratio = signal * static_cast<float>(kNoiseBandwidth) / std::max(noise, 1e-6F * signal + 1e-30F);
  snr_db_ = 10 * std::log10(std::max(ratio, 1e-3F));
}

bool CodedTrack::advance(const SampleView& view, Packet& packet) { return run(view, view.end(), packet); }

bool CodedTrack::stop(const SampleView& view, Packet& packet) {
  // The last group of a packet may reach beyond the samples.
  const bool ended = run(view, view.end() + static_cast<std::int64_t>(kGroup + 1) * kPatternSamples, packet);
  active_ = false;
  if (!block2_) return false;
  const double block2 = sync_.block1 + static_cast<double>(kBlock1Patterns) * kPatternSamples;
  constexpr double kTolerance = 0.25;
  const double received = (static_cast<double>(view.end()) - block2) / samples_per_bit() + kTolerance;
  auto bits = static_cast<std::size_t>(std::max(0.0, received));
  if (ended && (packet.crc_ok || bits >= bits_expected_)) return true;
  std::array<std::uint8_t, kMaxCodedInput> decoded{};
  if (phy_ == Phy::le_coded_s2) {
    bits = std::min(bits, symbol_bits(view, bits));
    symbols_.decide(std::span(decoded).first(bits), false);
  } else {
    bits = std::min(bits, viterbi_.size());
    viterbi_.trace(ended ? 0 : viterbi_.best_state(), std::span(decoded).first(bits));
  }
  // CRC and PDU may be there although the termination is not.
  tell(bits_expected_ != 0 && bits + kTerminationBits >= bits_expected_, std::span(decoded).first(bits),
       packet);
  packet.complete = packet.crc_ok;
  return true;
}

bool CodedTrack::run(const SampleView& view, std::int64_t end, Packet& packet) {
  while (active_) {
    if (block2_ && phy_ == Phy::le_coded_s2) return run_symbols(view, packet);
    const std::size_t size = block2_ ? kGroup : std::min(kGroup, kBlock1Patterns - patterns_);
    if (static_cast<std::int64_t>(std::ceil(time_)) + static_cast<std::int64_t>(size) * kPatternSamples > end)
      return false;
    if (take_group(correlate(view, size), packet)) {
      active_ = false;
      return true;
    }
  }
  return false;
}

void CodedTrack::begin_symbols() {
  symbols_origin_ = static_cast<std::int64_t>(std::floor(time_));
  DetectorStart start;
  start.position = time_ - static_cast<double>(symbols_origin_);
  start.radians_per_sample = carrier_.step;
  start.modulation_index = sync_.modulation_index;
  // TERM1 ends in 0011, whose last symbol stays in the waveform to come.
  start.last_symbol = 1;
  const double carrier = carrier_.at(symbols_origin_) + carrier_.step * start.position + phase(reference_);
  start.phasor = std::polar(
      sync_.amplitude, static_cast<float>(std::remainder(carrier - std::numbers::pi * start.modulation_index,
                                                         2 * std::numbers::pi)));
  symbols_.begin(Coding::s2, start);
}

/// Bits of block 2 behind the detector, which goes on to `most`.
std::size_t CodedTrack::symbol_bits(const SampleView& view, std::size_t most) {
  const std::size_t steps = symbols_.advance(view.iq, view.first - symbols_origin_, most + 1);
  time_ = static_cast<double>(symbols_origin_) + symbols_.position();
  return std::max<std::size_t>(steps, 1) - 1;
}

bool CodedTrack::run_symbols(const SampleView& view, Packet& packet) {
  std::array<std::uint8_t, kMaxCodedInput> bits{};
  if (bits_expected_ == 0) {
    if (symbol_bits(view, kHeaderBits + kHeaderTraceback) < kHeaderBits + kHeaderTraceback) return false;
    symbols_.decide(std::span(bits).first(kHeaderBits), false);
    read_header(std::span(bits).first(kHeaderBits));
  }
  if (symbol_bits(view, bits_expected_) < bits_expected_) return false;
  symbols_.decide(std::span(bits).first(bits_expected_), true);
  tell(true, std::span(bits).first(bits_expected_), packet);
  active_ = false;
  return true;
}

bool CodedTrack::take_group(const Group& now, Packet& packet) {
  patterns_ += now.size;
  const Group& before = newer_.size != 0 ? newer_ : older_;
  time_ += static_cast<double>(now.size) * kPatternSamples;
  steer(before, now);
  if (newer_.size != 0) {
    if (decide(older_, newer_, now, packet)) return true;
    older_ = newer_;
  }
  newer_ = now;
  const bool block1_ends = !block2_ && patterns_ == kBlock1Patterns;
  const bool packet_ends = bits_expected_ != 0 && patterns_ >= kBlock1Patterns + 2 * bits_expected_;
  if (!block1_ends && !packet_ends) return false;
  if (decide(older_, newer_, {}, packet)) return true;
  older_ = newer_;
  newer_ = {};
  return false;
}

CodedTrack::Group CodedTrack::correlate(const SampleView& view, std::size_t size) const {
  std::array<cf32, kGroup * kPatternSamples> turned;
  const double whole = std::ceil(time_);
  carrier_.turn_back(view, static_cast<std::int64_t>(whole), std::span(turned).first(size * kPatternSamples));
  Group group;
  group.size = size;
  for (std::size_t p = 0; p < size; ++p) {
    const PatternSums sums = correlate_pattern(&turned[p * kPatternSamples], whole - time_);
    group.data[p] = sums.data;
    group.pilot += sums.pilot;
    group.timing += sums.timing;
  }
  return group;
}

/// Carrier and clock for the groups behind `now`.
void CodedTrack::steer(const Group& before, const Group& now) {
  cfo_sum_ += carrier_.step;
  ++groups_;
  if (now.size != kGroup || before.size != kGroup) return;
  const double turn = phase(times_conj(now.pilot, before.pilot)) / (kGroup * kPatternSamples);
  drift_ = std::clamp(drift_ + kDriftGain * turn, -kMostDriftRad, kMostDriftRad);
  retune(carrier_.step + drift_ + kCarrierGain * turn);
  const cf32 pilot = before.pilot + now.pilot;
  const float later = times_conj(now.timing, pilot).real() * 2 / (power(pilot) + 1e-30F);
  time_ += kClockGain * static_cast<double>(std::clamp(later, -1.0F, 1.0F));
}

/// From the next sample to be used on, and no further than carriers drift.
void CodedTrack::retune(double step) {
  const double bounded = std::clamp(step, sync_.cfo_rad - kMostShiftRad, sync_.cfo_rad + kMostShiftRad);
  carrier_.retune(static_cast<std::int64_t>(std::ceil(time_)), bounded);
}

bool CodedTrack::decide(const Group& before, const Group& now, const Group& after, Packet& packet) {
  reference_ = now.pilot + (before.pilot + after.pilot) * kNeighbourWeight;
  const float scale = 1 / (std::sqrt(power(reference_)) * sync_.amplitude * pattern_gains().data + 1e-30F);
  for (std::size_t p = 0; p < now.size; ++p) {
    const float soft = times_conj(now.data[p], reference_).imag() * scale;
    if (take_soft(std::clamp(soft, -kMostSoft, kMostSoft), packet)) return true;
  }
  return false;
}

bool CodedTrack::take_soft(float soft, Packet& packet) {
  if (!block2_)
    for (std::size_t indicator = 0; indicator < 2; ++indicator)
      indicator_level_[indicator] += soft * static_cast<float>(kSigns[indicator][decided_]);
  if (decided_++ % 2 == 0) {
    held_soft_ = soft;
    return false;
  }
  viterbi_.step(held_soft_, soft);
  if (block2_) return take_block2_bit(packet);
  if (decided_ == kBlock1Patterns) finish_block1();
  return false;
}

double CodedTrack::samples_per_bit() const {
  return 2.0 * (phy_ == Phy::le_coded_s8 ? kPatternSamples : kSamplesPerSymbol);
}

void CodedTrack::finish_block1() {
  std::array<std::uint8_t, 32> bits;
  viterbi_.trace(0, bits);
  unsigned errors = 0;
  for (unsigned n = 0; n < 32; ++n) errors += bits[n] ^ ((kAdvertisingAddress >> n) & 1U);
  if (errors > kMaxAddressErrors) active_ = false;
  phy_ = indicator_level_[0] >= indicator_level_[1] ? Phy::le_coded_s8 : Phy::le_coded_s2;
  viterbi_.reset();
  block2_ = true;
  if (phy_ == Phy::le_coded_s2) begin_symbols();
}

bool CodedTrack::take_block2_bit(Packet& packet) {
  std::array<std::uint8_t, kMaxCodedInput> bits;
  if (viterbi_.size() == kHeaderBits + kHeaderTraceback) {
    viterbi_.trace(viterbi_.best_state(), std::span(bits).first(kHeaderBits));
    read_header(std::span(bits).first(kHeaderBits));
  }
  if (bits_expected_ == 0 || viterbi_.size() < bits_expected_) return false;
  viterbi_.trace(0, std::span(bits).first(bits_expected_));
  tell(true, std::span(bits).first(bits_expected_), packet);
  return true;
}

void CodedTrack::read_header(std::span<const std::uint8_t> bits) {
  std::array<std::uint8_t, 2> header{};
  dewhiten(bits, channel_, header);
  bits_expected_ = 8 * (2U + header[1] + kCrcBytes) + kTerminationBits;
}

/// `bits` of block 2 were received; `complete` if PDU and CRC are among them.
void CodedTrack::tell(bool complete, std::span<const std::uint8_t> bits, Packet& packet) const {
  packet.phy = phy_;
  const std::size_t expected = bits_expected_ != 0 ? bits_expected_ / 8 - kCrcBytes : kMaxPduBytes;
  fill_packet(bits, channel_, expected, complete, kAdvertisingCrcInit, packet);
  packet.first_sample = sync_.block1 - kPreambleSamples;
  packet.length_samples = kPreambleSamples + static_cast<double>(kBlock1Patterns) * kPatternSamples +
                          samples_per_bit() * static_cast<double>(bits.size());
  packet.snr_db = snr_db_;
  packet.rssi_dbfs = 20 * std::log10(sync_.amplitude + 1e-15F);
  const double mean_rad = cfo_sum_ / static_cast<double>(std::max<std::size_t>(groups_, 1));
  const double carrier_rad = phy_ == Phy::le_coded_s8 ? mean_rad : (mean_rad + symbols_.carrier()) / 2;
  packet.cfo_hz = static_cast<float>(carrier_rad / kRadPerHz);
}

}  // namespace windhover::decoders::bluetooth
