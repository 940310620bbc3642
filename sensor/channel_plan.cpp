#include "sensor/channel_plan.hpp"

#include <algorithm>
#include <cmath>

namespace windhover::sensor {
namespace {

using Micros = std::chrono::duration<double, std::micro>;
constexpr Micros kHop{0.75 * 1e6 / dsp::kBinHz};

// One block more than the time asks for: the cause may lie anywhere in its block.
std::int64_t blocks(std::chrono::microseconds time) {
  return static_cast<std::int64_t>(std::ceil(Micros{time} / kHop)) + 1;
}

}  // namespace

std::int64_t ChannelPlan::most_blocks_before() const {
  std::int64_t most = 0;
  for (const PlannedChannel& channel : channels) most = std::max(most, channel.blocks_before);
  return most;
}

ChannelPlanner::ChannelPlanner(const dsp::BankGeometry& geometry,
                               std::span<const decoders::DecoderEntry> registry)
    : geometry_(geometry), registry_(registry) {}

ChannelPlan ChannelPlanner::plan(dsp::Hertz centre) {
  ChannelPlan plan{geometry_, centre, {centre - 0.5 * geometry_.rate, centre + 0.5 * geometry_.rate}, {}};
  for (const decoders::DecoderEntry& decoder : registry_) {
    for (decoders::ChannelSpec spec : decoder.channels(plan.band)) {
      const std::int64_t offset = std::llround((spec.centre - centre).value / dsp::kBinHz);
      spec.centre = centre + dsp::Hertz{static_cast<double>(offset) * dsp::kBinHz};
      auto& filter = filters_[{spec.rate.value, spec.passband.value}];
      if (!filter) filter = std::make_shared<dsp::ChannelFilter>(geometry_, spec.rate, spec.passband);
      plan.channels.push_back({&decoder, spec, offset, filter, blocks(spec.before), blocks(spec.after)});
    }
  }
  return plan;
}

}  // namespace windhover::sensor
