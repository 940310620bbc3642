#pragma once
// What one Bluetooth LE channel hears: packets anywhere in a stretch of air, through the sensor's own channel
// filter, at two samples a symbol.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "decoders/bluetooth/le_uncoded_receiver.hpp"
#include "dsp/fft.hpp"
#include "dsp/filter_bank.hpp"
#include "tests/support/burst.hpp"
#include "tests/support/channel.hpp"
#include "tests/support/gfsk_modulator.hpp"
#include "tests/support/random.hpp"

namespace windhover::tests {

using Iq = std::vector<dsp::cf32>;

/// One packet; times in microseconds, of the preamble's first symbol.
struct OnAir {
  std::vector<std::uint8_t> pdu;
  double start_us = 300;
  double carrier_hz = 0;  ///< from the channel's centre
  double power_db = 0;
  double phase_rad = 0;
  double clock_ppm = 0;
  synth::BleOptions options{};
  int channel_index = 37;
};

/// Recorded at 8 samples a symbol around the channel, taken down by the bank.
class Air {
 public:
  Air(double length_us, synth::BlePhy phy = synth::BlePhy::le_1m)
      : phy_(phy), megasymbols_(phy == synth::BlePhy::le_2m ? 2 : 1) {
    iq.resize(static_cast<std::size_t>(length_us * 8 * megasymbols_));
  }

  dsp::Hertz rate() const { return {8e6 * megasymbols_}; }

  void add(const OnAir& packet, std::span<const synth::Tap> taps = {}) {
    synth::Waveform wave = synth::modulate_ble(phy_, packet.channel_index, packet.pdu, packet.options);
    if (!taps.empty()) wave.samples = synth::apply_multipath(wave.samples, wave.rate, taps);
    synth::Placement placement;
    const double ramp_s = static_cast<double>(synth::kBleRamp) / wave.rate.value;
    placement.start_s = packet.start_us * 1e-6 - ramp_s;
    placement.offset = {packet.carrier_hz};
    placement.power = std::pow(10, packet.power_db / 10);
    placement.phase_rad = packet.phase_rad;
    placement.clock_ppm = packet.clock_ppm;
    synth::add_burst(iq, rate(), wave, placement);
  }

  /// So strong that a packet of 0 dB has this ratio within the symbol rate.
  void add_noise(double snr_db, synth::Random& random) {
    random.add_noise(iq, synth::noise_power(snr_db, 1, {1e6 * megasymbols_}, rate()));
  }

  /// The channel's samples; sample n lies at n/2 symbols.
  Iq channel() const {
    const auto geometry = dsp::bank_geometry(rate());
    dsp::ChannelTap tap(geometry,
                        std::make_shared<dsp::ChannelFilter>(geometry, dsp::Hertz{2e6 * megasymbols_},
                                                             dsp::Hertz{1.6e6 * megasymbols_}),
                        0);
    const dsp::Fft fft(geometry.fft_size, dsp::FftDirection::forward);
    dsp::AlignedVector<dsp::cf32> block(geometry.fft_size), bins(geometry.fft_size);
    Iq out;
    for (std::int64_t m = 0; m * static_cast<std::int64_t>(geometry.hop) < std::ssize(iq); ++m) {
      for (std::int64_t i = 0; i < std::ssize(block); ++i) {
        const std::int64_t at = geometry.block_start(m) + i;
        const bool inside = at >= 0 && at < std::ssize(iq);
        block[static_cast<std::size_t>(i)] = inside ? iq[static_cast<std::size_t>(at)] : dsp::cf32{};
      }
      fft.execute(block.data(), bins.data());
      const auto samples = tap.extract(bins.data(), m);
      out.insert(out.end(), samples.begin(), samples.end());
    }
    return out;
  }

  Iq iq;

 private:
  synth::BlePhy phy_;
  double megasymbols_;
};

/// Bytes that nothing but equality is asked of; an advertising header in front.
inline std::vector<std::uint8_t> test_pdu(std::size_t payload, std::uint64_t seed = 1) {
  synth::Random random(seed, payload);
  std::vector<std::uint8_t> pdu{0x42, static_cast<std::uint8_t>(payload)};
  while (pdu.size() < payload + 2) pdu.push_back(static_cast<std::uint8_t>(random.next()));
  return pdu;
}

/// Everything that a new receiver tells of these samples, cut into blocks of `block`.
inline std::vector<decoders::bluetooth::Packet> receive(std::span<const dsp::cf32> iq,
                                                        const decoders::bluetooth::UncodedConfig& config = {},
                                                        std::size_t block = 150, std::int64_t first = 0) {
  decoders::bluetooth::LeUncodedReceiver receiver(config);
  std::vector<decoders::bluetooth::Packet> packets;
  for (std::size_t i = 0; i < iq.size(); i += block)
    receiver.process(
        {iq.subspan(i, std::min(block, iq.size() - i)), {first + static_cast<std::int64_t>(i)}, i == 0},
        packets);
  receiver.process({{}, {first + std::ssize(iq)}, true}, packets);
  return packets;
}

/// The intact packet that carries `pdu`, if there is one.
inline std::optional<decoders::bluetooth::Packet> find(std::span<const decoders::bluetooth::Packet> packets,
                                                       std::span<const std::uint8_t> pdu) {
  for (const auto& packet : packets)
    if (packet.crc_ok && std::ranges::equal(packet.pdu(), pdu)) return packet;
  return std::nullopt;
}

}  // namespace windhover::tests
