#include "dsp/sample_format.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>

#include "dsp/simd.hpp"

namespace windhover::dsp {
namespace {

struct FormatName {
  std::string_view name;
  SampleFormat format;
};
// The first name of a format is the one it is written with. One octet has no byte order, but files that state
// one mean no harm.
constexpr std::array kFormatNames{
    FormatName{"ci8", SampleFormat::ci8},         FormatName{"cu8", SampleFormat::cu8},
    FormatName{"ci16_le", SampleFormat::ci16_le}, FormatName{"ci16_be", SampleFormat::ci16_be},
    FormatName{"cf32_le", SampleFormat::cf32_le}, FormatName{"cf32_be", SampleFormat::cf32_be},
    FormatName{"ci8_le", SampleFormat::ci8},      FormatName{"ci8_be", SampleFormat::ci8},
    FormatName{"cu8_le", SampleFormat::cu8},      FormatName{"cu8_be", SampleFormat::cu8},
};

// The counters of a block fit 32 bits, so that the vectoriser need not widen them at each step, and a block
// of output stays in the first-level cache.
constexpr std::size_t kBlockSamples = 1024;

// memcpy, since native octets may lie at any address; the compiler makes unaligned vector loads of it.
template <typename Word>
inline Word load(const std::byte* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

constexpr std::uint16_t swapped(std::uint16_t word) { return __builtin_bswap16(word); }
constexpr std::uint32_t swapped(std::uint32_t word) { return __builtin_bswap32(word); }

constexpr bool kLittleHost = std::endian::native == std::endian::little;

// Each kernel converts one block, full_scale being that of ci16, and returns how many of its samples touch an
// end of the integer range, or for floats how many components are not finite.

WINDHOVER_CLONES std::uint32_t convert_ci8(const std::byte* in, std::size_t samples, float* out, int) {
  for (std::size_t i = 0; i < 2 * samples; ++i)
    out[i] = static_cast<float>(load<std::int8_t>(in + i)) * (1.0F / 128);
  std::uint32_t saturated = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    // 127 and -128 are the two values that become 127 when their sign is folded away.
    const auto re = load<std::int8_t>(in + 2 * i), im = load<std::int8_t>(in + 2 * i + 1);
    saturated += ((re ^ (re >> 7)) == 127) | ((im ^ (im >> 7)) == 127);
  }
  return saturated;
}

WINDHOVER_CLONES std::uint32_t convert_cu8(const std::byte* in, std::size_t samples, float* out, int) {
  for (std::size_t i = 0; i < 2 * samples; ++i)
    out[i] = (static_cast<float>(load<std::uint8_t>(in + i)) - 127.5F) * (1.0F / 127.5F);
  std::uint32_t saturated = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const auto re = load<std::uint8_t>(in + 2 * i), im = load<std::uint8_t>(in + 2 * i + 1);
    saturated += (re == 0) | (re == 255) | (im == 0) | (im == 255);
  }
  return saturated;
}

template <bool kSwap>
inline std::int16_t load_i16(const std::byte* at) {
  const auto word = load<std::uint16_t>(at);
  return static_cast<std::int16_t>(kSwap ? swapped(word) : word);
}

template <bool kSwap>
[[gnu::always_inline]] inline std::uint32_t convert_i16(const std::byte* in, std::size_t samples, float* out,
                                                        int full_scale) {
  const float scale = 1.0F / static_cast<float>(full_scale);
  for (std::size_t i = 0; i < 2 * samples; ++i)
    out[i] = static_cast<float>(load_i16<kSwap>(in + 2 * i)) * scale;
  std::uint32_t saturated = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const auto re = load_i16<kSwap>(in + 4 * i), im = load_i16<kSwap>(in + 4 * i + 2);
    saturated += ((re ^ (re >> 15)) >= full_scale - 1) | ((im ^ (im >> 15)) >= full_scale - 1);
  }
  return saturated;
}

WINDHOVER_CLONES std::uint32_t convert_ci16(const std::byte* in, std::size_t samples, float* out,
                                            int full_scale) {
  return convert_i16<!kLittleHost>(in, samples, out, full_scale);
}
WINDHOVER_CLONES std::uint32_t convert_ci16_be(const std::byte* in, std::size_t samples, float* out,
                                               int full_scale) {
  return convert_i16<kLittleHost>(in, samples, out, full_scale);
}

template <bool kSwap>
[[gnu::always_inline]] inline std::uint32_t convert_f32(const std::byte* in, std::size_t samples,
                                                        float* out) {
  std::uint32_t not_finite = 0;
  for (std::size_t i = 0; i < 2 * samples; ++i) {
    const auto word = load<std::uint32_t>(in + 4 * i);
    const std::uint32_t bits = kSwap ? swapped(word) : word;
    // Looks at the exponent, so no compiler flag can optimise the test away.
    not_finite += (bits & 0x7f80'0000U) == 0x7f80'0000U;
    out[i] = std::bit_cast<float>(bits);
  }
  return not_finite;
}

WINDHOVER_CLONES std::uint32_t convert_cf32(const std::byte* in, std::size_t samples, float* out, int) {
  return convert_f32<!kLittleHost>(in, samples, out);
}
WINDHOVER_CLONES std::uint32_t convert_cf32_be(const std::byte* in, std::size_t samples, float* out, int) {
  return convert_f32<kLittleHost>(in, samples, out);
}

using Kernel = std::uint32_t (*)(const std::byte*, std::size_t, float*, int);

Kernel kernel_of(SampleFormat format) {
  switch (format) {
    case SampleFormat::ci8:
      return convert_ci8;
    case SampleFormat::cu8:
      return convert_cu8;
    case SampleFormat::ci16_le:
      return convert_ci16;
    case SampleFormat::ci16_be:
      return convert_ci16_be;
    case SampleFormat::cf32_le:
      return convert_cf32;
    case SampleFormat::cf32_be:
      return convert_cf32_be;
  }
  return convert_cf32;
}

/// Components at or beyond these are saturated; exact, since the steps of the formats are.
struct EndsOfRange {
  float lowest, highest;
  bool touches(cf32 x) const { return is_end(x.real()) || is_end(x.imag()); }
  bool is_end(float component) const { return component <= lowest || component >= highest; }
};

EndsOfRange ends_of_range(SampleFormat format, int full_scale) {
  if (format == SampleFormat::cu8) return {-127.5F * (1.0F / 127.5F), 127.5F * (1.0F / 127.5F)};
  if (format == SampleFormat::ci8) return {-1, 127.0F / 128};
  return {-1, static_cast<float>(full_scale - 1) / static_cast<float>(full_scale)};
}

// The kernel has counted some within the block.
std::size_t first_at(const EndsOfRange& ends, std::span<const cf32> block) {
  std::size_t at = 0;
  while (at + 1 < block.size() && !ends.touches(block[at])) ++at;
  return at;
}
std::size_t last_at(const EndsOfRange& ends, std::span<const cf32> block) {
  std::size_t at = block.size() - 1;
  while (at > 0 && !ends.touches(block[at])) --at;
  return at;
}

}  // namespace

std::optional<SampleFormat> parse_sample_format(std::string_view sigmf_datatype) {
  const auto* known = std::ranges::find(kFormatNames, sigmf_datatype, &FormatName::name);
  if (known == kFormatNames.end()) return std::nullopt;
  return known->format;
}

std::string_view to_string(SampleFormat format) {
  return std::ranges::find(kFormatNames, format, &FormatName::format)->name;
}

ConvertResult convert(std::span<const std::byte> native, SampleFormat format, std::span<cf32> out,
                      unsigned converter_bits) noexcept {
  const std::size_t octets = bytes_per_sample(format);
  assert(native.size() >= out.size() * octets);
  assert(converter_bits >= 8 && converter_bits <= 16);
  const bool floats = format == SampleFormat::cf32_le || format == SampleFormat::cf32_be;
  const Kernel kernel = kernel_of(format);
  const int full_scale = 1 << (converter_bits - 1);
  ConvertResult result;
  for (std::size_t at = 0; at < out.size(); at += kBlockSamples) {
    const std::size_t samples = std::min(kBlockSamples, out.size() - at);
    // std::complex<float> is laid out as float[2] ([complex.numbers.general]).
    const std::uint32_t marked =
        kernel(native.data() + at * octets, samples, reinterpret_cast<float*>(out.data() + at), full_scale);
    if (marked == 0) continue;
    if (floats) {
      result.finite = false;
      continue;
    }
    const EndsOfRange ends = ends_of_range(format, full_scale);
    if (result.saturated == 0) result.first_saturated = at + first_at(ends, out.subspan(at, samples));
    result.last_saturated = at + last_at(ends, out.subspan(at, samples));
    result.saturated += marked;
  }
  return result;
}

}  // namespace windhover::dsp
