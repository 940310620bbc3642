#pragma once
// The shape of a link, from many emissions and snapshots, to what it probably is.
// Sources of the numbers: docs/links.md.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "decoders/links/signal_votes.hpp"

namespace windhover::decoders::links {

enum class LinkKind : std::uint8_t {
  unknown,
  ocusync_video,
  ocusync_standby,
  ocusync_control,
  lora_control,  ///< chirps that hop in time with a control link's rate
  lora,          ///< other chirps
  sik_like,
  frsky_like,
  gfsk_hopper,
  fm_video,
  classic_bluetooth,
  ble,
  wifi,
  wifi_video,
  lte,
  nr,
  zigbee,
  microwave_oven,
  carrier,
};
inline constexpr std::size_t kLinkKinds = 19;
std::string_view to_string(LinkKind kind);

/// What is measured of a link. 0 or nullopt: not known.
struct LinkShape {
  double center_hz = 0, width_hz = 0;     ///< RF; middle and width of one burst, medians
  std::span<const double> channels_hz{};  ///< middles of those in use, ascending; one: it does not hop
  std::uint64_t bursts = 0;
  double burst_s = 0, shortest_s = 0, longest_s = 0;  ///< median, 5 % and 95 %
  std::optional<double> period_s{};                   ///< from one burst to the next
  double period_share = 0;                            ///< of the bursts that keep it
  std::optional<double> dwell_s{};                    ///< on one channel
  double duty = 0;
  bool pauses = true;                  ///< false: it goes on without a break
  const SignalVotes* votes = nullptr;  ///< never null
};

/// One reason for a kind: a literal, and a number where it has one.
struct Evidence {
  std::string_view text;
  std::optional<double> value{};
  std::string_view unit{};  ///< a literal
};

struct KindVerdict {
  LinkKind kind = LinkKind::unknown;
  float confidence = 0;     ///< 0 to 1
  bool drone_like = false;  ///< never without evidence that speaks for it
  std::vector<Evidence> evidence{};
};

KindVerdict kind_of(const LinkShape& shape);

/// Of the channels that analogue FPV video uses, the one within 3 MHz: "R3", "F2 / R7", … A literal; empty:
/// none. Bands A, B, E, F (Fatshark/IRC), R (Raceband), D (low).
std::string_view fpv_channel(double center_hz);

/// Nominal frequency of a transmitter of analogue video. Makers do not say what they put there: half of the
/// way from synchronisation to white (`middle_hz`), or, where a synthesiser's loop holds the carrier, the
/// mean, which lies `mean_hz` beside it and is known worse. The one that lies on a channel decides, the
/// middle if neither or both do.
double nominal_video_hz(double middle_hz, std::optional<double> mean_hz);

}  // namespace windhover::decoders::links
