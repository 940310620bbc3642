#include "gateway/dragonsync/sensor_status.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "sample_aircraft.hpp"

using namespace windhover::gateway;
using namespace windhover::gateway::dragonsync;
using namespace windhover::gateway::test;
using nlohmann::json;

namespace {

SensorStatus full_status() {
  SensorStatus status;
  status.time = at_s(0.5);
  status.kit = "WH0001";
  status.position = SensorPosition{52.36, 4.88, 12.0};
  status.host.memory_total_bytes = 8589934592;
  status.host.memory_available_bytes = 6442450944;
  status.host.disk_total_bytes = 68719476736;
  status.host.disk_used_bytes = 17179869184;
  status.host.temperature_celsius = 47.5;
  status.host.uptime_s = 3600.0;
  status.cpu_percent = 12.52;
  return status;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sensor_status_4225)

BOOST_AUTO_TEST_CASE(a_status_reads_byte_for_byte) {
  BOOST_TEST(
      sensor_status(full_status()) ==
      R"({"timestamp":1772366400.5,"serial_number":"WH0001",)"
      R"("gps_data":{"latitude":52.36,"longitude":4.88,"altitude":12.0,"speed":0.0,"track":0.0,"gps_fix":true,)"
      R"("time_utc":"2026-03-01T12:00:00.500Z","time_source":"static"},)"
      R"("system_stats":{"cpu_usage":12.5,"memory":{"total":8589934592,"available":6442450944},)"
      R"("disk":{"total":68719476736,"used":17179869184},"temperature":47.5,"uptime":3600.0},)"
      R"("ant_sdr_temps":{"pluto_temp":"N/A","zynq_temp":"N/A"}})");
}

BOOST_AUTO_TEST_CASE(what_the_machine_does_not_tell_is_left_out_and_the_objects_stay) {
  SensorStatus status = full_status();
  status.host = {};
  status.position.reset();
  status.cpu_percent.reset();
  const json body = json::parse(sensor_status(status));
  BOOST_TEST(
      body["gps_data"] ==
      json({{"gps_fix", false}, {"time_utc", "2026-03-01T12:00:00.500Z"}, {"time_source", "unknown"}}));
  BOOST_TEST(body["system_stats"] == json({{"memory", json::object()}, {"disk", json::object()}}));
}

BOOST_AUTO_TEST_CASE(this_machine_tells_its_health) {
  const HostStats host = read_host_stats();
  BOOST_REQUIRE((host.memory_total_bytes && host.memory_available_bytes));
  BOOST_TEST(*host.memory_total_bytes > *host.memory_available_bytes);
  BOOST_REQUIRE((host.disk_total_bytes && host.disk_used_bytes));
  BOOST_TEST(*host.disk_total_bytes > *host.disk_used_bytes);
  BOOST_TEST(host.uptime_s.value_or(0) > 0);
  const ProcessStats process = read_process_stats();
  BOOST_TEST(process.resident_bytes.value_or(0) > 100'000U);
  BOOST_TEST(process.open_files.value_or(0) >= 3U);
  BOOST_TEST(process.cpu_s.value_or(-1) >= 0);
}

BOOST_AUTO_TEST_CASE(load_is_what_was_busy_between_two_readings) {
  const auto before = parse_processor_times("cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 1 2 3 4 5\n");
  const auto after = parse_processor_times("cpu  150 0 75 900 50 0 0 0 25 0\ncpu0 1 2 3 4 5\n");
  BOOST_REQUIRE((before && after));
  BOOST_TEST(before->total == 1000U);
  BOOST_TEST(before->busy == 150U);
  BOOST_TEST(busy_percent(before, after).value() == 100.0 * 75 / 175);
  BOOST_TEST(!busy_percent(after, before));
  BOOST_TEST(!busy_percent(after, after));
  BOOST_TEST(!busy_percent(std::nullopt, after));
  for (const char* text : {"", "cpu", "cpu  1 2 3", "cpu  a b", "intr 5"})
    BOOST_TEST(!parse_processor_times(text));
}

BOOST_AUTO_TEST_CASE(memory_is_told_in_kilobytes) {
  const std::string text = "MemTotal:        8000 kB\nMemFree: 10 kB\nMemAvailable:    4000 kB\n";
  BOOST_TEST(parse_memory_bytes(text, "MemTotal").value() == 8000U * 1024);
  BOOST_TEST(parse_memory_bytes(text, "MemAvailable").value() == 4000U * 1024);
  BOOST_TEST(!parse_memory_bytes(text, "SwapTotal"));
  BOOST_TEST(!parse_memory_bytes("MemTotal: none", "MemTotal"));
}

BOOST_AUTO_TEST_SUITE_END()
