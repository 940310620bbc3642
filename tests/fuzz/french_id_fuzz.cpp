// libFuzzer target: any bytes as an element, and behind the header of the French one.

#include <vector>

#include "decoders/messages/french_id.hpp"
#include "tests/fuzz/remote_id_invariants.hpp"

namespace {

using namespace windhover::fuzz;

void check_french(Bytes element) {
  const auto id = parse_french_id(element);
  if (!id) return;
  check_text(id->french_id, 30);
  check_text(id->cta_2063_serial, 255);
  check_position(id->position);
  check_position(id->take_off_position);
  check_range(id->altitude_m, -32768, 32767);
  check_range(id->height_m, -32768, 32767);
  check_range(id->speed_mps, 0, 255);
  check_track(id->track_deg);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const Bytes bytes(input, size);
  check_french(bytes);
  std::vector<std::uint8_t> element{0x6a, 0x5c, 0x35, 0x01};
  element.insert(element.end(), bytes.begin(), bytes.end());
  check_french(element);
  return 0;
}
