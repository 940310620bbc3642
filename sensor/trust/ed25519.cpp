#include "sensor/trust/ed25519.hpp"

#include <sodium.h>

namespace windhover::sensor {

bool ed25519_fits(std::span<const std::uint8_t, 64> signature, std::span<const std::uint8_t> message,
                  const Ed25519Key& key) {
  static_assert(crypto_sign_ed25519_BYTES == 64 && crypto_sign_ed25519_PUBLICKEYBYTES == 32);
  return crypto_sign_ed25519_verify_detached(signature.data(), message.data(), message.size(), key.data()) ==
         0;
}

}  // namespace windhover::sensor
