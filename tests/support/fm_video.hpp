#pragma once
// Analogue video as first-person-view cameras send it: a composite signal (ITU-R BT.1700) that
// frequency-modulates the carrier, with a sound carrier beside the picture.

#include <vector>

#include "tests/support/waveform.hpp"

namespace windhover::synth {

/// Times and levels of a composite signal; lines and fields as BT.1700 has them, B/G and M.
struct VideoStandard {
  double line_s;
  int half_lines;    ///< of a field, odd: fields interlace
  int broad_pulses;  ///< of vertical synchronisation, as many equalising ones before and behind
  int blanked;       ///< half-lines without picture at a field's start
  double broad_s, sync_s, equalising_s;
  double burst_from_s, burst_s, active_from_s, front_porch_s;
  double subcarrier_hz;
  double sync_v, white_v;  ///< blanking is 0
  bool alternates;         ///< the colour's phase from line to line
};
extern const VideoStandard kPal, kNtsc;

struct FmVideoOptions {
  VideoStandard standard = kPal;
  double deviation_hz_per_v = 6e6;
  double sound_hz = 6.5e6;  ///< subcarrier; 0: none
  double brightness = 1;    ///< of the picture, whose mean then is near the middle of the signal
  /// What lies at the carrier: half way from synchronisation to white, or, as where a synthesiser's loop
  /// holds the carrier, the mean of the signal.
  bool holds_mean = false;
};

inline constexpr double kFmVideoRate_hz = 32e6;
inline constexpr std::size_t kFmVideoPiece = 640'000;  ///< samples: 20 ms

/// A camera that never pauses. Its pieces join with one phase. They may be asked for in any order, but each
/// costs those before it if these were never made. Not for several threads at a time.
class FmVideo {
 public:
  explicit FmVideo(const FmVideoOptions& options) : options_(options) {}
  Waveform piece(std::size_t n);

  /// Volts of picture and synchronisation, without colour, from that sample on.
  std::vector<double> luminance(std::size_t first, std::size_t count) const;

 private:
  double level_v(double t_s) const;
  double colour_v(double t_s) const;
  double carrier_v() const;
  FmVideoOptions options_;
  std::vector<double> start_turns_{0};  ///< carrier phase at the start of each piece so far, and the next
};

}  // namespace windhover::synth
