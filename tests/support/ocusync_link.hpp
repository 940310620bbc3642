#pragma once
// The bursts of DJI OcuSync's video and control links: structure learnt by reverse engineering (video packet
// and standby burst reported by others, control burst measured on a Mavic Air 2). What the cells carry is
// unknown and random here.

#include "tests/support/ofdm_grid.hpp"
#include "tests/support/waveform.hpp"

namespace windhover::synth {

enum class OcusyncWidth : std::uint8_t { mhz10, mhz20, mhz40 };
OfdmGrid ocusync_grid(OcusyncWidth width);

/// Each must have no divisor in common with the sequence's length, carriers + 1.
struct OcusyncRoots {
  unsigned first = 61;    ///< of symbols 0 and 14
  unsigned second = 353;  ///< of symbol 7
};

struct OcusyncVideoOptions {
  OcusyncWidth width = OcusyncWidth::mhz20;
  Modulation modulation = Modulation::qam16;
  OcusyncRoots roots;
};

inline constexpr double kOcusyncPacket_s = 32'928 / 30.72e6;

/// `packets` packets of 15 symbols in a row: RS D×6 RS D×6 RS. The first D is QPSK, the others as asked for.
/// Carrier 0 holds a constant. Prefixes are long in symbols 0, 8 and 14. Mean power 1.
Waveform modulate_ocusync_video(const OcusyncVideoOptions& options, std::size_t packets, Random& random);

/// Coded bits of one such packet.
std::int64_t ocusync_packet_bits(const OcusyncVideoOptions& options);

/// What is sent while there is no link: Q Q Q ZA ZA ZB ZB Q Q Q at 10 MHz, 713.5 µs, all prefixes short.
inline constexpr double kOcusyncStandby_s = 10'960 / 15.36e6;
inline constexpr unsigned kOcusyncStandbyRoot = 600;  ///< ZB
Waveform modulate_ocusync_standby(unsigned root_a, Random& random);

/// Seven symbols on 72 carriers: ZC (length 73), three of QPSK, two of 16-QAM, ZC; 499.5 µs.
inline constexpr OfdmGrid kOcusyncControlGrid{128, 72};
inline constexpr double kOcusyncControl_s = 959 / 1.92e6;
inline constexpr std::int64_t kOcusyncControlBits = 1008;
Waveform modulate_ocusync_control(unsigned root, Random& random);

}  // namespace windhover::synth
