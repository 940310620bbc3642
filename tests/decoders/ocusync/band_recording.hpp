#pragma once
// One channel out of a wide recording by a single transform: exact, zero-phase, for recordings of some
// milliseconds.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <stdexcept>
#include <vector>

#include "dsp/aligned.hpp"
#include "dsp/fft.hpp"

namespace windhover::tests {

inline std::vector<dsp::cf32> read_cf32(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<dsp::cf32> iq(std::filesystem::file_size(path) / sizeof(dsp::cf32));
  in.read(reinterpret_cast<char*>(iq.data()), static_cast<std::streamsize>(iq.size() * sizeof(dsp::cf32)));
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return iq;
}

/// 50 MS/s to 15.36 MS/s around `offset_hz`, a multiple of 500 Hz; flat to ±5.85 MHz, nothing beyond ±7.6 MHz.
/// Sample n of the result is at n/15.36 MHz of the recording. At most 100000 samples.
inline std::vector<dsp::cf32> channel_of_50_msps(const std::vector<dsp::cf32>& iq, double offset_hz) {
  constexpr std::size_t kIn = 100000, kOut = 30720;
  constexpr double kBinHz = 500;
  dsp::AlignedVector<dsp::cf32> in(kIn), spectrum(kIn), masked(kOut), out(kOut);
  std::copy_n(iq.begin(), std::min(iq.size(), kIn), in.begin());
  dsp::Fft(kIn, dsp::FftDirection::forward).execute(in.data(), spectrum.data());
  const auto shift = std::lround(offset_hz / kBinHz);
  for (long bin = -15200; bin <= 15200; ++bin) {
    const double edge = (std::abs(static_cast<double>(bin)) - 11700) / 3500;
    const double gain = edge <= 0 ? 1 : 0.5 + 0.5 * std::cos(std::numbers::pi * edge);
    const auto source = static_cast<std::size_t>((bin + shift + 2 * static_cast<long>(kIn)) % static_cast<long>(kIn));
    masked[static_cast<std::size_t>((bin + static_cast<long>(kOut)) % static_cast<long>(kOut))] =
        spectrum[source] * static_cast<float>(gain / kIn);
  }
  dsp::Fft(kOut, dsp::FftDirection::inverse).execute(masked.data(), out.data());
  const auto length = static_cast<std::ptrdiff_t>(static_cast<double>(iq.size()) * 0.3072);
  return {out.begin(), out.begin() + length};
}

}  // namespace windhover::tests
