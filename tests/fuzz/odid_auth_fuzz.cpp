// libFuzzer target: the input is a row of received pages: key, time step in 50 ms, 25 bytes each.

#include "decoders/messages/odid_auth.hpp"
#include "tests/fuzz/remote_id_invariants.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  using namespace windhover::fuzz;
  constexpr std::size_t record_bytes = 2 + kOdidMessageBytes;
  AuthAssembler assembler;
  std::int64_t now_ns = 1'728'302'400'000'000'000;
  std::uint64_t pages = 0;
  for (Bytes rest(input, size); rest.size() >= record_bytes; rest = rest.subspan(record_bytes)) {
    now_ns += rest[1] * 50'000'000LL;
    ++pages;
    const auto set = assembler.add(rest[0] % 4, read_authentication(rest.subspan(2)), now_ns);
    if (!set) continue;
    check(set->data.size() <= 255);
    check(set->sam.has_value() == (set->auth_type == AuthType::specific_method && !set->data.empty()));
    if (set->sam) check(set->sam->sent == set->data[0]);
    check(!set->restored || set->auth_type == AuthType::specific_method);
  }
  const AuthCounters& counters = assembler.counters();
  check(counters.restored <= counters.completed);
  check(counters.completed + counters.expired + counters.replaced + counters.evicted +
            counters.inconsistent <=
        2 * pages);
  check(classify_sam(Bytes(input, std::min<std::size_t>(size, 255))).sent == (size > 0 ? input[0] : 0));
  return 0;
}
