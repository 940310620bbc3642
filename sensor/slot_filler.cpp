#include "sensor/slot_filler.hpp"

#include <algorithm>

namespace windhover::sensor {

IqSlot& SlotFiller::slot() {
  if (slot_ != nullptr) return *slot_;
  slot_ = ring_.acquire();
  if (slot_ == nullptr) slot_ = &spare_;  // the ring counts what it has no room for
  filled_ = 0;
  return *slot_;
}

std::span<std::byte> SlotFiller::room() { return std::span(slot().native).subspan(filled_ * sample_bytes_); }

bool SlotFiller::goes_on(const SourceChunk& chunk) const {
  const SourceChunk& before = slot_->chunk;
  return !chunk.gap && !chunk.retuned && !chunk.time && chunk.centre == before.centre &&
         chunk.gain == before.gain && chunk.first == before.first + static_cast<std::int64_t>(before.samples);
}

void SlotFiller::take(const SourceChunk& chunk) {
  if (chunk.time) anchor_ = {chunk.first, *chunk.time};
  IqSlot* at = &slot();
  if (filled_ == 0) {
    at->chunk = chunk;
    at->anchor = anchor_;
  } else if (goes_on(chunk)) {
    at->chunk.samples += chunk.samples;
    at->chunk.saturated += chunk.saturated;
  } else {
    const auto read = std::span(at->native).subspan(filled_ * sample_bytes_, chunk.samples * sample_bytes_);
    hand_over();
    IqSlot& next = slot();  // the one handed over is only read by others, until the ring has gone round
    std::copy(read.begin(), read.end(), next.native.begin());
    next.chunk = chunk;
    next.anchor = anchor_;
  }
  filled_ = slot_->chunk.samples;
  // A read into the little that would be left costs more than it brings.
  if (4 * filled_ * sample_bytes_ >= 3 * slot_->native.size()) hand_over();
}

void SlotFiller::hand_over() {
  if (slot_ == nullptr || filled_ == 0) return;
  if (slot_ != &spare_) ring_.publish();
  slot_ = nullptr;
  filled_ = 0;
}

}  // namespace windhover::sensor
