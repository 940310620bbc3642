#include "decoders/messages/dji_wifi.hpp"

#include <algorithm>

namespace windhover::decoders::messages {

Result<DjiWifiElement, OdidReject> unwrap_dji_wifi_element(Bytes element) {
  constexpr std::array<std::uint8_t, 3> oui{0x26, 0x37, 0x12};
  constexpr std::size_t header_bytes = 3;
  if (element.size() < oui.size() || !std::equal(oui.begin(), oui.end(), element.begin()))
    return OdidReject::not_mine;
  const Bytes body = element.subspan(oui.size());
  if (body.size() <= header_bytes) return OdidReject::too_short;
  const Bytes payload = body.subspan(header_bytes);
  if (payload.size() < body[0]) return OdidReject::too_short;
  return DjiWifiElement{body[0], {body[1], body[2]}, payload};
}

}  // namespace windhover::decoders::messages
