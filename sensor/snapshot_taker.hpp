#pragma once
// A worker's share of the snapshots: samples out of spectra, and what they show.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "decoders/links/signal_classifier.hpp"
#include "dsp/filter_bank.hpp"
#include "sensor/events.hpp"
#include "sensor/snapshot_planner.hpp"

namespace windhover::sensor {

/// A finished one, until it is classified.
struct TakenSnapshot {
  std::size_t lane = 0;
  std::uint64_t emission = 0;
  decoders::links::Snapshot snapshot;  ///< of a lane's buffer
  std::int64_t offset_bins = 0;
  double first = 0;  ///< place in the stream of its first sample
};

class SnapshotTaker {
 public:
  explicit SnapshotTaker(const dsp::BankGeometry& geometry);

  void start(const EmissionSnapshotStart& order);
  /// The next block of the snapshot that is being taken in the lane; one that does not follow ends it.
  void take(std::size_t lane, const dsp::cf32* bins, std::int64_t block) noexcept;
  /// Nothing if there is none in this lane, or too little of it. The samples stay until the lane's next
  /// start.
  std::optional<TakenSnapshot> finish(const EmissionSnapshotEnd& end) noexcept;

  decoders::links::Signal classify(const TakenSnapshot& taken) {
    return classifier_.classify(taken.snapshot);
  }

 private:
  struct Rate {
    dsp::ChannelTap tap;
    std::int64_t offset_bins = 0;
  };
  struct Lane {
    bool taking = false;
    bool broken = false;
    EmissionSnapshotStart order{};
    std::int64_t first_block = 0, next_block = 0;
    std::size_t filled = 0;
    std::vector<dsp::cf32> iq;
  };

  std::vector<Rate> rates_;
  std::array<Lane, kSnapshotLanes> lanes_;
  decoders::links::SignalClassifier classifier_;
};

}  // namespace windhover::sensor
