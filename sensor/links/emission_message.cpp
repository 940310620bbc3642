#include "sensor/links/emission_message.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "sensor/links/byte_bounds.hpp"

namespace windhover::sensor::links {
namespace {

using namespace decoders::links;

Heading heading_of(LinkKind kind) {
  switch (kind) {
    case LinkKind::ocusync_video:
    case LinkKind::ocusync_standby:
    case LinkKind::fm_video:
      return Heading::from_aircraft;
    case LinkKind::ocusync_control:
    case LinkKind::lora_control:
      return Heading::to_aircraft;
    case LinkKind::sik_like:
    case LinkKind::frsky_like:
      return Heading::both;
    default:
      return Heading::unknown;
  }
}

std::string_view name_of(Constellation constellation) {
  constexpr std::array<std::string_view, 6> names{"", "bpsk", "qpsk", "16qam", "64qam", "256qam"};
  return names[static_cast<std::size_t>(constellation)];
}

Modulation modulation_of(const EmissionLink& link) {
  const SignalVotes& votes = link.votes();
  const Family family = votes.family();
  Modulation told;
  told.family = to_string(family);
  told.agreement = static_cast<float>(votes.share(family));
  told.snapshots = votes.count();
  switch (family) {
    case Family::ofdm:
      told.carrier_spacing_hz = votes.spacing_hz.value();
      told.carriers = votes.carriers.value();
      told.constellation = name_of(votes.constellation());
      told.zadoff_chu = votes.roots();
      break;
    case Family::fsk:
      told.symbol_rate_hz = votes.symbol_rate_hz.value();
      told.deviation_hz = votes.deviation_hz.value();
      break;
    case Family::chirp:
      told.spreading_factor = votes.spreading_factor();
      told.chirp_bandwidth_hz = votes.chirp_bandwidth_hz.value();
      break;
    case Family::fm_video:
      told.line_rate_hz = votes.line_rate_hz.value();
      told.field_rate_hz = votes.field_rate_hz.value();
      told.deviation_hz = votes.video_deviation_hz.value();
      break;
    default:
      break;
  }
  if (const auto carrier = link.carrier()) {
    told.carrier_hz = carrier->hz;
    told.carrier_error_hz = carrier->error_hz;
  }
  return told;
}

Emitted emitted_of(const EmissionLink& link, const MessageContext& context) {
  Emitted told;
  told.bursts = link.window().bursts;
  told.total_bursts = link.total().bursts;
  told.listened_share = context.listened_share;
  told.occupied_hz = link.votes().occupied_hz.value();
  told.period_s = link.period_s();
  told.dwell_s = link.dwell_s();
  if (link.pauses()) told.burst_s = link.burst_s();
  if (link.hops()) told.hop_set_hz = link.channels().channels_hz();
  told.heading = heading_of(link.verdict().kind);
  told.modulation = modulation_of(link);
  if (link.verdict().kind == LinkKind::fm_video) told.channel_name = fpv_channel(link.nominal_hz());
  told.bytes = byte_bounds(link, link.window());
  told.total_bytes = byte_bounds(link, link.total());
  return told;
}

void put_levels(const EmissionSums& window, LinkMessage& told) {
  if (!(window.airtime_s > 0)) return;
  told.rssi_dbfs = 10 * std::log10(window.power / window.airtime_s);
  told.most_rssi_dbfs = static_cast<double>(window.peak_dbfs);
  told.rssi = window.antenna.value();
  told.saturated = window.saturated;
  told.snr_db = window.snr / window.airtime_s;
}

}  // namespace

LinkMessage emission_message(const EmissionLink& link, const MessageContext& context) {
  LinkMessage told;
  told.id = "rf-" + std::to_string(link.number());
  const KindVerdict& verdict = link.verdict();
  told.kind = to_string(verdict.kind);
  told.verdict = {verdict.confidence, verdict.drone_like, verdict.evidence};
  told.emitted = emitted_of(link, context);
  told.center_hz = link.hops() ? (link.low_hz() + link.high_hz()) / 2 : link.nominal_hz();
  told.bandwidth_hz = told.emitted->occupied_hz.value_or(link.width_hz());
  told.window_s = context.end_s - context.begin_s;
  told.window.airtime_s = link.window().airtime_s;
  told.total.airtime_s = link.total().airtime_s;
  put_levels(link.window(), told);
  if (verdict.drone_like)
    told.hint = decoders::PresenceHint{
        "drone-like link", verdict.evidence.empty() ? to_string(verdict.kind) : verdict.evidence[0].text};
  return told;
}

}  // namespace windhover::sensor::links
