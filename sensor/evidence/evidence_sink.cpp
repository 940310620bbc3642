#include "sensor/evidence/evidence_sink.hpp"

#include <chrono>
#include <cmath>
#include <iostream>
#include <string_view>
#include <utility>

#include "sensor/service/journal.hpp"

namespace windhover::sensor {
namespace {

constexpr std::chrono::minutes kBetweenLines{1};
constexpr std::string_view kOwnAlert = "sensor_trouble-evidence";

/// What the transport takes of the spectrum, roughly: annotations are marks for people.
double width_hz(std::string_view transport) {
  if (transport.starts_with("bluetooth")) return 2e6;
  if (transport.starts_with("wifi")) return 20e6;
  return 10e6;
}

}  // namespace

void EvidenceSink::on_frame(const TimedFrame& frame) {
  if (!is_told_of_) return;
  known_ = Known{frame.at.start_s, frame.at.time};
  const decoders::RfFacts& rf = frame.frame.rf;
  const double carrier = rf.centre.value + (std::isfinite(rf.cfo_hz) ? static_cast<double>(rf.cfo_hz) : 0);
  const double half = width_hz(frame.frame.transport) / 2;
  frame_ = {};
  frame_.start_s = frame.at.start_s;
  frame_.duration_s = frame.at.duration_s;
  frame_.time = frame.at.time;
  frame_.low_hz = carrier - half;
  frame_.high_hz = carrier + half;
  frame_.label = std::string(frame.frame.protocol).append(1, ' ').append(frame.frame.transport);
}

void EvidenceSink::publish(const OutgoingMessage& message) {
  const bool is_over = message.holds_for.count() == 0;
  if (message.kind == "aircraft" && is_over) aircraft_.erase(message.id);
  if (!is_told_of_) return;
  if (message.kind == "frame") return note_frame(message);
  if (message.kind == "aircraft" || message.kind == "alert") note_other(message);
}

void EvidenceSink::note_frame(const OutgoingMessage& message) {
  frame_.json = message.json;
  if (!message.id.empty() && aircraft_.insert(message.id).second)
    frame_.reason = "new_aircraft-" + message.id;
  evidence_.note(std::move(frame_));
}

void EvidenceSink::note_other(const OutgoingMessage& message) {
  const bool is_over = message.holds_for.count() == 0;
  if (!known_) return;
  EvidenceNote note;
  note.start_s = known_->start_s + std::chrono::duration<double>(message.time - known_->time).count();
  note.time = message.time;
  note.label = std::string(message.kind);
  note.json = message.json;
  if (message.kind == "alert" && !is_over && message.id != kOwnAlert) note.reason = message.id;
  if (note.start_s >= 0) evidence_.note(std::move(note));
}

// The one log line about errors comes from here, for only one thread may write the log.
void EvidenceSink::on_status(const StatusMessage& status) {
  if (!is_told_of_) return;
  const StreamStatus& stream = status.devices.empty() ? status.stream : status.devices[device_].stream;
  known_ = Known{stream.stream_s, status.head.time};
  if (!stream.live || !stream.live->evidence) return;
  const EvidenceStatus& evidence = *stream.live->evidence;
  if (evidence.errors == errors_told_ || (told_ && status.head.time - *told_ < kBetweenLines)) return;
  std::cerr << error_priority() << "evidence is not kept (" << evidence.errors
            << " snippets so far): " << evidence.trouble << '\n';
  errors_told_ = evidence.errors;
  told_ = status.head.time;
}

}  // namespace windhover::sensor
