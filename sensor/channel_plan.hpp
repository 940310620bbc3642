#pragma once
// Which channels of which decoders a tuned band holds, with all that can be computed once for them.

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "decoders/decoder.hpp"
#include "dsp/filter_bank.hpp"

namespace windhover::sensor {

struct PlannedChannel {
  const decoders::DecoderEntry* decoder;
  decoders::ChannelSpec spec;  ///< centre rounded to the bank's raster
  std::int64_t offset_bins;    ///< of its centre from the band's
  std::shared_ptr<const dsp::ChannelFilter> filter;
  std::int64_t blocks_before;  ///< delivered around the block that opens the gate
  std::int64_t blocks_after;
};

struct ChannelPlan {
  dsp::BankGeometry geometry;
  dsp::Hertz centre;
  decoders::Band band;
  std::vector<PlannedChannel> channels;

  /// Blocks that must be held back so that a gate can open before its cause.
  std::int64_t most_blocks_before() const;
};

/// Asks every decoder of the registry what it wants of the band. Filters are shared between plans.
class ChannelPlanner {
 public:
  ChannelPlanner(const dsp::BankGeometry& geometry, std::span<const decoders::DecoderEntry> registry);
  ChannelPlan plan(dsp::Hertz centre);

 private:
  dsp::BankGeometry geometry_;
  std::span<const decoders::DecoderEntry> registry_;
  std::map<std::pair<double, double>, std::shared_ptr<const dsp::ChannelFilter>>
      filters_;  // by rate, passband
};

}  // namespace windhover::sensor
