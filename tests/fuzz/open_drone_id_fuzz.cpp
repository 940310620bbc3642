// libFuzzer target: any bytes as a Remote ID body, and as a single message and as a pack whatever they begin
// with.

#include "tests/fuzz/remote_id_invariants.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  using namespace windhover::fuzz;
  const Bytes bytes(input, size);
  std::visit([](const auto& kind) { check_body(kind); }, parse_remote_id_body(bytes));
  const auto message = parse_odid_message(bytes);
  if (message) check_message(*message);
  check(message.has_value() == (size >= kOdidMessageBytes && input[0] >> 4 <= 5));
  if (const auto pack = parse_odid_pack(bytes)) check_body(*pack);
  return 0;
}
