#include "decoders/messages/remote_id_body.hpp"

#include <algorithm>

namespace windhover::decoders::messages {

namespace {

UnknownBody unknown(OdidReject reason, Bytes body) {
  const Bytes kept = body.first(std::min<std::size_t>(body.size(), 64));
  return {reason, {kept.begin(), kept.end()}};
}

template <typename Value>
RemoteIdBody value_or_unknown(const Result<Value, OdidReject>& parsed, Bytes body) {
  if (!parsed) return unknown(parsed.error(), body);
  return *parsed;
}

}  // namespace

RemoteIdBody parse_remote_id_body(Bytes body) {
  if (body.empty()) return unknown(OdidReject::too_short, body);
  if (body.size() >= 2 && body[0] == 0xff && body[1] >> 5 == 1)
    return value_or_unknown(parse_gb_46750(body), body);
  if (static_cast<OdidType>(body[0] >> 4) == OdidType::message_pack)
    return value_or_unknown(parse_odid_pack(body), body);
  return value_or_unknown(parse_odid_message(body), body);
}

}  // namespace windhover::decoders::messages
