#pragma once
// Wi-Fi MAC frames from plain values (IEEE 802.11 clause 9). All functions give the frame without its check
// sequence; with_fcs() appends it, ampdu() makes an HT PSDU of several.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/support/byte_vector.hpp"

namespace windhover::synth {

using MacAddress = std::array<std::uint8_t, 6>;
inline constexpr MacAddress kBroadcast{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
/// Where NAN action frames go, and the cluster most senders of Remote ID name.
inline constexpr MacAddress kNanNetwork{0x51, 0x6f, 0x9a, 0x01, 0x00, 0x00};
inline constexpr MacAddress kNanCluster{0x50, 0x6f, 0x9a, 0x01, 0x00, 0xff};

/// CRC-32 as the last four octets have it, little-endian.
std::uint32_t wifi_fcs(std::span<const std::uint8_t> frame);
ByteVector with_fcs(ByteVector frame);

/// `subframes` with their check sequences. Every one gets a delimiter and all but the last are filled up to
/// four octets. Throws std::invalid_argument for more than 4095 octets in one.
ByteVector ampdu(std::span<const ByteVector> subframes);

struct ManagementHeader {
  MacAddress destination = kBroadcast, source{}, bssid{};
  std::uint16_t duration_us = 0;
  std::uint16_t sequence = 0;  ///< 0 … 4095
};

/// What beacon and probe response begin with.
struct BeaconValues {
  ManagementHeader header{};
  std::uint64_t tsf_us = 0;
  std::uint16_t interval_tu = 100;  ///< 1024 µs each
  std::uint16_t capability = 0x0401;
  ByteVector elements{};  ///< all of them, one after the other
};
ByteVector beacon_frame(const BeaconValues& values);
ByteVector probe_response_frame(const BeaconValues& values);
/// `body` from the category octet on.
ByteVector action_frame(const ManagementHeader& header, std::span<const std::uint8_t> body);

/// Elements with number and length; SSID is 0, supported rates 1, channel 3.
ByteVector wifi_element(std::uint8_t number, std::span<const std::uint8_t> content);
ByteVector ssid_element(const std::string& ssid);

struct DataValues {
  bool to_ds = false, from_ds = false, retry = false, protected_body = false, more_data = false;
  std::uint16_t duration_us = 0;
  MacAddress address1{}, address2{}, address3{};
  std::optional<MacAddress> address4{};
  std::uint16_t sequence = 0;
  std::optional<std::uint8_t> traffic_id{};  ///< given: a QoS data frame
  ByteVector body{};
};
ByteVector data_frame(const DataValues& values);

ByteVector ack_frame(const MacAddress& receiver);
/// Compressed, of the 64 frames from `first_sequence` on.
ByteVector block_ack_frame(const MacAddress& receiver, const MacAddress& sender, std::uint8_t traffic_id,
                           std::uint16_t first_sequence, std::uint64_t received);

}  // namespace windhover::synth
