#include "decoders/links/link_kind.hpp"

#include <array>
#include <cmath>
#include <utility>

#include "decoders/links/judge.hpp"

namespace windhover::decoders::links {
namespace {

bool is_drone_like(const Case& found, float confidence, const LinkShape& shape) {
  if (confidence < kDroneConfidence) return false;
  switch (found.kind) {
    // Frames of cells that divide time have the same length and width: only the reference symbols tell.
    case LinkKind::ocusync_video:
    case LinkKind::ocusync_standby:
    case LinkKind::ocusync_control:
      return found.has_roots;
    case LinkKind::lora_control:
    case LinkKind::sik_like:
    case LinkKind::frsky_like:
      return found.proofs > 0 && shape.votes->family() != Family::unknown;
    case LinkKind::fm_video:
      return found.proofs > 0 && !fpv_channel(shape.center_hz).empty();
    default:
      return false;
  }
}

bool is_ocusync(LinkKind kind) {
  return kind == LinkKind::ocusync_video || kind == LinkKind::ocusync_standby ||
         kind == LinkKind::ocusync_control;
}

}  // namespace

std::string_view to_string(LinkKind kind) {
  constexpr std::string_view names[kLinkKinds] = {"unknown",
                                                  "ocusync_video",
                                                  "ocusync_standby",
                                                  "ocusync_control",
                                                  "lora_control",
                                                  "lora",
                                                  "sik_like",
                                                  "frsky_like",
                                                  "gfsk_hopper",
                                                  "fm_video",
                                                  "classic_bluetooth",
                                                  "ble",
                                                  "wifi",
                                                  "wifi_video",
                                                  "lte",
                                                  "nr",
                                                  "zigbee",
                                                  "microwave_oven",
                                                  "carrier"};
  return names[static_cast<std::size_t>(kind)];
}

KindVerdict kind_of(const LinkShape& shape) {
  const Judge judge(shape);
  const auto cases = judge.cases();
  Case best = judge.unknown();
  for (const Case& each : cases)
    if (each.score > best.score) best = each;
  double sum = std::exp(kUnknown - best.score);
  for (const Case& each : cases) sum += std::exp(each.score - best.score);
  const auto confidence = static_cast<float>(1 / sum);
  const bool drone_like = is_drone_like(best, confidence, shape);
  // A maker's name needs proof: cells of a network can have the same frames.
  if (is_ocusync(best.kind) && !drone_like)
    return {LinkKind::unknown, 1 - confidence, false, std::move(judge.unknown().evidence)};
  return {best.kind, confidence, drone_like, std::move(best.evidence)};
}

}  // namespace windhover::decoders::links
