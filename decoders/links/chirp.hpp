#pragma once
// Chirp spread spectrum as LoRa sends it: symbols of 2^factor/bandwidth that sweep the whole bandwidth. Taken
// off the right chirp, a symbol is one line, or two where it wraps around.

#include <array>
#include <optional>
#include <vector>

#include "decoders/links/excerpt.hpp"
#include "decoders/links/finding.hpp"
#include "dsp/aligned.hpp"
#include "dsp/fft.hpp"

namespace windhover::decoders::links {

class ChirpMeter {
 public:
  ChirpMeter();
  /// in  filtered to its band, three symbols at least; sweeps either way
  std::optional<Finding<Chirp>> estimate(const Excerpt& in) noexcept;

 private:
  static constexpr std::size_t kSmallest = 32, kLargest = 8192;
  struct Sweep {
    double bandwidth_hz = 0;
    int factor = 0;
    bool down = false;
    float share = 0;
  };
  void make_chirp(const Excerpt& in, const Sweep& sweep, std::size_t window) noexcept;
  float line_share(const Excerpt& in, const Sweep& sweep, std::size_t most_windows) noexcept;

  std::vector<dsp::Fft> ffts_;
  std::vector<cf32> chirp_;
  dsp::AlignedVector<cf32> in_, out_;
};

}  // namespace windhover::decoders::links
