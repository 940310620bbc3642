#pragma once
// Bluetooth LE packets as symbols in air order, 0 or 1 an octet; 1 is the positive deviation. Core
// Specification Vol 6 Part B: packet formats of section 2, CRC and whitening of 3.1 and 3.2, coding of 3.3.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dsp/types.hpp"
#include "tests/support/bits.hpp"

namespace windhover::synth {

enum class BlePhy : std::uint8_t { le_1m, le_2m, le_coded_s8, le_coded_s2 };

inline constexpr int kBleChannels = 40;
inline constexpr std::uint32_t kBleAdvertisingAddress = 0x8E89BED6;
inline constexpr std::uint32_t kBleAdvertisingCrcInit = 0x555555;
inline constexpr std::size_t kBleCrcBytes = 3;

/// What connections, and other makers' protocols on the same radios, do otherwise than advertising.
struct BleFraming {
  std::uint32_t access_address = kBleAdvertisingAddress;
  std::uint32_t crc_init = kBleAdvertisingCrcInit;  ///< bit 23 is the register's output end
  std::optional<Bits> preamble{};                   ///< instead of the standard one
  bool whitened = true;
};

/// Throws std::invalid_argument unless the index is 0 … 39; 37 to 39 are the primary advertising channels.
dsp::Hertz ble_channel_frequency(int channel_index);

/// The 24 bits that follow the PDU, not yet whitened.
Bits ble_crc24(std::span<const std::uint8_t> pdu, std::uint32_t init = kBleAdvertisingCrcInit);

/// First `count` bits of the channel's sequence. Throws std::invalid_argument unless the index is 0 … 39.
Bits ble_whitening(int channel_index, std::size_t count);

/// Rate 1/2, constraint length 4, from state 0: two coded bits a bit. The caller appends the termination.
Bits ble_fec(std::span<const std::uint8_t> bits);

/// The whole packet. `pdu` is header and payload as sent, with any length field.
Bits ble_packet(BlePhy phy, int channel_index, std::span<const std::uint8_t> pdu,
                const BleFraming& framing = {});

/// Of a packet with the standard preamble, first symbol to last.
double ble_duration_s(BlePhy phy, std::size_t pdu_bytes);

}  // namespace windhover::synth
