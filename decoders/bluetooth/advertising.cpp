#include "decoders/bluetooth/advertising.hpp"

#include <algorithm>
#include <cmath>

#include "decoders/bluetooth/channels.hpp"
#include "decoders/bluetooth/le_receiver.hpp"
#include "decoders/bluetooth/packet_judge.hpp"

namespace windhover::decoders::bluetooth {
namespace {

// Two samples a symbol. The pass band holds 99.9 % of a packet's power at ±150 kHz of carrier error, and what
// is 2 MHz away lies in the stop band.
constexpr Hertz kRate{2e6}, kPassband{1.6e6};
constexpr Hertz kNeeded{1.4e6};              // of the band, for a channel at its edge
constexpr double kNoiseBandwidthHz = 1.8e6;  // half way through the filter's transition

int nearest_rf_channel(Hertz centre) {
  return std::clamp(static_cast<int>(std::lround((centre.value - 2402e6) / 2e6)), 0, kRfChannels - 1);
}

class AdvertisingDecoder final : public Decoder {
 public:
  AdvertisingDecoder(const ReceiverConfig& config, const ChannelSpec& spec, int rf_channel)
      : receiver_(config), judge_(spec.centre, rf_channel_centre(rf_channel), config.channel_index) {}

  void process(const IqBlock& in, DecoderOutput& out) override {
    packets_.clear();
    receiver_.process(in, packets_);
    for (const Packet& packet : packets_) judge_.judge(packet, out);
  }

 private:
  LeReceiver receiver_;
  PacketJudge judge_;
  std::vector<Packet> packets_;
};

std::vector<ChannelSpec> channels(Band band, double symbol_rate_mhz, bool primary) {
  std::vector<ChannelSpec> specs;
  for (int k = 0; k < kRfChannels; ++k) {
    const Hertz centre = rf_channel_centre(k);
    if (!band.holds(centre, symbol_rate_mhz * kNeeded) || (!primary && is_primary(channel_index(k))))
      continue;
    ChannelSpec spec{centre, symbol_rate_mhz * kPassband, symbol_rate_mhz * kRate, Gate::on_energy};
    specs.push_back(spec);
  }
  return specs;
}

std::unique_ptr<Decoder> make(const ChannelSpec& spec, Phy uncoded, double symbol_rate_mhz) {
  const int k = nearest_rf_channel(spec.centre);
  ReceiverConfig config;
  config.channel_index = channel_index(k);
  config.uncoded = uncoded;
  config.coded = uncoded == Phy::le_1m;
  config.symbol_rate_hz = symbol_rate_mhz * 1e6;
  config.noise_bandwidth_hz = symbol_rate_mhz * kNoiseBandwidthHz;
  return std::make_unique<AdvertisingDecoder>(config, spec, k);
}

}  // namespace

std::vector<ChannelSpec> advertising_channels(Band band) { return channels(band, 1, true); }
std::unique_ptr<Decoder> make_advertising(const ChannelSpec& spec) { return make(spec, Phy::le_1m, 1); }

std::vector<ChannelSpec> advertising_2m_channels(Band band) { return channels(band, 2, false); }
std::unique_ptr<Decoder> make_advertising_2m(const ChannelSpec& spec) { return make(spec, Phy::le_2m, 2); }

}  // namespace windhover::decoders::bluetooth
