#include "sensor/bank_stage.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace windhover::sensor {
namespace {

// A sky of hoppers, video and Wi-Fi has some hundred emissions a second.
constexpr double kEmissionsPerBlock = 4000 * 75e-6, kMostEmissionsSaved = 400;

// A synthesiser comes to a frequency within its own raster: the channels stay the same.
constexpr dsp::Hertz kSameCentre{10};
bool is_at(const ChannelPlan& plan, dsp::Hertz centre) {
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
      assembler_(geometry_, source.format, [this](const dsp::AssembledBlock& block) { push(block); }),
      emissions_(geometry_),
      snapshots_(geometry_) {
  tune(source.centre);
}

void BankStage::run() {
  while (const auto lease = iq_.read(0)) take(*lease, lease.lost());
  assembler_.flush();
  end_emissions();
  spectra_.publish(spectra_.held());
  spectra_.close();
}

void BankStage::take(const IqSlot& slot, std::uint64_t lost_chunks) {
  const SourceChunk& chunk = slot.chunk;
  counters_.dropped_chunks += lost_chunks;
  if (!is_at(*plan_, chunk.centre)) {
    assembler_.flush();
    end_emissions();
    spectra_.publish(spectra_.held());
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
  counters_.settling_samples += static_cast<std::uint64_t>(chunk.settling);
  const bool gap = chunk.gap || lost_chunks > 0 || has_hole;
  if (chunk.time) new_anchors_.push_back({chunk.first, *chunk.time});
  counters_.samples += chunk.samples;
  expected_ = chunk.first + static_cast<std::int64_t>(chunk.samples);
  assembler_.feed(std::span(slot.native).first(chunk.samples * sample_bytes_), chunk.first, gap);
}

const BankStage::Tuned& BankStage::prepare(dsp::Hertz centre) {
  const auto known = std::ranges::find_if(plans_, [&](const Tuned& t) { return is_at(*t.plan, centre); });
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
  retune_ = Retune{centre, counters_.samples};
}

void BankStage::push(const dsp::AssembledBlock& block) {
  if (spectra_.held() == kHoldBack + kBatch) spectra_.publish(kBatch);
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
  attach_facts(slot->facts, block.end_valid);
  forward_.execute(block.samples, slot->bins.data());
  take_off_dc(block, slot->bins.data());
  gates_->judge(slot->bins.data(), reasons_);
  slot->emissions.clear();
  slot->snapshot_starts.clear();
  slot->snapshot_ends.clear();
  slot->snapshot_lanes = 0;
  slot->open.assign(plan_->channels.size(), 0);
  open_windows(reasons_);
  if (watch_links_) watch_emissions(block, *slot);
  ++blocks_;
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
  facts.retune = std::exchange(retune_, std::nullopt);
  facts.counters.reset();
  const auto seconds = static_cast<std::int64_t>(static_cast<double>(now.value) / rate_.value);
  if (seconds <= seconds_told_) return;
  seconds_told_ = seconds;
  facts.counters = counters();
}

StreamCounters BankStage::counters() const {
  StreamCounters now = counters_;
  now.dropped_emissions += emissions_.dropped();
  now.gaps += assembler_.nonfinite_holes();
  now.nonfinite_samples = assembler_.nonfinite_samples();
  now.saturated_samples = assembler_.saturated_samples();
  return now;
}

}  // namespace windhover::sensor
