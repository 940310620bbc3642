#pragma once
// Wi-Fi PPDUs as 802.11b sends them: DSSS of 1 and 2 Mb/s and CCK of 5.5 and 11 Mb/s (IEEE 802.11 clauses 15
// and 16).

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tests/support/waveform.hpp"
#include "tests/support/wifi_coding.hpp"

namespace windhover::synth {

/// The value is that of the header's SIGNAL field, in 100 kb/s.
enum class DsssRate : std::uint8_t { mbps_1 = 0x0a, mbps_2 = 0x14, mbps_5_5 = 0x37, mbps_11 = 0x6e };

inline constexpr std::array<int, 11> kBarker{1, -1, 1, 1, -1, 1, 1, 1, -1, -1, -1};
inline constexpr std::size_t kDsssSamplesPerChip = 4;
/// Samples before the first chip's nominal start and after the last one's end, in which pulses fade.
inline constexpr std::size_t kDsssLead = 32;

struct DsssOptions {
  bool short_preamble = false;  ///< never with 1 Mb/s
  /// Of the root-raised-cosine chips. The standard leaves the pulse free within its mask.
  double roll_off = 0.6;
};

/// 48 bits, not scrambled. Throws std::invalid_argument for a length that takes more than 65535 µs or none.
Bits plcp_header(DsssRate rate, std::size_t psdu_bytes);

/// SYNC, SFD, header and PSDU behind the self-synchronising scrambler.
Bits dsss_bits(std::span<const std::uint8_t> psdu, DsssRate rate, bool short_preamble = false);

/// 11 Mchip/s, each of amplitude 1. Throws std::invalid_argument for 1 Mb/s with a short preamble.
std::vector<std::complex<double>> dsss_chips(std::span<const std::uint8_t> psdu, DsssRate rate,
                                             bool short_preamble = false);

double wifi_dsss_duration_s(std::size_t psdu_bytes, DsssRate rate, bool short_preamble = false);

/// 44 MS/s; the middle of chip k is at sample kDsssLead + 4·k + 2. Mean power 1 between first and last chip.
/// Signal-to-noise ratios count noise in 20 MHz, as for OFDM.
Waveform modulate_wifi_dsss(std::span<const std::uint8_t> psdu, DsssRate rate,
                            const DsssOptions& options = {});

}  // namespace windhover::synth
