#include "tests/support/wifi_ofdm.hpp"

#include "tests/support/wifi_ppdu.hpp"

namespace windhover::synth {

double wifi_ofdm_duration_s(std::size_t psdu_bytes, int rate_mbps, double clock) {
  const auto symbols = data_symbols(psdu_bytes, legacy_rate(rate_mbps).data_bits());
  return (20e-6 + 4e-6 * static_cast<double>(symbols)) / clock;
}

Waveform modulate_wifi_ofdm(std::span<const std::uint8_t> psdu, int rate_mbps,
                            const WifiOfdmOptions& options) {
  const LegacyRate& rate = legacy_rate(rate_mbps);
  PpduWriter out;
  out.append_legacy_preamble(rate_mbps, psdu.size());
  const Bits coded =
      convolutional_code(scrambled_data(psdu, rate.data_bits(), options.scrambler_seed), rate.code);
  for (std::size_t n = 0; n * rate.coded_bits() < coded.size(); ++n) {
    const auto symbol = std::span(coded).subspan(n * rate.coded_bits(), rate.coded_bits());
    const auto values =
        map_symbol(interleave(symbol, kLegacyPlan, rate.bits_per_carrier), rate.bits_per_carrier);
    out.append(legacy_symbol(values, n + 1), 16, 80);
  }
  return out.finish(options.clock);
}

}  // namespace windhover::synth
