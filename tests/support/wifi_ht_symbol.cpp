#include "tests/support/wifi_ht_symbol.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

namespace windhover::synth {
namespace {

/// Carriers of DATA.
struct HtBand {
  CarrierPlan plan;
  int innermost, outermost;
  std::span<const int> pilots, pilot_signs;
};

constexpr std::array kPilots20{-21, -7, 7, 21};
constexpr std::array kPilotSigns20{1, 1, 1, -1};
constexpr std::array kPilots40{-53, -25, -11, 11, 25, 53};
constexpr std::array kPilotSigns40{1, 1, 1, -1, -1, 1};
constexpr HtBand kBand20{kHt20Plan, 1, 28, kPilots20, kPilotSigns20};
constexpr HtBand kBand40{kHt40Plan, 2, 58, kPilots40, kPilotSigns40};

constexpr std::string_view kLeft = "++--++-+-++++++--++-+-++++";
constexpr std::string_view kRight = "+--++-+-+-----++--+-+-++++";

const HtBand& band(bool forty_mhz) { return forty_mhz ? kBand40 : kBand20; }

/// The upper half of 40 MHz is turned by 90°, which holds the peaks down.
void turn_upper_half(Carriers& carriers) {
  for (auto& [index, value] : carriers)
    if (index >= 0) value *= cf64(0, 1);
}

void put_signs(Carriers& out, int first, std::string_view signs) {
  for (std::size_t i = 0; i < signs.size(); ++i)
    out.push_back({first + static_cast<int>(i), signs[i] == '+' ? 1.0 : -1.0});
}

}  // namespace

const CarrierPlan& ht_plan(bool forty_mhz) { return band(forty_mhz).plan; }

Carriers ht_long_training(bool forty_mhz) {
  Carriers out;
  if (!forty_mhz) {
    put_signs(out, -28, "++");
    put_signs(out, -26, kLeft);
    put_signs(out, 1, kRight);
    put_signs(out, 27, "--");
    return out;
  }
  put_signs(out, -58, kLeft);
  put_signs(out, -32, "+");
  put_signs(out, -31, kRight);
  put_signs(out, -5, "---+");
  put_signs(out, 2, "-++-");
  put_signs(out, 6, kLeft);
  put_signs(out, 32, "+");
  put_signs(out, 33, kRight);
  turn_upper_half(out);
  return out;
}

Carriers ht_symbol(std::span<const cf64> values, std::size_t rotation, std::size_t polarity, bool forty_mhz) {
  const HtBand& in = band(forty_mhz);
  Carriers out;
  std::size_t next = 0;
  for (int index = -in.outermost; index <= in.outermost; ++index) {
    if (std::abs(index) < in.innermost) continue;
    const auto pilot = std::ranges::find(in.pilots, index);
    if (pilot == in.pilots.end()) {
      out.push_back({index, values[next++]});
      continue;
    }
    const auto number = static_cast<std::size_t>(pilot - in.pilots.begin());
    out.push_back({index, in.pilot_signs[(number + rotation) % in.pilots.size()] * pilot_polarity(polarity)});
  }
  if (forty_mhz) turn_upper_half(out);
  return out;
}

}  // namespace windhover::synth
