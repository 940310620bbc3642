#include "decoders/ocusync/gold_sequence.hpp"

namespace windhover::decoders::ocusync {

std::vector<std::uint8_t> gold_sequence(std::uint32_t c_init, std::size_t length) {
  constexpr std::size_t kNc = 1600;
  std::uint32_t x1 = 1;  // bit i of the register is x(n + i)
  std::uint32_t x2 = c_init & 0x7fffffff;
  std::vector<std::uint8_t> c;
  c.reserve(length);
  for (std::size_t n = 0; n < kNc + length; ++n) {
    if (n >= kNc) c.push_back(static_cast<std::uint8_t>((x1 ^ x2) & 1));
    const std::uint32_t next1 = (x1 >> 3 ^ x1) & 1;
    const std::uint32_t next2 = (x2 >> 3 ^ x2 >> 2 ^ x2 >> 1 ^ x2) & 1;
    x1 = x1 >> 1 | next1 << 30;
    x2 = x2 >> 1 | next2 << 30;
  }
  return c;
}

}  // namespace windhover::decoders::ocusync
