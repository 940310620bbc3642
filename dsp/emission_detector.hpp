#pragma once
// Finds emissions: connected pieces of time and frequency in which power stands out of the noise. Knows no
// protocol.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dsp/aligned.hpp"
#include "dsp/box_screen.hpp"
#include "dsp/cell_noise.hpp"
#include "dsp/emission.hpp"
#include "dsp/emission_edges.hpp"
#include "dsp/emission_origins.hpp"
#include "dsp/filter_bank.hpp"

namespace windhover::dsp {

/// One that is on the air now, as far as is known.
struct ActiveEmission {
  std::uint64_t id = 0;
  std::int64_t first_block = 0;  ///< about when it began, or the stretch did
  std::size_t low_cell = 0, end_cell = 0;
  std::uint32_t steps = 0;  ///< of two blocks each, that it was on since it was found or the stretch began
  float level = 0;          ///< mean power over the floor's, less one
  bool open_start = false;
};

/// Fed with the Hann cells (energy_gate.hpp) of each block. Looks every second block, at boxes of several
/// widths and lengths; what exceeds the constant false-alarm threshold of one begins an emission, what
/// exceeds a lower one continues it. Edges and times are measured at its end, or once it is long enough, over
/// all of it. What does not pause is told in stretches of 50 ms.
///
/// Blocks that follow one another without a gap have consecutive numbers. Bounded memory; after construction
/// nothing is allocated.
class EmissionDetector {
 public:
  explicit EmissionDetector(const BankGeometry& geometry);

  /// block  on the bank's grid
  /// cells  fft_size / 4 of them
  void push(std::int64_t block, std::span<const float> cells) noexcept;
  /// Something is missing before the next block, or nothing follows: what is on ends, open. Floors are kept.
  void interrupt() noexcept;
  /// Tuned anew, after interrupt(): floors are forgotten too.
  void forget_floor() noexcept;

  /// Those that the last call ended.
  std::span<const Emission> ended() const { return ended_; }
  std::span<const ActiveEmission> active() const { return active_; }

  /// Edges of one that is on, from all that was heard of it: better than its cells, which grow with noise
  /// beside it. Nullopt if there is none of that id.
  struct Edges {
    Hertz low{}, high{};  ///< from the tuned centre
  };
  std::optional<Edges> edges_now(std::uint64_t id) noexcept;

  Hertz cell_low(double cell) const;  ///< from the tuned centre; lower edge of a cell, or between
  float floor(std::size_t cell) const { return noise_.floor(cell); }
  /// Not followed because too many were on, or not told because too many ended at once.
  std::uint64_t dropped() const { return dropped_ + origins_.dropped(); }

 private:
  // Of a step: cells [begin, end) that stand out together.
  struct Interval {
    Extent cells;
    bool seed;
    bool taken = false;
  };
  struct Track {
    std::uint64_t id;
    Extent cells;
    std::uint64_t first;    // block of the stretch, counted from the last gap
    std::uint64_t last_on;  // and the one behind the last step that it was on
    std::size_t profile;    // its row of profiles_
    std::uint32_t steps = 0, summed = 0, off_steps = 0;
    std::uint32_t wider = 0;  // steps in a row
    float level = 0, peak = 0;
    double start = 0;  // in blocks from the middle of block 0
    bool has_start = false, open_start = false, on = false;
    bool merged = false;           // into another
    Extent seen{}, seen_before{};  // of this step and the last that it was on
  };
  struct Measured {
    double start, end;   // in blocks
    double low, high;    // in cells
    float level, power;  // above the floor; power in the units of cells
  };

  void step() noexcept;
  void find_intervals() noexcept;
  void add_interval(Extent cells, bool seed) noexcept;
  void add_runs(std::size_t tile, std::uint32_t on, std::uint32_t seeds) noexcept;
  void match() noexcept;
  void match_one(Interval& interval) noexcept;
  void match_several(Interval& interval, std::size_t first, std::size_t count) noexcept;
  bool are_one(const Interval& interval, std::size_t first, std::size_t count) const noexcept;
  void begin(const Interval& interval, bool open_start) noexcept;
  void follow(Track& track) noexcept;
  bool has_spread(const Track& track) const noexcept;
  void end_finished() noexcept;
  void accumulate(Track& track) noexcept;
  void remove_dead() noexcept;
  void mark_busy() noexcept;

  void end(const Track& track, bool open_end) noexcept;
  void end_all() noexcept;
  void next_stretch(Track& track) noexcept;
  Measured measure(const Track& track, bool open_end) noexcept;
  Extent room(const Track& track) const noexcept;
  Extent edges(const Track& track, Extent room) noexcept;
  void fill_series(Extent cells, std::uint64_t from) noexcept;
  void fill_profile(Extent room, std::uint64_t from, std::uint64_t to) noexcept;
  Extent time_extent(const Track& track, std::uint64_t from, float& level) noexcept;
  void tell(const Track& track, const Measured& measured, bool open_end) noexcept;
  void list_active() noexcept;

  std::uint64_t window_begin() const { return count_ > kHistory ? count_ - kHistory : 0; }
  const float* row(std::uint64_t block) const { return history_.data() + (block % kHistory) * padded_; }

  static constexpr std::uint64_t kHistory = 32;

  BankGeometry geometry_;
  std::size_t cells_, padded_;
  BoxScreen screen_;
  CellNoise noise_;
  EmissionOrigins origins_;
  AlignedVector<float> history_;   // cells of the last blocks
  AlignedVector<float> profiles_;  // one row a track
  std::vector<std::size_t> free_profiles_;
  std::vector<Track> tracks_;
  std::vector<Interval> intervals_;
  std::vector<std::uint8_t> busy_;  // by tile: steps to go
  std::vector<float> series_, profile_;
  std::vector<Emission> ended_;
  std::vector<ActiveEmission> active_;
  std::int64_t base_block_ = 0;  // number of block 0
  std::uint64_t count_ = 0;      // blocks since the last gap
  std::uint64_t next_id_ = 1;
  std::uint64_t dropped_ = 0;
};

}  // namespace windhover::dsp
