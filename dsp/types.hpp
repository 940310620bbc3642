#pragma once
// The few types that every layer shares. Shapes and units only; no maths.

#include <compare>
#include <complex>
#include <cstdint>

namespace windhover::dsp {

/// One complex baseband sample. Full scale of the converter is 1.0, so |x|² is power relative to full scale
/// (dBFS).
using cf32 = std::complex<float>;

struct Hertz {
  double value = 0;
  constexpr auto operator<=>(const Hertz&) const = default;
  constexpr Hertz operator-() const { return {-value}; }
  constexpr Hertz& operator+=(Hertz other) { return value += other.value, *this; }
};
constexpr Hertz operator+(Hertz a, Hertz b) { return {a.value + b.value}; }
constexpr Hertz operator-(Hertz a, Hertz b) { return {a.value - b.value}; }
constexpr Hertz operator*(double a, Hertz b) { return {a * b.value}; }
constexpr double operator/(Hertz a, Hertz b) { return a.value / b.value; }

/// A count of samples at a named rate; 0 is the first sample of the stream.
struct SampleIndex {
  std::int64_t value = 0;
  constexpr auto operator<=>(const SampleIndex&) const = default;
};
constexpr SampleIndex operator+(SampleIndex a, std::int64_t n) { return {a.value + n}; }
constexpr std::int64_t operator-(SampleIndex a, SampleIndex b) { return a.value - b.value; }

namespace literals {
constexpr Hertz operator""_Hz(long double v) { return {static_cast<double>(v)}; }
constexpr Hertz operator""_Hz(unsigned long long v) { return {static_cast<double>(v)}; }
constexpr Hertz operator""_kHz(long double v) { return {static_cast<double>(v) * 1e3}; }
constexpr Hertz operator""_kHz(unsigned long long v) { return {static_cast<double>(v) * 1e3}; }
constexpr Hertz operator""_MHz(long double v) { return {static_cast<double>(v) * 1e6}; }
constexpr Hertz operator""_MHz(unsigned long long v) { return {static_cast<double>(v) * 1e6}; }
}  // namespace literals

}  // namespace windhover::dsp
