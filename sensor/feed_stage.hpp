#pragma once
// The end of the pipeline: events in stream order become numbered messages for the sinks. Runs in one thread;
// what goes out depends on the events and their times alone.

#include <array>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/authentications.hpp"
#include "sensor/coverage/coverage.hpp"
#include "sensor/device_alerts.hpp"
#include "sensor/events.hpp"
#include "sensor/feed_messages.hpp"
#include "sensor/feed_sink.hpp"
#include "sensor/link_ledger.hpp"
#include "sensor/links/aircraft_links.hpp"
#include "sensor/links/link_book.hpp"
#include "sensor/links/transmitter_match.hpp"
#include "sensor/presence_tracker.hpp"
#include "sensor/privacy.hpp"
#include "sensor/tracker.hpp"
#include "sensor/trust/alert_book.hpp"
#include "sensor/trust/trust_book.hpp"

namespace windhover::sensor {

/// 16 hex digits, new at every call: marks one start of the program.
std::string new_boot_id();

struct FeedStageOptions {
  std::string node = "windhover";
  std::string boot;  ///< new_boot_id(), or what the user fixed
  bool publish_rejects = false;
  TrackerOptions tracker{};  ///< but for what privacy.retention says
  LinkLedgerOptions links{};
  PrivacyOptions privacy{};
  std::optional<SensorPosition> position{};  ///< of the antenna
  /// Where the antenna is now, asked at each status, in the place of `position`; of live streams only.
  std::function<std::optional<SensorPosition>()> locate{};
  TrustOptions trust{};  ///< but for the position
  links::LinkBookOptions emission_links{};
};

class FeedStage {
 public:
  /// The sinks outlive the stage.
  FeedStage(FeedStageOptions options, std::vector<FeedSink*> sinks);

  // `now` is the stream's time of the event; pass frame.at.time where events come in order. See Tracker.
  void on_frame(const TimedFrame& frame, UtcTime now);
  void on_pdu(const TimedPdu& pdu, UtcTime now);
  void on_emission(const TimedEmission& emission, UtcTime now);
  void on_signal(const TimedSignal& signal, UtcTime now);
  void on_reject(const TimedReject& reject, UtcTime now);
  bool wants_spectrum() const;
  void on_spectrum(const TimedSpectrum& row, UtcTime now);
  /// Others come in no message of their own; `status` counts them.
  void on_others(const OthersHeard& others);
  void on_status(const StreamStatus& stream, UtcTime now);
  /// What is told from here on comes from this device, 0, 1 …; at the start from 0. What rests on sample
  /// counts or compares levels is kept for each device alone; aircraft are the same whoever hears them.
  void from(std::size_t device);
  /// There are several devices, called so: messages tell whose they are. Before anything else is told.
  void name_devices(const std::vector<std::string>& names);
  /// The band that was received so far ends here, as wide as the rate; samples: received until then, from the
  /// start.
  void on_retune(double low_hz, double high_hz, std::uint64_t samples, UtcTime now);
  /// Tells what has become due; the messages are the same however often it is called.
  void advance(UtcTime now);
  /// See FeedSink: between messages, and while there are none.
  void serve();
  /// The last state of every aircraft and link and a last status. Another recording may follow.
  void finish(const StreamStatus& stream, UtcTime now);

 private:
  struct RecentFrame {
    UtcTime time;
    double start_s;
    double carrier_hz;
    std::string_view protocol;
    std::vector<std::uint8_t> payload;
  };

  struct Device {
    explicit Device(const FeedStageOptions& options)
        : links(options.links), emission_links(attribution, options.emission_links) {}

    std::string name{};  ///< empty: it is the only one
    LinkLedger links;
    links::TransmitterMatch attribution;
    links::LinkBook emission_links;
    Coverage coverage{};
    std::uint64_t samples_noted = 0;
    std::uint64_t shed_counted = 0;  // samples
    std::array<std::uint64_t, kWorks> shed_noted{};
    WorkShares shed{};  // of what was received before the last status
    DeviceAlerts alerts{};
    std::deque<RecentFrame> recent{};
    StreamStatus last{};  ///< as told last
  };

  void locate();
  bool is_duplicate(const TimedFrame& frame);
  void tell(std::vector<AircraftMessage>& aircraft);
  void tell(std::vector<LinkMessage>& links, const Device& device);
  template <typename Step>
  void tell_links(Step step);
  static void attribute(LinkMessage& link, links::TransmitterMatch& attribution);
  void note_listening(const StreamStatus& stream, UtcTime now);
  void note_listening(double low_hz, double high_hz, double seconds, UtcTime now);
  double seconds_since_noted(std::uint64_t samples, double rate_hz);
  void tell(std::vector<CoverageMessage>& coverage, const Device& device);
  void tell(std::vector<AlertMessage>& alerts, std::string_view device = {});
  void tell_status(const StreamStatus& stream, UtcTime now);
  MessageHead head(std::string_view kind, UtcTime time);
  /// `holds_for` as in OutgoingMessage: 0 for what is no state.
  void send(std::string_view kind, std::string_view id, std::string json,
            std::chrono::seconds holds_for = std::chrono::seconds(0));
  /// The same for what says where people are: each sink gets what it may show.
  template <typename ToJson>
  void send_by_detail(std::string_view kind, std::string_view id, ToJson to_json,
                      std::chrono::seconds holds_for);
  OutgoingMessage outgoing(std::string_view kind, std::string_view id, std::string json,
                           std::chrono::seconds holds_for);

  FeedStageOptions options_;
  std::vector<FeedSink*> sinks_;
  Tracker tracker_;
  PresenceTracker presence_;  // of protocols of which no more may be told: what it knows reaches nothing else
  std::deque<Device> devices_;
  Device* from_ = nullptr;
  links::AircraftLinks links_of_;
  Authentications authentications_;
  TrustBook trust_;
  AlertBook alerts_;
  FeedCounts counts_;
  struct LastHead {
    std::uint64_t seq = 0;
    UtcTime time{};
  };
  std::map<std::string_view, LastHead> last_heads_;  // by kind, all literals
  std::vector<AircraftMessage> due_;
  std::vector<LinkMessage> due_links_;
  std::vector<AlertMessage> due_alerts_;
  std::vector<CoverageMessage> due_coverage_;
};

}  // namespace windhover::sensor
