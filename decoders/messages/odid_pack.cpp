// One message or a pack of them: dispatch by type.

#include "decoders/messages/open_drone_id.hpp"

namespace windhover::decoders::messages {

namespace {

// 9 by the standards since version 1; version 0 senders use up to 10.
constexpr std::size_t kMaxMessages = 9;
constexpr std::size_t kMaxMessagesVersion0 = 10;

bool may_repeat(OdidType type) { return type == OdidType::basic_id || type == OdidType::authentication; }

void append(Bytes message, OdidPack& pack, std::array<bool, 16>& seen) {
  const auto parsed = parse_odid_message(message);
  if (!parsed) return pack.rejects.count(parsed.error());
  const auto type = static_cast<OdidType>(message[0] >> 4);
  bool& seen_before = seen[static_cast<std::size_t>(type)];
  pack.anomalies.add_if(seen_before && !may_repeat(type), Anomaly::duplicate);
  seen_before = true;
  pack.messages.push_back(*parsed);
}

}  // namespace

Result<OdidMessage, OdidReject> parse_odid_message(Bytes message) {
  if (message.size() < kOdidMessageBytes) return OdidReject::too_short;
  switch (static_cast<OdidType>(message[0] >> 4)) {
    case OdidType::basic_id:
      return OdidMessage{read_basic_id(message)};
    case OdidType::location:
      return OdidMessage{read_location(message)};
    case OdidType::authentication:
      return OdidMessage{read_authentication(message)};
    case OdidType::self_id:
      return OdidMessage{read_self_id(message)};
    case OdidType::system:
      return OdidMessage{read_system(message)};
    case OdidType::operator_id:
      return OdidMessage{read_operator_id(message)};
    case OdidType::message_pack:
      return OdidReject::nested_pack;
  }
  return OdidReject::unknown_type;
}

Result<OdidPack, OdidReject> parse_odid_pack(Bytes pack) {
  if (pack.size() < kOdidPackHeaderBytes) return OdidReject::too_short;
  if (static_cast<OdidType>(pack[0] >> 4) != OdidType::message_pack) return OdidReject::unknown_type;
  const std::size_t count = pack[2];
  if (pack[1] != kOdidMessageBytes || count > kMaxMessagesVersion0) return OdidReject::bad_size;
  if (pack.size() < kOdidPackHeaderBytes + count * kOdidMessageBytes) return OdidReject::too_short;

  OdidPack parsed;
  parsed.version = pack[0] & 15;
  parsed.anomalies.add_if(parsed.version > 0 && count > kMaxMessages, Anomaly::count_over_limit);
  parsed.messages.reserve(count);
  std::array<bool, 16> seen{};
  for (std::size_t i = 0; i < count; ++i)
    append(pack.subspan(kOdidPackHeaderBytes + i * kOdidMessageBytes, kOdidMessageBytes), parsed, seen);
  return parsed;
}

}  // namespace windhover::decoders::messages
