#pragma once
// The sample formats of SDRs and SigMF, and their conversion to cf32 at full scale 1.0.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "dsp/types.hpp"

namespace windhover::dsp {

enum class SampleFormat : std::uint8_t { ci8, cu8, ci16_le, ci16_be, cf32_le, cf32_be };

/// SigMF names: "ci8", "cu8", "ci16_le", …; nullopt for any other.
std::optional<SampleFormat> parse_sample_format(std::string_view sigmf_datatype);
std::string_view to_string(SampleFormat format);

/// Octets of one complex sample.
constexpr std::size_t bytes_per_sample(SampleFormat format) {
  switch (format) {
    case SampleFormat::ci8:
    case SampleFormat::cu8:
      return 2;
    case SampleFormat::ci16_le:
    case SampleFormat::ci16_be:
      return 4;
    case SampleFormat::cf32_le:
    case SampleFormat::cf32_be:
      return 8;
  }
  return 0;
}

/// What conversion saw beside the samples.
struct ConvertResult {
  bool finite = true;           ///< no NaN or infinity (cf32 only)
  std::uint64_t saturated = 0;  ///< samples with a component at the end of the converter's range
  std::size_t first_saturated = 0, last_saturated = 0;  ///< of them; only where there are any
};

/// native  out.size() whole samples. ci16 is divided by 2^(converter_bits - 1), ci8 by 128, cu8 by 127.5
/// after taking 127.5 off.
/// converter_bits  of ci16, 8 to 16: converters of 12 bits fill the lower ones of a word, sign-extended.
/// Never allocates. Non-finite samples are passed on; the caller must drop them.
ConvertResult convert(std::span<const std::byte> native, SampleFormat format, std::span<cf32> out,
                      unsigned converter_bits = 16) noexcept;

}  // namespace windhover::dsp
