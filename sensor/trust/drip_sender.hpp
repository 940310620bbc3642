#pragma once
// What the signatures of one sender prove (DRIP, RFC 9575): Wrapper and Manifest against the keys that Links
// and anchors gave.

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "decoders/messages/odid_auth.hpp"
#include "sensor/feed_messages.hpp"
#include "sensor/position_filter.hpp"
#include "sensor/trust/drip_keys.hpp"

namespace windhover::sensor {

using OdidBytes = std::array<std::uint8_t, decoders::messages::kOdidMessageBytes>;
using MessageHash = std::array<std::uint8_t, 8>;

/// Of a message as a Manifest names it: its 25 bytes, or a Link of 136 bytes.
MessageHash message_hash(std::span<const std::uint8_t> message);

/// The messages of a frame as they were on air, in their order; none if they are not found in its payload.
std::vector<OdidBytes> messages_on_air(const decoders::Frame& frame);

class DripSender {
 public:
  static constexpr std::chrono::minutes kMemory{5};   ///< what happened before counts no more
  static constexpr std::chrono::seconds kRecent{60};  ///< messages that a Manifest may name
  static constexpr std::size_t kMostMessages = 256;

  /// Whether anything of DRIP was ever heard, so that the next calls are worth it.
  bool is_used() const { return is_used_; }
  /// A page was heard, whether or not its set is ever completed.
  void on_page(UtcTime now);
  /// A tag that the sender calls its own (Basic ID of a DRIP session).
  void on_claim(const Det& det);
  /// A message on air that signatures may cover later.
  void on_message(const OdidBytes& message, UtcTime now);
  /// `pack`: all messages of the frame that completed the set. `believed`: where the aircraft is.
  void on_set(const decoders::messages::AuthenticationSet& set, std::span<const OdidBytes> pack,
              const std::optional<Fix>& believed, UtcTime now, DripKeys& keys, VerifyBudget& budget);

  /// docs/trust.md says what the states mean. None if DRIP was never heard.
  std::optional<Signatures> signatures(UtcTime now) const;
  /// The last right signature is fresh, of a tag that the sender calls its own, and covers what was heard.
  bool is_authenticated(UtcTime now) const;

 private:
  enum Outcome : std::uint8_t {
    kPartial,
    kUnsupported,
    kUnverifiable,
    kRight,
    kWrong,
    kStale,
    kConflict,
    kOutcomes
  };
  struct Signed;
  struct OnAir {
    MessageHash hash;
    UtcTime heard;
    bool is_signed;
  };

  void on_link(std::span<const std::uint8_t> body, UtcTime now, DripKeys& keys, VerifyBudget& budget);
  void on_signed(const Signed& what, bool one_round, const std::optional<Fix>& believed, UtcTime now,
                 DripKeys& keys, VerifyBudget& budget);
  std::uint64_t mark_signed(const MessageHash& hash);
  bool contradicts(const Signed& what, const std::optional<Fix>& believed, UtcTime now) const;
  bool is_recent(Outcome outcome, UtcTime now) const;
  void note(Outcome outcome, UtcTime now) { last_[outcome] = now; }

  bool is_used_ = false;
  std::array<std::optional<UtcTime>, kOutcomes> last_{};
  std::vector<Det> claimed_;
  std::deque<OnAir> on_air_;
  Signatures counts_;
  bool is_trusted_ = false, covers_messages_ = false;
};

}  // namespace windhover::sensor
