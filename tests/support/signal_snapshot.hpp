#pragma once
// Snapshots of single emissions of every kind, as the sensor takes them of what it does not decode: a band
// around one emission at the lowest rate of the ladder that holds it, noise and the receiver's faults
// included. Synthetic all of them.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "dsp/types.hpp"

namespace windhover::synth {

struct SignalSnapshot {
  std::vector<dsp::cf32> iq;
  dsp::Hertz rate{}, low{}, high{};  ///< edges where the level is half the mean, a little off as a detector's
  std::size_t begin = 0, end = 0;
  bool open_start = false, open_end = false;

  double carrier_hz = 0;       ///< true, from the centre
  double occupied_hz = 0;      ///< of the waveform
  unsigned roots[2] = {0, 0};  ///< of Zadoff-Chu symbols, or LoRa's spreading factor
  unsigned bits_per_cell = 0;  ///< of video
};

struct SnapshotOptions {
  double snr_db = 10;    ///< over the occupied bandwidth
  bool impaired = true;  ///< multipath in every other one, IQ imbalance, DC
  std::uint64_t seed = 0;
};

/// Names of all kinds: "ocusync_20", "wifi_ht40", "zigbee", …
std::span<const std::string_view> snapshot_kinds();

/// One more of that kind; what may vary within the kind (rate, modulation, length, content, carrier within
/// ±20 kHz of the centre, clock within ±40 ppm) follows from the seed. Throws std::invalid_argument for a
/// kind that is not known. Not for several threads at a time: long waveforms are kept.
SignalSnapshot make_snapshot(std::string_view kind, const SnapshotOptions& options);

/// Rate of the ladder for an emission of that width.
dsp::Hertz snapshot_rate(double width_hz);

}  // namespace windhover::synth
