#pragma once
// What is kept of one link, and how a PDU adds to it.

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sensor/calibrated_mean.hpp"
#include "sensor/events.hpp"
#include "sensor/feed_messages.hpp"
#include "sensor/time.hpp"

namespace windhover::sensor {

/// A PDU without addresses.
struct HeardPdu {
  decoders::LinkPdu pdu;  ///< transmitter and receiver are taken out
  StreamPosition at;
  std::optional<std::uint64_t> transmitter, receiver;  ///< hashes
};

/// Whether both are one transmission, heard on two channels.
bool is_same_transmission(const HeardPdu& a, const HeardPdu& b);

/// A transmitter, or what nobody can be named for on one channel.
struct LinkKey {
  std::string_view kind;
  std::optional<std::uint64_t> transmitter;
  std::uint16_t channel = 0;  ///< only without a transmitter
  auto operator<=>(const LinkKey&) const = default;
};
LinkKey key_of(const HeardPdu& pdu);
/// "wifi-0123456789ab", "wifi-channel-6".
std::string link_id(const LinkKey& key);

class LinkAccount {
 public:
  explicit LinkAccount(UtcTime first_heard) : first_heard_(first_heard) {}

  void add(const HeardPdu& pdu);
  /// All of another account that has not been told, such as of a sender that was none.
  void add(const LinkAccount& other);
  void begin_window();

  /// Whether its sender is to be believed: a check sequence has proved it, or it came three times, as bit
  /// errors never do.
  bool is_proven() const { return total_.frames_checked > 0 || total_.frames >= 3; }
  bool is_active() const { return window_.frames > 0; }
  /// Whether its frames are as video links of drones send them.
  bool is_video() const { return hint_ && hint_->what == "drone video link"; }
  UtcTime last_heard() const { return last_heard_; }
  std::optional<std::uint64_t> peer() const { return peer_; }

  /// All but head, id, kind, parties and window_s.
  LinkMessage message() const;

 private:
  /// Mean over a window.
  struct Mean {
    double sum = 0;
    std::uint64_t n = 0;
    void add(double value);
    std::optional<double> value() const;
  };

  void add_levels(const decoders::RfFacts& rf, const Reception& reception);
  void add_rate(float mbps, std::uint64_t frames, double airtime_s);
  void add_phy(std::string_view phy);
  void vote(std::uint64_t receiver);

  LinkCounts window_, total_;
  UtcTime first_heard_{}, last_heard_{};
  double center_hz_ = 0, bandwidth_hz_ = 0;
  std::optional<std::uint16_t> channel_;
  decoders::Role role_ = decoders::Role::unknown;
  std::optional<decoders::PresenceHint> hint_;
  std::vector<std::string_view> phys_;  // few
  std::vector<LinkRate> rates_;         // few
  Mean power_, snr_, cfo_;
  CalibratedMean antenna_;
  bool saturated_ = false;
  std::optional<double> most_rssi_dbfs_;
  std::optional<std::uint64_t> peer_;  // majority vote of Boyer and Moore
  std::uint64_t votes_ = 0;
};

}  // namespace windhover::sensor
