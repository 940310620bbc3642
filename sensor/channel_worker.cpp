#include "sensor/channel_worker.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace windhover::sensor {
namespace {

// How often the feed learns that nothing happened: it may tell a frame only when all workers are past it.
constexpr std::uint64_t kSpectraPerBatch = 128;

// Behind all channels in the order of events.
constexpr std::uint32_t kFirstLane = 1U << 30;

// Channels by cost, dearest first, dealt out to the workers back and forth: what is on one channel opens some
// beside it, and networks lie several channels apart, so that neither dealing in turn nor in blocks spreads
// both.
std::vector<std::uint32_t> share_of(const ChannelPlan& plan, const WorkerShare& share) {
  std::vector<std::uint32_t> order(plan.channels.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return plan.channels[a].spec.rate > plan.channels[b].spec.rate;
  });
  std::vector<std::uint32_t> mine;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t turn = i % (2 * share.workers);
    if (std::min(turn, 2 * share.workers - 1 - turn) == share.index) mine.push_back(order[i]);
  }
  std::sort(mine.begin(), mine.end());
  return mine;
}

}  // namespace

ChannelWorker::ChannelWorker(const WorkerShare& share, const SourceInfo& source,
                             const ChannelPlan& first_plan, SpectrumRing& spectra, EventRing& events)
    : share_(share),
      stream_rate_(source.rate.value),
      original_samples_(source.original_rate.value_or(source.rate) / source.rate),
      spectra_(spectra),
      events_(events),
      snapshots_(first_plan.geometry) {
  finished_snapshots_.reserve(kSnapshotLanes);
  tune(first_plan);
}

void ChannelWorker::run() {
  for (;;) {
    auto lease = waits_.read(spectra_, share_.index);
    lost_spectra_ += lease.lost();
    if (!lease) break;
    const std::uint64_t done = lease.number() + 1;
    extract(*lease, lease.number(), lease->gap || lease.lost() > 0);
    lease.release();
    decode();
    if (!pending_.empty() || done - handed_over_ >= kSpectraPerBatch) hand_over(done);
  }
  // What comes out now stands behind the last spectrum, which may have been handed over.
  begin_spectrum(spectra_.published(), now_);
  finish_all();
  hand_over(spectrum_ + 1);
  events_.close();
}

void ChannelWorker::begin_spectrum(std::uint64_t number, dsp::SampleIndex now) {
  spectrum_ = number;
  ordinal_ = 0;
  now_ = now;
}

ChannelWorker::Tuned* ChannelWorker::find(const ChannelPlan& plan) const {
  const auto known = std::ranges::find_if(tuned_, [&](const auto& t) { return t->plan == &plan; });
  return known == tuned_.end() ? nullptr : known->get();
}

void ChannelWorker::tune(const ChannelPlan& plan) {
  prepare(plan);
  current_ = find(plan);
}

void ChannelWorker::prepare(const ChannelPlan& plan) {
  if (find(plan) != nullptr) return;
  auto tuned = std::make_unique<Tuned>(Tuned{&plan, {}});
  for (const std::uint32_t number : share_of(plan, share_)) {
    const PlannedChannel& channel = plan.channels[number];
    tuned->channels.push_back({number,
                               channel.decoder->name,
                               channel.spec.rate,
                               {plan.geometry, channel.filter, channel.offset_bins},
                               channel.decoder->make(channel.spec)});
  }
  tuned_.push_back(std::move(tuned));
}

void ChannelWorker::extract(const SpectrumSlot& slot, std::uint64_t number, bool gap) {
  begin_spectrum(number, slot.end_valid);
  if (slot.plan != current_->plan) {
    finish_all();
    tune(*slot.plan);
  }
  note_reception(slot);
  const bool has_facts = !slot.facts.anchors.empty() || slot.facts.counters || slot.facts.retune;
  if (share_.index == 0 && has_facts) append(slot.facts);
  if (share_.index == 0)
    for (const TimedEmission& emission : slot.emissions) append(emission);
  take_snapshots(slot);
  for (Channel& channel : current_->channels) {
    channel.extracted.reset();
    if (slot.open[channel.number]) channel.extracted = valid_samples(channel, slot, gap || !channel.open);
  }
}

void ChannelWorker::note_reception(const SpectrumSlot& slot) {
  if (!slot.saturated.empty()) saturated_.push_back(slot.saturated);
  if (slot.gain == gain_) return;
  gain_ = slot.gain;
  gains_.push_back({slot.first_valid, gain_});
}

// Of the stream, which is channel 0 of the order.
template <typename What>
void ChannelWorker::append(const What& what) {
  StreamEvent& event = pending_.emplace_back();
  event.spectrum = spectrum_;
  event.ordinal = ordinal_++;
  event.now = now_;
  event.what = what;
}

decoders::IqBlock ChannelWorker::valid_samples(Channel& channel, const SpectrumSlot& slot, bool gap) {
  const auto whole = channel.tap.extract(slot.bins.data(), slot.block);
  const std::int64_t start = slot.block * std::ssize(whole);
  const auto offset = [&](dsp::SampleIndex at) {
    // Block borders fall on whole channel samples; what rounding adds to them must not cost one.
    const double index = std::ceil(channel.tap.channel_position(static_cast<double>(at.value)) - 1e-3);
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(index) - start, 0, std::ssize(whole));
  };
  const std::int64_t from = offset(slot.first_valid);
  const std::int64_t to = std::max(from, offset(slot.end_valid));
  const auto iq = whole.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
  return {iq, {start + from}, gap};
}

// A lane belongs to this worker while the snapshot taken in it does.
void ChannelWorker::take_snapshots(const SpectrumSlot& slot) {
  finished_snapshots_.assign(slot.snapshot_ends.begin(), slot.snapshot_ends.end());
  for (const EmissionSnapshotStart& order : slot.snapshot_starts)
    if (order.number % share_.workers == share_.index) snapshots_.start(order);
  for (std::size_t lane = 0; lane < kSnapshotLanes; ++lane)
    if ((slot.snapshot_lanes >> lane & 1U) != 0) snapshots_.take(lane, slot.bins.data(), slot.block);
}

void ChannelWorker::look_at_snapshots() {
  for (const EmissionSnapshotEnd& end : finished_snapshots_) {
    const auto taken = snapshots_.finish(end);
    if (!taken) continue;
    TimedSignal signal;
    signal.emission = taken->emission;
    signal.signal = snapshots_.classify(*taken);
    signal.center_hz = current_->plan->centre.value + static_cast<double>(taken->offset_bins) * dsp::kBinHz;
    signal.at = {std::llround(taken->first * original_samples_),
                 taken->first / stream_rate_,
                 static_cast<double>(taken->snapshot.iq.size()) / taken->snapshot.rate.value,
                 {}};
    pending_.push_back(
        {spectrum_, kFirstLane + static_cast<std::uint32_t>(end.lane), 0, now_, std::move(signal)});
  }
  finished_snapshots_.clear();
}

void ChannelWorker::decode() {
  look_at_snapshots();
  for (Channel& channel : current_->channels) {
    if (channel.extracted) {
      channel.decoder->process(*channel.extracted, output_);
      channel.open = true;
      collect(channel);
    } else if (channel.open) {
      finish(channel);
    }
  }
}

void ChannelWorker::finish(Channel& channel) {
  channel.decoder->process({{}, {}, true}, output_);
  channel.open = false;
  collect(channel);
}

void ChannelWorker::finish_all() {
  for (Channel& channel : current_->channels)
    if (channel.open) finish(channel);
}

void ChannelWorker::collect(Channel& channel) {
  const auto tell = [&](auto what) {
    // Channel 0 of the order belongs to the facts of the stream.
    pending_.push_back({spectrum_, channel.number + 1, ordinal_++, now_, std::move(what)});
  };
  for (decoders::Frame& frame : output_.frames) {
    const StreamPosition at = position(channel, frame.rf);
    tell(TimedFrame{std::move(frame), at});
  }
  for (decoders::FramePart& part : output_.parts) {
    const StreamPosition at = position(channel, part.rf);
    tell(TimedPart{channel.name, std::move(part), at});
  }
  for (const decoders::LinkPdu& pdu : output_.pdus) tell(TimedPdu{pdu, position(channel, pdu.rf)});
  for (const decoders::RejectedAttempt& attempt : output_.rejects)
    tell(TimedReject{attempt, position(channel, attempt.rf)});
  if (output_.others > 0) tell(OthersHeard{channel.name, output_.others});
  output_.frames.clear();
  output_.parts.clear();
  output_.rejects.clear();
  output_.pdus.clear();
  output_.others = 0;
}

StreamPosition ChannelWorker::position(const Channel& channel, const decoders::RfFacts& rf) const {
  const double index = channel.tap.stream_position(rf.first_sample);
  return {std::llround(index * original_samples_),
          index / stream_rate_,
          rf.length_samples / channel.rate.value,
          {}};
}

void ChannelWorker::hand_over(std::uint64_t spectra_done) {
  handed_over_ = spectra_done;
  EventBatch* batch = events_.acquire();
  // Live, the feed may be behind: what is pending then waits for the next slot.
  if (batch == nullptr) {
    if (pending_.size() <= kMostPending) return;
    // Facts of the stream are few, and all that follows needs them.
    while (pending_.size() > kMostPending && !std::holds_alternative<StreamFacts>(pending_.back().what)) {
      pending_.pop_back();
      ++lost_events_;
    }
    return;
  }
  batch->spectra_done = spectra_done;
  batch->lost_spectra = lost_spectra_;
  batch->lost_events = lost_events_;
  batch->now = now_;
  batch->events.clear();
  batch->events.swap(pending_);
  batch->saturated.clear();
  batch->saturated.swap(saturated_);
  batch->gains.clear();
  batch->gains.swap(gains_);
  events_.publish();
}

}  // namespace windhover::sensor
