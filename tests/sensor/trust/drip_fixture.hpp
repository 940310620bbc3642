#pragma once
// DRIP as a sender makes it: tags, Links, Wrappers and Manifests with keys of our own.

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "sensor/trust/cshake.hpp"
#include "sensor/trust/drip_sender.hpp"
#include "tests/sensor/remote_id_frames.hpp"
#include "tests/support/odid_encoder.hpp"

namespace windhover::sensor::test {

using Octets = std::vector<std::uint8_t>;

inline void append(Octets& to, std::span<const std::uint8_t> more) {
  to.insert(to.end(), more.begin(), more.end());
}

struct DripIdentity {
  Ed25519Key key{};
  std::array<std::uint8_t, 64> secret{};
  Det det{};

  explicit DripIdentity(std::uint8_t seed) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium does not start");
    std::array<std::uint8_t, 32> seeds{};
    seeds.fill(seed);
    crypto_sign_ed25519_seed_keypair(key.data(), secret.data(), seeds.data());
    constexpr std::array<std::uint8_t, 8> upper{0x20, 0x01, 0x00, 0x3F, 0xFE, 0x00, 0x01, 0x05};
    constexpr std::array<std::uint8_t, 16> context{0x00, 0xB5, 0xA6, 0x9C, 0x79, 0x5D, 0xF5, 0xD5,
                                                   0xF0, 0x08, 0x7F, 0x56, 0x84, 0x3F, 0x2C, 0x40};
    std::copy(upper.begin(), upper.end(), det.begin());
    cshake128({upper, key}, context, std::span(det).last(8));
  }

  /// `body` with this identity's signature behind it.
  Octets signed_by_me(Octets body) const {
    std::array<std::uint8_t, 64> signature{};
    crypto_sign_ed25519_detached(signature.data(), nullptr, body.data(), body.size(), secret.data());
    append(body, signature);
    return body;
  }
};

/// Valid from a minute before `now` to five minutes after, in seconds since 2019.
inline Octets times_around(UtcTime now) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  Octets times;
  for (const std::int64_t each : {seconds - 60, seconds + 300})
    for (int shift = 0; shift < 32; shift += 8)
      times.push_back(static_cast<std::uint8_t>((each - 1'546'300'800) >> shift));
  return times;
}

inline Octets link_body(const DripIdentity& parent, const DripIdentity& child, UtcTime now) {
  Octets body = times_around(now);
  append(body, child.det);
  append(body, child.key);
  append(body, parent.det);
  return parent.signed_by_me(body);
}

inline Octets wrapper_body(const DripIdentity& me, std::span<const OdidBytes> messages, UtcTime now) {
  Octets body = times_around(now);
  for (const OdidBytes& each : messages) append(body, each);
  append(body, me.det);
  return me.signed_by_me(body);
}

inline Octets manifest_body(const DripIdentity& me, std::span<const OdidBytes> messages, UtcTime now) {
  Octets body = times_around(now);
  body.resize(body.size() + 24);  // hashes of the Manifest before, of this one and of the Link
  for (const OdidBytes& each : messages) append(body, message_hash(each));
  append(body, me.det);
  return me.signed_by_me(body);
}

inline msg::AuthenticationSet set_of(std::uint8_t sam, const Octets& body) {
  msg::AuthenticationSet set;
  set.version = 2;
  set.auth_type = msg::AuthType::specific_method;
  set.data = {sam};
  append(set.data, body);
  set.sam = msg::classify_sam(set.data);
  return set;
}

inline OdidBytes basic_id_on_air(const Det& det) {
  synth::BasicIdValues values;
  values.id_type = 4;
  values.id = "\x01";
  values.id.append(reinterpret_cast<const char*>(det.data()), det.size());
  return synth::encode(values);
}

inline OdidBytes location_on_air(double lat_deg, double lon_deg = 7.25, double speed_mps = 5) {
  synth::LocationValues values;
  values.position = synth::LatLon{lat_deg, lon_deg};
  values.speed_mps = speed_mps;
  values.track_deg = 90;
  values.height_m = 40;
  return synth::encode(values);
}

}  // namespace windhover::sensor::test
