#pragma once
// The feed's messages on their way to the evidence thread.

#include <optional>
#include <set>
#include <string>

#include "sensor/evidence/evidence.hpp"
#include "sensor/feed_sink.hpp"

namespace windhover::sensor {

/// Frames, aircraft and alerts that are told while the feed tells of one device's stream, each with its place
/// there. Reasons for a snippet are the first frame of an aircraft and each alert but the one about evidence
/// itself.
class EvidenceSink final : public FeedSink {
 public:
  /// `evidence` outlives it. What is not to be told of people's places is in no annotation either.
  EvidenceSink(Evidence& evidence, PlaceDetail operator_position, std::size_t device = 0)
      : FeedSink(operator_position), evidence_(evidence), device_(device), is_told_of_(device == 0) {}

  void from(std::size_t device) override { is_told_of_ = device == device_; }
  void on_frame(const TimedFrame& frame) override;
  void on_status(const StatusMessage& status) override;
  void publish(const OutgoingMessage& message) override;

 private:
  struct Known {  // a place in the stream and its time
    double start_s;
    UtcTime time;
  };
  void note_frame(const OutgoingMessage& message);
  void note_other(const OutgoingMessage& message);

  Evidence& evidence_;
  std::size_t device_;
  bool is_told_of_;
  std::optional<Known> known_;
  EvidenceNote frame_;              // of the frame that is published next
  std::set<std::string> aircraft_;  // heard and not gone; as many as the tracker keeps
  std::uint64_t errors_told_ = 0;
  std::optional<UtcTime> told_;
};

}  // namespace windhover::sensor
