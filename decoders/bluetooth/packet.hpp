#pragma once
// What the Bluetooth LE receivers of this folder take off the air, before anybody asks what it says.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace windhover::decoders::bluetooth {

/// Physical layers of advertising, Core Specification Vol 6 Part B 1.2 and 2.
enum class Phy : std::uint8_t { le_1m, le_2m, le_coded_s8, le_coded_s2 };
constexpr std::string_view to_string(Phy phy) {
  constexpr std::string_view names[] = {"LE 1M", "LE 2M", "LE Coded S=8", "LE Coded S=2"};
  return names[static_cast<std::size_t>(phy)];
}

/// Header of two bytes and up to 255 bytes of payload.
inline constexpr std::size_t kMaxPduBytes = 257;
inline constexpr std::size_t kCrcBytes = 3;

/// One packet behind an access address that was recognised. Samples count at the channel's rate from the
/// start of the stream.
struct Packet {
  Phy phy = Phy::le_1m;
  bool complete = false;  ///< false: the samples ended before the CRC did; `size` bytes were received
  bool crc_ok = false;
  std::uint16_t size = 0;                        ///< bytes of the PDU that are held
  std::array<std::uint8_t, kMaxPduBytes> bytes;  ///< PDU without whitening, header first
  double first_sample = 0;                       ///< start of the preamble's first symbol
  double length_samples = 0;                     ///< preamble to the end of the CRC (or of TERM2)
  float snr_db = 0;                              ///< in the width of the symbol rate (1 MHz at 1 Msym/s)
  float rssi_dbfs = 0;
  float cfo_hz = 0;  ///< carrier minus the channel's centre

  std::span<const std::uint8_t> pdu() const { return {bytes.data(), size}; }
};

}  // namespace windhover::decoders::bluetooth
