#include "sensor/stream.hpp"

#include <algorithm>
#include <cmath>
#include <thread>
#include <tuple>
#include <utility>

#include "sensor/slot_filler.hpp"

namespace windhover::sensor {
namespace {

constexpr double kChunkSeconds = 4e-3;
constexpr double kLiveIqSeconds = 0.5;
// Longer than from the start of anything that is told to its end, and to when it is told.
constexpr double kReceptionSeconds = 5;
constexpr std::size_t kReplayChunks = 8;
constexpr std::size_t kLiveSpectra = 512;  // 38 ms
constexpr std::size_t kReplaySpectra = 128;
// More than a worker does between two batches: a worker that must wait for room is then so far ahead of the
// one that the feed waits for that the latter has spectra left to work on.
constexpr std::size_t kEventBatches = 512;
// Batches go round, and each has room for the largest that it has met. Without room for nearly all from the
// start that would be an hour's slow growth.
constexpr std::size_t kEventsInBatch = 16;
// Behind all that the workers tell of a spectrum.
constexpr std::uint32_t kBehindChannels = UINT32_MAX;
// A status comes every second of the stream; if it does not, then one comes by the clock.
constexpr std::chrono::milliseconds kLongestWithoutStatus{1200};

RingShape iq_shape(const SourceInfo& info, std::size_t readers) {
  const auto live = static_cast<std::size_t>(kLiveIqSeconds / kChunkSeconds);
  return {info.live ? live : kReplayChunks, readers, 1, info.live ? Overrun::drop : Overrun::wait};
}

IqSlot make_iq_slot(const SourceInfo& info) {
  const auto samples = static_cast<std::size_t>(std::ceil(info.rate.value * kChunkSeconds));
  return {std::vector<std::byte>(samples * dsp::bytes_per_sample(info.format)), {}};
}

std::size_t worker_count(const SensorOptions& options) {
  return options.workers > 0 ? options.workers : default_workers();
}

RingShape spectrum_shape(const SourceInfo& info, std::size_t workers) {
  constexpr std::size_t kHeld = BankStage::kHoldBack + BankStage::kBatch;
  return {(info.live ? kLiveSpectra : kReplaySpectra) + kHeld, workers, kHeld,
          info.live ? Overrun::drop : Overrun::wait};
}

SpectrumSlot make_spectrum_slot(const SourceInfo& info) {
  SpectrumSlot slot;
  slot.bins.resize(dsp::bank_geometry(info.rate).fft_size);
  slot.emissions.reserve(kMostEmissionsInBlock);
  slot.snapshot_starts.reserve(2 * kSnapshotLanes);
  slot.snapshot_ends.reserve(2 * kSnapshotLanes);
  return slot;
}

EventBatch make_event_batch() {
  EventBatch batch;
  batch.events.resize(kEventsInBatch);  // so that the memory is there
  batch.events.clear();
  return batch;
}

bool comes_before(const StreamEvent& a, const StreamEvent& b) {
  return std::tie(a.spectrum, a.channel, a.ordinal) < std::tie(b.spectrum, b.channel, b.ordinal);
}

}  // namespace

std::size_t default_workers() {
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  return std::clamp<std::size_t>(cores - 1, 1, 4);
}

Stream::Stream(std::unique_ptr<Source> source, std::span<const decoders::DecoderEntry> registry,
               const SensorOptions& options, UtcTime& feed_time)
    : source_(std::move(source)),
      info_(source_->info()),
      options_(options),
      iq_(iq_shape(info_, options.evidence != nullptr ? 2 : 1), [this] { return make_iq_slot(info_); }),
      spectra_(spectrum_shape(info_, worker_count(options)), [this] { return make_spectrum_slot(info_); }),
      rows_(dsp::bank_geometry(info_.rate), info_.original_rate.value_or(info_.rate) / info_.rate,
            info_.live ? Overrun::drop : Overrun::wait),
      bank_(info_, registry, iq_, spectra_, options.watch_links),
      clock_(info_.rate),
      centre_(info_.centre),
      latest_(feed_time) {
  bank_.make_rows(rows_);
  if (options.tuning) tuner_.emplace(*options.tuning, info_.centre, info_.rate);
  const std::size_t workers = worker_count(options);
  const RingShape shape{kEventBatches, 1, 1, info_.live ? Overrun::drop : Overrun::wait};
  for (std::size_t i = 0; i < workers; ++i) {
    event_rings_.push_back(std::make_unique<EventRing>(shape, make_event_batch));
    workers_.push_back(std::make_unique<ChannelWorker>(WorkerShare{i, workers}, info_, bank_.first_plan(),
                                                       spectra_, *event_rings_[i]));
    inputs_.push_back({event_rings_[i].get()});
  }
  if (tuner_) {
    for (const tuning::Window& window : tuner_->plan().windows) {
      const BankStage::Tuned& tuned = bank_.prepare({window.centre_hz});
      for (const auto& worker : workers_) worker->prepare(*tuned.plan);
    }
  }
  make_linkers(registry);
  if (options.evidence != nullptr) evidence_.emplace(info_, make_iq_slot(info_), iq_, 1, *options.evidence);
  if (!info_.live) return;
  overload_.emplace(
      OverloadWatch::Rings{iq_, spectra_, kChunkSeconds,
                           static_cast<double>(dsp::bank_geometry(info_.rate).hop) / info_.rate.value},
      shed_);
  bank_.obey(shed_);
  overload_->watch(bank_.waits());
  for (const auto& worker : workers_) overload_->watch(worker->waits());
}

// Decoders that name the same linker share one: an advertisement may begin on one PHY and go on on another.
void Stream::make_linkers(std::span<const decoders::DecoderEntry> registry) {
  for (const decoders::DecoderEntry& decoder : registry) {
    if (decoder.make_linker == nullptr) continue;
    const auto same = std::ranges::find(registry, decoder.make_linker, &decoders::DecoderEntry::make_linker);
    auto& linker = linkers_[same->name];
    if (!linker) linker = decoder.make_linker();
    linkers_[decoder.name] = linker;
  }
}

void Stream::fail(std::exception_ptr failure) {
  {
    const std::lock_guard lock(failure_lock_);
    if (!failure_) failure_ = failure;
  }
  iq_.cancel();
  spectra_.cancel();
  rows_.ring().cancel();
  for (const auto& ring : event_rings_) ring->cancel();
}

std::vector<Stream::Job> Stream::jobs(const std::atomic<bool>& stop) {
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < workers_.size(); ++i)
    jobs.push_back({"channels" + std::to_string(i), [worker = workers_[i].get()] { worker->run(); }});
  jobs.push_back({"bank", [this] { bank_.run(); }});
  jobs.push_back({"radio", [this, &stop] { run_radio(stop); }});
  return jobs;
}

std::vector<Stream::Job> Stream::evidence_jobs() {
  if (!evidence_) return {};
  return {{"evidence", [this] { evidence_->write(); }}, {"recorder", [this] { evidence_->record(); }}};
}

void Stream::begin(const FeedStage& feed) {
  began_ = last_status_ = last_batch_ = std::chrono::steady_clock::now();
  rows_.want(feed.wants_spectrum());
}

bool Stream::look(FeedStage& feed) {
  rows_.want(feed.wants_spectrum());
  take_rows();
  // Nothing can be told before the slowest worker has passed it, so that is whom to wait for.
  const auto slowest = std::min_element(inputs_.begin(), inputs_.end(), [](const Input& a, const Input& b) {
    return std::tie(a.ended, a.spectra_done) < std::tie(b.ended, b.spectra_done);
  });
  tell_events_before(slowest->ended ? UINT64_MAX : slowest->spectra_done, feed);
  ended_ = slowest->ended;
  if (ended_) return false;
  const bool has_come = take_batch(*slowest);
  watch_load();
  tell_silence(feed);
  return has_come;
}

StreamStatus Stream::finish(FeedStage& feed) {
  finish_linkers(feed);
  StreamStatus last = status(bank_.counters(), end_);
  last.live.reset();  // of threads that have ended
  stream_time(end_);
  return last;
}

void Stream::run_radio(const std::atomic<bool>& stop) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  IqSlot thrown_away = make_iq_slot(info_);
  SlotFiller filler(iq_, dsp::bytes_per_sample(info_.format), thrown_away);
  while (!stop) {
    SourceChunk chunk;
    try {
      chunk = source_->read(filler.room());
    } catch (const SourceError&) {
      const std::lock_guard lock(failure_lock_);
      failure_ = std::current_exception();  // what came before it is still decoded and told
      break;
    }
    if (chunk.state == SourceChunk::State::nothing) {
      filler.hand_over();
      continue;
    }
    if (chunk.state != SourceChunk::State::samples) break;
    if (options_.pace == Pace::realtime) {
      const double end_s = static_cast<double>(chunk.first.value + static_cast<std::int64_t>(chunk.samples)) /
                           info_.rate.value;
      const auto due =
          begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(end_s));
      while (Clock::now() < due && !stop)
        std::this_thread::sleep_until(std::min(due, Clock::now() + std::chrono::milliseconds(50)));
    }
    filler.take(chunk);
    if (tuner_) tuner_->follow(*source_, chunk);
  }
  filler.hand_over();
  iq_.close();
}

bool Stream::take_batch(Input& input) {
  const auto lease = input.ring->try_read(0);
  if (!lease) {
    input.ended = lease.end();
    return input.ended;
  }
  input.spectra_done = lease->spectra_done;
  input.lost_spectra = lease->lost_spectra;
  input.lost_events = lease->lost_events;
  waiting_.insert(waiting_.end(), lease->events.begin(), lease->events.end());
  reception_.note(lease->saturated);
  reception_.note(lease->gains);
  if (end_ < lease->now) last_batch_ = std::chrono::steady_clock::now();
  end_ = std::max(end_, lease->now);
  return true;
}

// A row is there before the spectrum with which it became whole, so none comes too late for its place.
void Stream::take_rows() {
  while (const auto slot = rows_.ring().try_read(0))
    waiting_.push_back({slot->spectrum, kBehindChannels, 0, slot->now, slot->row});
}

void Stream::watch_load() {
  if (!overload_) return;
  std::uint64_t lost_blocks = iq_.drops() + iq_.lost(0) + spectra_.drops(), lost_events = 0;
  for (std::size_t i = 0; i < workers_.size(); ++i) lost_blocks += spectra_.lost(i);
  for (const Input& input : inputs_) lost_events += input.lost_events + input.ring->lost(0);
  overload_->look(lost_blocks, lost_events, rows_.wanted(), std::chrono::steady_clock::now(), latest_);
}

// Subscribers take a feed without a status for a dead sensor. When a device stops delivering, time goes on by
// the host's clock, and what is not heard any more fades.
void Stream::tell_silence(FeedStage& feed) {
  const auto now = std::chrono::steady_clock::now();
  if (!info_.live || now - last_status_ < kLongestWithoutStatus) return;
  latest_ = std::max(latest_, clock_.at(end_) + (now - last_batch_));
  feed.on_status(status(counters_, end_), latest_);
  last_status_ = now;
}

void Stream::tell_events_before(std::uint64_t spectrum, FeedStage& feed) {
  const auto ready = std::partition(waiting_.begin(), waiting_.end(),
                                    [&](const StreamEvent& event) { return event.spectrum < spectrum; });
  std::sort(waiting_.begin(), ready, comes_before);
  std::for_each(waiting_.begin(), ready, [&](StreamEvent& event) { tell(event, feed); });
  waiting_.erase(waiting_.begin(), ready);
}

void Stream::tell(StreamEvent& event, FeedStage& feed) {
  if (const auto* facts = std::get_if<StreamFacts>(&event.what)) {
    reception_.forget_before({event.now.value - std::llround(kReceptionSeconds * info_.rate.value)});
    for (const ClockAnchor& anchor : facts->anchors) clock_.anchor(anchor.index, anchor.time);
    feed.advance(stream_time(event.now));
    if (facts->retune) tell_retune(*facts->retune, event.now, feed);
    if (!facts->counters) return;
    counters_ = *facts->counters;
    feed.on_status(status(counters_, event.now), stream_time(event.now));
    last_status_ = std::chrono::steady_clock::now();
    return;
  }
  const UtcTime now = stream_time(event.now);
  const auto timed = [&](StreamPosition& at, double hz) { complete(at, hz); };
  if (auto* frame = std::get_if<TimedFrame>(&event.what)) {
    timed(frame->at, frame->frame.rf.centre.value);
    note_heard(event.now);
    feed.on_frame(*frame, now);
  } else if (auto* reject = std::get_if<TimedReject>(&event.what)) {
    timed(reject->at, reject->attempt.rf.centre.value);
    feed.on_reject(*reject, now);
  } else if (auto* pdu = std::get_if<TimedPdu>(&event.what)) {
    timed(pdu->at, pdu->pdu.rf.centre.value);
    feed.on_pdu(*pdu, now);
  } else if (auto* emission = std::get_if<TimedEmission>(&event.what)) {
    timed(emission->at, (emission->low_hz + emission->high_hz) / 2);
    feed.on_emission(*emission, now);
  } else if (auto* signal = std::get_if<TimedSignal>(&event.what)) {
    timed(signal->at, signal->center_hz);
    feed.on_signal(*signal, now);
  } else if (auto* row = std::get_if<TimedSpectrum>(&event.what)) {
    timed(row->at, row->center_hz);
    feed.on_spectrum(*row, now);
  } else if (const auto* part = std::get_if<TimedPart>(&event.what)) {
    const auto linker = linkers_.find(part->decoder);
    if (linker == linkers_.end()) return;
    linker->second->take(part->part, {part->at.start_s, part->at.duration_s}, linked_);
    tell_linked(part->decoder, feed, now, event.now);
  } else if (const auto* others = std::get_if<OthersHeard>(&event.what)) {
    feed.on_others(*others);
  }
}

void Stream::tell_retune(const Retune& retune, dsp::SampleIndex now, FeedStage& feed) {
  const double rate = info_.original_rate.value_or(info_.rate).value;
  if (now.value > 0 && retune.centre != centre_)
    feed.on_retune(centre_.value - rate / 2, centre_.value + rate / 2, original_samples(retune.samples),
                   stream_time(now));
  centre_ = retune.centre;
}

std::uint64_t Stream::original_samples(std::uint64_t samples) const {
  const double rate = info_.original_rate.value_or(info_.rate).value;
  return static_cast<std::uint64_t>(std::llround(static_cast<double>(samples) * (rate / info_.rate.value)));
}

void Stream::note_heard(dsp::SampleIndex now) {
  if (tuner_) tuner_->heard(centre_, now);
}

void Stream::tell_linked(std::string_view decoder, FeedStage& feed, UtcTime now, dsp::SampleIndex index) {
  const auto position = [&](const decoders::StreamTime& at, const decoders::RfFacts& rf) {
    const double rate = info_.original_rate.value_or(info_.rate).value;
    StreamPosition where{std::llround(at.start_s * rate), at.start_s, at.duration_s, {}};
    complete(where, rf.centre.value);
    return where;
  };
  if (!linked_.frames.empty()) note_heard(index);
  for (auto& [frame, at] : linked_.frames) {
    const StreamPosition where = position(at, frame.rf);
    feed.on_frame({std::move(frame), where}, now);
  }
  for (const auto& [attempt, at] : linked_.rejects) feed.on_reject({attempt, position(at, attempt.rf)}, now);
  if (linked_.others > 0) feed.on_others({decoder, linked_.others});
  linked_.frames.clear();
  linked_.rejects.clear();
  linked_.others = 0;
}

void Stream::finish_linkers(FeedStage& feed) {
  for (const auto& [decoder, linker] : linkers_) {
    linker->finish(linked_);
    tell_linked(decoder, feed, stream_time(end_), end_);
  }
}

void Stream::complete(StreamPosition& at, double hz) const {
  at.time = time_at(at.start_s);
  const double first = at.start_s * info_.rate.value;
  const double length = std::isfinite(at.duration_s) ? at.duration_s * info_.rate.value : 0;
  at.reception = reception_.of({static_cast<std::int64_t>(std::floor(first))},
                               {static_cast<std::int64_t>(std::ceil(first + length))});
  if (options_.calibration && at.reception.gain.db)
    at.reception.full_scale = options_.calibration->full_scale({hz}, *at.reception.gain.db);
}

UtcTime Stream::time_at(double start_s) const {
  return clock_.at({static_cast<std::int64_t>(std::floor(start_s * info_.rate.value))});
}

UtcTime Stream::stream_time(dsp::SampleIndex index) { return latest_ = std::max(latest_, clock_.at(index)); }

LiveStatus Stream::live_status(dsp::SampleIndex now) {
  const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  LiveStatus live{load_.shares(), elapsed - static_cast<double>(now.value) / info_.rate.value,
                  source_->health()};
  if (options_.evidence != nullptr) live.evidence = options_.evidence->status();
  if (live.device && live.device->state != DeviceState::streaming) live.lag_s.reset();
  if (overload_) live.overload = overload_->status();
  if (tuner_) {
    live.tuning = tuner_->status(centre_);
    live.tuning->retunes = counters_.retunes;
    live.tuning->settling_s = static_cast<double>(counters_.settling_samples) / info_.rate.value;
  }
  return live;
}

StreamStatus Stream::status(const StreamCounters& counters, dsp::SampleIndex now) {
  StreamStatus s;
  s.source = info_.description;
  const double rate = info_.original_rate.value_or(info_.rate).value;
  s.rate_hz = rate;
  s.center_hz = centre_.value;
  s.band_low_hz = centre_.value - rate / 2;
  s.band_high_hz = centre_.value + rate / 2;
  s.time_known = clock_.known();
  s.samples = original_samples(counters.samples);
  s.stream_s = static_cast<double>(now.value) / info_.rate.value;
  s.gaps = counters.gaps;
  s.lost_samples = original_samples(counters.lost_samples);
  s.nonfinite_samples = original_samples(counters.nonfinite_samples);
  s.drops["iq"] = counters.dropped_chunks;
  s.drops["spectra"] = counters.dropped_spectra;
  if (counters.dropped_emissions > 0) s.drops["emissions"] = counters.dropped_emissions;
  if (rows_.lost() > 0) s.drops["spectrum_rows"] = rows_.lost();
  for (const Input& input : inputs_) s.drops["channels"] += input.lost_spectra;
  for (const Input& input : inputs_) {
    if (input.lost_events > 0) s.drops["events"] += input.lost_events;
    if (input.ring->lost(0) > 0) s.drops["batches"] += input.ring->lost(0);
  }
  for (std::size_t i = 0; i < kWorks; ++i) s.shed_samples[i] = original_samples(counters.shed_samples[i]);
  s.notes = options_.notes;
  s.saturated_samples = counters.saturated_samples;
  if (info_.live) s.live = live_status(now);
  return s;
}

}  // namespace windhover::sensor
