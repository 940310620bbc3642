#pragma once
// What the threads of one stream hand to each other through rings.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "dsp/aligned.hpp"
#include "dsp/types.hpp"
#include "sensor/channel_plan.hpp"
#include "sensor/events.hpp"
#include "sensor/overload.hpp"
#include "sensor/reception.hpp"
#include "sensor/ring.hpp"
#include "sensor/snapshot_planner.hpp"
#include "sensor/source.hpp"

namespace windhover::sensor {

struct ClockAnchor {
  dsp::SampleIndex index;
  UtcTime time;
  bool operator==(const ClockAnchor&) const = default;
};

/// radio → bank and recorder: native samples as the source gave them.
struct IqSlot {
  std::vector<std::byte> native;
  SourceChunk chunk;
  std::optional<ClockAnchor> anchor{};  ///< the last up to here, so that it survives the loss of its chunk
};
using IqRing = Ring<IqSlot>;

/// Counted by the bank from the start of the stream.
struct StreamCounters {
  std::uint64_t samples = 0;  ///< received
  std::uint64_t gaps = 0;
  std::uint64_t lost_samples =
      0;  ///< known to be missing: jumps of the index and blocks lost between threads
  std::uint64_t nonfinite_samples = 0;
  std::uint64_t saturated_samples = 0;
  std::uint64_t dropped_chunks = 0;                  ///< between radio and bank
  std::uint64_t dropped_spectra = 0;                 ///< because a channel worker sat on the slot
  std::uint64_t dropped_emissions = 0;               ///< because there were too many
  std::array<std::uint64_t, kWorks> shed_samples{};  ///< received, for which the work was left undone
  std::uint64_t retunes = 0;
  std::uint64_t settling_samples = 0;  ///< that retunes cost
};

struct Retune {
  dsp::Hertz centre;      ///< from here on
  std::uint64_t samples;  ///< received before
};

/// Facts of the stream that travel with its blocks, so that they reach the feed at the right place.
struct StreamFacts {
  std::vector<ClockAnchor> anchors;
  std::optional<StreamCounters> counters;  ///< at each whole second of the stream
  std::optional<Retune> retune;
};

/// That end within one block; more of them are counted as dropped.
inline constexpr std::size_t kMostEmissionsInBlock = 64;

/// bank → channel workers: one spectrum of the whole band.
struct SpectrumSlot {
  dsp::AlignedVector<dsp::cf32> bins;
  std::int64_t block = 0;  ///< on the bank's grid
  dsp::SampleIndex first_valid{}, end_valid{};
  bool gap = false;
  dsp::SampleSpan saturated{};  ///< first to last such sample that came with this block
  GainState gain{};
  const ChannelPlan* plan = nullptr;     ///< lives as long as the stream
  std::vector<std::uint8_t> open;        ///< by channel of the plan
  std::vector<TimedEmission> emissions;  ///< that were found to have ended
  std::uint8_t snapshot_lanes = 0;       ///< bit by lane: the block belongs to the lane's snapshot
  std::vector<EmissionSnapshotStart> snapshot_starts;  ///< with this block
  std::vector<EmissionSnapshotEnd> snapshot_ends;  ///< of those that hold nothing of it or of what follows
  StreamFacts facts;
};
using SpectrumRing = Ring<SpectrumSlot>;

/// bank → feed: a row of the waterfall.
struct SpectrumRowSlot {
  std::uint64_t spectrum = 0;  ///< ring number of the one with which it was found to be whole
  dsp::SampleIndex now{};
  TimedSpectrum row;
};
using SpectrumRowRing = Ring<SpectrumRowSlot>;

/// How long a thread has waited for blocks, so that others see how busy it is.
class WaitCounter {
 public:
  /// Reads, and counts the time if there is nothing yet.
  template <typename Slot>
  typename Ring<Slot>::Lease read(Ring<Slot>& ring, std::size_t reader) {
    auto lease = ring.try_read(reader);
    if (lease || lease.end()) return lease;
    return count([&] { return ring.read(reader); });
  }
  template <typename Wait>
  auto count(Wait wait) {
    const auto begin = std::chrono::steady_clock::now();
    auto waited_for = wait();
    waited_ns_.fetch_add(std::chrono::nanoseconds(std::chrono::steady_clock::now() - begin).count(),
                         std::memory_order_relaxed);
    return waited_for;
  }
  std::int64_t nanoseconds() const { return waited_ns_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> waited_ns_{0};
};

/// Something for the feed thread, with its place in the order that does not depend on threads: ring number of
/// the spectrum, channel of the plan, how many before it.
struct StreamEvent {
  std::uint64_t spectrum = 0;
  std::uint32_t channel = 0;
  std::uint32_t ordinal = 0;
  dsp::SampleIndex now{};  ///< stream time at which it came out
  std::variant<StreamFacts, TimedFrame, TimedReject, TimedPart, TimedPdu, OthersHeard, TimedEmission,
               TimedSignal, TimedSpectrum>
      what;
};

/// channel worker → feed.
struct EventBatch {
  std::uint64_t spectra_done = 0;  ///< all spectra numbered below are done with by this worker
  std::uint64_t lost_spectra = 0;  ///< since its start
  std::uint64_t lost_events = 0;
  dsp::SampleIndex now{};
  std::vector<dsp::SampleSpan> saturated;
  std::vector<GainFrom> gains;  ///< where it is another than before
  std::vector<StreamEvent> events;
};
using EventRing = Ring<EventBatch>;

}  // namespace windhover::sensor
