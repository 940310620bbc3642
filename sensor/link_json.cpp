// The body of `link`.

#include "sensor/address_hash.hpp"
#include "sensor/feed_json.hpp"
#include "sensor/json_fields.hpp"

namespace windhover::sensor {
namespace {

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

Json rf_json(const LinkMessage& message) {
  Json json = Json::object();
  put(json, "channel", message.channel);
  put(json, "center_hz", message.center_hz, kHertzDecimals);
  put(json, "bandwidth_hz", message.bandwidth_hz, kHertzDecimals);
  put(json, "rssi_dbfs", message.rssi_dbfs, kDecibelDecimals);
  put(json, "most_rssi_dbfs", message.most_rssi_dbfs, kDecibelDecimals);
  put(json, "snr_db", message.snr_db, kDecibelDecimals);
  put(json, "cfo_hz", message.cfo_hz, kHertzDecimals);
  return json;
}

}  // namespace

std::string to_json(const LinkMessage& message) {
  Json json = message_head("link", message.head);
  json["id"] = message.id;
  json["kind"] = message.kind;
  json["state"] = to_string(message.state);
  json["role"] = to_string(message.role);
  if (message.transmitter) json["transmitter"] = party_json(*message.transmitter);
  if (message.peer) json["peer"] = party_json(*message.peer);
  if (message.transmitter && !message.transmitter->aircraft.empty())
    json["aircraft"] = {{"id", message.transmitter->aircraft}, {"evidence", {"transmitter address"}}};
  else if (message.peer && !message.peer->aircraft.empty())
    json["aircraft"] = {{"id", message.peer->aircraft}, {"evidence", {"frames to its address"}}};
  if (message.hint) json["hint"] = {{"what", message.hint->what}, {"reason", message.hint->reason}};
  json["rf"] = rf_json(message);
  json["phy"] = message.phys;
  json["rates"] = rates_json(message.rates);
  put(json, "window_s", message.window_s, kSecondDecimals);
  if (message.window_s > 0) put(json, "duty", message.window.airtime_s / message.window_s, kShareDecimals);
  json.update(counts_json(message.window));
  json["total"] = counts_json(message.total);
  json["first_heard"] = to_rfc3339(message.first_heard);
  json["last_heard"] = to_rfc3339(message.last_heard);
  return json_line(json);
}

}  // namespace windhover::sensor
