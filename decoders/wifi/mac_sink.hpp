#pragma once
// The MAC layer behind the receivers of one channel: Remote ID is read, everything else is measured, and
// every PPDU becomes a line for the account of its transmitter.

#include <span>

#include "decoders/decoder.hpp"
#include "decoders/wifi/ppdu.hpp"

namespace windhover::decoders::wifi {

class MacSink final : public PpduSink {
 public:
  /// every_fcs  reads every PSDU to its end, for its check sequences
  /// scale      samples of the channel for each of the receiver's
  explicit MacSink(bool every_fcs, double scale = 1) : every_fcs_(every_fcs), scale_(scale) {}

  /// Where the following calls append. Must outlive them.
  void append_to(DecoderOutput& out) { out_ = &out; }

  bool read_on(const Ppdu& ppdu, std::span<const std::uint8_t> head) override;
  void take(const Ppdu& ppdu, std::span<const std::uint8_t> octets) override;
  void reject(RejectReason reason, const RfFacts& rf) override;

 private:
  void read_frame(LinkPdu& pdu, std::span<const std::uint8_t> frame);
  void read_aggregate(LinkPdu& pdu, std::span<const std::uint8_t> psdu);

  RfFacts at_channel_rate(RfFacts rf) const;

  bool every_fcs_;
  double scale_;
  DecoderOutput* out_ = nullptr;
};

}  // namespace windhover::decoders::wifi
