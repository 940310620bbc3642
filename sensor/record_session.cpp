#include "sensor/record_session.hpp"

#include <algorithm>
#include <cmath>
#include <system_error>
#include <thread>

#include "sensor/pipeline_blocks.hpp"
#include "sensor/sample_clock.hpp"

namespace windhover::sensor {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kChunkSamples = 16'384;
constexpr double kWaitingSeconds = 2;
constexpr std::chrono::milliseconds kBetweenRingLooks{5};
constexpr std::chrono::seconds kMostOvertime{5};

RingShape ring_shape(const SourceInfo& info) {
  const double chunks = std::ceil(kWaitingSeconds * info.rate.value / static_cast<double>(kChunkSamples));
  return {std::max<std::size_t>(8, static_cast<std::size_t>(chunks)), 1, 1,
          info.live ? Overrun::drop : Overrun::wait};
}

IqSlot make_slot(const SourceInfo& info) {
  return {std::vector<std::byte>(kChunkSamples * dsp::bytes_per_sample(info.format)), {}};
}

class Session {
 public:
  Session(Source& source, RecordingFile& file, const RecordOptions& options, const std::atomic<bool>& stop)
      : source_(source),
        file_(file),
        options_(options),
        stop_(stop),
        ring_(ring_shape(source.info()), [&] { return make_slot(source.info()); }),
        sample_clock_(source.info().rate) {}

  RecordResult run(const std::function<void(const RecordState&)>& tell) {
    const Clock::time_point begin = Clock::now();
    std::jthread reader([this] { read(); });
    Clock::time_point told = begin;
    while (!is_over(begin) && write_next())
      if (const auto now = Clock::now(); now - told >= options_.between_tellings) {
        tell(state_);
        told = now;
      }
    done_ = true;
    ring_.cancel();
    reader.join();
    finish();
    if (!trouble_ && failure_) trouble_ = failure_;
    return {state_, trouble_};
  }

 private:
  // The radio thread.
  void read() {
    IqSlot thrown_away = make_slot(source_.info());
    std::optional<ClockAnchor> anchor;
    while (!done_ && !stop_) {
      IqSlot* slot = ring_.acquire();
      IqSlot& target = slot != nullptr ? *slot : thrown_away;
      try {
        do target.chunk = source_.read(target.native);
        while (target.chunk.state == SourceChunk::State::nothing && !done_ && !stop_);
      } catch (const SourceError& error) {
        failure_ = error.what();
        break;
      }
      if (target.chunk.state != SourceChunk::State::samples) break;
      if (target.chunk.time) anchor = {target.chunk.first, *target.chunk.time};
      target.anchor = anchor;
      if (slot != nullptr) ring_.publish();
      dropped_ += slot == nullptr;
    }
    ring_.close();
  }

  bool is_over(Clock::time_point begin) const {
    if (!options_.duration_s) return false;
    if (state_.seconds >= *options_.duration_s) return true;
    return Clock::now() - begin > std::chrono::duration<double>(*options_.duration_s) + kMostOvertime;
  }

  /// false: there will be no more.
  bool write_next() {
    const auto lease = ring_.try_read(0);
    if (lease.end()) return false;
    if (!lease) {
      std::this_thread::sleep_for(kBetweenRingLooks);
      return true;
    }
    try {
      append(*lease, lease.lost());
    } catch (const std::system_error& error) {
      trouble_ = error.what();
      return false;
    }
    return true;
  }

  void append(const IqSlot& slot, std::uint64_t lost) {
    const SourceChunk& chunk = slot.chunk;
    if (!first_) first_ = chunk.first;
    std::uint64_t samples = chunk.samples;
    if (options_.duration_s) {
      const auto end = std::llround(*options_.duration_s * source_.info().rate.value);
      const std::int64_t left = std::max<std::int64_t>(0, end - (chunk.first - *first_));
      samples = std::min(samples, static_cast<std::uint64_t>(left));
    }
    const UtcTime expected = sample_clock_.at(chunk.first);
    if (slot.anchor) sample_clock_.anchor(slot.anchor->index, slot.anchor->time);
    SigmfBlock block{chunk.first, samples, chunk.centre, chunk.gap || lost > 0, false, {}};
    block.retimed = sample_clock_.at(chunk.first) != expected;
    if (sample_clock_.known()) block.time = sample_clock_.at(chunk.first);
    const auto native = std::span(slot.native).first(samples * dsp::bytes_per_sample(source_.info().format));
    if (options_.before_write) options_.before_write(native.size());
    if (samples > 0) file_.append(block, native);
    state_.seconds = static_cast<double>(chunk.first - *first_ + static_cast<std::int64_t>(chunk.samples)) /
                     source_.info().rate.value;
    state_.dropped_chunks = dropped_ + ring_.lost(0);
    take_counts();
  }

  void take_counts() {
    state_.octets = file_.octets();
    state_.gaps = file_.sigmf().gaps();
    state_.lost_samples = file_.sigmf().lost_samples();
  }

  void finish() {
    try {
      file_.finish();
    } catch (const std::system_error& error) {
      if (!trouble_) trouble_ = error.what();
    }
    take_counts();
    if (options_.duration_s) state_.seconds = std::min(state_.seconds, *options_.duration_s);
  }

  Source& source_;
  RecordingFile& file_;
  const RecordOptions& options_;
  const std::atomic<bool>& stop_;
  Ring<IqSlot> ring_;
  SampleClock sample_clock_;
  std::atomic<bool> done_{false};
  std::atomic<std::uint64_t> dropped_{0};
  std::optional<std::string> failure_;  // the reader's; read when it has ended
  std::optional<dsp::SampleIndex> first_;
  RecordState state_;
  std::optional<std::string> trouble_;
};

}  // namespace

RecordResult record(Source& source, RecordingFile& file, const RecordOptions& options,
                    const std::atomic<bool>& stop, const std::function<void(const RecordState&)>& tell) {
  return Session(source, file, options, stop).run(tell);
}

}  // namespace windhover::sensor
