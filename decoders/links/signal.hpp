#pragma once
// What one short snapshot of one emission shows of its modulation: numbers that were measured, and how sure
// they are. Nothing of the content is demodulated. What link it belongs to is decided elsewhere, from many of
// these and from their timing.

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "dsp/types.hpp"

namespace windhover::decoders::links {

using dsp::Hertz;

/// The Zadoff-Chu symbols of an OFDM signal: they tell links of one kind apart.
struct ZadoffChu {
  std::uint16_t length = 0;  ///< carriers + 1: 73, 601, …
  std::uint16_t root = 0;
  float match = 0;          ///< 0 to 1, normalised correlation of a symbol with it
  std::uint8_t symbol = 0;  ///< counted from the first of the snapshot that was found
};

enum class Constellation : std::uint8_t { unknown, bpsk, qpsk, qam16, qam64, qam256 };

struct Ofdm {
  double spacing_hz = 0;  ///< 15000, 312500, …
  double symbol_s = 0;    ///< with prefix; 0 if not measured
  double prefix_s = 0;
  float prefix_match = 0;      ///< normalised correlation of prefixes with the ends of their symbols, 0 to 1
  std::uint16_t carriers = 0;  ///< in use, as the occupied width tells
  std::uint16_t symbols = 0;   ///< in the snapshot
  std::vector<ZadoffChu> zadoff_chu{};                   ///< few
  bool lte_primary = false;                              ///< synchronisation signal of length 63 found
  bool wifi_training = false;                            ///< short training found: an 802.11 preamble
  Constellation constellation = Constellation::unknown;  ///< highest order in its data symbols
};

/// Chirp spread spectrum.
struct Chirp {
  double bandwidth_hz = 0;
  std::uint8_t spreading_factor = 0;
  float match = 0;  ///< share of the power that dechirps into one line, 0 to 1
};

struct Fsk {
  double deviation_hz = 0;  ///< from the middle
  double symbol_rate_hz = 0;
  float bandwidth_time = 0;  ///< of the Gaussian filter; 0 if not measured
};

/// Frequency-modulated analogue video.
struct FmVideo {
  double line_rate_hz = 0;                ///< 15625 or 15734
  std::optional<double> field_rate_hz{};  ///< 50 or 59.94, where the snapshot was long enough
  double deviation_hz = 0;                ///< synchronisation to white
  std::optional<double> mean_hz{};        ///< mean frequency from Signal::carrier_hz
};

/// Offset QPSK with the chip sequences of IEEE 802.15.4.
struct Zigbee {
  double chip_rate_hz = 0;
  float match = 0;
};

/// IEEE 802.11b.
struct Dsss {
  float match = 0;  ///< with the Barker sequence
};

/// One line: a carrier without modulation, or one that drifts, as a microwave oven's does.
struct Carrier {
  double drift_hz_per_s = 0;
};

struct Signal {
  /// monostate: nothing that is known; the other numbers still hold.
  std::variant<std::monostate, Ofdm, Chirp, Fsk, FmVideo, Zigbee, Dsss, Carrier> modulation{};
  float confidence = 0;         ///< 0 to 1, that `modulation` is right
  double carrier_hz = 0;        ///< from the snapshot's centre
  double carrier_error_hz = 0;  ///< standard deviation of that
  double occupied_hz = 0;       ///< width that holds 99 % of the power
  float snr_db = 0;             ///< over `occupied_hz`
  float envelope_variation =
      0;  ///< standard deviation of |x| over its mean: 0 for a constant envelope, 0.52 for noise-like ones
};

}  // namespace windhover::decoders::links
