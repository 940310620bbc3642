#pragma once
// Spectrum of an emission: how wide it is, where its middle lies, and how far it stands out of the noise.

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "decoders/links/excerpt.hpp"
#include "dsp/aligned.hpp"
#include "dsp/fft.hpp"

namespace windhover::decoders::links {

struct Occupancy {
  double low_hz = 0, high_hz = 0;  ///< 99 % of the power lie between (ITU-R SM.328)
  double centroid_hz = 0;
  double rms_hz = 0;        ///< second moment about the centroid; of a constant envelope, that of its
                            ///< frequency
  double signal_power = 0;  ///< noise taken off
  double noise_per_hz = 0;
  double least_noise_per_hz = 0;  ///< if others were on when this one was not
  double snr_power_ratio = 0;     ///< over the occupied band

  double occupied_hz() const { return high_hz - low_hz; }
};

class OccupancyMeter {
 public:
  OccupancyMeter();

  /// around   the whole snapshot; `first` and `count` tell where in it `on` lies. Noise is measured where the
  ///          emission is off for long enough, else between its edges and those of the snapshot's flat band.
  Occupancy measure(const Excerpt& on, std::span<const cf32> around, std::size_t first) noexcept;

 private:
  struct Window {
    explicit Window(std::size_t size);
    dsp::Fft fft;
    std::vector<float> hann;
  };
  double add_spectra(const Window& window, std::span<const cf32> iq, std::size_t most, std::span<double> out);
  double quiet_density(const Window& window, const Excerpt& on, std::span<const cf32> around,
                       std::size_t first);

  double beside_density(const Excerpt& on, std::size_t size) const noexcept;
  double inside_density(const Excerpt& on, std::size_t size) const noexcept;

  std::vector<Window> windows_;
  dsp::AlignedVector<cf32> in_, out_;
  std::vector<double> power_, quiet_;
};

}  // namespace windhover::decoders::links
