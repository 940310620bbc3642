#pragma once
// How far native samples fill the range of their converter, from top to bottom.

#include <cstddef>
#include <span>

#include "dsp/sample_format.hpp"

namespace windhover::dsp {

struct NativeLevels {
  std::size_t samples = 0;
  std::size_t saturated = 0;  ///< of them, with a component at the end of the range
  float peak_dbfs = -200;     ///< of the largest component
  /// Rms of a component around its mean, in the quietest kPiece samples, in steps of the converter: the
  /// receiver's noise, if the air was quiet for so long. 0 where there are fewer samples.
  float noise_lsb = 0;

  static constexpr std::size_t kPiece = 1024;
};

/// native  whole samples. Floats count as from a converter of 16 bits with full scale 1.0, saturated at the
/// largest of its values. Never allocates.
NativeLevels measure_levels(std::span<const std::byte> native, SampleFormat format,
                            unsigned converter_bits = 16) noexcept;

}  // namespace windhover::dsp
