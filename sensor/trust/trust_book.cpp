#include "sensor/trust/trust_book.hpp"

#include <algorithm>
#include <variant>

#include "sensor/claims.hpp"
#include "sensor/geodesy.hpp"
#include "sensor/remote_id_messages.hpp"
#include "sensor/trust/odds.hpp"

namespace windhover::sensor {
namespace {

using namespace decoders::messages;

// Stands for any number of aircraft that cannot be told apart; what they claim together is no path.
bool is_many(const std::string& id) { return id.starts_with("dji-unidentified"); }

// One radio that changes its address and has not named itself looks like many.
bool is_one(const std::string& id) { return !is_many(id) && !id.starts_with("rid-unidentified"); }

// A session of kind 1 is a DRIP entity tag, behind a byte that says so.
std::optional<Det> claimed_det(const OdidMessage& message) {
  const auto* basic = std::get_if<BasicId>(&message);
  if (basic == nullptr || basic->id_type != IdType::specific_session_id || basic->session_type != 1)
    return std::nullopt;
  Det det{};
  std::copy_n(basic->uas_id_bytes.begin() + 1, det.size(), det.begin());
  return det;
}

void tell(const Signatures& signatures, std::vector<Reason>& reasons) {
  const std::map<std::string_view, double> evidence{{"right", static_cast<double>(signatures.right)},
                                                    {"wrong", static_cast<double>(signatures.wrong)}};
  const double mistake = std::log(1 / kHonestMistake);
  if (signatures.state == "trusted")
    reasons.push_back(weighed("signature_trusted", -mistake,
                              "A key that an anchor vouches for has signed what is claimed.", evidence));
  if (signatures.state == "unverified" || signatures.state == "questionable")
    reasons.push_back(weighed("signature_wrong", mistake, "A signature does not fit its key.", evidence));
  if (signatures.state == "conflicting")
    reasons.push_back(weighed("signature_conflict", mistake,
                              "What is signed is another identity or place than what is claimed.", evidence));
  if (signatures.state == "stale")
    reasons.push_back(
        weighed("signature_stale", mistake, "A signature is right and was made for another time.", evidence));
}

// Of dBm that are compared over gains: half of what levels scatter around the law of distance.
constexpr float kMostUncertain_db = RangeCheck::kScatter_db / 2;

}  // namespace

void TrustBook::on_frame(const std::string& id, const TimedFrame& frame,
                         std::span<const AuthenticationSet> authentications, bool measures_count) {
  Evidence& evidence = aircraft_[id];
  evidence.identity.take(frame.frame);
  const Claims claims = claims_of(frame, {});
  if (claims.position_time) evidence.clock.take(*claims.position_time, frame.at.time);
  if (claims.position && !is_many(id)) {
    evidence.path.take(transmitter_key(frame.frame).append(frame.frame.transport), *claims.position,
                       claims.horizontal_accuracy_m, frame.at.time);
    const auto full_scale_db = comparable_with(frame.at.reception);
    if (measures_count && options_.position && full_scale_db) {
      const Sight seen = sight(*options_.position, *claims.position, claims.geodetic_altitude_m);
      const double distance_m = seen.slant_m ? *seen.slant_m : *seen.distance_m;
      // A tenth of the distance is 0.9 dB of path loss.
      if (options_.position->uncertainty_m.value_or(0) <= distance_m / 10)
        evidence.range.take(frame.frame, *claims.position, distance_m, *full_scale_db);
    }
  }
  if (measures_count && is_one(id)) emitters_.take(id, frame.frame, frame.at.time, frame.at.reception);
  take_authentication(evidence, frame, authentications);
}

// What makes levels of one receiver comparable when it is added; nullopt where nothing does. With a fixed
// gain they are so as they are.
std::optional<double> TrustBook::comparable_with(const Reception& reception) const {
  if (reception.saturated) return std::nullopt;
  if (options_.levels_comparable) return 0;
  if (!reception.full_scale || !(reception.full_scale->uncertainty_db <= kMostUncertain_db))
    return std::nullopt;
  return static_cast<double>(reception.full_scale->dbm);
}

void TrustBook::take_authentication(Evidence& evidence, const TimedFrame& frame,
                                    std::span<const AuthenticationSet> authentications) {
  const UtcTime now = frame.at.time;
  for (const OdidMessage& message : messages_of(frame.frame.message)) {
    if (std::holds_alternative<Authentication>(message)) evidence.drip.on_page(now);
    if (const auto det = claimed_det(message)) evidence.drip.on_claim(*det);
  }
  if (!evidence.drip.is_used()) return;
  const std::vector<OdidBytes> on_air = messages_on_air(frame.frame);
  for (const OdidBytes& message : on_air)
    if (message[0] >> 4U != static_cast<unsigned>(OdidType::authentication))
      evidence.drip.on_message(message, now);
  for (const AuthenticationSet& set : authentications)
    evidence.drip.on_set(set, on_air, evidence.path.believed(), now, keys_, budget_);
}

void TrustBook::forget(const std::string& id) {
  aircraft_.erase(id);
  emitters_.forget(id);
}

Trust TrustBook::trust_of(const std::string& id, UtcTime now) {
  Trust trust;
  const auto at = aircraft_.find(id);
  if (at == aircraft_.end()) return trust;
  Evidence& evidence = at->second;
  evidence.identity.tell(trust.reasons);
  evidence.clock.tell(now, trust.reasons);
  evidence.path.tell(now, trust.reasons);
  evidence.range.tell(trust.reasons);
  if (const auto reason = emitters_.reason_of(id)) trust.reasons.push_back(*reason);
  trust.signatures = evidence.drip.signatures(now);
  trust.authenticated = evidence.drip.is_authenticated(now);
  if (trust.signatures) tell(*trust.signatures, trust.reasons);

  std::map<std::string_view, UtcTime> since;
  for (Reason& reason : trust.reasons) {
    const auto known = evidence.since.find(reason.kind);
    reason.since = since[reason.kind] = known == evidence.since.end() ? now : known->second;
  }
  evidence.since = std::move(since);
  std::stable_sort(trust.reasons.begin(), trust.reasons.end(), [](const Reason& a, const Reason& b) {
    return std::abs(a.log_likelihood_ratio.value_or(0)) > std::abs(b.log_likelihood_ratio.value_or(0));
  });
  return trust;
}

}  // namespace windhover::sensor
