#include "decoders/wifi/presence.hpp"

#include <algorithm>
#include <array>

namespace windhover::decoders::wifi {
namespace {

constexpr std::string_view kAccessPoint = "drone-like access point";
constexpr std::string_view kMakersDevice = "device of a drone maker";
constexpr std::string_view kVideoLink = "drone video link";

struct SsidRule {
  std::string_view prefix, reason;
};
// As kismet's rules and field reports list them; a name can be changed by its owner, or be anyone's joke.
constexpr std::array kSsids{
    SsidRule{"RID-", "SSID begins with RID-, as DJI's Remote ID does"},
    SsidRule{"Mavic-", "SSID begins with Mavic-, as DJI presets it"},
    SsidRule{"Mavic_", "SSID begins with Mavic_, as DJI presets it"},
    SsidRule{"Spark-", "SSID begins with Spark-, as DJI presets it"},
    SsidRule{"Phantom3_", "SSID begins with Phantom3_, as DJI presets it"},
    SsidRule{"DJI-", "SSID begins with DJI-, as DJI presets it"},
    SsidRule{"TELLO", "SSID begins with TELLO, as Ryze presets it"},
    SsidRule{"ardrone", "SSID begins with ardrone, as Parrot presets it"},
    SsidRule{"Bebop", "SSID begins with Bebop, as Parrot presets it"},
    SsidRule{"ANAFI-", "SSID begins with ANAFI-, as Parrot presets it"},
    SsidRule{"SkyController", "SSID begins with SkyController, as Parrot presets it"},
    SsidRule{"Skydio", "SSID begins with Skydio, as Skydio presets it"},
    SsidRule{"Hubsan", "SSID begins with Hubsan, as Hubsan presets it"},
    SsidRule{"HoverX1_", "SSID begins with HoverX1_, as Zero Zero presets it"},
    SsidRule{"FPV_WIFI__", "SSID begins with FPV_WIFI__, as toy drones preset it"},
    SsidRule{"WiFi_UFO", "SSID begins with WiFi_UFO, as toy drones preset it"},
    SsidRule{"WiFi-UFO", "SSID begins with WiFi-UFO, as toy drones preset it"},
    SsidRule{"WiFiUFO", "SSID begins with WiFiUFO, as toy drones preset it"},
    SsidRule{"SoloLink_", "SSID begins with SoloLink_, as 3DR presets it"},
    SsidRule{"UAS_ID_OPEN", "SSID begins with UAS_ID_OPEN, as Remote ID modules preset it"},
    SsidRule{"ArduRemoteID", "SSID begins with ArduRemoteID, as Remote ID modules preset it"},
};
// A controller of the Spark, which does not fly.
constexpr std::string_view kSparkController = "Spark-RC-";

/// Blocks of 24 bits, or of 28 where `bits` says so: the block is left-aligned in 32 bits.
struct AddressRule {
  std::uint32_t block;
  unsigned bits;
  std::string_view reason;
};
// Checked in two copies of the IEEE registry, but for the 28-bit ones. Makers of whom most devices do not fly
// (Xiaomi, DJI's handhelds) are left out or worded with care.
constexpr std::array kAddresses{
    AddressRule{0x60601F00, 24, "address block of DJI"},
    AddressRule{0x34D26200, 24, "address block of DJI"},
    AddressRule{0x481CB900, 24, "address block of DJI"},
    AddressRule{0xE47A2C00, 24, "address block of DJI"},
    AddressRule{0x58B85800, 24, "address block of DJI"},
    AddressRule{0x04A85A00, 24, "address block of DJI"},
    AddressRule{0x8C582300, 24, "address block of DJI"},
    AddressRule{0x0C9AE600, 24, "address block of DJI"},
    AddressRule{0x88298500, 24, "address block of DJI"},
    AddressRule{0x4C43F600, 24, "address block of DJI"},
    AddressRule{0x9C5A8A00, 24, "address block of DJI Baiwang"},
    AddressRule{0xEC72F700, 24, "address block of DJI Baiwang"},
    AddressRule{0x00121C00, 24, "address block of Parrot"},
    AddressRule{0x00267E00, 24, "address block of Parrot"},
    AddressRule{0x9003B700, 24, "address block of Parrot"},
    AddressRule{0xA0143D00, 24, "address block of Parrot"},
    AddressRule{0x903AE600, 24, "address block of Parrot"},
    AddressRule{0x381D1400, 24, "address block of Skydio"},
    AddressRule{0xEC5BCDE0, 28, "address block of Autel Robotics"},
    AddressRule{0xE0B6F580, 28, "address block of Yuneec"},
    AddressRule{0x98AAFC70, 28, "address block of Hubsan"},
    AddressRule{0x84831900, 24, "address block of Zero Zero"},
    AddressRule{0xC8631440, 28, "address block of Zero Zero"},
    AddressRule{0x6CDFFBE0, 28, "address block of FIMI"},
    AddressRule{0x547D4000, 24, "address block of PowerVision, who also makes boats"},
    AddressRule{0xB030C800, 24, "address block of Teal"},
    AddressRule{0xEC715E00, 24, "address block of Freefly"},
    AddressRule{0xA8B02800, 24, "address block of CubePilot"},
    AddressRule{0xAC86D170, 28, "address block of Quantum-Systems"},
    AddressRule{0xE8B470C0, 28, "address block of Anduril"},
    AddressRule{0x14DD4800, 24, "address block of Shield AI"},
    AddressRule{0x74B80F00, 24, "address block of Zipline"},
    AddressRule{0x001AF900, 24, "address block of AeroVironment"},
    AddressRule{0x546F7100, 24, "address block of uAvionix"},
};

bool is_broadcast(const Transmitter& address) {
  return std::ranges::all_of(address.octets, [](std::uint8_t octet) { return octet == 0xFF; });
}

}  // namespace

std::optional<PresenceHint> hint_of_ssid(std::string_view ssid) {
  if (ssid.starts_with(kSparkController)) return std::nullopt;
  for (const SsidRule& rule : kSsids)
    if (ssid.starts_with(rule.prefix)) return PresenceHint{kAccessPoint, rule.reason};
  return std::nullopt;
}

std::optional<PresenceHint> hint_of_address(const Transmitter& transmitter) {
  const auto& o = transmitter.octets;
  const std::uint32_t head =
      std::uint32_t{o[0]} << 24U | std::uint32_t{o[1]} << 16U | std::uint32_t{o[2]} << 8U | o[3];
  for (const AddressRule& rule : kAddresses)
    if (((head ^ rule.block) >> (32 - rule.bits)) == 0) return PresenceHint{kMakersDevice, rule.reason};
  return std::nullopt;
}

// All three send data frames to everybody that nobody acknowledges, with both addresses alike: no station of
// a network may do that.
std::optional<PresenceHint> hint_of_injection(const MacHeader& header, Bytes head) {
  if (header.type != FrameType::data || !header.to_ds || header.from_ds || head.size() < 24 ||
      !header.receiver || !is_broadcast(*header.receiver))
    return std::nullopt;
  const Bytes a2 = head.subspan(10, 6), a3 = head.subspan(16, 6);
  if (std::ranges::equal(a2, a3) && a2[0] == 0x57 && a2[1] == 0x42)
    return PresenceHint{kVideoLink, "data frames as WFB-ng injects them"};
  if (a2[0] == a3[0] && (a2[0] == 1 || a2[0] == 2) && a2[5] == a3[5])
    return PresenceHint{kVideoLink, "data frames as OpenHD injects them"};
  constexpr std::array<std::uint8_t, 6> kFirst{0x13, 0x22, 0x33, 0x44, 0x55, 0x66};
  if (std::ranges::equal(a2, kFirst))
    return PresenceHint{kVideoLink, "data frames as wifibroadcast injects them"};
  return std::nullopt;
}

}  // namespace windhover::decoders::wifi
