#include "decoders/wifi/wifi.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "decoders/wifi/channels.hpp"
#include "decoders/wifi/dsss_receiver.hpp"
#include "decoders/wifi/half_rate.hpp"
#include "decoders/wifi/mac_sink.hpp"
#include "decoders/wifi/ofdm_receiver.hpp"

namespace windhover::decoders::wifi {
namespace {

// OFDM fills ±8.3 MHz and HT ±8.9, of which the filter may bend the outermost carriers; DSSS has 98 % of its
// power there. Clocked down to a half or a quarter all shrink alike.
constexpr Hertz kPassband{17e6}, kNeeded{16.6e6};

constexpr std::uint16_t kMostChannelWithDsss = 14;

// What the gate sees at last of a PPDU is its end, within a block or two. Where it begins far below the
// noise, as DSSS can, that takes the default's time; OFDM of a narrow channel is seen sooner.
constexpr std::chrono::microseconds kAfter{75}, kBeforeNarrow{150};

class WifiDecoder final : public Decoder {
 public:
  WifiDecoder(const RfFacts& nominal, unsigned clock_divisor, bool every_fcs)
      : is_halved_(clock_divisor == 4), ofdm_(nominal, clock_divisor), sink_(every_fcs, is_halved_ ? 2 : 1) {
    if (clock_divisor == 1 && nominal.channel <= kMostChannelWithDsss) dsss_.emplace(nominal);
  }

  void process(const IqBlock& in, DecoderOutput& out) override {
    sink_.append_to(out);
    ofdm_.process(is_halved_ ? half_rate_.halve(in) : in, sink_);
    if (dsss_) dsss_->process(in, sink_);
  }

 private:
  bool is_halved_;
  HalfRate half_rate_;
  OfdmReceiver ofdm_;
  std::optional<DsssReceiver> dsss_;  // at 2.4 GHz and full clock
  MacSink sink_;
};

RfFacts nominal_of(const ChannelSpec& spec) {
  RfFacts nominal;
  double least = 1e12;
  for (std::uint16_t channel = 1; channel <= kMostChannel; ++channel) {
    const auto centre = channel_centre(channel);
    if (!centre || std::abs(centre->value - spec.centre.value) >= least) continue;
    least = std::abs(centre->value - spec.centre.value);
    nominal.centre = *centre;
    nominal.channel = channel;
  }
  nominal.cfo_hz = static_cast<float>((spec.centre - nominal.centre).value);
  return nominal;
}

std::unique_ptr<Decoder> make_decoder(const ChannelSpec& spec, bool every_fcs) {
  const auto divisor = static_cast<unsigned>(std::lround(kPassband / spec.passband));
  return std::make_unique<WifiDecoder>(nominal_of(spec), divisor, every_fcs);
}

}  // namespace

std::vector<ChannelSpec> channels(Band band) {
  std::vector<ChannelSpec> specs;
  for (const double share : {1.0, 0.5, 0.25}) {
    const Hertz rate = std::max(share, 0.5) * kChannelRate;
    for (std::uint16_t channel = 1; channel <= kMostChannel; ++channel) {
      const auto centre = channel_centre(channel);
      if (!centre || !band.holds(*centre, share * kNeeded)) continue;
      ChannelSpec spec{*centre, share * kPassband, rate, Gate::on_centre};
      spec.after = kAfter;
      if (share < 1) spec.before = kBeforeNarrow;
      const bool is_primary = share == 1 && (channel == kRemoteId2g4 || channel == kRemoteId5g);
      if (!is_primary) spec.priority = Priority::spare;
      specs.push_back(spec);
    }
  }
  return specs;
}

std::unique_ptr<Decoder> make(const ChannelSpec& spec) { return make_decoder(spec, false); }

std::unique_ptr<Decoder> make_with_every_fcs(const ChannelSpec& spec) { return make_decoder(spec, true); }

}  // namespace windhover::decoders::wifi
