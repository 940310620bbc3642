#include "decoders/remote_id_frame.hpp"

#include <utility>

namespace windhover::decoders {

RejectReason reason_of(messages::OdidReject reject) {
  switch (reject) {
    case messages::OdidReject::too_short:
    case messages::OdidReject::bad_size:
      return RejectReason::length;
    case messages::OdidReject::not_mine:
    case messages::OdidReject::unknown_type:
      return RejectReason::unsupported;
    case messages::OdidReject::nested_pack:
    case messages::OdidReject::sanity:
      break;
  }
  return RejectReason::sanity;
}

std::variant<Frame, RejectReason> read_remote_id(messages::Bytes after_code) {
  if (after_code.empty()) return RejectReason::length;
  messages::RemoteId message{after_code[0], messages::parse_remote_id_body(after_code.subspan(1))};
  if (const auto* unknown = std::get_if<messages::UnknownBody>(&message.body))
    return reason_of(unknown->reason);
  const bool chinese = std::holds_alternative<messages::Gb46750>(message.body);
  Frame frame{};
  frame.protocol = chinese ? "gb46750" : "odid";
  frame.message = std::move(message);
  return frame;
}

}  // namespace windhover::decoders
