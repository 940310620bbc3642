#pragma once
// Wi-Fi frames as monitoring interfaces hand them to a capture: MAC frames behind a radiotap header
// (LINKTYPE_IEEE802_11_RADIOTAP).

#include <cstdint>
#include <optional>
#include <vector>

#include "dsp/types.hpp"
#include "tests/support/pcapng.hpp"

namespace windhover::synth {

inline constexpr std::uint16_t kRadiotapLinkType = 127;

struct SniffedWifi {
  std::vector<std::uint8_t> psdu;         ///< with its check sequence; a right one where none was captured
  bool fcs_ok = true;                     ///< false where the captured one is wrong
  std::optional<double> mbps{};           ///< as heard; absent where the interface does not say
  std::optional<dsp::Hertz> frequency{};  ///< of the channel
};

/// nullopt for another link type. Throws CaptureError for lengths that contradict each other.
std::optional<SniffedWifi> sniffed_wifi(const CaptureFrame& frame);

}  // namespace windhover::synth
