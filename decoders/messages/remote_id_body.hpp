#pragma once
// What a Remote ID vendor element or service data carries after its counter, whatever the radio: tells the
// formats apart that share the header FA 0B BC 0D (Wi-Fi) and FFFA 0D (Bluetooth).

#include <variant>
#include <vector>

#include "decoders/messages/gb_46750.hpp"
#include "decoders/messages/odid_reject.hpp"
#include "decoders/messages/open_drone_id.hpp"

namespace windhover::decoders::messages {

/// None of the known formats, or one of them broken.
struct UnknownBody {
  OdidReject reason = OdidReject::unknown_type;
  std::vector<std::uint8_t> first_bytes;  ///< at most 64, for diagnosis
  bool operator==(const UnknownBody&) const = default;
};

using RemoteIdBody = std::variant<OdidMessage, OdidPack, Gb46750, UnknownBody>;

/// GB 46750 is asked first: its first byte would be a message pack of version 15.
RemoteIdBody parse_remote_id_body(Bytes body);

}  // namespace windhover::decoders::messages
