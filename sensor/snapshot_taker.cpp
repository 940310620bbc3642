#include "sensor/snapshot_taker.hpp"

#include <algorithm>
#include <cmath>

namespace windhover::sensor {
namespace {

// Fewer samples tell nothing.
constexpr std::size_t kLeastSamples = 144;  // one block of the lowest rate

}  // namespace

SnapshotTaker::SnapshotTaker(const dsp::BankGeometry& geometry) {
  for (const SnapshotRate& each : kSnapshotRates)
    rates_.push_back(
        {{geometry, std::make_shared<dsp::ChannelFilter>(geometry, each.rate, each.passband), 0}});
  for (Lane& lane : lanes_) lane.iq.resize(kMostSnapshotSamples);
}

void SnapshotTaker::start(const EmissionSnapshotStart& order) {
  Lane& lane = lanes_[order.lane];
  lane.taking = true;
  lane.broken = false;
  lane.order = order;
  lane.filled = 0;
}

void SnapshotTaker::take(std::size_t number, const dsp::cf32* bins, std::int64_t block) noexcept {
  Lane& lane = lanes_[number];
  if (!lane.taking || lane.broken) return;
  if (lane.filled == 0) lane.first_block = lane.next_block = block;
  Rate& rate = rates_[lane.order.rate];
  lane.broken = block != lane.next_block || lane.filled + rate.tap.samples_per_block() > lane.iq.size();
  if (lane.broken) return;
  rate.tap.retune(lane.order.offset_bins);
  const auto samples = rate.tap.extract(bins, block);
  std::copy(samples.begin(), samples.end(), lane.iq.begin() + static_cast<std::ptrdiff_t>(lane.filled));
  lane.filled += samples.size();
  ++lane.next_block;
}

std::optional<TakenSnapshot> SnapshotTaker::finish(const EmissionSnapshotEnd& end) noexcept {
  Lane& lane = lanes_[end.lane];
  if (!lane.taking) return std::nullopt;
  lane.taking = false;
  if (lane.filled < kLeastSamples) return std::nullopt;
  const dsp::ChannelTap& tap = rates_[lane.order.rate].tap;
  const auto per_block = static_cast<std::int64_t>(tap.samples_per_block());
  const auto first = static_cast<double>(lane.first_block * per_block);
  const auto filled = static_cast<double>(lane.filled);
  const auto place = [&](dsp::SampleIndex at) {
    return std::clamp(tap.channel_position(static_cast<double>(at.value)) - first, 0.0, filled);
  };
  const dsp::Hertz centre{static_cast<double>(lane.order.offset_bins) * dsp::kBinHz};
  decoders::links::Snapshot snapshot{};
  snapshot.iq = std::span(lane.iq).first(lane.filled);
  snapshot.rate = kSnapshotRates[lane.order.rate].rate;
  snapshot.low = end.low - centre;
  snapshot.high = end.high - centre;
  const double begins = place(end.begin), ends = place(end.end);
  if (!(ends - begins >= 1)) return std::nullopt;
  snapshot.begin = static_cast<std::size_t>(begins);
  snapshot.end = static_cast<std::size_t>(ends);
  snapshot.open_start = end.open_start || tap.channel_position(static_cast<double>(end.begin.value)) < first;
  snapshot.open_end = ends >= filled || (end.open_end && ends >= filled - static_cast<double>(per_block));
  return TakenSnapshot{end.lane, lane.order.emission, snapshot, lane.order.offset_bins,
                       tap.stream_position(first)};
}

}  // namespace windhover::sensor
