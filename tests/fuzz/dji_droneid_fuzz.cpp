// libFuzzer target: any bytes into the DroneID parsers, once as they are and once with length and CRC16 put
// right, so that the layouts behind the checksum are reached.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "decoders/messages/dji_droneid.hpp"

namespace {

using namespace windhover::decoders::messages;

void check(bool holds) {
  if (!holds) std::abort();
}

void check_position(const std::optional<DjiPosition>& at) {
  if (!at) return;
  check(std::abs(at->lat_deg) <= 90 && std::abs(at->lon_deg) <= 180);
  check(at->lat_deg != 0 || at->lon_deg != 0);
}

void check_ascii(const std::optional<std::string>& text, std::size_t longest) {
  if (!text) return;
  check(!text->empty() && text->size() <= longest);
  check(std::ranges::all_of(*text, [](char c) { return c >= 0x20 && c <= 0x7e; }));
}

void check_result(const windhover::decoders::Result<DjiDroneId, DjiReject>& result) {
  if (!result) return;
  if (const auto* telemetry = std::get_if<DjiTelemetry>(&result->body)) {
    check_position(telemetry->position);
    check_position(telemetry->pilot);
    check_position(telemetry->home);
    check_ascii(telemetry->serial, 16);
    check_ascii(telemetry->uuid, 20);
  }
  if (const auto* licence = std::get_if<DjiLicence>(&result->body)) {
    check_ascii(licence->serial, 16);
    check_ascii(licence->licence_id, 10);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const std::span<const std::uint8_t> bytes(input, size);
  check_result(parse_dji_droneid(bytes));
  check_result(parse_dji_wifi_body(bytes));

  const std::size_t body = std::min<std::size_t>(size, 170);
  std::vector<std::uint8_t> packet{static_cast<std::uint8_t>(body)};
  packet.insert(packet.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(body));
  const std::uint16_t crc = dji_crc16(packet);
  packet.push_back(static_cast<std::uint8_t>(crc & 0xff));
  packet.push_back(static_cast<std::uint8_t>(crc >> 8));
  check_result(parse_dji_droneid(packet));
  return 0;
}
