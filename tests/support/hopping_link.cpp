#include "tests/support/hopping_link.hpp"

#include <cmath>
#include <complex>
#include <numbers>

#include "tests/support/gfsk_modulator.hpp"

namespace windhover::synth {
namespace {

/// Chirps one behind the other, the phase without a step.
class ChirpWriter {
 public:
  explicit ChirpWriter(const LoraPacket& packet)
      : chips_(static_cast<double>(1 << packet.spreading_factor)) {}

  /// From (value / chips - 1/2) of the bandwidth upwards (or, down, mirrored), wrapping around at its edge.
  void append(double value, bool up, double share_of_symbol, std::vector<dsp::cf32>& out) {
    const double step = 1.0 / kLoraOversampling;  // in chips
    const auto samples = static_cast<std::size_t>(chips_ * share_of_symbol * kLoraOversampling);
    for (std::size_t n = 0; n < samples; ++n) {
      out.emplace_back(std::polar(1.0, 2 * std::numbers::pi * turns_));
      // Mean frequency from this sample to the next, in bandwidths: a chip lasts one over the bandwidth.
      const double at = std::fmod(value + (static_cast<double>(n) + 0.5) * step, chips_) / chips_ - 0.5;
      turns_ += (up ? at : -at) * step;
      turns_ -= std::floor(turns_);
    }
  }

 private:
  double chips_;
  double turns_ = 0;
};

}  // namespace

Waveform modulate_gfsk_packet(const GfskPacket& packet, Random& random) {
  Bits bits;
  for (std::size_t n = 0; n < packet.bits; ++n)
    bits.push_back(static_cast<std::uint8_t>((n < packet.preamble_bits ? n : random.next() >> 13) & 1));
  return modulate_gfsk(bits, {.symbol_rate_hz = packet.symbol_rate_hz,
                              .modulation_index = 2 * packet.deviation_hz / packet.symbol_rate_hz,
                              .bandwidth_time = packet.bandwidth_time});
}

double gfsk_packet_s(const GfskPacket& packet) {
  constexpr double kRampSymbols = 2.0 * kBleRamp / kGfskSamplesPerSymbol;
  return (static_cast<double>(packet.bits) + kRampSymbols) / packet.symbol_rate_hz;
}

Waveform modulate_lora(const LoraPacket& packet, Random& random) {
  constexpr double kSyncWord[] = {8, 16};
  Waveform wave{
      {}, {packet.bandwidth_hz * kLoraOversampling}, {2 * packet.bandwidth_hz}, {packet.bandwidth_hz}};
  ChirpWriter writer(packet);
  for (std::size_t n = 0; n < packet.preamble_symbols; ++n) writer.append(0, true, 1, wave.samples);
  for (const double value : kSyncWord) writer.append(value, true, 1, wave.samples);
  for (const double share : {1.0, 1.0, 0.25}) writer.append(0, false, share, wave.samples);
  const std::uint64_t mask = (std::uint64_t{1} << packet.spreading_factor) - 1;
  for (std::size_t n = 0; n < packet.payload_symbols; ++n)
    writer.append(static_cast<double>(random.next() >> 20 & mask), true, 1, wave.samples);
  return wave;
}

}  // namespace windhover::synth
