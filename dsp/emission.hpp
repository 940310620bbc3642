#pragma once
// A connected piece of time and frequency in which power stands out of the noise: one burst, or one stretch
// of a signal that does not pause.

#include <cstdint>

#include "dsp/types.hpp"

namespace windhover::dsp {

/// Where a piece of power comes from when it is no transmission.
enum class EmissionOrigin : std::uint8_t {
  air,
  dc,     ///< the receiver's own offset at its centre
  image,  ///< mirror of a stronger emission at the negated frequency (IQ imbalance)
  spur,   ///< a line of one or two cells that never pauses or changes
};

struct Emission {
  std::uint64_t id = 0;        ///< counts from 1 in the order of their starts; 0: none
  SampleIndex start{}, end{};  ///< at the rate of the stream, interpolated where the level is half the mean
  Hertz low{}, high{};         ///< edges from the tuned centre, where the level is half the mean
  float mean_dbfs = 0;         ///< power within the edges, mean over its duration
  float peak_dbfs = 0;         ///< of the strongest block
  float snr_db = 0;            ///< mean power within the edges over the floor's
  EmissionOrigin origin = EmissionOrigin::air;
  bool open_start = false;    ///< it was on the air before: the stream began, was tuned anew, had a gap, or
                              ///< this is the next stretch of one that does not pause
  bool open_end = false;      ///< it goes on, or nobody knows
  bool at_band_edge = false;  ///< may be wider than what is seen
};

}  // namespace windhover::dsp
