#pragma once
// The bank's rows of a waterfall: which spectra make one, and their way to the feed thread.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "dsp/block_assembler.hpp"
#include "dsp/column_levels.hpp"
#include "sensor/pipeline_blocks.hpp"

namespace windhover::sensor {

/// A row covers 100 ms of the stream, or a little more: so there are never more than ten a second. It holds
/// spectra of one tuning and gain alone; one that a change cuts short is not told.
class SpectrumRows {
 public:
  static constexpr double kRow_s = 0.1;

  /// original_samples  of the recording, for each of the stream
  SpectrumRows(const dsp::BankGeometry& geometry, double original_samples, Overrun overrun);

  // The bank thread's: no lock, no allocation.
  bool wanted() const { return wanted_.load(std::memory_order_relaxed); }
  /// cells     the block's, as dsp::hann_cells makes them
  /// spectrum  its number in the spectrum ring
  void push(const dsp::AssembledBlock& block, std::span<const float> cells, dsp::Hertz centre,
            std::uint64_t spectrum);
  /// Forgets the row that has been begun; the next has nothing from before `from`.
  void restart(dsp::SampleIndex from = {}) noexcept;

  // The feed thread's.
  void want(bool wanted) { wanted_.store(wanted, std::memory_order_relaxed); }
  SpectrumRowRing& ring() { return ring_; }
  /// That the feed thread was too slow for.
  std::uint64_t lost() const { return ring_.lost(0) + ring_.drops(); }

 private:
  void finish(dsp::Hertz centre, std::uint64_t spectrum);

  dsp::BankGeometry geometry_;
  double original_samples_;
  std::int64_t length_;  // samples of a row
  dsp::ColumnLevels levels_;
  dsp::SampleIndex first_{}, end_{};  // of the row
  dsp::SampleIndex not_before_{};
  bool gap_ = false;
  std::atomic<bool> wanted_{false};
  SpectrumRowRing ring_;
};

}  // namespace windhover::sensor
