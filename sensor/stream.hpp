#pragma once
// One source's stream of samples: its rings, the work of each thread, and what the feed thread makes of it.

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decoders/decoder.hpp"
#include "sensor/bank_stage.hpp"
#include "sensor/calibration.hpp"
#include "sensor/channel_worker.hpp"
#include "sensor/evidence/evidence_stage.hpp"
#include "sensor/feed_stage.hpp"
#include "sensor/load_meter.hpp"
#include "sensor/overload_watch.hpp"
#include "sensor/pipeline_blocks.hpp"
#include "sensor/reception.hpp"
#include "sensor/sample_clock.hpp"
#include "sensor/source.hpp"
#include "sensor/spectrum_rows.hpp"
#include "sensor/tuner.hpp"

namespace windhover::sensor {

enum class Pace : std::uint8_t {
  unlimited,  ///< as fast as the readers take it
  realtime,   ///< a recording is played at its own rate
};

struct SensorOptions {
  std::size_t workers = 0;  ///< channel workers; 0 = default_workers()
  Pace pace = Pace::unlimited;
  std::vector<std::string> notes{};  ///< for `status`
  /// Whether emissions are sought and snapshots of them taken; off, links are told by headers alone.
  bool watch_links = true;
  /// Of the receiver; without it levels are told in dBFS alone.
  std::optional<Calibration> calibration{};
  Evidence* evidence = nullptr;          ///< where snippets are kept; outlives the sensor. For devices only
  std::optional<tuning::Plan> tuning{};  ///< of a device that is at the first of its windows
  std::string device{};                  ///< its name, where a sensor has several; empty: its number
};

/// One for each core but one, at least one and at most four.
std::size_t default_workers();

/// radio thread ─IqRing→ bank thread ─SpectrumRing→ channel workers ─EventRing each→ feed thread.
/// The bank's spectrum rows go straight to the feed thread, through a ring of their own.
/// IqRing→ recorder thread → evidence thread → disk, if there is Evidence. A recording's rings wait, so that
/// nothing is lost; a device's rings drop and count. Sensor starts the threads.
class Stream {
 public:
  struct Job {
    std::string thread;  ///< its name in `status`
    std::function<void()> work;
  };

  /// Plans transforms and channels; may take seconds without FFTW wisdom. Throws std::invalid_argument if the
  /// source's rate does not suit the filter bank.
  /// feed_time  the latest time told, of all streams of the feed; outlives the stream
  Stream(std::unique_ptr<Source> source, std::span<const decoders::DecoderEntry> registry,
         const SensorOptions& options, UtcTime& feed_time);

  /// Each for a thread of its own; they end when the source does, or after `stop`.
  std::vector<Job> jobs(const std::atomic<bool>& stop);
  /// The same, if there is evidence; the one that writes ends only when Evidence is closed.
  std::vector<Job> evidence_jobs();
  /// From any thread: what it threw ends the stream.
  void fail(std::exception_ptr failure);

  // The feed thread's own.
  /// Before the jobs are started.
  void begin(const FeedStage& feed);
  void watch(const std::string& thread, pthread_t handle) { load_.watch(thread, handle); }
  /// Tells what has become ready, in stream order. False: nothing has come since the call before.
  bool look(FeedStage& feed);
  bool ended() const { return ended_; }
  /// When the jobs have ended: tells what is left, and returns the last status.
  StreamStatus finish(FeedStage& feed);
  /// The first of any thread; when the jobs have ended.
  std::exception_ptr failure() const { return failure_; }

 private:
  struct Input {  // of the feed thread, from one worker
    EventRing* ring;
    std::uint64_t spectra_done = 0;
    std::uint64_t lost_spectra = 0;
    std::uint64_t lost_events = 0;
    bool ended = false;
  };

  void run_radio(const std::atomic<bool>& stop);
  void make_linkers(std::span<const decoders::DecoderEntry> registry);
  bool take_batch(Input& input);
  void take_rows();
  void watch_load();
  void tell_silence(FeedStage& feed);
  void tell_events_before(std::uint64_t spectrum, FeedStage& feed);
  void tell(StreamEvent& event, FeedStage& feed);
  void tell_retune(const Retune& retune, dsp::SampleIndex now, FeedStage& feed);
  void tell_linked(std::string_view decoder, FeedStage& feed, UtcTime now, dsp::SampleIndex index);
  void note_heard(dsp::SampleIndex now);
  void finish_linkers(FeedStage& feed);
  std::uint64_t original_samples(std::uint64_t samples) const;
  UtcTime stream_time(dsp::SampleIndex index);
  void complete(StreamPosition& at, double hz) const;
  UtcTime time_at(double start_s) const;
  StreamStatus status(const StreamCounters& counters, dsp::SampleIndex now);
  LiveStatus live_status(dsp::SampleIndex now);

  std::unique_ptr<Source> source_;
  SourceInfo info_;
  SensorOptions options_;
  IqRing iq_;
  SpectrumRing spectra_;
  SpectrumRows rows_;
  BankStage bank_;
  std::optional<EvidenceStage> evidence_;
  std::optional<Tuner> tuner_;
  std::vector<std::unique_ptr<EventRing>> event_rings_;
  std::vector<std::unique_ptr<ChannelWorker>> workers_;
  std::mutex failure_lock_;
  std::exception_ptr failure_;  // the first of any thread

  // The feed thread's own.
  SampleClock clock_;
  ReceptionLog reception_;
  std::vector<Input> inputs_;
  bool ended_ = false;
  std::vector<StreamEvent> waiting_;                                       // not yet past by all workers
  std::map<std::string_view, std::shared_ptr<decoders::Linker>> linkers_;  // by decoder
  decoders::Linker::Output linked_;
  dsp::Hertz centre_{};
  UtcTime& latest_;  // time never runs back, whatever a recording's segments say
  dsp::SampleIndex end_{};
  LoadMeter load_;
  std::atomic<ShedLevel> shed_{0};         // set by the feed thread, obeyed by the bank thread
  std::optional<OverloadWatch> overload_;  // of a device
  std::chrono::steady_clock::time_point began_{}, last_status_{}, last_batch_{};
  StreamCounters counters_{};  // as told last
};

}  // namespace windhover::sensor
