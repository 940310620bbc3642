// The body of `link`.

#include <algorithm>
#include <cmath>
#include <utility>

#include "sensor/address_hash.hpp"
#include "sensor/feed_json.hpp"
#include "sensor/json_fields.hpp"
#include "sensor/links/aircraft_links.hpp"

namespace windhover::sensor {
namespace {

constexpr int kPeriodDecimals = 7;

Json party_json(const LinkParty& party) {
  Json json = Json::object();
  if (party.address)
    json["address"] = address_text(*party.address);
  else
    json["address_hash"] = hash_text(party.hash);
  if (!party.aircraft.empty()) json["aircraft"] = party.aircraft;
  return json;
}

// Exact where headers state every length; else bounds.
Json bytes_json(const LinkCounts& counts) {
  if (counts.octets_estimated == 0 && counts.unmeasured == 0)
    return {{"exact", counts.octets}, {"checked", counts.octets_checked}};
  Json json{{"lower", counts.octets}};
  if (counts.unmeasured == 0) json["upper"] = counts.octets + counts.octets_estimated;
  json["basis"] = "lengths that headers state, and for the rest airtime times rate";
  json["checked"] = counts.octets_checked;
  return json;
}

Json counts_json(const LinkCounts& counts) {
  Json json{{"frames",
             {{"seen", counts.frames},
              {"fcs_ok", counts.frames_checked},
              {"aggregates", counts.aggregates},
              {"retries", counts.retries}}},
            {"bytes", bytes_json(counts)},
            {"data_bytes",
             {{"to_access_point", counts.data_to_access_point},
              {"from_access_point", counts.data_from_access_point},
              {"other", counts.data_other}}}};
  put(json, "airtime_s", counts.airtime_s, kSecondDecimals);
  return json;
}

Json rates_json(const std::vector<LinkRate>& rates) {
  Json json = Json::array();
  for (const LinkRate& rate : rates) {
    Json each = Json::object();
    put(each, "mbps", static_cast<double>(rate.mbps), kRateDecimals);
    each["frames"] = rate.frames;
    put(each, "airtime_s", rate.airtime_s, kSecondDecimals);
    json.push_back(std::move(each));
  }
  return json;
}

Json link_rf_json(const LinkMessage& message) {
  Json json = Json::object();
  put(json, "channel", message.channel);
  put(json, "center_hz", message.center_hz, kHertzDecimals);
  put(json, "bandwidth_hz", message.bandwidth_hz, kHertzDecimals);
  put(json, "rssi_dbfs", message.rssi_dbfs, kDecibelDecimals);
  put(json, "most_rssi_dbfs", message.most_rssi_dbfs, kDecibelDecimals);
  if (message.rssi) {
    put(json, "rssi_dbm", message.rssi->dbm, kDecibelDecimals);
    put(json, "rssi_dbm_uncertainty_db", message.rssi->uncertainty_db, kDecibelDecimals);
  }
  if (message.saturated) json["saturated"] = true;
  put(json, "snr_db", message.snr_db, kDecibelDecimals);
  put(json, "cfo_hz", message.cfo_hz, kHertzDecimals);
  return json;
}

Json evidence_json(const std::vector<links::Evidence>& evidence) {
  Json json = Json::array();
  for (const links::Evidence& each : evidence) {
    Json one{{"text", each.text}};
    put(one, "value", each.value, kEvidenceDecimals);
    if (one.contains("value") && !each.unit.empty()) one["unit"] = each.unit;
    json.push_back(std::move(one));
  }
  return json;
}

Json attribution_json(const links::AttributionResult& attribution) {
  Json aircraft = Json::array();
  for (const links::Attributed& each : attribution.aircraft) {
    Json one{{"id", each.aircraft}};
    put(one, "likelihood", each.likelihood, kEvidenceDecimals);
    one["evidence"] = evidence_json(each.evidence);
    aircraft.push_back(std::move(one));
  }
  Json json{{"aircraft", std::move(aircraft)}};
  put(json, "unattributed", attribution.unattributed, kEvidenceDecimals);
  return json;
}

// The one that it is more likely of than not, in short.
void put_owner(Json& json, const links::AttributionResult& attribution) {
  if (attribution.aircraft.empty() || attribution.aircraft.front().likelihood <= 0.5) return;
  const links::Attributed& owner = attribution.aircraft.front();
  Json reasons = Json::array();
  for (const links::Evidence& each : owner.evidence) reasons.push_back(each.text);
  if (!reasons.empty()) json["aircraft"] = {{"id", owner.aircraft}, {"evidence", std::move(reasons)}};
}

Json bounds_json(const links::ByteBounds& bounds) {
  Json json = Json::object();
  put(json, "lower", bounds.lower ? std::optional(std::floor(*bounds.lower)) : std::nullopt, 0);
  put(json, "upper", bounds.upper ? std::optional(std::ceil(*bounds.upper)) : std::nullopt, 0);
  json["basis"] = bounds.basis;
  return json;
}

void put_rate(Json& json, const links::ByteBounds& bytes, double window_s) {
  if (!(window_s > 0)) return;
  Json rate = Json::object();
  const auto bits = [&](const std::optional<double>& side) {
    return side ? std::optional(8 * *side / window_s) : std::nullopt;
  };
  put(rate, "lower", bits(bytes.lower), kHertzDecimals);
  put(rate, "upper", bits(bytes.upper), kHertzDecimals);
  if (!rate.empty()) json["rate_bps"] = std::move(rate);
}

Json modulation_json(const links::Modulation& modulation) {
  Json json{{"family", modulation.family}, {"snapshots", modulation.snapshots}};
  put(json, "agreement", static_cast<double>(modulation.agreement), kEvidenceDecimals);
  put(json, "carrier_spacing_hz", modulation.carrier_spacing_hz, kHertzDecimals);
  put(json, "carriers", modulation.carriers, 0);
  put(json, "symbol_rate_hz", modulation.symbol_rate_hz, kHertzDecimals);
  put(json, "deviation_hz", modulation.deviation_hz, kHertzDecimals);
  put(json, "spreading_factor", modulation.spreading_factor, 0);
  put(json, "chirp_bandwidth_hz", modulation.chirp_bandwidth_hz, kHertzDecimals);
  put(json, "line_rate_hz", modulation.line_rate_hz, kHertzDecimals);
  put(json, "field_rate_hz", modulation.field_rate_hz, kEvidenceDecimals);
  put(json, "carrier_hz", modulation.carrier_hz, kHertzDecimals);
  put(json, "carrier_error_hz", modulation.carrier_error_hz, kHertzDecimals);
  if (!modulation.constellation.empty()) json["constellation"] = modulation.constellation;
  for (const auto& each : modulation.zadoff_chu)
    json["zadoff_chu"].push_back({{"length", each.length}, {"root", each.root}, {"snapshots", each.votes}});
  return json;
}

Json sums_json(std::uint64_t bursts, double airtime_s, const links::ByteBounds& bytes) {
  Json json{{"bursts", bursts}};
  put(json, "airtime_s", airtime_s, kSecondDecimals);
  json["bytes"] = bounds_json(bytes);
  return json;
}

void put_emitted(Json& json, const links::Emitted& emitted, const LinkMessage& message) {
  json["direction"] = links::to_string(emitted.heading);
  json["modulation"] = modulation_json(emitted.modulation);
  if (!emitted.channel_name.empty()) json["channel_name"] = emitted.channel_name;
  if (!emitted.hop_set_hz.empty()) {
    Json hops = Json::array();
    for (const double hz : emitted.hop_set_hz) hops.push_back(std::round(hz));
    json["hop_set_hz"] = std::move(hops);
  }
  put(json, "period_s", emitted.period_s, kPeriodDecimals);
  put(json, "dwell_s", emitted.dwell_s, kPeriodDecimals);
  put(json, "burst_s", emitted.burst_s, kSecondDecimals);
  put(json, "window_s", message.window_s, kSecondDecimals);
  put(json, "listened_share", emitted.listened_share, kShareDecimals);
  const double listened_s = message.window_s * emitted.listened_share;
  if (listened_s > 0) put(json, "duty", std::min(1.0, message.window.airtime_s / listened_s), kShareDecimals);
  json.update(sums_json(emitted.bursts, message.window.airtime_s, emitted.bytes));
  put_rate(json, emitted.bytes, listened_s);
  json["total"] = sums_json(emitted.total_bursts, message.total.airtime_s, emitted.total_bytes);
}

void put_frames(Json& json, const LinkMessage& message) {
  json["role"] = to_string(message.role);
  if (message.transmitter) json["transmitter"] = party_json(*message.transmitter);
  if (message.peer) json["peer"] = party_json(*message.peer);
  json["phy"] = message.phys;
  json["rates"] = rates_json(message.rates);
  put(json, "window_s", message.window_s, kSecondDecimals);
  if (message.window_s > 0) put(json, "duty", message.window.airtime_s / message.window_s, kShareDecimals);
  json.update(counts_json(message.window));
  put_rate(json, links::bytes_of(message), message.window_s);
  json["total"] = counts_json(message.total);
}

}  // namespace

std::string to_json(const LinkMessage& message, std::string_view device) {
  Json json = message_head("link", message.head, device);
  json["id"] = message.id;
  json["kind"] = message.kind;
  json["state"] = to_string(message.state);
  put(json, "confidence", static_cast<double>(message.verdict.confidence), kEvidenceDecimals);
  json["drone_like"] = message.verdict.drone_like;
  json["evidence"] = evidence_json(message.verdict.evidence);
  json["attribution"] = attribution_json(message.attribution);
  put_owner(json, message.attribution);
  if (message.hint) json["hint"] = {{"what", message.hint->what}, {"reason", message.hint->reason}};
  json["rf"] = link_rf_json(message);
  if (message.emitted)
    put_emitted(json, *message.emitted, message);
  else
    put_frames(json, message);
  json["first_heard"] = to_rfc3339(message.first_heard);
  json["last_heard"] = to_rfc3339(message.last_heard);
  return json_line(json);
}

}  // namespace windhover::sensor
