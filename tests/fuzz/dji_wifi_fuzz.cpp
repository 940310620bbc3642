// libFuzzer target: any bytes as an element, and behind DJI's OUI; what opens goes to the DroneID parser.

#include <vector>

#include "decoders/messages/dji_droneid.hpp"
#include "decoders/messages/dji_wifi.hpp"
#include "tests/fuzz/remote_id_invariants.hpp"

namespace {

using namespace windhover::fuzz;

void check_dji(Bytes element) {
  const auto opened = unwrap_dji_wifi_element(element);
  if (!opened) return;
  check(!opened->payload.empty() && opened->payload.size() >= opened->length_bytes);
  check(opened->payload.data() + opened->payload.size() == element.data() + element.size());
  parse_dji_wifi_body(opened->payload);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const Bytes bytes(input, size);
  check_dji(bytes);
  std::vector<std::uint8_t> element{0x26, 0x37, 0x12};
  element.insert(element.end(), bytes.begin(), bytes.end());
  check_dji(element);
  return 0;
}
