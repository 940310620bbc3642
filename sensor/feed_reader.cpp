#include "sensor/feed_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "sensor/feed_messages.hpp"
#include "sensor/text_table.hpp"
#include "sensor/time.hpp"

namespace windhover::sensor {
namespace {

using ParsedJson = nlohmann::json;

// Bounds against a sender that invents sensors, kinds or aircraft without end.
constexpr std::size_t kMostCounters = 1000;
constexpr std::size_t kMostKinds = 100;
constexpr std::size_t kMostAircraft = 4000, kMostLinks = 4000;
constexpr std::size_t kMostSensors = 100;
constexpr std::chrono::minutes kGoneShown{1};  // then it leaves the board

const ParsedJson& member(const ParsedJson& json, const char* name) {
  static const ParsedJson nothing;
  if (!json.is_object()) return nothing;
  const auto at = json.find(name);
  return at == json.end() ? nothing : *at;
}

std::string text(const ParsedJson& json, const char* name) {
  const ParsedJson& value = member(json, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::optional<double> number(const ParsedJson& json, const char* name) {
  const ParsedJson& value = member(json, name);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

std::uint64_t count(const ParsedJson& json, const char* name) {
  const ParsedJson& value = member(json, name);
  return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

std::uint64_t sum(const ParsedJson& json) {
  std::uint64_t total = 0;
  if (json.is_object())
    for (const ParsedJson& each : json)
      if (each.is_number_unsigned()) total += each.get<std::uint64_t>();
  return total;
}

// Rejects are counted by protocol and reason.
std::uint64_t sum_of_sums(const ParsedJson& json) {
  std::uint64_t total = 0;
  if (json.is_object())
    for (const ParsedJson& each : json) total += sum(each);
  return total;
}

std::optional<UtcTime> time(const ParsedJson& json, const char* name) {
  const std::string value = text(json, name);
  const std::string year = value.substr(0, 4);
  const bool has_year = year.find_first_not_of("0123456789") == std::string::npos;
  if (!has_year || year < "1970" || year >= "2200") return std::nullopt;  // beyond it nanoseconds overflow
  try {
    return parse_rfc3339(value);
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

// The transport that was heard last: its levels are the present ones.
void read_levels(const ParsedJson& transports, AircraftRow& row) {
  if (!transports.is_array()) return;
  std::string latest;
  for (const ParsedJson& each : transports) {
    const std::string heard = text(each, "last_heard");
    if (heard < latest) continue;
    latest = heard;
    row.snr_db = number(each, "snr_db");
    row.carrier_hz = number(each, "center_hz");
    if (row.carrier_hz) *row.carrier_hz += number(each, "cfo_hz").value_or(0);
  }
}

// Reasons come weightiest first.
std::string read_trust(const ParsedJson& trust) {
  const ParsedJson& reasons = member(trust, "reasons");
  if (reasons.is_array())
    for (const ParsedJson& each : reasons) {
      const std::string severity = text(each, "severity");
      if (severity == "notice" || severity == "warning" || severity == "critical") return text(each, "kind");
    }
  return member(trust, "authenticated") == true ? "signed" : "";
}

HeardAircraft read_aircraft(const ParsedJson& json, UtcTime at) {
  const ParsedJson& claimed = member(json, "claimed");
  const ParsedJson& measured = member(json, "measured");
  HeardAircraft aircraft{text(json, "id"), {}};
  AircraftRow& row = aircraft.row;
  row.id = aircraft.id;
  row.model = text(claimed, "model");
  row.state = text(json, "state");
  row.lat_deg = number(member(claimed, "position"), "lat_deg");
  row.lon_deg = number(member(claimed, "position"), "lon_deg");
  row.height_m = number(claimed, "height_m");
  row.speed_mps = number(claimed, "speed_mps");
  row.pilot_lat_deg = number(member(claimed, "pilot"), "lat_deg");
  row.pilot_lon_deg = number(member(claimed, "pilot"), "lon_deg");
  row.frames = count(measured, "frames");
  if (const auto heard = time(measured, "last_heard"))
    row.age_s = std::max(0.0, std::chrono::duration<double>(at - *heard).count());
  read_levels(member(measured, "transports"), row);
  row.trust = read_trust(member(json, "trust"));
  return aircraft;
}

HeardLink read_link(const ParsedJson& json) {
  const ParsedJson &total = member(json, "total"), &rf = member(json, "rf");
  const ParsedJson &frames = member(total, "frames"), &bytes = member(total, "bytes");
  HeardLink link{text(json, "id"), {}};
  LinkRow& row = link.row;
  row.id = link.id;
  row.kind = text(json, "kind");
  row.confidence = number(json, "confidence");
  row.is_drone_like = member(json, "drone_like") == true;
  row.role = text(json, "role");
  row.state = text(json, "state");
  row.aircraft = text(member(json, "aircraft"), "id");
  row.hint = text(member(json, "hint"), "reason");
  row.channel = number(rf, "channel");
  row.center_hz = number(rf, "center_hz");
  row.snr_db = number(rf, "snr_db");
  row.airtime_s = number(total, "airtime_s");
  row.duty = number(json, "duty");
  row.bursts = count(total, "bursts");
  const ParsedJson& hops = member(json, "hop_set_hz");
  row.hops = hops.is_array() ? hops.size() : 0;
  row.frames = count(frames, "seen");
  row.frames_checked = count(frames, "fcs_ok");
  const auto exact = number(bytes, "exact");
  row.least_bytes = exact ? exact : number(bytes, "lower");
  row.most_bytes = exact ? exact : number(bytes, "upper");
  return link;
}

HeardStatus read_status(const ParsedJson& json) {
  HeardStatus status;
  status.rate_hz = number(json, "rate_hz");
  status.center_hz = number(json, "center_hz");
  status.stream_s = number(json, "stream_s");
  status.gaps = count(json, "gaps");
  status.lost_samples = count(json, "lost_samples");
  status.drops = sum(member(json, "drops"));
  status.frames = sum(member(json, "frames"));
  status.rejects = sum_of_sums(member(json, "rejects"));
  return status;
}

// Longer than any sane value; what does not fit is cut.
std::string format(const char* pattern, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), pattern, value);
  return text.data();
}

template <typename Known>
void forget_longest_unheard(Known& known, std::size_t most) {
  if (known.size() < most) return;
  known.erase(std::min_element(known.begin(), known.end(),
                               [](const auto& a, const auto& b) { return a.second.heard < b.second.heard; }));
}

}  // namespace

std::optional<HeardMessage> read_message(std::string_view body) {
  const ParsedJson json = ParsedJson::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || member(json, "v") != kFeedSchema) return std::nullopt;
  const auto at = time(json, "time");
  HeardMessage message{text(json, "type"), text(json, "sensor"), text(json, "boot"), count(json, "seq"), {}};
  if (message.type.empty() || message.sensor.empty() || message.seq == 0 || !at) return std::nullopt;
  if (message.type == "aircraft") {
    HeardAircraft aircraft = read_aircraft(json, *at);
    if (aircraft.id.empty()) return std::nullopt;
    message.body = std::move(aircraft);
  }
  if (message.type == "link") {
    HeardLink link = read_link(json);
    if (link.id.empty()) return std::nullopt;
    message.body = std::move(link);
  }
  if (message.type == "status") message.body = read_status(json);
  return message;
}

std::optional<SnapshotEnd> read_snapshot_end(std::string_view body) {
  const ParsedJson json = ParsedJson::parse(body, nullptr, /*allow_exceptions=*/false);
  if (member(json, "v") != kFeedSchema || text(json, "type") != "snapshot_end") return std::nullopt;
  SnapshotEnd end{text(json, "sensor"), text(json, "boot"), count(json, "topics"), {}};
  const ParsedJson& numbers = member(json, "seq");
  if (end.sensor.empty() || !numbers.is_object() || numbers.size() > kMostKinds) return std::nullopt;
  for (const auto& [kind, seq] : numbers.items())
    if (seq.is_number_unsigned()) end.seq[kind] = seq.get<std::uint64_t>();
  return end;
}

std::uint64_t SeqWatch::missing_before(const HeardMessage& message) {
  const auto [highest, is_first] = highest_of(message);
  const std::uint64_t last = *highest;
  *highest = std::max(last, message.seq);
  return !is_first && message.seq > last ? message.seq - last - 1 : 0;
}

void SeqWatch::expect_after(const HeardMessage& message) {
  std::uint64_t& highest = *highest_of(message).seq;
  highest = std::max(highest, message.seq);
}

SeqWatch::Highest SeqWatch::highest_of(const HeardMessage& message) {
  if (highest_.size() >= kMostCounters) highest_.clear();
  const std::string key = message.sensor + '\n' + message.boot + '\n' + message.type;
  const auto [at, is_first] = highest_.try_emplace(key, message.seq);
  return {&at->second, is_first};
}

void AircraftBoard::apply(const HeardMessage& message, Instant now) {
  if (const auto* aircraft = std::get_if<HeardAircraft>(&message.body)) {
    const std::string key = message.sensor + '\n' + aircraft->id;
    if (!aircraft_.contains(key)) forget_longest_unheard(aircraft_, kMostAircraft);
    aircraft_[key] = {aircraft->row, now};
  }
  if (const auto* link = std::get_if<HeardLink>(&message.body)) {
    const std::string key = message.sensor + '\n' + link->id;
    if (!links_.contains(key)) forget_longest_unheard(links_, kMostLinks);
    links_[key] = {link->row, now};
  }
  if (const auto* status = std::get_if<HeardStatus>(&message.body)) {
    if (!sensors_.contains(message.sensor)) forget_longest_unheard(sensors_, kMostSensors);
    sensors_[message.sensor] = {*status, now};
  }
  const auto is_over = [&](const auto& each) {
    return each.second.row.state == "gone" && now - each.second.heard > kGoneShown;
  };
  std::erase_if(aircraft_, is_over);
  std::erase_if(links_, is_over);
}

std::vector<AircraftRow> AircraftBoard::rows(Instant now) const {
  std::vector<AircraftRow> rows;
  for (const auto& [key, aircraft] : aircraft_) {
    rows.push_back(aircraft.row);
    if (rows.back().age_s) *rows.back().age_s += seconds_between(aircraft.heard, now);
  }
  return rows;
}

std::vector<LinkRow> AircraftBoard::links() const {
  std::vector<LinkRow> rows;
  for (const auto& [key, link] : links_) rows.push_back(link.row);
  return rows;
}

std::vector<std::string> AircraftBoard::strips(Instant now) const {
  std::vector<std::string> strips;
  for (const auto& [name, sensor] : sensors_) {
    const HeardStatus& status = sensor.status;
    std::string strip = printable(name);
    if (status.rate_hz) strip += format("  %.2f MS/s", *status.rate_hz / 1e6);
    if (status.center_hz) strip += format(" at %.3f MHz", *status.center_hz / 1e6);
    if (status.stream_s) strip += format("  stream %.1f s", *status.stream_s);
    strip += format("  status %.0f s ago", seconds_between(sensor.heard, now));
    strip += "  frames " + std::to_string(status.frames) + "  rejects " + std::to_string(status.rejects) +
             "  gaps " + std::to_string(status.gaps) + "  lost samples " +
             std::to_string(status.lost_samples) + "  drops " + std::to_string(status.drops);
    strips.push_back(std::move(strip));
  }
  return strips;
}

void BoardSink::publish(const OutgoingMessage& message) {
  if (message.kind != "aircraft" && message.kind != "link") return;
  if (const auto heard = read_message(message.json)) board_.apply(*heard, {});
}

}  // namespace windhover::sensor
