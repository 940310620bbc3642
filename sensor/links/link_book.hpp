#pragma once
// Emissions and snapshots to links: a pure function of events and times, in the feed thread. A window's
// emissions are kept until it has ended and are sorted at once; what is kept is bounded.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sensor/events.hpp"
#include "sensor/feed_messages.hpp"
#include "sensor/links/burst.hpp"
#include "sensor/links/emission_link.hpp"
#include "sensor/links/explanations.hpp"
#include "sensor/links/link_finder.hpp"
#include "sensor/links/listening.hpp"
#include "sensor/links/transmitter_match.hpp"

namespace windhover::sensor::links {

struct LinkBookOptions {
  std::size_t max_links = 256;       ///< beyond it the longest unheard is told gone, and counted
  std::size_t max_bursts = 100'000;  ///< of one window; the rest is counted
  std::size_t max_signals = 20'000;
};

class LinkBook {
 public:
  /// `attribution` outlives the book.
  explicit LinkBook(TransmitterMatch& attribution, LinkBookOptions options = {})
      : attribution_(attribution), options_(options) {}

  void on_emission(const TimedEmission& emission);
  void on_signal(const TimedSignal& signal);
  // What was decoded explains emissions.
  void on_frame(const TimedFrame& frame);
  void on_pdu(const TimedPdu& pdu);
  /// Until `now` the band was received for `seconds` of the time since the call before.
  void on_listening(double low_hz, double high_hz, double seconds, UtcTime now);

  /// Appends what has become due up to `now`, in order of time; head.time and the body are filled.
  void advance(UtcTime now, std::vector<LinkMessage>& due);
  /// At the end of the stream: the last state of every link.
  void finish(UtcTime now, std::vector<LinkMessage>& due);

  std::size_t size() const { return links_.size(); }
  std::uint64_t evicted() const { return evicted_; }
  const EmissionCounts& counts() const { return counts_; }

 private:
  /// Whose emission it was, for snapshots that come late.
  struct Owner {
    std::uint64_t emission = 0, link = 0;
  };

  double seconds(UtcTime time) const;
  UtcTime utc(double seconds) const;
  void open_window(UtcTime time);
  void close_window(UtcTime end, std::vector<LinkMessage>& due);
  void take_window(double end_s);
  void attach_signals();
  void claim();
  void find_new(UtcTime end, std::vector<LinkMessage>& due);
  void give(std::size_t link, const std::vector<std::uint32_t>& bursts);
  static bool is_one_channel(const EmissionLink& known, const EmissionLink& fresh);
  std::optional<std::size_t> home_of(const EmissionLink& fresh) const;
  bool is_piece(const EmissionLink& fresh) const;
  void give_pieces();
  void give_center();
  void make_room(UtcTime time, std::vector<LinkMessage>& due);
  void remember_owners();
  const TimedSignal* signal_of(const Burst& burst) const;
  LinkMessage message(const EmissionLink& link, UtcTime time) const;
  void attribute(const EmissionLink& link, LinkMessage& message, UtcTime time) const;

  TransmitterMatch& attribution_;
  LinkBookOptions options_;
  LinkFinder finder_;
  Explanations explanations_;
  Listening listening_;
  std::vector<Burst> waiting_, window_;
  std::vector<TimedSignal> waiting_signals_, signals_;
  std::vector<Owner> owners_;  // of the window before, by emission
  std::vector<EmissionLink> links_;
  std::vector<BurstGroup> groups_;
  EmissionCounts counts_;
  std::uint64_t links_made_ = 0, evicted_ = 0;
  std::optional<UtcTime> now_;
  std::optional<UtcTime> listened_until_;
  UtcTime epoch_{}, window_begin_{}, window_end_{};
};

}  // namespace windhover::sensor::links
