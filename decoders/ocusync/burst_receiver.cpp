#include "decoders/ocusync/burst_receiver.hpp"

#include <algorithm>

namespace windhover::decoders::ocusync {
namespace {

constexpr float kPartnerLevel = 18.0F;  ///< one root-600 peak of noise in 10^5 has such a partner by chance
/// The two roots fit nearly as well 2.01 MHz beside the true carrier, but then the prefixes do not.
constexpr float kPrefixEvidence = 8.0F;
constexpr int kChirpReach = 150;  ///< how far a carrier offset moves the root-600 peak at most

constexpr int bins(double hertz) { return static_cast<int>(hertz / kSegmentBinHz); }
constexpr Segment::Band band_of_burst(int shift) { return {shift, bins(4.51e6), bins(5.3e6)}; }

float db(float ratio) { return 10 * std::log10(std::max(ratio, 1e-20F)); }

}  // namespace

BurstReceiver::BurstReceiver() : band_(kSegment), whitened_(kSegment) {}

/// The partner lies where the prefixes put the symbols, unless something else with prefixes is on air.
Partner BurstReceiver::find_partner(double peak, const PrefixTiming& timing) {
  constexpr int kReach = 36;  // prefixes are good to some 30 samples at -4 dB
  const int around = static_cast<int>(std::lround(-2 * timing.offset / kChirpSamplesPerCarrier));
  if (std::abs(around) <= kMaxHalfCarriers + kReach) {
    const Partner near = partner_search_.find(band_, peak, around, kReach);
    if (near.level >= kPartnerLevel) return near;
  }
  return partner_search_.find(band_, peak);
}

Attempt BurstReceiver::receive(const SegmentView& view, double peak, double limit_hz) {
  segment_.load(view, band_);
  const PrefixTiming timing = prefix_search_.find(band_, static_cast<int>(std::lround(peak)));
  const Partner partner = find_partner(peak, timing);
  if (partner.level < kPartnerLevel) return explain(view, peak, timing);
  const Attempt attempt = decode(view, peak, partner, limit_hz);
  if (attempt.stage != AttemptStage::no_partner) return attempt;
  segment_.take_band(Segment::kWholeBand, Segment::Form::whitened, band_);
  return explain(view, peak, timing);
}

Attempt BurstReceiver::explain(const SegmentView& view, double peak, const PrefixTiming& timing) const {
  constexpr float kSurePrefixes = 0.2F;
  Attempt attempt;
  attempt.first_sample = peak - kBurstLead;
  attempt.end_sample = std::min<double>(peak + kBurstTail, view.end_valid);
  const int lag = static_cast<int>(std::lround(peak));
  const float own = partner_search_.root600_at(band_, lag);
  const float twin =
      std::max(partner_search_.root600_at(band_, lag - 1096), partner_search_.root600_at(band_, lag + 1096));
  if (twin > 0.25F * own && own > 0.25F * twin)
    attempt.stage = AttemptStage::repeated;
  else if (timing.coherence > kSurePrefixes && std::abs(timing.offset) > kChirpReach)
    attempt.stage = AttemptStage::elsewhere;
  else if (view.end_valid < lag + kZcDistance + static_cast<int>(kFftSize) + kChirpReach)
    attempt.stage = AttemptStage::truncated;
  attempt.snr_db = db(own / std::max(1 - own, 1e-3F));
  return attempt;
}

Attempt BurstReceiver::decode(const SegmentView& view, double peak, const Partner& partner, double limit_hz) {
  const double coarse_hz = partner.half_carriers * kCarrierSpacingHz / 2;
  Attempt attempt;
  attempt.carrier_hz = coarse_hz;
  attempt.stage = AttemptStage::elsewhere;
  if (std::abs(coarse_hz) > limit_hz + kCarrierSpacingHz) return attempt;
  const int shift = kBinsPerHalfCarrier * partner.half_carriers;
  const double zc600 = peak - kChirpSamplesPerCarrier * 0.5 * partner.half_carriers;
  segment_.take_band(band_of_burst(shift), Segment::Form::linear, band_);
  if (segment_.has_outliers()) segment_.take_band(band_of_burst(shift), Segment::Form::whitened, whitened_);
  std::array<float, kSpectrum> reliability;
  segment_.reliability(shift, reliability);
  const BurstView burst{band_,
                        segment_.has_outliers() ? whitened_ : band_,
                        reliability,
                        static_cast<int>(std::lround(zc600)),
                        view.first_valid,
                        view.end_valid};
  if (!Demodulator::holds(burst, kZc600) || !Demodulator::holds(burst, kZc147))
    return attempt.stage = AttemptStage::truncated, attempt;
  demodulator_.demodulate(burst, soft_);
  if (demodulator_.measure().prefix_evidence < kPrefixEvidence)
    return attempt.stage = AttemptStage::no_partner, attempt;
  rate_dematch(soft_, streams_);
  const bool decoded = turbo_.decode(std::span<const float, 3 * kStreamBits>(streams_)).crc_ok;
  attempt.stage = decoded ? AttemptStage::decoded : AttemptStage::crc24;
  if (decoded) refine();
  describe(view, coarse_hz, attempt);
  if (std::abs(attempt.carrier_hz) > limit_hz) attempt.stage = AttemptStage::elsewhere;
  return attempt;
}

void BurstReceiver::refine() {
  std::array<std::uint8_t, kInfoBits> info;
  for (std::size_t i = 0; i < kInfoBits; ++i) info[i] = turbo_.bytes()[i / 8] >> (7 - i % 8) & 1;
  std::array<std::uint8_t, kCodedBits> coded;
  turbo_encode(info, coded);
  demodulator_.refine(coded);
}

void BurstReceiver::describe(const SegmentView& view, double carrier_hz, Attempt& attempt) const {
  const BurstMeasure& measure = demodulator_.measure();
  const bool nine_symbols = measure.has_known || !measure.known_decided;
  attempt.carrier_hz = carrier_hz + measure.cfo_hz;
  attempt.first_sample = measure.zc600 - (nine_symbols ? kBurstLead : kShortBurstLead);
  attempt.end_sample = std::min<double>(measure.zc600 + kBurstTail, view.end_valid);
  attempt.snr_db = db(measure.snr_power_ratio);
  const auto from = static_cast<std::size_t>(std::max<double>(attempt.first_sample, view.first_valid));
  const auto to = static_cast<std::size_t>(attempt.end_sample);
  float sum = 0;
  for (std::size_t n = from; n < to; ++n) sum += power(band_[n]);
  attempt.rssi_dbfs = db(sum / static_cast<float>(to - from));
}

}  // namespace windhover::decoders::ocusync
