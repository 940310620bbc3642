#include "dsp/native_levels.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "dsp/simd.hpp"

namespace windhover::dsp {
namespace {

struct Piece {
  std::int64_t squares = 0;
  std::int32_t re = 0, im = 0, peak = 0, saturated = 0;
};

template <typename Word>
inline Word load(const std::byte* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Components as whole numbers: ci8 and ci16 as they are, cu8 in half steps around the middle of its range,
// floats in steps of 16 bits.
constexpr bool kLittleHost = std::endian::native == std::endian::little;

struct Ci8 {
  static std::int32_t at(const std::byte* x) { return load<std::int8_t>(x); }
  static constexpr std::size_t kOctets = 1;
};
struct Cu8 {
  static std::int32_t at(const std::byte* x) { return 2 * load<std::uint8_t>(x) - 255; }
  static constexpr std::size_t kOctets = 1;
};
template <bool kSwap>
struct Ci16 {
  static std::int32_t at(const std::byte* x) {
    const auto word = load<std::uint16_t>(x);
    return static_cast<std::int16_t>(kSwap ? __builtin_bswap16(word) : word);
  }
  static constexpr std::size_t kOctets = 2;
};
template <bool kSwap>
struct Cf32 {
  static std::int32_t at(const std::byte* x) {
    const auto word = load<std::uint32_t>(x);
    const float value = std::bit_cast<float>(kSwap ? __builtin_bswap32(word) : word) * 32768;
    return static_cast<std::int32_t>(value > -32768 ? (value < 32767 ? value : 32767) : -32768);
  }
  static constexpr std::size_t kOctets = 4;
};

// `highest`: what counts as the end of the range; its lower end is folded onto it.
template <typename Component>
[[gnu::always_inline]] inline Piece measure(const std::byte* in, std::size_t samples, std::int32_t highest) {
  Piece piece;
  for (std::size_t i = 0; i < samples; ++i) {
    const std::int32_t re = Component::at(in + 2 * i * Component::kOctets);
    const std::int32_t im = Component::at(in + (2 * i + 1) * Component::kOctets);
    const std::int32_t size = std::max(re ^ (re >> 31), im ^ (im >> 31));
    piece.re += re;
    piece.im += im;
    piece.squares += std::int64_t{re * re} + std::int64_t{im * im};
    piece.peak = std::max(piece.peak, size);
    piece.saturated += size >= highest;
  }
  return piece;
}

using Measure = Piece (*)(const std::byte*, std::size_t, std::int32_t);

WINDHOVER_CLONES Piece measure_ci8(const std::byte* in, std::size_t n, std::int32_t highest) {
  return measure<Ci8>(in, n, highest);
}
WINDHOVER_CLONES Piece measure_cu8(const std::byte* in, std::size_t n, std::int32_t highest) {
  return measure<Cu8>(in, n, highest);
}
WINDHOVER_CLONES Piece measure_ci16_le(const std::byte* in, std::size_t n, std::int32_t highest) {
  return measure<Ci16<!kLittleHost>>(in, n, highest);
}
WINDHOVER_CLONES Piece measure_ci16_be(const std::byte* in, std::size_t n, std::int32_t highest) {
  return measure<Ci16<kLittleHost>>(in, n, highest);
}
WINDHOVER_CLONES Piece measure_cf32_le(const std::byte* in, std::size_t n, std::int32_t highest) {
  return measure<Cf32<!kLittleHost>>(in, n, highest);
}
WINDHOVER_CLONES Piece measure_cf32_be(const std::byte* in, std::size_t n, std::int32_t highest) {
  return measure<Cf32<kLittleHost>>(in, n, highest);
}

struct Scale {
  Measure measure;
  std::int32_t highest, full_scale, step;
};

Scale scale_of(SampleFormat format, unsigned converter_bits) {
  const std::int32_t full_scale = 1 << (converter_bits - 1);
  switch (format) {
    case SampleFormat::ci8:
      return {measure_ci8, 127, 128, 1};
    case SampleFormat::cu8:
      return {measure_cu8, 254, 255, 2};
    case SampleFormat::ci16_le:
      return {measure_ci16_le, full_scale - 1, full_scale, 1};
    case SampleFormat::ci16_be:
      return {measure_ci16_be, full_scale - 1, full_scale, 1};
    case SampleFormat::cf32_le:
      return {measure_cf32_le, 32767, 32768, 1};
    case SampleFormat::cf32_be:
      break;
  }
  return {measure_cf32_be, 32767, 32768, 1};
}

double variance_of(const Piece& piece, std::size_t samples) {
  const auto n = static_cast<double>(samples);
  const double re = piece.re / n, im = piece.im / n;
  return std::max(0.0, static_cast<double>(piece.squares) / n - re * re - im * im) / 2;
}

}  // namespace

NativeLevels measure_levels(std::span<const std::byte> native, SampleFormat format,
                            unsigned converter_bits) noexcept {
  const Scale scale = scale_of(format, converter_bits);
  const std::size_t octets = bytes_per_sample(format);
  NativeLevels levels;
  levels.samples = native.size() / octets;
  std::int32_t peak = 0;
  double least = -1;
  for (std::size_t at = 0; at < levels.samples; at += NativeLevels::kPiece) {
    const std::size_t n = std::min(NativeLevels::kPiece, levels.samples - at);
    const Piece piece = scale.measure(native.data() + at * octets, n, scale.highest);
    levels.saturated += static_cast<std::size_t>(piece.saturated);
    peak = std::max(peak, piece.peak);
    if (n < NativeLevels::kPiece) continue;
    const double variance = variance_of(piece, n);
    if (least < 0 || variance < least) least = variance;
  }
  if (peak > 0) levels.peak_dbfs = static_cast<float>(20 * std::log10(double(peak) / scale.full_scale));
  if (least > 0) levels.noise_lsb = static_cast<float>(std::sqrt(least) / scale.step);
  return levels;
}

}  // namespace windhover::dsp
