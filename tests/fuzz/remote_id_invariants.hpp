#pragma once
// What must hold of every parsed Remote ID message, whatever the bytes were.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>

#include "decoders/messages/remote_id_body.hpp"

namespace windhover::fuzz {

using namespace decoders::messages;

inline void check(bool holds) {
  if (!holds) std::abort();
}

inline void check_range(const std::optional<double>& value, double low, double high) {
  if (value) check(*value >= low && *value <= high);  // false for NaN, too
}

inline void check_position(const std::optional<GeoPosition>& at) {
  if (!at) return;
  check_range(at->lat_deg, -90, 90);
  check_range(at->lon_deg, -180, 180);
  check(at->lat_deg != 0 || at->lon_deg != 0);
}

inline void check_text(const std::optional<std::string>& text, std::size_t longest) {
  if (!text) return;
  check(!text->empty() && text->size() <= longest);
  check(std::all_of(text->begin(), text->end(), [](char c) { return c >= 0x20 && c <= 0x7e; }));
}

inline void check_track(const std::optional<double>& track_deg) {
  check_range(track_deg, 0, 360);
  check(track_deg != 360.0);
}

inline void check_altitude(const std::optional<double>& altitude_m) {
  check_range(altitude_m, -999.5, 31767.5);
}

inline void check_message(const BasicId& basic) {
  check_text(basic.uas_id, 40);
  check(!basic.session_type || basic.id_type == IdType::specific_session_id);
}

inline void check_message(const Location& at) {
  check_position(at.position);
  check_track(at.track_deg);
  check_range(at.speed_mps, 0, 254.25);
  check_range(at.vertical_mps, -62, 62);
  check_altitude(at.pressure_altitude_m);
  check_altitude(at.geodetic_altitude_m);
  check_altitude(at.height_m);
  check_range(at.horizontal_accuracy_m, 1, 18520);
  check_range(at.vertical_accuracy_m, 1, 150);
  check_range(at.pressure_accuracy_m, 1, 150);
  check_range(at.speed_accuracy_mps, 0.3, 10);
  check_range(at.seconds_of_hour, 0, 3600);
  check_range(at.time_accuracy_s, 0.1, 1.5);
  if (!at.seconds_of_hour) return;
  constexpr std::int64_t reception_ns = 1'728'302'400'000'000'000;
  check(std::abs(resolve_hour_time(*at.seconds_of_hour, reception_ns) - reception_ns) <= 1'800'000'000'000);
}

inline void check_message(const Authentication& auth) {
  check(auth.page <= 15 && auth.header.has_value() == (auth.page == 0));
  check(auth.data().size() == (auth.page == 0 ? 17U : 23U));
}

inline void check_message(const SelfId& self) { check_text(self.description, 23); }

inline void check_message(const System& system) {
  check_position(system.operator_position);
  check_altitude(system.operator_altitude_m);
  check_altitude(system.area_ceiling_m);
  check_altitude(system.area_floor_m);
  check(system.area_radius_m <= 2550);
  check(!system.timestamp_s || *system.timestamp_s > 1'546'300'800);
}

inline void check_message(const OperatorId& op) { check_text(op.operator_id, 20); }

inline void check_message(const OdidMessage& message) {
  std::visit([](const auto& kind) { check_message(kind); }, message);
}

inline void check_body(const OdidMessage& message) { check_message(message); }

inline void check_body(const OdidPack& pack) {
  check(pack.messages.size() + pack.rejects.total() <= 10);
  for (const OdidMessage& message : pack.messages) check_message(message);
}

inline void check_body(const Gb46750& gb) {
  check_text(gb.product_id, 20);
  check_text(gb.registration, 8);
  check_position(gb.station_position);
  check_position(gb.position);
  check_altitude(gb.station_altitude_m);
  check_altitude(gb.geodetic_altitude_m);
  check_altitude(gb.pressure_altitude_m);
  check_range(gb.height_m, -8999.5, 23767.5);
  check_track(gb.track_deg);
  check_range(gb.speed_mps, 0, 6553.4);
  check_range(gb.vertical_mps, -63.5, 63.5);
  check_range(gb.horizontal_accuracy_m, 1, 18520);
  check_range(gb.vertical_accuracy_m, 1, 150);
  check_range(gb.speed_accuracy_mps, 0.3, 10);
  check(!gb.time_ms || (*gb.time_ms > 0 && *gb.time_ms < std::int64_t{1} << 48));
}

inline void check_body(const UnknownBody& unknown) { check(unknown.first_bytes.size() <= 64); }

}  // namespace windhover::fuzz
