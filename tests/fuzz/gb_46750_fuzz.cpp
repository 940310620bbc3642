// libFuzzer target: any bytes after the two that name GB 46750, and as they are.

#include <vector>

#include "tests/fuzz/remote_id_invariants.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  using namespace windhover::fuzz;
  const Bytes bytes(input, size);
  if (const auto id = parse_gb_46750(bytes)) check_body(*id);
  std::vector<std::uint8_t> named{0xff, 0x20};
  named.insert(named.end(), bytes.begin(), bytes.end());
  const auto id = parse_gb_46750(named);
  if (id) check_body(*id);
  check(id.has_value() || id.error() != OdidReject::not_mine);
  return 0;
}
