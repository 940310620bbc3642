#pragma once
// A source whose rate does not suit the filter bank, brought to one that does.

#include <memory>
#include <vector>

#include "dsp/resampler.hpp"
#include "sensor/source.hpp"

namespace windhover::sensor {

/// The source itself if its rate is a multiple of 40 kHz within the bank's limits, else a resampled one; then
/// `notes` gains a sentence for the status. Throws SourceError if the rate is beyond what can be taken.
std::unique_ptr<Source> at_bank_rate(std::unique_ptr<Source> source, std::vector<std::string>& notes);

/// Delivers cf32 at a higher rate. Indices and gaps are those of the inner source, scaled.
class ResamplingSource final : public Source {
 public:
  ResamplingSource(std::unique_ptr<Source> inner, dsp::Hertz rate);
  const SourceInfo& info() const override { return info_; }
  SourceChunk read(std::span<std::byte> native) override;
  bool tune(dsp::Hertz centre) override { return inner_->tune(centre); }
  std::optional<DeviceHealth> health() const override { return inner_->health(); }

 private:
  bool take_inner(std::size_t most_samples);  // false when the run under way must be ended first
  void begin_run();
  SourceChunk hand_out(std::span<std::byte> native);
  std::int64_t scaled(dsp::SampleIndex index) const;

  std::unique_ptr<Source> inner_;
  SourceInfo info_;
  double ratio_;
  dsp::Resampler resampler_;
  std::vector<std::byte> native_;
  std::vector<dsp::cf32> samples_;
  std::vector<dsp::cf32> ready_;  // resampled, not handed out
  std::size_t handed_out_ = 0;    // of ready_
  SourceChunk chunk_{};           // of the inner source
  bool chunk_waits_ = false;      // chunk_ starts a new run
  bool under_way_ = false;
  dsp::SampleIndex expected_{};  // of the inner source
  SourceChunk next_out_{};       // facts of the next chunk to hand out
};

}  // namespace windhover::sensor
