#pragma once
// Samples into the slots of the IQ ring, several reads into one: drivers hand over as little as a millisecond
// at a time, and the ring is to hold a time, not a number of reads.

#include "sensor/pipeline_blocks.hpp"

namespace windhover::sensor {

class SlotFiller {
 public:
  /// sample_bytes  of the source's format
  /// spare         of the ring's slots, for what it has no room for
  SlotFiller(IqRing& ring, std::size_t sample_bytes, IqSlot& spare)
      : ring_(ring), sample_bytes_(sample_bytes), spare_(spare) {}

  /// Where the next read goes: what is free of the slot under way.
  std::span<std::byte> room();
  /// What the read brought into room().
  void take(const SourceChunk& chunk);
  /// What has come goes to the reader, whole slot or not.
  void hand_over();

 private:
  IqSlot& slot();
  bool goes_on(const SourceChunk& chunk) const;

  IqRing& ring_;
  std::size_t sample_bytes_;
  IqSlot& spare_;
  IqSlot* slot_ = nullptr;             // under way: of the ring, or the spare one
  std::optional<ClockAnchor> anchor_;  // the last
  std::size_t filled_ = 0;             // samples in it
};

}  // namespace windhover::sensor
