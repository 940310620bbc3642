#include "decoders/wifi/dsss_tables.hpp"

#include <cmath>
#include <numbers>

namespace windhover::decoders::wifi {

const std::array<float, kBarkerSymbol>& barker_waveform() {
  static const auto waveform = [] {
    std::array<float, kBarkerSymbol> out{};
    float energy = 0;
    for (std::size_t n = 0; n < out.size(); ++n) {
      for (std::size_t chip = 0; chip < kBarkerChips.size(); ++chip) {
        const double since =
            (static_cast<double>(n) + 0.5) / kSamplesPerChip - (static_cast<double>(chip) + 0.5);
        // A pulse whose spectrum is near that of the filters in use.
        if (std::abs(since) >= 1) continue;
        const double pulse = std::pow(std::cos(since * std::numbers::pi / 2), 2);
        out[n] += static_cast<float>(kBarkerChips[chip] * pulse);
      }
      energy += out[n] * out[n];
    }
    for (float& value : out) value /= std::sqrt(energy);
    return out;
  }();
  return waveform;
}

}  // namespace windhover::decoders::wifi
