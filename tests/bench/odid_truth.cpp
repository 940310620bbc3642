#include "tests/bench/odid_truth.hpp"

#include <array>
#include <cmath>
#include <span>
#include <string_view>

namespace windhover::bench {
namespace {

using nlohmann::json;

// Codes of ASTM F3411-22a as the feed names them.
constexpr std::array<std::string_view, 6> kTypes{"basic_id", "location", "authentication",
                                                 "self_id",  "system",   "operator_id"};
constexpr std::array<std::string_view, 5> kStatus{"undeclared", "on_ground", "airborne", "emergency",
                                                  "remote_id_failure"};
constexpr std::array<std::string_view, 2> kHeight{"take_off", "ground"};
constexpr std::array<std::string_view, 3> kOperatorLocation{"take_off", "live", "fixed"};
constexpr std::array kHorizontalAccuracy_m{0.0,   18520.0, 7408.0, 3704.0, 1852.0, 926.0, 555.6,
                                           185.2, 92.6,    30.0,   10.0,   3.0,    1.0};
constexpr std::array kVerticalAccuracy_m{0.0, 150.0, 45.0, 25.0, 10.0, 3.0, 1.0};
constexpr std::array kSpeedAccuracy_mps{0.0, 10.0, 3.0, 1.0, 0.3};

/// Collects the first difference between one message of the feed and its truth.
class Comparison {
 public:
  Comparison(const json& fields, const json& truth) : fields_(fields), truth_(truth) {}

  /// A number that the truth writes as `unknown` where the feed leaves it out.
  void number(const char* ours, const char* theirs, double unknown, double scale = 1) {
    compare(ours, truth_.at(theirs).get<double>() * scale, unknown * scale);
  }
  void bound(const char* ours, const char* theirs, std::span<const double> bounds) {
    const auto code = truth_.at(theirs).get<std::size_t>();
    compare(ours, code < bounds.size() ? bounds[code] : 0, 0);
  }
  /// A position is absent as a whole; on one axis alone zero is a coordinate.
  void position(const char* our_lat, const char* our_lon, const char* lat, const char* lon) {
    const bool absent = truth_.at(lat) == 0.0 && truth_.at(lon) == 0.0;
    number(our_lat, lat, absent ? 0 : 999);
    number(our_lon, lon, absent ? 0 : 999);
  }
  void text(const char* ours, const char* theirs) {
    if (fields_.value(ours, "") != truth_.at(theirs).get<std::string>()) differs(ours);
  }
  void name(const char* ours, const char* theirs, std::span<const std::string_view> names) {
    const auto code = truth_.at(theirs).get<std::size_t>();
    if (!fields_.contains(ours)) return;  // told only where what it qualifies is known
    if (code >= names.size() || fields_.at(ours).get<std::string>() != names[code]) differs(ours);
  }
  void code(const char* ours, const char* theirs) {
    if (fields_.at(ours) != truth_.at(theirs)) differs(ours);
  }
  const std::string& first() const { return first_; }

 private:
  void compare(const char* ours, double want, double unknown) {
    const bool known = want != unknown;
    if (fields_.contains(ours) != known) return differs(ours);
    if (known && std::abs(fields_.at(ours).get<double>() - want) > 1e-7) differs(ours);
  }
  void differs(const char* field) {
    if (first_.empty()) first_ = field;
  }

  const json& fields_;
  const json& truth_;
  std::string first_;
};

void compare_location(Comparison& c) {
  c.name("status", "status", kStatus);
  c.name("height_reference", "height_type", kHeight);
  c.number("track_deg", "direction", 361);
  c.number("speed_mps", "speed_h", 255);
  c.number("vertical_mps", "speed_v", 63);
  c.position("lat_deg", "lon_deg", "lat", "lon");
  c.number("pressure_altitude_m", "alt_baro", -1000);
  c.number("geodetic_altitude_m", "alt_geo", -1000);
  c.number("height_m", "height", -1000);
  c.bound("horizontal_accuracy_m", "h_acc", kHorizontalAccuracy_m);
  c.bound("vertical_accuracy_m", "v_acc", kVerticalAccuracy_m);
  c.bound("pressure_accuracy_m", "baro_acc", kVerticalAccuracy_m);
  c.bound("speed_accuracy_mps", "speed_acc", kSpeedAccuracy_mps);
  c.number("seconds_of_hour", "timestamp", 6553.5);
  c.number("time_accuracy_s", "ts_acc", 0, 0.1);
}

void compare_system(Comparison& c) {
  c.name("operator_location_type", "op_loc_type", kOperatorLocation);
  c.position("operator_lat_deg", "operator_lon_deg", "op_lat", "op_lon");
  c.number("operator_altitude_m", "op_alt", -1000);
  c.code("area_count", "area_count");
  c.code("area_radius_m", "area_radius");
  c.number("area_ceiling_m", "ceil", -1000);
  c.number("area_floor_m", "floor", -1000);
}

std::string difference_of_message(const json& heard, const json& truth) {
  const auto type = truth.at("msg_type").get<std::size_t>();
  if (type >= kTypes.size() || heard.at("type") != kTypes[type]) return "type";
  const json& fields = heard.at("fields");
  if (fields.at("version") != truth.at("proto_version")) return "version";
  Comparison c(fields, truth);
  switch (type) {
    case 0:
      c.text("uas_id", "uas_id");
      break;
    case 1:
      compare_location(c);
      break;
    case 3:
      c.code("description_type", "desc_type");
      c.text("description", "desc");
      break;
    case 4:
      compare_system(c);
      break;
    case 5:
      c.code("operator_id_type", "op_id_type");
      c.text("operator_id", "op_id");
      break;
    default:
      return "authentication";  // the captures hold none
  }
  return c.first();
}

}  // namespace

std::string difference(const json& heard, const json& truth) {
  if (heard.at("counter") != truth.at("counter")) return "counter";
  const json& messages = heard.at("messages");
  const json& odid = truth.at("odid");
  const json single = json::array({odid});
  std::size_t next = 0;
  for (const json& want : odid.contains("messages") ? odid.at("messages") : single) {
    if (want.at("name") == "?") continue;  // corrupted on the air: no assigned type
    if (next >= messages.size()) return "a message is missing";
    const std::string found = difference_of_message(messages.at(next++), want);
    if (!found.empty()) return found;
  }
  return next == messages.size() ? "" : "a message too many";
}

}  // namespace windhover::bench
