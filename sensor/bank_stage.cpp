#include "sensor/bank_stage.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <thread>
#include <utility>

namespace windhover::sensor {
namespace {

// A sky of hoppers, video and Wi-Fi has some hundred emissions a second.
constexpr std::chrono::microseconds kNap{500};
constexpr int kMostNaps = 200;  // workers may have ended
constexpr double kEmissionsPerBlock = 4000 * 75e-6, kMostEmissionsSaved = 400;

// A synthesiser comes to a frequency within its own raster: the channels stay the same.
constexpr dsp::Hertz kSameCentre{10};
bool is_tuned_to(const ChannelPlan& plan, dsp::Hertz centre) {
  return std::abs((plan.centre - centre).value) <= kSameCentre.value;
}

}  // namespace

BankStage::BankStage(const SourceInfo& source, std::span<const decoders::DecoderEntry> registry, IqRing& iq,
                     SpectrumRing& spectra, bool watch_links)
    : watch_links_(watch_links),
      iq_(iq),
      spectra_(spectra),
      rate_(source.rate),
      original_samples_(source.original_rate.value_or(source.rate) / source.rate),
      sample_bytes_(dsp::bytes_per_sample(source.format)),
      geometry_(dsp::bank_geometry(source.rate)),
      forward_(geometry_.fft_size, dsp::FftDirection::forward),
      planner_(geometry_, registry),
      assembler_(
          geometry_, source.format, [this](const dsp::AssembledBlock& block) { push(block); },
          source.converter_bits),
      emissions_(geometry_),
      snapshots_(geometry_) {
  tune(source.centre);
}

void BankStage::run() {
  while (const auto lease = waits_.read(iq_, 0)) take(*lease, lease.lost());
  hand_out();
  spectra_.close();
}

// All that is held, because nothing follows for now.
void BankStage::hand_out() {
  assembler_.flush();
  end_emissions();
  spectra_.publish(spectra_.held());
}

void BankStage::take(const IqSlot& slot, std::uint64_t lost_chunks) {
  const SourceChunk& chunk = slot.chunk;
  counters_.dropped_chunks += lost_chunks;
  if (!is_tuned_to(*plan_, chunk.centre)) {
    hand_out();
    emissions_.forget_floor();
    tune(chunk.centre);
    ++counters_.retunes;
  }
  const bool has_hole = counters_.samples > 0 && chunk.first != expected_;
  const std::int64_t lost = chunk.first - expected_ - chunk.settling;
  // What a tuner needs on its way is a hole, but nothing was lost.
  if (chunk.gap || lost_chunks > 0 || (has_hole && lost != 0)) {
    ++counters_.gaps;
    counters_.lost_samples += static_cast<std::uint64_t>(std::max<std::int64_t>(0, lost));
  }
  if (slot.anchor && slot.anchor != anchor_) new_anchors_.push_back(*slot.anchor);
  anchor_ = slot.anchor;
  counters_.settling_samples += static_cast<std::uint64_t>(chunk.settling);
  const bool gap = chunk.gap || lost_chunks > 0 || has_hole;
  counters_.samples += chunk.samples;
  take_levels(chunk);
  expected_ = chunk.first + static_cast<std::int64_t>(chunk.samples);
  obey_orders();
  const bool was_skipping = skipping_;
  skipping_ = skips(chunk);
  count_shed(chunk.samples, skipping_);
  if (skipping_ && !was_skipping) hand_out();
  if (skipping_) return;
  assembler_.feed(std::span(slot.native).first(chunk.samples * sample_bytes_), chunk.first,
                  gap || was_skipping);
}

// While the gain settles nobody knows when its step comes: emissions would begin and end with it.
void BankStage::take_levels(const SourceChunk& chunk) {
  counters_.saturated_samples += chunk.saturated;
  if (chunk.saturated > 0)
    saturated_ = {saturated_.empty() ? chunk.first : saturated_.first,
                  chunk.first + static_cast<std::int64_t>(chunk.samples)};
  if (chunk.gain == gain_) return;
  const bool is_first = std::exchange(has_gain_, true) == false;
  gain_ = chunk.gain;
  if (is_first) return;
  end_emissions();
  if (rows_ != nullptr) rows_->restart(chunk.first);
  emissions_.forget_floor();
  gates_->forget_floors();
}

const BankStage::Tuned& BankStage::prepare(dsp::Hertz centre) {
  const auto known =
      std::ranges::find_if(plans_, [&](const Tuned& t) { return is_tuned_to(*t.plan, centre); });
  if (known != plans_.end()) return *known;
  auto plan = std::make_unique<ChannelPlan>(planner_.plan(centre));
  if (plan->most_blocks_before() > static_cast<std::int64_t>(kHoldBack))
    throw std::logic_error("a decoder wants more samples before its gate's cause than are held back");
  auto gates = std::make_unique<Gatekeeper>(*plan);
  plans_.push_back({std::move(plan), std::move(gates)});
  reasons_.reserve(plans_.back().plan->channels.size());
  open_until_.reserve(plans_.back().plan->channels.size());
  return plans_.back();
}

void BankStage::tune(dsp::Hertz centre) {
  const Tuned& tuned = prepare(centre);
  plan_ = tuned.plan.get();
  gates_ = tuned.gates.get();
  reasons_.assign(plan_->channels.size(), 0);
  open_until_.assign(plan_->channels.size(), -1);
  blocks_ = 0;
  dc_.restart();
  if (rows_ != nullptr) rows_->restart();
  retune_ = Retune{centre, counters_.samples};
  retune_told_ = false;
}

void BankStage::push(const dsp::AssembledBlock& block) {
  if (spectra_.held() == kHoldBack + kBatch) {
    spectra_.publish(kBatch);
    wait_for_workers();
  }
  SpectrumSlot* slot = spectra_.acquire();
  if (slot == nullptr) {
    end_emissions();
    ++counters_.dropped_spectra;
    hole_before_next_ = true;
    return;
  }
  slot->block = block.block;
  slot->first_valid = block.first_valid;
  slot->end_valid = block.end_valid;
  slot->gap = block.gap || std::exchange(hole_before_next_, false);
  slot->plan = plan_;
  slot->gain = gain_;
  slot->saturated = block.saturated.empty() ? std::exchange(saturated_, {}) : block.saturated;
  attach_facts(slot->facts, block.end_valid);
  forward_.execute(block.samples, slot->bins.data());
  take_off_dc(block, slot->bins.data());
  gates_->judge(slot->bins.data(), reasons_);
  make_row(block);
  close_shed_channels();
  slot->emissions.clear();
  slot->snapshot_starts.clear();
  slot->snapshot_ends.clear();
  slot->snapshot_lanes = 0;
  slot->open.assign(plan_->channels.size(), 0);
  open_windows(reasons_);
  if (watch_links_ && !gain_.settling && !sheds(Work::emissions)) watch_emissions(block, *slot);
  ++blocks_;
}

// Of the slot just filled, which is the newest of those held back.
void BankStage::make_row(const dsp::AssembledBlock& block) {
  if (rows_ == nullptr) return;
  if (!rows_->wanted() || gain_.settling || sheds(Work::spectrum_rows)) return rows_->restart();
  rows_->push(block, gates_->cells(), plan_->centre, spectra_.published() + spectra_.held() - 1);
}

void BankStage::watch_emissions(const dsp::AssembledBlock& block, SpectrumSlot& slot) {
  emission_budget_ = std::min(emission_budget_ + kEmissionsPerBlock, kMostEmissionsSaved);
  const auto answered = static_cast<std::size_t>(block.end_valid - block.first_valid);
  const bool whole = answered == geometry_.hop;
  if (slot.gap || !whole) end_emissions();
  if (!whole) return;  // part of it is zeros
  emissions_.push(block.block, gates_->cells());
  ++unbroken_;
  tell_emissions(slot);
  if (sheds(Work::snapshots)) return;
  const auto held = static_cast<std::int64_t>(spectra_.held());
  snapshots_.plan(emissions_, block.block, std::min(held, unbroken_) - 1);
  slot.snapshot_lanes = snapshots_.lanes();
  slot.snapshot_ends.insert(slot.snapshot_ends.end(), snapshots_.ends().begin(), snapshots_.ends().end());
  for (const SnapshotPlanner::Start& start : snapshots_.starts()) {
    const auto first = static_cast<std::size_t>(held - 1 - start.back);
    spectra_.acquired(first).snapshot_starts.push_back(start.order);
    for (std::size_t i = first; i < static_cast<std::size_t>(held); ++i)
      spectra_.acquired(i).snapshot_lanes =
          static_cast<std::uint8_t>(spectra_.acquired(i).snapshot_lanes | 1U << start.order.lane);
  }
}

// Whatever is on ends with the newest block that is held.
void BankStage::end_emissions() {
  if (!watch_links_) return;
  unbroken_ = 0;
  emissions_.interrupt();
  snapshots_.interrupt(emissions_.ended());
  if (spectra_.held() == 0) return;
  SpectrumSlot& newest = spectra_.acquired(spectra_.held() - 1);
  tell_emissions(newest);
  newest.snapshot_ends.insert(newest.snapshot_ends.end(), snapshots_.ends().begin(), snapshots_.ends().end());
}

void BankStage::tell_emissions(SpectrumSlot& slot) {
  for (const dsp::Emission& emission : emissions_.ended()) {
    if (emission_budget_ < 1 || slot.emissions.size() == kMostEmissionsInBlock) {
      ++counters_.dropped_emissions;
      continue;
    }
    emission_budget_ -= 1;
    const double rate = rate_.value;
    slot.emissions.push_back({emission,
                              (plan_->centre + emission.low).value,
                              (plan_->centre + emission.high).value,
                              {std::llround(static_cast<double>(emission.start.value) * original_samples_),
                               static_cast<double>(emission.start.value) / rate,
                               static_cast<double>(emission.end - emission.start) / rate,
                               {}}});
  }
}

// Between chunks, which end no block: what is on is told as far as it went.
void BankStage::obey_orders() {
  const ShedLevel level = ordered_ == nullptr ? ShedLevel{0} : ordered_->load(std::memory_order_relaxed);
  if (level == level_) return;
  const bool watched = !sheds(Work::snapshots), saw = !sheds(Work::emissions);
  if (watched != !is_shed(Work::snapshots, level) || saw != !is_shed(Work::emissions, level)) end_emissions();
  level_ = level;
  if (!saw && !sheds(Work::emissions)) emissions_.forget_floor();
}

bool BankStage::skips(const SourceChunk& chunk) {
  const double share = time_share(level_);
  if (share >= 1) return false;
  const double slice = static_cast<double>(chunk.first.value) / (kSlice_s * rate_.value);
  return !is_slice_taken(static_cast<std::int64_t>(slice), share);
}

void BankStage::count_shed(std::size_t samples, bool skipped) {
  for (std::size_t i = 0; i < kWorks; ++i) {
    const auto work = static_cast<Work>(i);
    if (skipped || (work != Work::everything && sheds(work))) counters_.shed_samples[i] += samples;
  }
}

void BankStage::close_shed_channels() {
  if (!sheds(Work::spare_channels)) return;
  const auto first_shed =
      sheds(Work::secondary_channels) ? decoders::Priority::secondary : decoders::Priority::spare;
  for (std::size_t c = 0; c < reasons_.size(); ++c)
    if (plan_->channels[c].spec.priority >= first_shed) reasons_[c] = 0, open_until_[c] = -1;
}

// A slice of time is to be worked off whole, though workers are slower than the bank: what they cannot take
// yet waits as samples, as long as there is room for it. Nobody waits for workers that are stuck.
void BankStage::wait_for_workers() {
  if (ordered_ == nullptr) return;
  const auto is_behind = [&] {
    std::uint64_t most = 0;
    for (std::size_t i = 0; i < spectra_.shape().readers; ++i) most = std::max(most, spectra_.backlog(i));
    return 2 * most > spectra_.shape().slots && 3 * iq_.backlog(0) < 2 * iq_.shape().slots;
  };
  if (!is_behind()) return;
  waits_.count([&] {
    for (int naps = 0; naps < kMostNaps && is_behind(); ++naps) std::this_thread::sleep_for(kNap);
    return true;
  });
}

void BankStage::take_off_dc(const dsp::AssembledBlock& block, dsp::cf32* bins) {
  const auto answered = static_cast<std::size_t>(block.end_valid - block.first_valid);
  if (!block.gap && answered == geometry_.hop) dc_.follow(bins[0]);
  bins[0] -= dc_.in_bin();
}

// The slot just filled is the newest of those held back.
void BankStage::open_windows(const std::vector<std::uint8_t>& reasons) {
  const auto held = static_cast<std::int64_t>(spectra_.held());
  const std::int64_t reachable = std::min(held - 1, blocks_);
  for (std::size_t c = 0; c < reasons.size(); ++c) {
    if (reasons[c]) {
      const PlannedChannel& channel = plan_->channels[c];
      open_until_[c] = blocks_ + channel.blocks_after;
      for (std::int64_t back = 1; back <= std::min(reachable, channel.blocks_before); ++back)
        spectra_.acquired(static_cast<std::size_t>(held - 1 - back)).open[c] = 1;
    }
    spectra_.acquired(static_cast<std::size_t>(held - 1)).open[c] = blocks_ <= open_until_[c];
  }
}

void BankStage::attach_facts(StreamFacts& facts, dsp::SampleIndex now) {
  facts.anchors.clear();
  facts.anchors.swap(new_anchors_);
  facts.retune.reset();
  if (!std::exchange(retune_told_, true)) facts.retune = retune_;
  facts.counters.reset();
  const auto seconds = static_cast<std::int64_t>(static_cast<double>(now.value) / rate_.value);
  if (seconds <= seconds_told_) return;
  seconds_told_ = seconds;
  // Once more: a worker that was too slow may have lost the block that told it.
  if (anchor_) facts.anchors.push_back(*anchor_);
  facts.retune = retune_;
  facts.counters = counters();
}

StreamCounters BankStage::counters() const {
  StreamCounters now = counters_;
  now.dropped_emissions += emissions_.dropped();
  now.gaps += assembler_.nonfinite_holes();
  now.nonfinite_samples = assembler_.nonfinite_samples();
  now.saturated_samples += assembler_.saturated_samples();
  return now;
}

}  // namespace windhover::sensor
