#pragma once
// Packets as a channel's receiver gets them: 2 MS/s behind a filter that is flat over ±0.8 MHz and stops at
// ±1.2 MHz.

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "decoders/bluetooth/packet.hpp"
#include "tests/support/ble_packet.hpp"
#include "tests/support/channel.hpp"
#include "tests/support/gfsk_modulator.hpp"
#include "tests/support/random.hpp"

namespace windhover::test {

using dsp::cf32;

inline constexpr dsp::Hertz kAirRate{8e6};
inline constexpr std::size_t kChannelDecimation = 4;
inline constexpr float kChannelScale = 0.1F;  ///< amplitude of a packet of power 1

/// Header of an ADV_EXT_IND and `length` random bytes.
inline std::vector<std::uint8_t> random_pdu(synth::Random& random, std::size_t length) {
  std::vector<std::uint8_t> pdu{0x07, static_cast<std::uint8_t>(length)};
  while (pdu.size() < length + 2) pdu.push_back(static_cast<std::uint8_t>(random.next()));
  return pdu;
}

/// Silence with a packet in it, at 8 MS/s.
inline std::vector<cf32> on_air(const synth::Waveform& wave, std::size_t before = 6000,
                                std::size_t behind = 2000) {
  std::vector<cf32> air(before + wave.samples.size() + behind);
  std::copy(wave.samples.begin(), wave.samples.end(), air.begin() + static_cast<std::ptrdiff_t>(before));
  return air;
}

inline void add_noise(std::span<cf32> air, synth::Random& random, double snr_db) {
  random.add_noise(air, synth::noise_power(snr_db, 1, {1e6}, kAirRate));
}

/// Output sample n lies at the input's 4·n; nothing is delayed.
inline std::vector<cf32> through_channel_filter(std::span<const cf32> air) {
  constexpr int kHalf = 48;
  std::vector<float> taps;
  for (int k = -kHalf; k <= kHalf; ++k) {
    const double turn = std::numbers::pi * k / (kHalf + 1);
    const double window = 0.42 + 0.5 * std::cos(turn) + 0.08 * std::cos(2 * turn);
    const double sinc = k == 0 ? 0.25 : std::sin(std::numbers::pi * k / 4) / (std::numbers::pi * k);
    taps.push_back(static_cast<float>(sinc * window) * kChannelScale);
  }
  std::vector<cf32> padded(static_cast<std::size_t>(kHalf));
  padded.insert(padded.end(), air.begin(), air.end());
  padded.resize(padded.size() + kHalf);
  std::vector<cf32> out;
  for (std::size_t n = 0; n < air.size(); n += kChannelDecimation) {
    float re = 0, im = 0;
    for (std::size_t k = 0; k < taps.size(); ++k) {
      re += taps[k] * padded[n + k].real();
      im += taps[k] * padded[n + k].imag();
    }
    out.emplace_back(re, im);
  }
  return out;
}

inline bool carries(const decoders::bluetooth::Packet& packet, std::span<const std::uint8_t> pdu) {
  return packet.complete && packet.crc_ok && std::ranges::equal(packet.pdu(), pdu);
}

}  // namespace windhover::test
