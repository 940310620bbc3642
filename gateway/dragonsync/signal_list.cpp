#include "gateway/dragonsync/signal_list.hpp"

#include "gateway/dragonsync/json_fields.hpp"
#include "gateway/naming.hpp"
#include "gateway/text.hpp"

namespace windhover::gateway::dragonsync {
namespace {

std::string description(const Link& link) {
  if (link.aircraft) return clean_text(link.kind + " link of " + *link.aircraft);
  std::string text = *link.hint;
  if (link.reason) text += ": " + *link.reason;
  return clean_text(text);
}

Json signal_info(const Link& link, const ListContext& context) {
  Json json{{"source", link.aircraft ? "confirm" : "energy"},
            {"signal_type", link.kind},
            {"center_hz", *link.center_hz}};
  if (link.bandwidth_hz) json["bandwidth_hz"] = *link.bandwidth_hz;
  if (link.rssi_dbm)
    json["rssi"] = *link.rssi_dbm;
  else if (link.rssi_dbfs && context.full_scale_dbm)
    json["rssi"] = *link.rssi_dbfs + *context.full_scale_dbm;
  return json;
}

}  // namespace

std::string signal_list(const Link& link, const ListContext& context) {
  Json list = Json::array();
  list.push_back({{"Basic ID", {{"id", signal_uid(link)}, {"description", description(link)}}}});
  if (context.sensor) list.push_back({{"Location/Vector Message", sensor_location(*context.sensor)}});
  list.push_back({{"Self-ID Message", {{"text", description(link)}}}});
  list.push_back({{"Frequency Message", {{"frequency", *link.center_hz}}}});  // Hz here, MHz on 4224
  list.push_back({{"Signal Info", signal_info(link, context)}});
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace windhover::gateway::dragonsync
