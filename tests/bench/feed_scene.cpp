#include "tests/bench/feed_scene.hpp"

#include <unistd.h>

#include <chrono>
#include <fstream>

namespace windhover::bench {
namespace {

namespace msg = decoders::messages;

// Serial numbers of nobody's maker.
std::string swarm_serial(std::size_t aircraft) {
  std::string number = std::to_string(100'000 + aircraft);
  return "ZZZZ9FAKE" + number.substr(1);
}

msg::DjiTelemetry telemetry(std::size_t aircraft, std::size_t turn) {
  msg::DjiTelemetry telemetry;
  telemetry.version = 2;
  telemetry.sequence = static_cast<std::uint16_t>(turn);
  telemetry.serial = swarm_serial(aircraft);
  telemetry.position = msg::DjiPosition{54.5 + 1e-4 * static_cast<double>(turn % 1000), 6.5};
  telemetry.pilot = msg::DjiPosition{54.4, 6.4};
  telemetry.home = telemetry.pilot;
  telemetry.height_m = 50;
  telemetry.v_north_mps = 11;
  telemetry.product_type = 58;
  return telemetry;
}

msg::OdidPack pack(std::size_t aircraft, std::size_t turn) {
  msg::BasicId basic;
  basic.version = 2;
  basic.id_type = msg::IdType::serial_number;
  basic.uas_id = swarm_serial(aircraft);
  msg::Location location;
  location.version = 2;
  location.status = msg::OperationalStatus::airborne;
  location.position = msg::GeoPosition{54.6 + 1e-4 * static_cast<double>(turn % 1000), 6.6};
  location.speed_mps = 11;
  msg::System system;
  system.version = 2;
  system.operator_position = msg::GeoPosition{54.3, 6.3};
  msg::OdidPack pack;
  pack.messages = {basic, location, system};
  return pack;
}

}  // namespace

sensor::TimedFrame swarm_frame(std::size_t frame, std::size_t aircraft, sensor::UtcTime now) {
  const std::size_t which = frame % aircraft, turn = frame / aircraft;
  sensor::TimedFrame heard;
  heard.at.time = now;
  heard.at.start_s = static_cast<double>(frame) * 1e-3;
  heard.at.duration_s = 643e-6;
  auto& out = heard.frame;
  out.rf.centre = {2459.5e6};
  out.rf.snr_db = 20;
  out.rf.rssi_dbfs = -30;
  out.payload.assign(120, static_cast<std::uint8_t>(frame));
  out.payload[0] = static_cast<std::uint8_t>(frame >> 8);
  if (which % 2 == 0) {
    out.protocol = "dji_droneid";
    out.transport = "ocusync";
    out.message = msg::DjiDroneId{88, 0x10, telemetry(which, turn)};
    return heard;
  }
  out.protocol = "odid";
  out.transport = "bluetooth_coded_s8";
  out.message = msg::RemoteId{static_cast<std::uint8_t>(turn), pack(which, turn)};
  out.transmitter = {{0xC6, 0, 0, 0, static_cast<std::uint8_t>(which >> 8), static_cast<std::uint8_t>(which)},
                     true};
  return heard;
}

FeedScene::FeedScene()
    : feed({.endpoint = "tcp://127.0.0.1:*", .node = "roof", .boot = "figure"}),
      stage({.node = "roof", .boot = "figure", .tracker = {}, .links = {}, .privacy = {}}, {&feed}) {}

sensor::UtcTime FeedScene::now() const { return std::chrono::system_clock::now(); }

void FeedScene::hear(std::size_t frame, std::size_t aircraft) {
  const sensor::TimedFrame heard = swarm_frame(frame, aircraft, now());
  stage.on_frame(heard, heard.at.time);
  if (frame % 1000 == 0) stage.on_status({}, heard.at.time);
  stage.serve();
}

double resident_megabytes() {
  std::ifstream file("/proc/self/statm");
  double pages_all = 0, pages_resident = 0;
  file >> pages_all >> pages_resident;
  return pages_resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

}  // namespace windhover::bench
