#include "sensor/feed_stage.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <random>
#include <utility>

#include "sensor/claims.hpp"
#include "sensor/derived.hpp"
#include "sensor/feed_json.hpp"

namespace windhover::sensor {
namespace {

// A strong burst between two channels is decoded in both; the estimates of its start and carrier then differ
// by far less than this, and no transmitter repeats itself so soon on one carrier.
constexpr double kDuplicateStart_s = 150e-6;
constexpr double kDuplicateCarrier_hz = 100e3;
// A strong Wi-Fi frame is read on neighbouring channels too, where its carrier cannot be measured.
constexpr double kWifiWidth_hz = 22e6;
// How far apart in stream time the copies may be handed over, and how many frames are remembered for that.
constexpr double kRemembered_s = 0.25;
constexpr std::size_t kMostRemembered = 1024;

constexpr std::chrono::seconds kForgottenAfter{1};
// For how long a message is the present state; longer than until the next one comes.
constexpr std::chrono::seconds kEvent{0};
constexpr std::chrono::seconds kStatusHolds{10};
constexpr std::chrono::seconds kMargin{10};
constexpr std::chrono::hours kAlertHolds{1};
constexpr std::chrono::minutes kCoverageHolds{1};
constexpr std::chrono::seconds kLinkHolds = LinkTimes::kGone + kMargin;

double same_carrier_hz(const decoders::Frame& frame) {
  return frame.transport.starts_with("wifi") ? kWifiWidth_hz : kDuplicateCarrier_hz;
}

double carrier_hz(const decoders::RfFacts& rf) { return rf.centre.value + static_cast<double>(rf.cfo_hz); }

TrackerOptions tracker_options(const FeedStageOptions& options) {
  TrackerOptions tracker = options.tracker;
  tracker.forget_after = options.privacy.retention;
  return tracker;
}

TrustOptions trust_options(const FeedStageOptions& options) {
  TrustOptions trust = options.trust;
  trust.position = options.position;
  return trust;
}

// The same link, or trouble, of another device is another one.
std::string id_on_device(std::string id, std::string_view device) {
  return device.empty() ? std::move(id) : std::move(id) + "-" + topic_part(device);
}

}  // namespace

std::string new_boot_id() {
  std::random_device random;
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%08x%08x", random(), random());
  return text.data();
}

FeedStage::FeedStage(FeedStageOptions options, std::vector<FeedSink*> sinks)
    : options_(std::move(options)),
      sinks_(std::move(sinks)),
      tracker_(tracker_options(options_)),
      presence_(tracker_options(options_)),
      trust_(trust_options(options_)) {
  from(0);
}

void FeedStage::from(std::size_t device) {
  while (devices_.size() <= device) devices_.emplace_back(options_);
  if (from_ == &devices_[device]) return;
  from_ = &devices_[device];
  for (FeedSink* sink : sinks_) sink->from(device);
}

void FeedStage::name_devices(const std::vector<std::string>& names) {
  from(names.size() - 1);
  from(0);
  for (std::size_t i = 0; i < names.size(); ++i) devices_[i].name = names[i];
}

void FeedStage::on_frame(const TimedFrame& frame, UtcTime now) {
  advance(now);
  // Whatever may be told of it: its emission is no link of somebody else.
  from_->emission_links.on_frame(frame);
  const Disclosure disclosure = disclosure_of(options_.privacy, frame.frame.protocol);
  if (disclosure == Disclosure::off) {
    ++counts_.switched_off;
    return;
  }
  if (is_duplicate(frame)) {
    ++counts_.duplicates;
    return;
  }
  ++counts_.frames[std::string(frame.frame.protocol)];
  const MessageHead numbered = head("frame", frame.at.time);
  const bool is_full = disclosure == Disclosure::full;
  std::vector<decoders::messages::AuthenticationSet> authentications;
  if (is_full) authentications = authentications_.take(frame);
  const std::string id =
      is_full ? tracker_.on_frame(frame, now, authentications) : presence_.on_frame(frame, now);
  if (is_full && !id.empty()) trust_.on_frame(id, frame, authentications, from_ == &devices_.front());
  if (is_full && frame.frame.transmitter && !id.empty())
    for (Device& device : devices_) device.links.tie(*frame.frame.transmitter, id);
  if (is_full && !id.empty()) from_->attribution.on_frame(id, frame);
  for (FeedSink* sink : sinks_) sink->on_frame(frame);
  send_by_detail(
      "frame", id,
      [&](PlaceDetail detail) {
        if (!is_full || detail == PlaceDetail::full)
          return to_json(FrameMessage{numbered, id, frame, disclosure, PlaceDetail::full, authentications},
                         from_->name);
        // What is signed may hold the places that are not to be told.
        return to_json(FrameMessage{numbered, id, redacted(frame, detail), disclosure, detail, {}},
                       from_->name);
      },
      kEvent);
  advance(now);
}

void FeedStage::on_pdu(const TimedPdu& pdu, UtcTime now) {
  advance(now);
  from_->links.on_pdu(pdu);
  from_->emission_links.on_pdu(pdu);
}

void FeedStage::on_emission(const TimedEmission& emission, UtcTime now) {
  advance(now);
  from_->emission_links.on_emission(emission);
}

void FeedStage::on_signal(const TimedSignal& signal, UtcTime now) {
  advance(now);
  from_->emission_links.on_signal(signal);
}

void FeedStage::on_reject(const TimedReject& reject, UtcTime now) {
  advance(now);
  if (disclosure_of(options_.privacy, reject.attempt.protocol) == Disclosure::off) return;
  ++counts_.rejects[std::string(reject.attempt.protocol)][std::string(to_string(reject.attempt.reason))];
  if (options_.publish_rejects)
    send("reject", {}, to_json(RejectMessage{head("reject", reject.at.time), reject}, from_->name));
}

bool FeedStage::wants_spectrum() const {
  return std::ranges::any_of(sinks_, [](const FeedSink* sink) { return sink->wants_spectrum(); });
}

void FeedStage::on_spectrum(const TimedSpectrum& row, UtcTime now) {
  advance(now);
  if (!wants_spectrum()) return;
  const SpectrumMessage told{head("spectrum", row.at.time), row};
  OutgoingMessage message = outgoing("spectrum", from_->name.empty() ? "" : topic_part(from_->name),
                                     to_json(told, from_->name), kEvent);
  message.levels = row.levels;
  for (FeedSink* sink : sinks_)
    if (sink->wants_spectrum()) sink->publish(message);
}

void FeedStage::on_others(const OthersHeard& others) {
  counts_.others[std::string(others.decoder)] += others.count;
}

void FeedStage::on_status(const StreamStatus& stream, UtcTime now) {
  advance(now);
  locate();
  note_listening(stream, now);
  from_->alerts.take(stream, now, due_alerts_);
  tell(due_alerts_, from_->name);
  tell_status(stream, now);
}

void FeedStage::locate() {
  if (!options_.locate) return;
  options_.position = options_.locate();
  trust_.set_position(options_.position);
}

void FeedStage::note_listening(const StreamStatus& stream, UtcTime now) {
  if (!stream.band_low_hz || !stream.band_high_hz || !(stream.rate_hz > 0)) return;
  const std::uint64_t received = stream.samples - std::min(from_->shed_counted, stream.samples);
  from_->shed_counted = stream.samples;
  for (std::size_t i = 0; i < kWorks; ++i) {
    const std::uint64_t shed =
        stream.shed_samples[i] - std::min(from_->shed_noted[i], stream.shed_samples[i]);
    from_->shed[i] = received > 0 ? static_cast<double>(shed) / static_cast<double>(received) : 0;
  }
  from_->shed_noted = stream.shed_samples;
  note_listening(*stream.band_low_hz, *stream.band_high_hz,
                 seconds_since_noted(stream.samples, stream.rate_hz), now);
}

double FeedStage::seconds_since_noted(std::uint64_t samples, double rate_hz) {
  const std::uint64_t before = std::exchange(from_->samples_noted, samples);
  return static_cast<double>(samples - std::min(before, samples)) / rate_hz;
}

void FeedStage::note_listening(double low_hz, double high_hz, double seconds, UtcTime now) {
  const double watched_s = seconds * (1 - from_->shed[static_cast<std::size_t>(Work::emissions)]);
  from_->emission_links.on_listening(low_hz, high_hz, watched_s, now);
  from_->coverage.on_listening(low_hz, high_hz, seconds, now, from_->shed);
}

void FeedStage::on_retune(double low_hz, double high_hz, std::uint64_t samples, UtcTime now) {
  advance(now);
  note_listening(low_hz, high_hz, seconds_since_noted(samples, high_hz - low_hz), now);
}

// What each device's links have to tell; `step` fetches it from frames' and from emissions' alike.
template <typename Step>
void FeedStage::tell_links(Step step) {
  for (Device& device : devices_) {
    step(device.links);
    for (LinkMessage& link : due_links_) attribute(link, device.attribution);
    step(device.emission_links);
    tell(due_links_, device);
  }
}

void FeedStage::advance(UtcTime now) {
  tracker_.advance(now, due_);
  presence_.advance(now, due_);
  tell(due_);
  tell_links([&](auto& links) { links.advance(now, due_links_); });
  for (Device& device : devices_) {
    device.coverage.advance(now, due_coverage_);
    tell(due_coverage_, device);
    while (!device.recent.empty() && device.recent.front().time < now - kForgottenAfter)
      device.recent.pop_front();
  }
}

void FeedStage::finish(const StreamStatus& stream, UtcTime now) {
  note_listening(stream, now);
  tracker_.finish(now, due_);
  presence_.finish(now, due_);
  tell(due_);
  tell_links([&](auto& links) { links.finish(now, due_links_); });
  for (Device& device : devices_) {
    device.coverage.finish(now, due_coverage_);
    tell(due_coverage_, device);
  }
  tell_status(stream, now);
  for (Device& device : devices_) {  // the next stream counts its seconds anew
    device.samples_noted = 0;
    device.shed_counted = 0;
    device.shed_noted = {};
    device.shed = {};
    device.coverage = {};
    device.recent.clear();
  }
}

bool FeedStage::is_duplicate(const TimedFrame& frame) {
  const double start_s = frame.at.start_s;
  const double carrier = carrier_hz(frame.frame.rf);
  while (!from_->recent.empty() &&
         (from_->recent.size() >= kMostRemembered || from_->recent.front().start_s < start_s - kRemembered_s))
    from_->recent.pop_front();
  const bool heard_before =
      std::any_of(from_->recent.begin(), from_->recent.end(), [&](const RecentFrame& other) {
        return std::abs(other.start_s - start_s) < kDuplicateStart_s &&
               std::abs(other.carrier_hz - carrier) < same_carrier_hz(frame.frame) &&
               other.protocol == frame.frame.protocol && other.payload == frame.frame.payload;
      });
  if (!heard_before)
    from_->recent.push_back({frame.at.time, start_s, carrier, frame.frame.protocol, frame.frame.payload});
  return heard_before;
}

void FeedStage::tell(std::vector<AircraftMessage>& aircraft) {
  for (AircraftMessage& message : aircraft) {
    message.head = head("aircraft", message.head.time);
    const bool is_gone = message.state == AircraftState::gone;
    for (Device& device : devices_) {
      if (!is_gone) break;
      device.links.untie(message.id);
      device.attribution.forget_aircraft(message.id);
    }
    message.links = links_of_.of(message.id);
    message.trust = trust_.trust_of(message.id, message.head.time);
    if (is_gone) trust_.forget(message.id);
    const auto holds_for = is_gone ? kEvent : options_.privacy.retention + kMargin;
    send_by_detail(
        "aircraft", message.id,
        [&](PlaceDetail detail) {
          AircraftMessage shown = message;
          shown.claimed = redacted(std::move(shown.claimed), detail);
          shown.derived = derived_of(shown.claimed, options_.position);
          shown.operator_position = detail;
          return to_json(shown);
        },
        holds_for);
    alerts_.take(message, due_alerts_);
    tell(due_alerts_);
  }
  aircraft.clear();
}

void FeedStage::tell(std::vector<AlertMessage>& alerts, std::string_view device) {
  for (AlertMessage& message : alerts) {
    message.id = id_on_device(message.id, device);
    message.head = head("alert", message.head.time);
    send("alert", message.id, to_json(message, device), message.cleared ? kEvent : kAlertHolds);
  }
  alerts.clear();
}

void FeedStage::tell(std::vector<CoverageMessage>& coverage, const Device& device) {
  for (CoverageMessage& message : coverage) {
    message.head = head("coverage", message.head.time);
    send("coverage", device.name.empty() ? "" : topic_part(device.name), to_json(message, device.name),
         kCoverageHolds);
  }
  coverage.clear();
}

void FeedStage::tell(std::vector<LinkMessage>& links, const Device& device) {
  for (LinkMessage& message : links) {
    message.id = id_on_device(message.id, device.name);
    message.head = head("link", message.head.time);
    const bool is_gone = message.state == AircraftState::gone;
    links_of_.take(message);
    send("link", message.id, to_json(message, device.name), is_gone ? kEvent : kLinkHolds);
  }
  links.clear();
}

// Of a transmitter's frames; who keeps emissions asks for these himself.
void FeedStage::attribute(LinkMessage& link, links::TransmitterMatch& attribution) {
  links::LinkFeatures features;
  features.id = link.id;
  features.kind = link.kind;
  features.drone_like = link.verdict.drone_like;
  features.center_hz = link.center_hz;
  features.low_hz = link.center_hz - link.bandwidth_hz / 2;
  features.high_hz = link.center_hz + link.bandwidth_hz / 2;
  if (link.cfo_hz && link.center_hz > 0) features.offset_ppm = *link.cfo_hz / link.center_hz * 1e6;
  if (link.transmitter && !link.transmitter->aircraft.empty()) {
    features.address_of = link.transmitter->aircraft;
    features.address_evidence = "transmitter address";
  } else if (link.peer && !link.peer->aircraft.empty()) {
    features.address_of = link.peer->aircraft;
    features.address_evidence = "frames to its address";
  }
  link.attribution = attribution.attribute(features, link.head.time);
}

void FeedStage::tell_status(const StreamStatus& stream, UtcTime now) {
  counts_.aircraft = tracker_.size() + presence_.size();
  counts_.aircraft_evicted = tracker_.evicted() + presence_.evicted();
  counts_.positions_held = tracker_.positions_held();
  counts_.signatures_skipped = trust_.signatures_skipped();
  counts_.authentications = authentications_.counters();
  counts_.links = counts_.links_evicted = 0;
  counts_.emissions = {};
  for (const Device& device : devices_) {
    counts_.links += device.links.size() + device.emission_links.size();
    counts_.links_evicted += device.links.evicted() + device.emission_links.evicted();
    counts_.emissions += device.emission_links.counts();
  }
  for (const FeedSink* sink : sinks_)
    if (auto health = sink->health()) counts_.feed = std::move(*health);
  from_->last = stream;
  StatusMessage message{head("status", now), WINDHOVER_VERSION, devices_.front().last, counts_,
                        options_.position};
  for (const Device& device : devices_)
    if (devices_.size() > 1) message.devices.push_back({device.name, device.last});
  for (FeedSink* sink : sinks_) sink->on_status(message);
  send("status", {}, to_json(message), kStatusHolds);
}

MessageHead FeedStage::head(std::string_view kind, UtcTime time) {
  LastHead& last = last_heads_[kind];
  last = {last.seq + 1, time};
  return {options_.node, options_.boot, last.seq, time};
}

void FeedStage::serve() {
  for (FeedSink* sink : sinks_) sink->serve();
}

OutgoingMessage FeedStage::outgoing(std::string_view kind, std::string_view id, std::string json,
                                    std::chrono::seconds holds_for) {
  const LastHead& head = last_heads_[kind];
  OutgoingMessage message{kind, "wh1.", std::move(json), head.seq, holds_for, std::string(id), head.time};
  message.topic.append(kind).append(1, '.').append(topic_part(options_.node));
  if (!id.empty()) message.topic.append(1, '.').append(id);
  return message;
}

void FeedStage::send(std::string_view kind, std::string_view id, std::string json,
                     std::chrono::seconds holds_for) {
  const OutgoingMessage message = outgoing(kind, id, std::move(json), holds_for);
  for (FeedSink* sink : sinks_) sink->publish(message);
}

template <typename ToJson>
void FeedStage::send_by_detail(std::string_view kind, std::string_view id, ToJson to_json,
                               std::chrono::seconds holds_for) {
  std::map<PlaceDetail, OutgoingMessage> messages;  // most often one
  for (FeedSink* sink : sinks_) {
    const PlaceDetail detail = sink->operator_position();
    auto at = messages.find(detail);
    if (at == messages.end())
      at = messages.emplace(detail, outgoing(kind, id, to_json(detail), holds_for)).first;
    sink->publish(at->second);
  }
}

}  // namespace windhover::sensor
