#pragma once
// One channel worker's work: its share of the channels, from spectra to frames.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "decoders/decoder.hpp"
#include "dsp/filter_bank.hpp"
#include "sensor/pipeline_blocks.hpp"
#include "sensor/snapshot_taker.hpp"

namespace windhover::sensor {

struct WorkerShare {
  std::size_t index = 0;  ///< of the worker, also its reader number in the spectrum ring
  std::size_t workers = 1;
};

class ChannelWorker {
 public:
  ChannelWorker(const WorkerShare& share, const SourceInfo& source, const ChannelPlan& first_plan,
                SpectrumRing& spectra, EventRing& events);

  /// Makes the decoders of another plan, so that nothing is made when its turn comes; before run().
  void prepare(const ChannelPlan& plan);

  /// Until the spectrum ring ends; then closes the event ring.
  void run();

  const WaitCounter& waits() const { return waits_; }

  /// Events that wait for the feed while its ring is full. Beyond it they are dropped and counted, so that a
  /// feed that stands still costs no memory.
  static constexpr std::size_t kMostPending = 8192;

 private:
  struct Channel {
    std::uint32_t number;   // in the plan
    std::string_view name;  // of the decoder
    dsp::Hertz rate;
    dsp::ChannelTap tap;
    std::unique_ptr<decoders::Decoder> decoder;
    bool open = false;
    std::optional<decoders::IqBlock> extracted{};  // of the spectrum being worked on, in the tap's buffer
  };
  struct Tuned {
    const ChannelPlan* plan;
    std::vector<Channel> channels;
  };

  Tuned* find(const ChannelPlan& plan) const;
  void tune(const ChannelPlan& plan);
  void begin_spectrum(std::uint64_t number, dsp::SampleIndex now);
  // The ring's lease is held while samples are extracted, never while they are decoded.
  void extract(const SpectrumSlot& slot, std::uint64_t number, bool gap);
  static decoders::IqBlock valid_samples(Channel& channel, const SpectrumSlot& slot, bool gap);
  void note_reception(const SpectrumSlot& slot);
  template <typename What>
  void append(const What& what);
  void take_snapshots(const SpectrumSlot& slot);
  void decode();
  void look_at_snapshots();
  void finish(Channel& channel);
  void finish_all();
  void collect(Channel& channel);
  StreamPosition position(const Channel& channel, const decoders::RfFacts& rf) const;
  void hand_over(std::uint64_t spectra_done);

  WorkerShare share_;
  double stream_rate_;
  double original_samples_;  // samples of the recording for each of the stream
  SpectrumRing& spectra_;
  EventRing& events_;
  std::vector<std::unique_ptr<Tuned>> tuned_;  // one for each plan seen
  Tuned* current_ = nullptr;
  SnapshotTaker snapshots_;
  std::vector<EmissionSnapshotEnd> finished_snapshots_;  // of the spectrum being worked on
  decoders::DecoderOutput output_;
  std::vector<StreamEvent> pending_;
  std::vector<dsp::SampleSpan> saturated_;  // since the last batch
  std::vector<GainFrom> gains_;
  GainState gain_{};            // of the last spectrum
  std::uint64_t spectrum_ = 0;  // ring number of the one being worked on
  std::uint32_t ordinal_ = 0;   // of the next event of this spectrum
  dsp::SampleIndex now_{};
  std::uint64_t lost_spectra_ = 0;
  std::uint64_t lost_events_ = 0;
  WaitCounter waits_;
  std::uint64_t handed_over_ = 0;  // spectra_done of the last batch
};

}  // namespace windhover::sensor
