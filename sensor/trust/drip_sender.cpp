#include "sensor/trust/drip_sender.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "sensor/trust/cshake.hpp"

namespace windhover::sensor {
namespace {

using namespace decoders::messages;
using Octets = std::span<const std::uint8_t>;

constexpr std::string_view kHashContext = "Remote ID Auth Hash";
constexpr std::size_t kTimesBytes = 8, kDetBytes = 16, kSignatureBytes = 64, kHashBytes = 8;
constexpr std::size_t kMostClaims = 8;

/// The parse of `bytes` is the message that the frame holds.
bool begins_with(Octets bytes, const OdidMessage& message) {
  const auto parsed = parse_odid_message(bytes);
  return parsed && *parsed == message;
}
bool begins_with(Octets bytes, const OdidPack& pack) {
  const auto parsed = parse_odid_pack(bytes);
  return parsed && *parsed == pack;
}

OdidBytes odid_bytes(Octets bytes) {
  OdidBytes message{};
  std::copy_n(bytes.begin(), message.size(), message.begin());
  return message;
}

unsigned type_nibble(const OdidBytes& message) { return message[0] >> 4U; }
bool is_authentication(const OdidBytes& message) {
  return type_nibble(message) == static_cast<unsigned>(OdidType::authentication);
}

}  // namespace

// The parts of a Wrapper or Manifest: the signature covers `times`, `evidence` and `signer`.
struct DripSender::Signed {
  Octets times, evidence, signer, signature;
  SamType type;
  std::vector<std::uint8_t> covered;
};

MessageHash message_hash(Octets message) {
  MessageHash hash{};
  const Octets context(reinterpret_cast<const std::uint8_t*>(kHashContext.data()), kHashContext.size());
  cshake128({message}, context, hash);
  return hash;
}

std::vector<OdidBytes> messages_on_air(const decoders::Frame& frame) {
  std::vector<OdidBytes> found;
  const auto* remote_id = std::get_if<RemoteId>(&frame.message);
  if (remote_id == nullptr) return found;
  const Octets payload(frame.payload);
  const auto* pack = std::get_if<OdidPack>(&remote_id->body);
  const auto* single = std::get_if<OdidMessage>(&remote_id->body);
  const std::size_t header = pack != nullptr ? kOdidPackHeaderBytes : 0;
  for (std::size_t at = 0; at + header + kOdidMessageBytes <= payload.size(); ++at) {
    const Octets rest = payload.subspan(at);
    if (single != nullptr && begins_with(rest, *single)) return {odid_bytes(rest)};
    if (pack == nullptr || rest[0] >> 4U != 15 || !begins_with(rest, *pack)) continue;
    for (std::size_t next = header; found.size() < rest[2] && next + kOdidMessageBytes <= rest.size();
         next += kOdidMessageBytes)
      found.push_back(odid_bytes(rest.subspan(next)));
    return found;
  }
  return found;
}

void DripSender::on_page(UtcTime now) {
  is_used_ = true;
  note(kPartial, now);
}

void DripSender::on_claim(const Det& det) {
  if (std::find(claimed_.begin(), claimed_.end(), det) != claimed_.end()) return;
  if (claimed_.size() >= kMostClaims) claimed_.erase(claimed_.begin());
  claimed_.push_back(det);
}

void DripSender::on_message(const OdidBytes& message, UtcTime now) {
  while (!on_air_.empty() && (on_air_.size() >= kMostMessages || on_air_.front().heard < now - kRecent))
    on_air_.pop_front();
  on_air_.push_back({message_hash(message), now, false});
}

void DripSender::on_set(const AuthenticationSet& set, std::span<const OdidBytes> pack,
                        const std::optional<Fix>& believed, UtcTime now, DripKeys& keys,
                        VerifyBudget& budget) {
  const bool is_drip = set.auth_type == AuthType::specific_method && set.sam && set.sam->type &&
                       set.sam->well_formed && *set.sam->type != SamType::frame;
  if (!is_drip) return note(kUnsupported, now);
  const Octets body = Octets(set.data).subspan(1);  // the SAM byte is not signed
  if (*set.sam->type == SamType::link) return on_link(body, now, keys, budget);
  Signed what{
      body.first(kTimesBytes), body.subspan(kTimesBytes), {}, body.last(kSignatureBytes), *set.sam->type, {}};
  what.signer = body.last(kSignatureBytes + kDetBytes).first(kDetBytes);
  what.evidence = what.evidence.first(what.evidence.size() - kSignatureBytes - kDetBytes);
  what.covered.assign(what.times.begin(), what.times.end());
  std::vector<std::uint8_t> extended;
  if (what.type == SamType::wrapper && what.evidence.empty()) {
    // Over extended transports the Wrapper covers the pack that it comes in.
    std::vector<OdidBytes> messages(pack.begin(), pack.end());
    std::erase_if(messages, is_authentication);
    std::stable_sort(messages.begin(), messages.end(),
                     [](const OdidBytes& a, const OdidBytes& b) { return type_nibble(a) < type_nibble(b); });
    for (const OdidBytes& each : messages) extended.insert(extended.end(), each.begin(), each.end());
    what.evidence = extended;
  }
  what.covered.insert(what.covered.end(), what.evidence.begin(), what.evidence.end());
  what.covered.insert(what.covered.end(), what.signer.begin(), what.signer.end());
  on_signed(what, set.one_round, believed, now, keys, budget);
}

void DripSender::on_link(Octets body, UtcTime now, DripKeys& keys, VerifyBudget& budget) {
  // A Link alone proves nothing about who sends it: anybody can repeat it.
  if (keys.take_link(body, now, budget) == DripKeys::LinkFate::wrong) {
    ++counts_.wrong;
    note(kWrong, now);
  }
}

void DripSender::on_signed(const Signed& what, bool one_round, const std::optional<Fix>& believed,
                           UtcTime now, DripKeys& keys, VerifyBudget& budget) {
  Det signer{};
  std::copy(what.signer.begin(), what.signer.end(), signer.begin());
  const auto key = keys.key_of(signer);
  if (!key || !budget.spend(now)) return note(kUnverifiable, now);
  if (!ed25519_fits(what.signature.first<kSignatureBytes>(), what.covered, *key)) {
    // Pages of two rounds may be of two sets.
    if (!one_round) return;
    ++counts_.wrong;
    return note(kWrong, now);
  }
  ++counts_.right;
  counts_.signer = ipv6_text(what.signer.first<kDetBytes>());
  if (!is_valid_at(what.times, now)) return note(kStale, now);
  const bool is_own = std::find(claimed_.begin(), claimed_.end(), signer) != claimed_.end();
  if ((!claimed_.empty() && !is_own) || contradicts(what, believed, now)) return note(kConflict, now);
  std::uint64_t covered = 0;
  const std::size_t step = what.type == SamType::wrapper ? kOdidMessageBytes : kHashBytes;
  // A Manifest begins with the hashes of the one before, of itself and of the Link.
  for (std::size_t at = what.type == SamType::wrapper ? 0 : 3 * kHashBytes; at + step <= what.evidence.size();
       at += step) {
    const Octets each = what.evidence.subspan(at, step);
    MessageHash hash{};
    if (what.type == SamType::wrapper)
      hash = message_hash(each);
    else
      std::copy(each.begin(), each.end(), hash.begin());
    covered += mark_signed(hash);
  }
  counts_.signed_messages += covered;
  covers_messages_ = is_own && covered > 0;
  is_trusted_ = keys.is_trusted(signer, now, budget);
  note(kRight, now);
}

std::uint64_t DripSender::mark_signed(const MessageHash& hash) {
  std::uint64_t marked = 0;
  for (OnAir& each : on_air_) {
    if (each.hash != hash) continue;
    if (!each.is_signed) ++marked;
    each.is_signed = true;
  }
  return marked;
}

bool DripSender::contradicts(const Signed& what, const std::optional<Fix>& believed, UtcTime now) const {
  if (what.type != SamType::wrapper || !believed) return false;
  for (std::size_t at = 0; at + kOdidMessageBytes <= what.evidence.size(); at += kOdidMessageBytes) {
    const auto message = parse_odid_message(what.evidence.subspan(at, kOdidMessageBytes));
    const auto* location = message ? std::get_if<Location>(&*message) : nullptr;
    if (location == nullptr || !location->position) continue;
    const Fix told{{location->position->lat_deg, location->position->lon_deg},
                   now,
                   location->horizontal_accuracy_m.value_or(PositionFilter::kUsualAccuracy_m)};
    if (!can_be_one_flight(*believed, told)) return true;
  }
  return false;
}

bool DripSender::is_recent(Outcome outcome, UtcTime now) const {
  return last_[outcome] && now - *last_[outcome] <= kMemory;
}

std::optional<Signatures> DripSender::signatures(UtcTime now) const {
  if (!is_used_) return std::nullopt;
  Signatures told = counts_;
  const bool is_right = is_recent(kRight, now);
  if (is_recent(kConflict, now))
    told.state = "conflicting";
  else if (is_recent(kWrong, now))
    told.state = is_right ? "questionable" : "unverified";
  else if (is_right)
    told.state = is_trusted_ ? "trusted" : "verified";
  else if (is_recent(kStale, now))
    told.state = "stale";
  else if (is_recent(kUnverifiable, now))
    told.state = "unverifiable";
  else if (is_recent(kUnsupported, now))
    told.state = "unsupported";
  else if (is_recent(kPartial, now))
    told.state = "partial";
  return told;
}

bool DripSender::is_authenticated(UtcTime now) const {
  return is_recent(kRight, now) && covers_messages_ && !is_recent(kWrong, now) && !is_recent(kConflict, now);
}

}  // namespace windhover::sensor
