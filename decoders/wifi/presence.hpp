#pragma once
// What hints that a Wi-Fi transmitter belongs to a drone: the name of its network, its address, or frames as
// only injecting video links send them. A hint with its reason, never an identity.

#include <optional>
#include <string_view>

#include "decoders/link_pdu.hpp"
#include "decoders/wifi/mac_frame.hpp"

namespace windhover::decoders::wifi {

/// By the name of the network, as makers preset it.
std::optional<PresenceHint> hint_of_ssid(std::string_view ssid);

/// By the holder of the address block, where it makes hardly anything but aircraft and their controllers.
std::optional<PresenceHint> hint_of_address(const Transmitter& transmitter);

/// By the form of injected data frames (WFB-ng, OpenHD, wifibroadcast). `head` from frame control on.
std::optional<PresenceHint> hint_of_injection(const MacHeader& header, Bytes head);

}  // namespace windhover::decoders::wifi
