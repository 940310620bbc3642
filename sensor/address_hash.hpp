#pragma once
// Link addresses of people who fly nothing are not kept: a keyed hash stands in for them from the moment they
// arrive, under a key that no message tells and no file holds.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "decoders/frame.hpp"

namespace windhover::sensor {

class AddressHash {
 public:
  /// A new key for each start of the program.
  AddressHash();
  /// The key that follows from `seed`: only where outputs of several runs are to be compared byte by byte.
  explicit AddressHash(std::string_view seed);

  /// 48 bits, as many as the address itself has, of SipHash-2-4.
  std::uint64_t of(const decoders::Transmitter& address) const;

 private:
  std::array<unsigned char, 16> key_{};
};

/// 12 hexadecimal digits.
std::string hash_text(std::uint64_t hash);

}  // namespace windhover::sensor
