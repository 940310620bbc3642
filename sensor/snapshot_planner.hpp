#pragma once
// Which emissions are worth a look at their samples, and of which blocks. The bank thread decides, so that a
// replay takes the same ones with any number of workers.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "dsp/emission_detector.hpp"
#include "dsp/filter_bank.hpp"

namespace windhover::sensor {

/// A snapshot's rate is one of these. None lies between 3.84 and 15.36: of analogue video an emission is
/// often but the half where most of the picture is, and its synchronisation lies as far beside it as it is
/// wide. Of a dark picture no more than 2 MHz may stand out: what is narrow and does not pause is looked at
/// twice, the second time at 15.36.
struct SnapshotRate {
  dsp::Hertz rate;
  dsp::Hertz passband;  ///< flat
  dsp::Hertz widest;    ///< emission
};
inline constexpr std::array kSnapshotRates{
    SnapshotRate{{1.92e6}, {1.45e6}, {1.3e6}}, SnapshotRate{{3.84e6}, {3.1e6}, {2.8e6}},
    SnapshotRate{{15.36e6}, {12.2e6}, {11e6}}, SnapshotRate{{30.72e6}, {24.4e6}, {22e6}},
    SnapshotRate{{61.44e6}, {54e6}, {1e9}},
};

/// At a time.
inline constexpr std::size_t kSnapshotLanes = 8;
/// In one: 12 ms at 15.36 MS/s.
inline constexpr std::size_t kMostSnapshotSamples = 184'320;
/// Blocks before the newest that a snapshot may begin at; less than the bank holds back.
inline constexpr std::int64_t kSnapshotReach = 15;

struct EmissionSnapshotStart {
  std::size_t lane = 0;
  std::uint64_t number = 0;      ///< counts from 0
  std::uint64_t emission = 0;    ///< its id
  std::size_t rate = 0;          ///< in kSnapshotRates
  std::int64_t offset_bins = 0;  ///< of the centre, on the 40 kHz raster
};

/// What was known of the emission when the snapshot ended.
struct EmissionSnapshotEnd {
  std::size_t lane = 0;
  dsp::Hertz low{}, high{};  ///< from the tuned centre
  dsp::SampleIndex begin{}, end{};
  bool open_start = false, open_end = false;
};

class SnapshotPlanner {
 public:
  struct Start {
    EmissionSnapshotStart order;
    std::int64_t back;  ///< blocks before the newest
  };

  explicit SnapshotPlanner(const dsp::BankGeometry& geometry);

  /// reach  blocks before the newest that are held and follow one another without a gap
  void plan(dsp::EmissionDetector& detector, std::int64_t newest, std::int64_t reach) noexcept;
  /// Nothing follows for now: the snapshots under way end, with what `ended` says.
  void interrupt(std::span<const dsp::Emission> ended) noexcept;

  // Of the newest block, or of interrupt().
  std::uint8_t lanes() const { return lanes_; }  ///< bit by lane: the block belongs to the snapshot
  std::span<const Start> starts() const { return starts_; }
  std::span<const EmissionSnapshotEnd> ends() const { return ends_; }

 private:
  enum class State : std::uint8_t { free, taking, waiting };
  struct Lane {
    State state = State::free;
    std::uint64_t emission = 0;
    std::size_t rate = 0;
    std::int64_t blocks = 0, most_blocks = 0;  // taken, and reserved
    std::int64_t waited = 0;                   // blocks since the last one, or since it became free
    EmissionSnapshotEnd known{};
  };
  struct Place {
    double middle = 0;  // cells
    std::size_t rate = 0;
    std::int64_t at = -1;  // in plans_
  };

  void go_on(Lane& lane, dsp::EmissionDetector& detector) noexcept;
  void end(Lane& lane) noexcept;
  void end_as(Lane& lane, const dsp::Emission& emission) noexcept;
  void look_again(const dsp::EmissionDetector& detector, std::int64_t newest, std::int64_t reach) noexcept;
  void consider(const dsp::EmissionDetector& detector, const dsp::ActiveEmission& emission, std::size_t rate,
                std::int64_t newest, std::int64_t reach) noexcept;
  EmissionSnapshotEnd estimate(const dsp::EmissionDetector& detector, const dsp::ActiveEmission& emission,
                               std::size_t lane) const noexcept;
  /// Where a snapshot of this rate was begun before; nullptr if none is remembered.
  Place* place_of(const dsp::ActiveEmission& emission, std::size_t rate) noexcept;
  bool was_there(const dsp::ActiveEmission& emission, std::size_t rate) noexcept;
  bool reserve(std::size_t rate, double samples) noexcept;
  void give_back(std::size_t rate, double samples) noexcept;
  double samples_per_block(std::size_t rate) const;

  dsp::BankGeometry geometry_;
  std::array<Lane, kSnapshotLanes> lane_{};
  std::vector<Place> places_;
  std::array<double, kSnapshotRates.size()> budget_{};  // samples, by rate
  double shared_budget_ = 0;
  std::uint64_t next_number_ = 0;
  std::int64_t plans_ = 0, second_look_due_ = 0;
  std::uint8_t lanes_ = 0;
  std::vector<Start> starts_;
  std::vector<EmissionSnapshotEnd> ends_;
};

}  // namespace windhover::sensor
