// Channels of analogue video around 5.8 GHz, in MHz, as makers of transmitters print them in their tables.

#include <algorithm>
#include <array>
#include <cmath>

#include "decoders/links/link_kind.hpp"

namespace windhover::decoders::links {
namespace {

struct FpvChannel {
  double mhz;
  std::string_view name;
};

// clang-format off
constexpr std::array kChannels{
    FpvChannel{5865, "A1"}, FpvChannel{5845, "A2"}, FpvChannel{5825, "A3"}, FpvChannel{5805, "A4"},
    FpvChannel{5785, "A5"}, FpvChannel{5765, "A6"}, FpvChannel{5745, "A7"}, FpvChannel{5725, "A8"},
    FpvChannel{5733, "B1"}, FpvChannel{5752, "B2"}, FpvChannel{5771, "B3"}, FpvChannel{5790, "B4"},
    FpvChannel{5809, "B5"}, FpvChannel{5828, "B6"}, FpvChannel{5847, "B7"}, FpvChannel{5866, "B8"},
    FpvChannel{5705, "E1"}, FpvChannel{5685, "E2"}, FpvChannel{5665, "E3"}, FpvChannel{5645, "E4"},
    FpvChannel{5885, "E5"}, FpvChannel{5905, "E6"}, FpvChannel{5925, "E7"}, FpvChannel{5945, "E8"},
    FpvChannel{5740, "F1"}, FpvChannel{5760, "F2"}, FpvChannel{5780, "F3"}, FpvChannel{5800, "F4"},
    FpvChannel{5820, "F5"}, FpvChannel{5840, "F6"}, FpvChannel{5860, "F7"}, FpvChannel{5880, "F8 / R7"},
    FpvChannel{5658, "R1"}, FpvChannel{5695, "R2"}, FpvChannel{5732, "R3"}, FpvChannel{5769, "R4"},
    FpvChannel{5806, "R5"}, FpvChannel{5843, "R6"}, FpvChannel{5917, "R8"},
    FpvChannel{5362, "D1"}, FpvChannel{5399, "D2"}, FpvChannel{5436, "D3"}, FpvChannel{5473, "D4"},
    FpvChannel{5510, "D5"}, FpvChannel{5547, "D6"}, FpvChannel{5584, "D7"}, FpvChannel{5621, "D8"},
};
// clang-format on

constexpr double kNear_mhz = 3;
constexpr double kOnChannel_mhz = 0.12;      // crystals within 20 ppm
constexpr double kMeanOnChannel_mhz = 0.25;  // snapshots do not hold whole fields

bool is_on_channel(double hz, double within_mhz) {
  return std::ranges::any_of(
      kChannels, [&](const FpvChannel& channel) { return std::abs(channel.mhz - hz / 1e6) < within_mhz; });
}

}  // namespace

double nominal_video_hz(double middle_hz, std::optional<double> mean_hz) {
  if (!mean_hz || is_on_channel(middle_hz, kOnChannel_mhz)) return middle_hz;
  return is_on_channel(middle_hz + *mean_hz, kMeanOnChannel_mhz) ? middle_hz + *mean_hz : middle_hz;
}

std::string_view fpv_channel(double center_hz) {
  const FpvChannel* nearest = nullptr;
  double away_mhz = kNear_mhz;
  for (const FpvChannel& channel : kChannels) {
    const double away = std::abs(channel.mhz - center_hz / 1e6);
    if (away < away_mhz) nearest = &channel, away_mhz = away;
  }
  return nearest != nullptr ? nearest->name : std::string_view();
}

}  // namespace windhover::decoders::links
