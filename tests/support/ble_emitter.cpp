#include "tests/support/ble_emitter.hpp"

#include <cmath>

namespace windhover::synth {

BleSender read_ble_sender(SceneObject& config, const EmitterContext& context) {
  BleSender out{read_radio(config, context), {}};
  out.gfsk.modulation_index = config.number_or("modulation_index", out.gfsk.modulation_index, {0.1, 1});
  out.gfsk.drift_hz_per_s = config.number_or("drift_hz_per_s", 0, {-1e9, 1e9});
  return out;
}

double ble_on_air_s(BlePhy phy, std::size_t pdu_bytes) {
  constexpr double kRampSymbols = 2.0 * kBleRamp / kGfskSamplesPerSymbol;
  return ble_duration_s(phy, pdu_bytes) + kRampSymbols / (phy == BlePhy::le_2m ? 2e6 : 1e6);
}

Transmission* add_ble(const BleSending& sending, const BleSender& sender, const EmitterContext& context,
                      Random& random, std::vector<Transmission>& out) {
  const dsp::Hertz bandwidth{sending.phy == BlePhy::le_2m ? 2e6 : 1e6};
  const dsp::Hertz carrier = ble_channel_frequency(sending.channel_index);
  const double gap = std::abs(carrier.value - context.centre.value) - bandwidth.value / 2;
  if (gap >= context.rate.value / 2 || sending.start_s >= context.duration_s) return nullptr;

  const Place place{whole_nanoseconds(sending.start_s), carrier,
                    whole_nanoseconds(ble_on_air_s(sending.phy, sending.pdu.size())), bandwidth};
  Transmission& sent = out.emplace_back(transmission(sender.radio, place, context, random));
  sent.protocol = "bluetooth";
  sent.transport = "bluetooth";
  sent.is_frame = false;
  sent.payload = sending.pdu;
  sent.link = {{"channel", std::int64_t{sending.channel_index}}};
  sent.waveform = [phy = sending.phy, channel = sending.channel_index, pdu = sending.pdu,
                   gfsk = sender.gfsk] {
    return modulate_ble(phy, channel, pdu, {{}, gfsk});
  };
  return &sent;
}

}  // namespace windhover::synth
