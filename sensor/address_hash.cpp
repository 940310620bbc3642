#include "sensor/address_hash.hpp"

#include <sodium.h>

#include <cstdio>
#include <cstring>

namespace windhover::sensor {

namespace {

constexpr std::uint64_t kMask = 0xFFFF'FFFF'FFFF;

}  // namespace

static_assert(crypto_shorthash_KEYBYTES == 16 && crypto_shorthash_BYTES == sizeof(std::uint64_t));

AddressHash::AddressHash() { randombytes_buf(key_.data(), key_.size()); }

AddressHash::AddressHash(std::string_view seed) {
  crypto_generichash(key_.data(), key_.size(), reinterpret_cast<const unsigned char*>(seed.data()),
                     seed.size(), nullptr, 0);
}

std::uint64_t AddressHash::of(const decoders::Transmitter& address) const {
  std::array<unsigned char, sizeof(std::uint64_t)> hash;
  crypto_shorthash(hash.data(), address.octets.data(), address.octets.size(), key_.data());
  std::uint64_t value = 0;
  std::memcpy(&value, hash.data(), sizeof value);
  return value & kMask;
}

std::string hash_text(std::uint64_t hash) {
  std::array<char, 13> text{};
  std::snprintf(text.data(), text.size(), "%012llx", static_cast<unsigned long long>(hash));
  return text.data();
}

}  // namespace windhover::sensor
