#pragma once
// What speaks for and against the claims of each aircraft. Reasons, no verdict; docs/trust.md says what each
// rests on. A pure function of frames and times; what it says of one aircraft tells nothing of where people
// are.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decoders/messages/odid_auth.hpp"
#include "sensor/events.hpp"
#include "sensor/feed_messages.hpp"
#include "sensor/trust/clock_check.hpp"
#include "sensor/trust/drip_keys.hpp"
#include "sensor/trust/drip_sender.hpp"
#include "sensor/trust/emitters.hpp"
#include "sensor/trust/identity_check.hpp"
#include "sensor/trust/path_check.hpp"
#include "sensor/trust/range_check.hpp"

namespace windhover::sensor {

struct TrustOptions {
  std::vector<DripAnchor> anchors{};
  /// Of the antenna; without it levels say nothing.
  std::optional<SensorPosition> position{};
  /// False if the gain changes. Calibrated levels are then compared, unless they are too uncertain.
  bool levels_comparable = true;
};

class TrustBook {
 public:
  explicit TrustBook(TrustOptions options = {}) : options_(std::move(options)), keys_(options_.anchors) {}

  /// `id`: of the aircraft that the tracker gave the frame to. `authentications` were completed by it.
  /// measures_count  false: of another receiver than the one whose levels and carriers are compared
  void on_frame(const std::string& id, const TimedFrame& frame,
                std::span<const decoders::messages::AuthenticationSet> authentications,
                bool measures_count = true);
  /// Nothing is known of an aircraft that is not heard of.
  Trust trust_of(const std::string& id, UtcTime now);
  void forget(const std::string& id);
  /// The antenna is here from now on.
  void set_position(const std::optional<SensorPosition>& position) { options_.position = position; }
  std::uint64_t signatures_skipped() const { return budget_.skipped(); }

 private:
  struct Evidence {
    IdentityCheck identity;
    ClockCheck clock;
    PathCheck path;
    RangeCheck range;
    DripSender drip;
    std::map<std::string_view, UtcTime> since;  // of the reasons told last
  };
  std::optional<double> comparable_with(const Reception& reception) const;
  void take_authentication(Evidence& evidence, const TimedFrame& frame,
                           std::span<const decoders::messages::AuthenticationSet> authentications);

  TrustOptions options_;
  std::map<std::string, Evidence> aircraft_;
  Emitters emitters_;
  DripKeys keys_;
  VerifyBudget budget_;
};

}  // namespace windhover::sensor
