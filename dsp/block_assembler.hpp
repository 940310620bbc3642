#pragma once
// Cuts a stream of native samples into the filter bank's blocks: converts each sample once, into the buffer
// that the FFT reads.

#include <cstdint>
#include <functional>
#include <span>

#include "dsp/aligned.hpp"
#include "dsp/filter_bank.hpp"
#include "dsp/sample_format.hpp"

namespace windhover::dsp {

/// Samples [first, end) of the stream; none where they are equal.
struct SampleSpan {
  SampleIndex first{}, end{};
  bool empty() const { return first >= end; }
  bool operator==(const SampleSpan&) const = default;
};

/// One block, ready for the forward FFT.
struct AssembledBlock {
  const cf32* samples;      ///< fft_size of them, 64-byte aligned, valid during the call
  std::int64_t block;       ///< number on the grid of BankGeometry; stands twice when a hole lies inside it
  SampleIndex first_valid;  ///< samples of the stream that this block answers for and that were received
  SampleIndex end_valid;
  bool gap;  ///< nothing was received right before first_valid
  /// From the first to the last saturated sample since the block before: with it all up to end_valid are
  /// told.
  SampleSpan saturated;
};

class BlockAssembler {
 public:
  using Emit = std::function<void(const AssembledBlock&)>;

  BlockAssembler(const BankGeometry& geometry, SampleFormat format, Emit emit, unsigned converter_bits = 16);

  /// Whole native samples that start at stream index `first`. A hole before them (an index that does not
  /// continue, or `gap`) ends the block under way with zeros and starts anew. NaN and infinite samples are
  /// left out, as holes.
  void feed(std::span<const std::byte> native, SampleIndex first, bool gap);

  /// Nothing follows for now: hands out what is held.
  void flush();

  std::uint64_t nonfinite_samples() const { return nonfinite_samples_; }
  /// Holes that they made.
  std::uint64_t nonfinite_holes() const { return nonfinite_holes_; }
  std::uint64_t saturated_samples() const { return saturated_samples_; }

 private:
  void start(SampleIndex first);
  void note_saturated(const ConvertResult& result);
  void append(std::span<const std::byte> native);
  void leave_out_nonfinite(std::span<const std::byte> native, std::size_t converted);
  void emit_block();

  BankGeometry geometry_;
  SampleFormat format_;
  unsigned converter_bits_;
  Emit emit_;
  AlignedVector<cf32> buffer_;
  std::size_t filled_ = 0;  // of buffer_
  std::int64_t block_ = 0;
  SampleIndex next_{};         // index of the sample that would follow
  SampleIndex first_valid_{};  // first sample received since the last hole
  bool under_way_ = false;
  bool gap_ = false;
  std::uint64_t nonfinite_samples_ = 0;
  std::uint64_t nonfinite_holes_ = 0;
  std::uint64_t saturated_samples_ = 0;
  SampleSpan saturated_{};  // not told yet
};

}  // namespace windhover::dsp
