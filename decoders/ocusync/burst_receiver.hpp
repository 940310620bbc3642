#pragma once
// One attempt at one burst: from the segment around a root-600 peak to a block whose CRC24A is right.

#include <memory>

#include "decoders/ocusync/demodulator.hpp"
#include "decoders/ocusync/partner_search.hpp"
#include "decoders/ocusync/prefix_search.hpp"
#include "decoders/ocusync/segment.hpp"
#include "decoders/ocusync/turbo_decoder.hpp"

namespace windhover::decoders::ocusync {

/// Where a segment expects the root-600 peak: a whole 9-symbol burst fits around it at any carrier offset.
inline constexpr int kSegmentLead = 4348;

enum class AttemptStage {
  no_partner,  ///< no root-147 symbol where it must be
  repeated,    ///< the root-600 symbol comes twice in a row: another DJI burst, not DroneID
  truncated,   ///< the segment ends before the root-147 symbol
  elsewhere,   ///< a burst, but on a carrier outside the limit
  crc24,       ///< synchronised, not decodable
  decoded,
};

struct Attempt {
  AttemptStage stage = AttemptStage::no_partner;
  double carrier_hz = 0;    ///< from the segment's centre frequency
  double first_sample = 0;  ///< of the burst, in the segment
  double end_sample = 0;    ///< of what was received of it
  float snr_db = 0;
  float rssi_dbfs = 0;
};

class BurstReceiver {
 public:
  BurstReceiver();

  /// peak: the root-600 peak, within a sample of kSegmentLead. limit_hz: carriers farther out are not
  /// decoded.
  Attempt receive(const SegmentView& view, double peak, double limit_hz);

  /// The block of the last attempt that was decoded, CRC24A included.
  const std::array<std::uint8_t, kInfoBytes>& block() const { return turbo_.bytes(); }

 private:
  Partner find_partner(double peak, const PrefixTiming& timing);
  Attempt explain(const SegmentView& view, double peak, const PrefixTiming& timing) const;
  Attempt decode(const SegmentView& view, double peak, const Partner& partner, double limit_hz);
  void describe(const SegmentView& view, double carrier_hz, Attempt& attempt) const;
  void refine();

  Segment segment_;
  PrefixSearch prefix_search_;
  PartnerSearch partner_search_;
  Demodulator demodulator_;
  TurboDecoder turbo_;
  dsp::AlignedVector<cf32> band_, whitened_;
  std::array<float, kCodedBits> soft_{};
  std::array<float, 3 * kStreamBits> streams_{};
};

}  // namespace windhover::decoders::ocusync
