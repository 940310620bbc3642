#include "decoders/bluetooth/advertising.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "decoders/bluetooth/channels.hpp"
#include "decoders/bluetooth/le_coded_receiver.hpp"
#include "decoders/bluetooth/le_uncoded_receiver.hpp"
#include "decoders/bluetooth/packet_judge.hpp"

namespace windhover::decoders::bluetooth {
namespace {

// Two samples a symbol. The pass band holds 99.9 % of a packet's power at ±150 kHz of carrier error, and what
// is 2 MHz away lies in the stop band.
constexpr Hertz kRate{2e6}, kPassband{1.6e6};
constexpr Hertz kNeeded{1.4e6};  // of the band, for a channel at its edge

int nearest_rf_channel(Hertz centre) {
  return std::clamp(static_cast<int>(std::lround((centre.value - 2402e6) / 2e6)), 0, kRfChannels - 1);
}

class AdvertisingDecoder final : public Decoder {
 public:
  AdvertisingDecoder(const ChannelSpec& spec, int rf_channel, Phy uncoded)
      : uncoded_({channel_index(rf_channel), uncoded}),
        judge_(spec.centre, rf_channel_centre(rf_channel), channel_index(rf_channel)) {
    if (uncoded == Phy::le_1m) coded_.emplace(channel_index(rf_channel));
  }

  void process(const IqBlock& in, DecoderOutput& out) override {
    packets_.clear();
    uncoded_.process(in, packets_);
    if (coded_) coded_->process(in, packets_);
    for (const Packet& packet : packets_) judge_.judge(packet, out);
  }

 private:
  LeUncodedReceiver uncoded_;
  std::optional<LeCodedReceiver> coded_;  // beside LE 1M, whose symbols it shares
  PacketJudge judge_;
  std::vector<Packet> packets_;
};

std::vector<ChannelSpec> channels(Band band, double symbol_rate_mhz, bool primary) {
  std::vector<ChannelSpec> specs;
  for (int k = 0; k < kRfChannels; ++k) {
    const Hertz centre = rf_channel_centre(k);
    if (!band.holds(centre, symbol_rate_mhz * kNeeded) || (!primary && is_primary(channel_index(k))))
      continue;
    ChannelSpec spec{centre, symbol_rate_mhz * kPassband, symbol_rate_mhz * kRate,
                     symbol_rate_mhz > 1 ? Gate::on_energy : Gate::on_peak};
    if (!is_primary(channel_index(k))) spec.priority = Priority::secondary;
    specs.push_back(spec);
  }
  return specs;
}

}  // namespace

std::vector<ChannelSpec> advertising_channels(Band band) { return channels(band, 1, true); }
std::unique_ptr<Decoder> make_advertising(const ChannelSpec& spec) {
  return std::make_unique<AdvertisingDecoder>(spec, nearest_rf_channel(spec.centre), Phy::le_1m);
}

std::vector<ChannelSpec> advertising_2m_channels(Band band) { return channels(band, 2, false); }
std::unique_ptr<Decoder> make_advertising_2m(const ChannelSpec& spec) {
  return std::make_unique<AdvertisingDecoder>(spec, nearest_rf_channel(spec.centre), Phy::le_2m);
}

}  // namespace windhover::decoders::bluetooth
