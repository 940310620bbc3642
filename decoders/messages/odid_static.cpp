// What changes seldom: Basic ID (type 0), Self ID (3), System (4), Operator ID (5), and pages of
// Authentication (2).

#include <algorithm>

#include "decoders/messages/open_drone_id.hpp"

namespace windhover::decoders::messages {

namespace {

bool all_zero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

Bytes without_trailing_zeros(Bytes bytes) {
  std::size_t size = bytes.size();
  while (size > 0 && bytes[size - 1] == 0) --size;
  return bytes.first(size);
}

/// The field as text if it is nothing but printable ASCII and padding.
std::optional<std::string> pure_text(Bytes field) {
  Anomalies unprintable;
  const Bytes content = without_trailing_zeros(field);
  if (std::find(content.begin(), content.end(), std::uint8_t{0}) != content.end()) return std::nullopt;
  auto text = read_text(content, unprintable);
  if (!unprintable.empty()) return std::nullopt;
  return text;
}

std::optional<std::string> text_or_hex(Bytes field) {
  if (all_zero(field)) return std::nullopt;
  if (auto text = pure_text(field)) return text;
  return to_hex(without_trailing_zeros(field));
}

std::optional<std::string> uuid_text(Bytes id, Anomalies& anomalies) {
  if (all_zero(id)) return std::nullopt;
  anomalies.add_if(!all_zero(id.subspan(16)), Anomaly::malformed_id);
  std::string text = to_hex(id.first(16));
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

bool has_det_prefix(Bytes address) {
  return address[0] == 0x20 && address[1] == 0x01 && address[2] == 0x00 && address[3] >> 4 == 3;
}

/// Byte 0 says what kind of session identifier follows. One real sender puts 20 characters of text there,
/// which then looks like a reserved or private kind: shown as the text it is.
std::optional<std::string> session_text(Bytes id, Anomalies& anomalies) {
  constexpr std::uint8_t drip_entity_tag = 1, hashed_id8 = 2;
  if (all_zero(id)) return std::nullopt;
  const Bytes value = id.subspan(1);
  if (id[0] == drip_entity_tag) {
    anomalies.add_if(!has_det_prefix(value) || !all_zero(value.subspan(16)), Anomaly::malformed_id);
    return ipv6_text(value.first<16>());
  }
  if (id[0] == hashed_id8) return to_hex(value.first(8));
  if (auto text = pure_text(id)) {
    anomalies.add(Anomaly::malformed_id);
    return text;
  }
  anomalies.add_if(id[0] < 225, Anomaly::reserved_value);
  return to_hex(without_trailing_zeros(value));
}

std::optional<std::string> id_text(IdType type, Bytes id, Anomalies& anomalies) {
  switch (type) {
    case IdType::none:  // version 0 senders exist that put their serial here
      return pure_text(id);
    case IdType::serial_number:
    case IdType::caa_registration:
      return read_text(id, anomalies);
    case IdType::utm_uuid:
      return uuid_text(id, anomalies);
    case IdType::specific_session_id:
      return session_text(id, anomalies);
  }
  anomalies.add(Anomaly::reserved_value);
  return text_or_hex(id);
}

/// China codes from 0 without "undeclared"; the EU codes 1..7 are C0..C6.
std::optional<std::string_view> class_name(ClassificationRegion region, unsigned code, Anomalies& anomalies) {
  constexpr std::string_view eu[] = {"C0", "C1", "C2", "C3", "C4", "C5", "C6"};
  constexpr std::string_view china[] = {"micro", "light", "small", "other"};
  if (region == ClassificationRegion::eu) {
    if (code == 0) return std::nullopt;
    if (code <= std::size(eu)) return eu[code - 1];
  } else if (code < std::size(china)) {
    return china[code];
  }
  anomalies.add(Anomaly::reserved_value);
  return std::nullopt;
}

void read_classification(Bytes message, System& system) {
  const bool eu = system.classification == ClassificationRegion::eu;
  const bool china = system.classification == ClassificationRegion::china;
  if (!eu && !china) {
    system.anomalies.add_if(system.classification > ClassificationRegion::china, Anomaly::reserved_value);
    return;
  }
  const auto category = static_cast<OperationCategory>(message[17] >> 4);
  if (category > OperationCategory::certified)
    system.anomalies.add(Anomaly::reserved_value);
  else if (category != OperationCategory::undeclared)
    system.category = category;
  system.aircraft_class = class_name(system.classification, message[17] & 15, system.anomalies);
}

std::optional<std::int64_t> to_unix(std::uint32_t seconds_since_2019) {
  if (seconds_since_2019 == 0) return std::nullopt;
  return std::int64_t{seconds_since_2019} + 1'546'300'800;
}

}  // namespace

BasicId read_basic_id(Bytes message) {
  BasicId basic;
  basic.version = message[0] & 15;
  basic.id_type = static_cast<IdType>(message[1] >> 4);
  basic.ua_type = static_cast<UaType>(message[1] & 15);
  const Bytes id = message.subspan(2, 20);
  std::copy(id.begin(), id.end(), basic.uas_id_bytes.begin());
  basic.uas_id = id_text(basic.id_type, id, basic.anomalies);
  if (basic.id_type == IdType::specific_session_id && basic.uas_id) basic.session_type = id[0];
  basic.anomalies.add_if(!all_zero(message.subspan(22, 3)), Anomaly::reserved_bits);
  return basic;
}

Authentication read_authentication(Bytes message) {
  Authentication auth;
  auth.version = message[0] & 15;
  auth.auth_type = static_cast<AuthType>(message[1] >> 4);
  auth.page = message[1] & 15;
  std::copy(message.begin() + 2, message.begin() + kOdidMessageBytes, auth.payload.begin());
  if (auth.page != 0) return auth;
  AuthHeader& header = auth.header.emplace();
  header.last_page = message[2];
  if (auth.version == 0 && header.last_page > 0) --header.last_page;
  header.length_bytes = message[3];
  header.timestamp_s = to_unix(read_u32_le(message, 4));
  return auth;
}

SelfId read_self_id(Bytes message) {
  SelfId self;
  self.version = message[0] & 15;
  self.description_type = message[1];
  self.description = read_text(message.subspan(2, 23), self.anomalies);
  self.anomalies.add_if(self.description_type > 2 && self.description_type < 201, Anomaly::reserved_value);
  return self;
}

System read_system(Bytes message) {
  System system;
  const std::uint8_t flags = message[1];
  system.version = message[0] & 15;
  system.operator_location_type = static_cast<OperatorLocationType>(flags & 3);
  system.classification = static_cast<ClassificationRegion>(flags >> 2 & 7);
  const bool china = system.classification == ClassificationRegion::china;
  system.cgcs2000 = china && (flags & 0x80) != 0;
  system.operator_position =
      to_position(read_i32_le(message, 2), read_i32_le(message, 6), 1e7, system.anomalies);
  system.area_count = read_u16_le(message, 10);
  system.area_radius_m = static_cast<std::uint16_t>(message[12] * 10);
  system.area_ceiling_m = to_altitude_m(read_u16_le(message, 13));
  system.area_floor_m = to_altitude_m(read_u16_le(message, 15));
  read_classification(message, system);
  system.operator_altitude_m = to_altitude_m(read_u16_le(message, 18));
  system.timestamp_s = to_unix(read_u32_le(message, 20));
  note_implausible_altitude(system.operator_altitude_m, system.anomalies);
  const bool reserved = (flags & (china ? 0x60 : 0xe0)) != 0 || message[24] != 0;
  system.anomalies.add_if(reserved, Anomaly::reserved_bits);
  system.anomalies.add_if(system.operator_location_type > OperatorLocationType::fixed,
                          Anomaly::reserved_value);
  return system;
}

OperatorId read_operator_id(Bytes message) {
  OperatorId op;
  op.version = message[0] & 15;
  op.operator_id_type = message[1];
  op.operator_id = read_text(message.subspan(2, 20), op.anomalies);
  op.anomalies.add_if(op.operator_id_type > 0 && op.operator_id_type < 201, Anomaly::reserved_value);
  op.anomalies.add_if(!all_zero(message.subspan(22, 3)), Anomaly::reserved_bits);
  return op;
}

}  // namespace windhover::decoders::messages
