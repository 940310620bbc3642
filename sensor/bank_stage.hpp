#pragma once
// The bank thread's work: native samples to spectra, and the decision which channels are open in each.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "dsp/block_assembler.hpp"
#include "dsp/dc_offset.hpp"
#include "dsp/emission_detector.hpp"
#include "dsp/fft.hpp"
#include "sensor/gatekeeper.hpp"
#include "sensor/pipeline_blocks.hpp"
#include "sensor/snapshot_planner.hpp"
#include "sensor/spectrum_rows.hpp"

namespace windhover::sensor {

class BankStage {
 public:
  /// Plans the first channels, so that what is slow about it is over before samples flow.
  BankStage(const SourceInfo& source, std::span<const decoders::DecoderEntry> registry, IqRing& iq,
            SpectrumRing& spectra, bool watch_links = true);

  /// What is shed, from now on; looked at between blocks. None: nothing ever, as in a replay. Before run().
  void obey(const std::atomic<ShedLevel>& level) { ordered_ = &level; }
  /// Rows of the waterfall, when they are wanted; outlives the stage. None: never. Before run().
  void make_rows(SpectrumRows& rows) { rows_ = &rows; }
  const WaitCounter& waits() const { return waits_; }

  struct Tuned {
    std::unique_ptr<ChannelPlan> plan;
    std::unique_ptr<Gatekeeper> gates;
  };

  /// Plans the channels around a centre that will be tuned to, so that nothing is made then; before run().
  /// Throws std::logic_error if a decoder asks for the impossible.
  const Tuned& prepare(dsp::Hertz centre);

  /// Until the IQ ring ends; then closes the spectrum ring.
  void run();

  /// Made for the source's first centre frequency.
  const ChannelPlan& first_plan() const { return *plans_.front().plan; }

  /// Valid once run() has ended.
  StreamCounters counters() const;

  /// At least so many spectra are held back, so that gates open before their cause.
  static constexpr std::size_t kHoldBack = 16;
  /// Spectra are published in batches of 2.4 ms: waking a worker for each would cost more than the work.
  static constexpr std::size_t kBatch = 32;

 private:
  void take(const IqSlot& slot, std::uint64_t lost_chunks);
  void hand_out();
  void tune(dsp::Hertz centre);
  void take_levels(const SourceChunk& chunk);
  void push(const dsp::AssembledBlock& block);
  void take_off_dc(const dsp::AssembledBlock& block, dsp::cf32* bins);
  void open_windows(const std::vector<std::uint8_t>& reasons);
  void make_row(const dsp::AssembledBlock& block);
  void watch_emissions(const dsp::AssembledBlock& block, SpectrumSlot& slot);
  void end_emissions();
  void tell_emissions(SpectrumSlot& slot);
  void attach_facts(StreamFacts& facts, dsp::SampleIndex now);
  bool sheds(Work work) const { return is_shed(work, level_); }
  void obey_orders();
  bool skips(const SourceChunk& chunk);
  void count_shed(std::size_t samples, bool skipped);
  void close_shed_channels();
  void wait_for_workers();

  bool watch_links_;
  IqRing& iq_;
  SpectrumRing& spectra_;
  dsp::Hertz rate_;
  double original_samples_;  // of the recording for each of the stream
  std::size_t sample_bytes_;
  dsp::BankGeometry geometry_;
  dsp::Fft forward_;
  ChannelPlanner planner_;
  dsp::BlockAssembler assembler_;
  dsp::DcOffset dc_;
  std::vector<Tuned> plans_;  // one for each centre frequency visited
  const ChannelPlan* plan_ = nullptr;
  Gatekeeper* gates_ = nullptr;
  std::vector<std::uint8_t> reasons_;     // by channel: this block is a reason to open
  std::vector<std::int64_t> open_until_;  // by channel, in blocks_
  std::int64_t blocks_ = 0;               // handed to the ring since the last tuning
  bool hole_before_next_ = false;         // a spectrum was dropped
  dsp::EmissionDetector emissions_;
  SnapshotPlanner snapshots_;
  std::int64_t unbroken_ = 0;  // blocks since the last gap
  double emission_budget_ = 0;
  std::optional<ClockAnchor> anchor_;  // the last
  std::vector<ClockAnchor> new_anchors_;
  std::optional<Retune> retune_;  // the last
  bool retune_told_ = true;
  GainState gain_{};
  bool has_gain_ = false;
  dsp::SampleSpan saturated_{};  // of a source that converts; not told yet
  StreamCounters counters_;
  dsp::SampleIndex expected_{};
  std::int64_t seconds_told_ = 0;
  SpectrumRows* rows_ = nullptr;
  const std::atomic<ShedLevel>* ordered_ = nullptr;
  ShedLevel level_ = 0;
  bool skipping_ = false;
  WaitCounter waits_;
};

}  // namespace windhover::sensor
