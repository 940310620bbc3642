#pragma once
// Decides what a packet is: a frame of Remote ID, part of one, something else's advertisement, or a reject.

#include "decoders/bluetooth/packet.hpp"
#include "decoders/decoder.hpp"

namespace windhover::decoders::bluetooth {

class PacketJudge {
 public:
  /// centre         what Packet::cfo_hz counts from
  /// nominal        the channel's own frequency
  /// channel_index  of the channel
  PacketJudge(Hertz centre, Hertz nominal, int channel_index)
      : centre_(centre), nominal_(nominal), channel_index_(channel_index) {}

  void judge(const Packet& packet, DecoderOutput& out) const;

 private:
  RfFacts facts(const Packet& packet) const;
  void judge_intact(const Packet& packet, const RfFacts& rf, DecoderOutput& out) const;

  Hertz centre_, nominal_;
  int channel_index_;
};

}  // namespace windhover::decoders::bluetooth
