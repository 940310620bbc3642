#pragma once
// What OFDM PPDUs of all Wi-Fi generations begin with: short and long training and SIGNAL (IEEE 802.11 clause
// 17.3), on one 20 MHz channel or repeated on two.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tests/support/ofdm_writer.hpp"
#include "tests/support/waveform.hpp"
#include "tests/support/wifi_coding.hpp"

namespace windhover::synth {

struct Carrier {
  int index;  ///< times 312.5 kHz from the centre, in a PPDU of normal clock
  cf64 value;
};
using Carriers = std::vector<Carrier>;

/// Twelve carriers; period 16 samples of 20 MS/s.
Carriers short_training();
/// The 52 carriers -26 … 26.
Carriers long_training();

/// +1 or -1 of the pilots of symbol `n`, where n = 0 is SIGNAL.
double pilot_polarity(std::size_t n);

/// 48 values on the data carriers, and the four pilots.
Carriers legacy_symbol(std::span<const cf64> values, std::size_t n);

/// `bits` in groups on the constellation.
std::vector<cf64> map_symbol(std::span<const std::uint8_t> bits, std::size_t bits_per_carrier);

struct LegacyRate {
  int mbps;
  unsigned signal;  ///< R1 … R4, R1 in bit 0
  std::size_t bits_per_carrier;
  CodeRate code;

  std::size_t coded_bits() const { return 48 * bits_per_carrier; }
  std::size_t data_bits() const;
};

/// Throws std::invalid_argument for any but 6, 9, 12, 18, 24, 36, 48 and 54.
const LegacyRate& legacy_rate(int mbps);

/// 24 bits of SIGNAL. Throws std::invalid_argument unless the rate is one of the eight and the length
/// 1 … 4095.
Bits signal_field(int rate_mbps, std::size_t length);

/// Writes symbols one after the other, sampled at twice the channel's width: 40 MS/s for 20 MHz.
class PpduWriter {
 public:
  explicit PpduWriter(bool forty_mhz = false) : forty_mhz_(forty_mhz) {}

  /// Symbol on carriers counted from the middle of the whole. Prefix and length in units of 50 ns (20 MHz and
  /// normal clock), `spacing_divisor` 4 for HE. Carriers of power 1 give mean power 1, however many.
  void append_wide(const Carriers& carriers, std::size_t prefix, std::size_t length,
                   std::size_t spacing_divisor = 1);

  /// The same for carriers of a 20 MHz channel, which 40 MHz repeats with its upper half turned by 90°.
  void append(const Carriers& carriers, std::size_t prefix, std::size_t length);

  /// L-STF, L-LTF and L-SIG.
  void append_legacy_preamble(int rate_mbps, std::size_t length);

  /// 24 BPSK data bits a symbol, rate 1/2: SIGNAL and the headers of later generations. `first_symbol` counts
  /// pilots; rotated symbols carry their data on Q.
  void append_bpsk_header(std::span<const std::uint8_t> bits, std::size_t first_symbol,
                          std::span<const bool> rotated);

  /// `clock` 1, 1/2 or 1/4.
  Waveform finish(double clock = 1) const;

 private:
  OfdmWriter out_;
  bool forty_mhz_;
};

}  // namespace windhover::synth
