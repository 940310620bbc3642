#include "decoders/wifi/wifi.hpp"

#include <cmath>

#include "decoders/wifi/channels.hpp"
#include "decoders/wifi/ofdm_receiver.hpp"
#include "decoders/wifi/remote_id_elements.hpp"

namespace windhover::decoders::wifi {
namespace {

// OFDM fills ±8.3 MHz and HT ±8.9, of which the filter may bend the outermost carriers; DSSS has 98 % of its
// power there.
constexpr Hertz kPassband{17e6}, kNeeded{16.6e6};

/// The MAC layer of one channel.
class MacSink final : public PpduSink {
 public:
  explicit MacSink(bool every_fcs) : every_fcs_(every_fcs) {}
  void append_to(DecoderOutput& out) { out_ = &out; }

  bool read_on(const Ppdu& ppdu, std::span<const std::uint8_t> head) override {
    return every_fcs_ || (!ppdu.aggregated && may_hold_remote_id(head));
  }

  void take(const Ppdu& ppdu, std::span<const std::uint8_t> octets) override {
    if (ppdu.aggregated || octets.size() != ppdu.psdu_octets) return;
    RfFacts rf = ppdu.rf;
    rf.rate_mbps = ppdu.rate_mbps;
    if (has_good_fcs(octets)) {
      if (read_remote_id_elements(octets, rf, *out_) == 0) ++out_->others;
    } else if (may_hold_remote_id(octets)) {
      out_->rejects.push_back({kDecoderName, RejectReason::fcs, rf});
    }
  }

  void reject(RejectReason reason, const RfFacts& rf) override {
    out_->rejects.push_back({kDecoderName, reason, rf});
  }

 private:
  bool every_fcs_;
  DecoderOutput* out_ = nullptr;
};

class WifiDecoder final : public Decoder {
 public:
  WifiDecoder(const RfFacts& nominal, bool every_fcs) : ofdm_(nominal), sink_(every_fcs) {}

  void process(const IqBlock& in, DecoderOutput& out) override {
    sink_.append_to(out);
    ofdm_.process(in, sink_);
  }

 private:
  OfdmReceiver ofdm_;
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

}  // namespace

std::vector<ChannelSpec> channels(Band band) {
  std::vector<ChannelSpec> specs;
  for (std::uint16_t channel = 1; channel <= kMostChannel; ++channel) {
    const auto centre = channel_centre(channel);
    if (centre && band.holds(*centre, kNeeded))
      specs.push_back({*centre, kPassband, kChannelRate, Gate::on_centre});
  }
  return specs;
}

std::unique_ptr<Decoder> make(const ChannelSpec& spec) {
  return std::make_unique<WifiDecoder>(nominal_of(spec), false);
}

std::unique_ptr<Decoder> make_with_every_fcs(const ChannelSpec& spec) {
  return std::make_unique<WifiDecoder>(nominal_of(spec), true);
}

}  // namespace windhover::decoders::wifi
