#include "gateway/dragonsync/sensor_status.hpp"

#include <chrono>
#include <cmath>

#include "gateway/dragonsync/json_fields.hpp"

namespace windhover::gateway::dragonsync {
namespace {

double rounded(double value, double steps) { return std::round(value * steps) / steps; }

Json gps_data(const SensorStatus& status) {
  Json json = Json::object();
  if (status.position) {
    json["latitude"] = status.position->lat_deg;
    json["longitude"] = status.position->lon_deg;
    put(json, "altitude", status.position->hae_m);
    json["speed"] = 0.0;  // a given position does not move
    json["track"] = 0.0;
  }
  json["gps_fix"] = status.position.has_value();
  json["time_utc"] = utc_text(status.time);
  json["time_source"] = status.position ? "static" : "unknown";
  return json;
}

Json system_stats(const SensorStatus& status) {
  Json json = Json::object(), memory = Json::object(), disk = Json::object();
  if (status.cpu_percent) json["cpu_usage"] = rounded(*status.cpu_percent, 10);
  put(memory, "total", status.host.memory_total_bytes);
  put(memory, "available", status.host.memory_available_bytes);
  put(disk, "total", status.host.disk_total_bytes);
  put(disk, "used", status.host.disk_used_bytes);
  json["memory"] = std::move(memory);
  json["disk"] = std::move(disk);
  put(json, "temperature", status.host.temperature_celsius);
  put(json, "uptime", status.host.uptime_s);
  return json;
}

}  // namespace

std::string sensor_status(const SensorStatus& status) {
  const std::chrono::duration<double> since_1970 = status.time.time_since_epoch();
  const Json json{{"timestamp", rounded(since_1970.count(), 1000)},
                  {"serial_number", status.kit},
                  {"gps_data", gps_data(status)},
                  {"system_stats", system_stats(status)},
                  {"ant_sdr_temps", {{"pluto_temp", "N/A"}, {"zynq_temp", "N/A"}}}};
  return json.dump();
}

}  // namespace windhover::gateway::dragonsync
