#include "sensor/snapshot_json.hpp"

#include "sensor/json_fields.hpp"

namespace windhover::sensor {
namespace {

Json head(const char* type, const FeedIdentity& feed) {
  return {{"v", kFeedSchema}, {"type", type}, {"sensor", feed.node}, {"boot", feed.boot}};
}

// A prefix may be any bytes that a client has sent.
std::string line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

std::string snapshot_end_json(const FeedIdentity& feed, std::string_view prefix, std::size_t topics,
                              const LastValues::Numbers& numbers) {
  Json json = head("snapshot_end", feed);
  json["prefix"] = prefix;
  json["topics"] = topics;
  json["seq"] = Json::object();
  for (const auto& [kind, seq] : numbers) json["seq"][std::string(kind)] = seq;
  return line(json);
}

std::string pong_json(const FeedIdentity& feed) {
  Json json = head("pong", feed);
  json["version"] = WINDHOVER_VERSION;
  return line(json);
}

}  // namespace windhover::sensor
