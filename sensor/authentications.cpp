#include "sensor/authentications.hpp"

#include <variant>

#include "sensor/remote_id_messages.hpp"

namespace windhover::sensor {
namespace {

using namespace decoders::messages;

// FNV-1a.
constexpr std::uint64_t kHashOfNothing = 0xCBF29CE484222325;
constexpr std::uint64_t hash(std::uint64_t before, std::uint8_t octet) {
  return (before ^ octet) * 0x100000001B3;
}

}  // namespace

std::vector<AuthenticationSet> Authentications::take(const TimedFrame& frame) {
  std::vector<AuthenticationSet> complete;
  const auto* remote_id = std::get_if<RemoteId>(&frame.frame.message);
  if (remote_id == nullptr) return complete;
  std::optional<std::uint64_t> key;
  for (const OdidMessage& message : messages_of(remote_id->body)) {
    const auto* page = std::get_if<Authentication>(&message);
    if (page == nullptr) continue;
    if (!key) key = key_of(frame.frame);
    if (auto set = assembler_.add(*key, *page, frame.at.time.time_since_epoch().count()))
      complete.push_back(std::move(*set));
  }
  return complete;
}

// Pages of senders that do not name themselves are joined within one frame only.
std::uint64_t Authentications::key_of(const decoders::Frame& frame) {
  if (!frame.transmitter) return nameless_++;
  std::uint64_t key = hash(kHashOfNothing, frame.transmitter->random ? 1 : 0);
  for (const std::uint8_t octet : frame.transmitter->octets) key = hash(key, octet);
  for (const char c : frame.transport) key = hash(key, static_cast<std::uint8_t>(c));
  return key;
}

}  // namespace windhover::sensor
