#pragma once
// Accounts of what each transmitter sends: a pure function of PDUs and times. One transmission that several
// channels hear counts once; addresses are hashed before anything is kept.

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sensor/address_hash.hpp"
#include "sensor/events.hpp"
#include "sensor/feed_messages.hpp"
#include "sensor/link_account.hpp"
#include "sensor/time.hpp"

namespace windhover::sensor {

struct LinkLedgerOptions {
  std::size_t max_links = 2000;  ///< beyond it the longest unheard is told gone, and counted
  AddressHash hash{};
};

/// When links are told: at the end of each window in which they were heard, and once when gone.
struct LinkTimes {
  static constexpr std::chrono::seconds kWindow{5};  ///< windows begin at multiples of it
  static constexpr std::chrono::seconds kGone{60};   ///< unheard
  /// So long a PDU waits for what other channels heard of the same transmission; they tell it when it ends,
  /// and the longest takes 33 ms.
  static constexpr std::chrono::milliseconds kSettle{250};
  static constexpr std::chrono::seconds kBackstep{5};  ///< as Tracker's
};

class LinkLedger {
 public:
  explicit LinkLedger(LinkLedgerOptions options = {}) : options_(options) {}

  void on_pdu(const TimedPdu& pdu);
  /// `address` has sent frames of this aircraft.
  void tie(const decoders::Transmitter& address, const std::string& aircraft_id);
  /// The aircraft is gone: its addresses are forgotten.
  void untie(const std::string& aircraft_id);
  /// Appends what has become due up to `now`, in order of time; head.time and the body are filled.
  void advance(UtcTime now, std::vector<LinkMessage>& due);
  /// At the end of the stream: the last state of every link.
  void finish(UtcTime now, std::vector<LinkMessage>& due);

  std::size_t size() const { return accounts_.size(); }
  std::uint64_t evicted() const { return evicted_; }

 private:
  using Waiting = std::multimap<double, HeardPdu>;  // by stream time

  bool joins_waiting(const HeardPdu& pdu);
  void settle_before(UtcTime time, std::vector<LinkMessage>& due);
  void book(const HeardPdu& pdu, std::vector<LinkMessage>& due);
  LinkAccount& account_for(const LinkKey& key, UtcTime heard, std::vector<LinkMessage>& due);
  void close_window(UtcTime end, std::vector<LinkMessage>& due);
  void open_window(UtcTime time);
  void merge_strangers(std::vector<LinkMessage>& due);
  LinkMessage message(const LinkKey& key, const LinkAccount& account, UtcTime time) const;
  LinkParty party(std::uint64_t hash) const;

  struct Tie {
    decoders::Transmitter address;
    std::string aircraft;
  };

  LinkLedgerOptions options_;
  Waiting waiting_;
  std::map<LinkKey, LinkAccount> accounts_;
  std::map<LinkKey, LinkAccount> strangers_;  // named by headers that nothing has proved yet
  std::unordered_map<std::uint64_t, Tie> ties_;
  std::deque<std::uint64_t> tie_order_;  // oldest first
  std::optional<UtcTime> now_;
  UtcTime window_begin_{}, window_end_{};
  std::uint64_t evicted_ = 0;
};

}  // namespace windhover::sensor
