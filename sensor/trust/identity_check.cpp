#include "sensor/trust/identity_check.hpp"

#include <algorithm>
#include <string>
#include <variant>

#include "decoders/messages/cta_2063.hpp"
#include "sensor/remote_id_messages.hpp"
#include "sensor/trust/odds.hpp"

namespace windhover::sensor {
namespace {

using namespace decoders::messages;

// 25 of 4367 serials and ranges that were declared to the FAA have a form that the standard does not allow;
// of serials that people make up, so many are assumed to.
constexpr double kOddFormHonest = 25.0 / 4367, kOddFormInvented = 0.3;

bool is_dji(std::string_view serial) { return serial_maker(serial).find("DJI") != std::string_view::npos; }

// Network name of a beacon or probe response: MAC header, timestamp, interval and capabilities, elements.
std::string_view ssid_of(const decoders::Frame& frame) {
  if (frame.transport != "wifi_beacon" && frame.transport != "wifi_probe_response") return {};
  constexpr std::size_t kElementsAt = 24 + 12;
  const auto& payload = frame.payload;
  for (std::size_t at = kElementsAt; at + 2 <= payload.size() && at + 2 + payload[at + 1] <= payload.size();
       at += 2U + payload[at + 1])
    if (payload[at] == 0) return {reinterpret_cast<const char*>(&payload[at + 2]), payload[at + 1]};
  return {};
}

bool is_winged(UaType type) {
  return type != UaType::none && type != UaType::helicopter_or_multirotor && type != UaType::other;
}

}  // namespace

void IdentityCheck::take(const decoders::Frame& frame) {
  if (const auto* dji = std::get_if<DjiDroneId>(&frame.message)) {
    const auto* telemetry = std::get_if<DjiTelemetry>(&dji->body);
    if (telemetry == nullptr || !telemetry->serial) return;
    // Older DJI aircraft have serials of another form, which name no maker.
    const std::string& serial = *telemetry->serial;
    foreign_in_droneid_ |=
        check_serial(serial) == SerialForm::well_formed && !serial_maker(serial).empty() && !is_dji(serial);
    return;
  }
  const auto* remote_id = std::get_if<RemoteId>(&frame.message);
  if (remote_id == nullptr) return;
  for (const OdidMessage& message : messages_of(remote_id->body)) {
    const auto* basic = std::get_if<BasicId>(&message);
    if (basic == nullptr || !basic->uas_id || basic->id_type != IdType::serial_number) continue;
    take_serial(*basic->uas_id, frame);
    if (is_dji(*basic->uas_id)) not_a_multirotor_ |= is_winged(basic->ua_type);
  }
}

void IdentityCheck::take_serial(std::string_view serial, const decoders::Frame& frame) {
  odd_form_ |= check_serial(serial) != SerialForm::well_formed;
  unlisted_maker_ |= check_serial(serial) == SerialForm::well_formed && !serial_maker_code_listed(serial);
  dji_on_bluetooth_ |= is_dji(serial) && frame.transport.starts_with("bluetooth");
  constexpr std::string_view kPrefix = "RID-";
  const std::string_view ssid = ssid_of(frame);
  other_ssid_ |= ssid.starts_with(kPrefix) && ssid.substr(kPrefix.size()) != serial;
}

void IdentityCheck::tell(std::vector<Reason>& reasons) const {
  const double mistake = std::log(1 / kHonestMistake);
  if (odd_form_)
    reasons.push_back(weighed("serial_form", std::log(kOddFormInvented / kOddFormHonest),
                              "The serial number has not the form of CTA-2063-A."));
  if (foreign_in_droneid_)
    reasons.push_back(
        weighed("serial_maker", mistake, "A serial number of another maker is sent in DJI's own protocol."));
  if (not_a_multirotor_)
    reasons.push_back(weighed(
        "serial_type", mistake,
        "The serial number is DJI's, which makes multirotors only, and the type claimed is another."));
  if (other_ssid_)
    reasons.push_back(
        weighed("ssid_serial", mistake, "The network name holds another serial number than the message."));
  if (dji_on_bluetooth_)
    reasons.push_back({"serial_transport",
                       Severity::info,
                       {},
                       {},
                       "DJI aircraft are known to send Remote ID over Wi-Fi; this one sends over Bluetooth.",
                       {}});
  if (unlisted_maker_)
    reasons.push_back({"serial_maker_unknown",
                       Severity::info,
                       {},
                       {},
                       "The maker's code of the serial number is not in the list of the FAA.",
                       {}});
}

}  // namespace windhover::sensor
