#include "sensor/links/transmitter_match.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "sensor/links/median.hpp"

namespace windhover::sensor::links {
namespace {

constexpr std::size_t kOffsets = 64;   // of each radio
constexpr double kRemembered_s = 120;  // of levels
constexpr std::size_t kMostAircraft = 1000;
constexpr std::size_t kMostTold = 5;
constexpr double kLeastTold = 0.02;
constexpr double kOffsetError_ppm = 0.02;  // of an aircraft's frames, at the least

// Before anything is measured: what share of links is somebody's whom no broadcast names. Nearly all are of
// those that are known for something else than a drone's.
constexpr double kUnattributed = 0.35, kUnattributedUnknown = 0.7, kUnattributedOther = 0.98;

// Further off than any oscillator: the raster of the link's kind was not understood.
constexpr double kNoOscillator_ppm = 50;

// DroneID and OcuSync links come from one radio. Other transports may have a chip of their own, and a remote
// controller's oscillator is not the aircraft's.
constexpr double kSameRadio = 0.97, kPerhapsSameRadio = 0.4, kOtherEnd = 0.05;

// Carriers of DJI's are known to the nearest point of this raster alone.
constexpr double kRaster_hz = 100e3;

constexpr double kSettled_s = 5;  // what is heard in the first seconds was there before
constexpr double kOver_s = 10;    // so long unheard, it has ended
constexpr double kMuchLonger_s = 30;
constexpr double kAlone = -1.9;  // the link goes on without the aircraft

bool is_ocusync(std::string_view kind) { return kind.starts_with("ocusync"); }
bool is_sent_by_controller(std::string_view kind) {
  return kind == "ocusync_control" || kind == "lora_control";
}

double unattributed(const LinkFeatures& link) {
  if (link.drone_like) return kUnattributed;
  return link.kind == "unknown" ? kUnattributedUnknown : kUnattributedOther;
}

double sharing(std::string_view kind, std::string_view transport) {
  if (is_sent_by_controller(kind)) return kOtherEnd;
  if (is_ocusync(kind)) return transport == "ocusync" ? kSameRadio : kPerhapsSameRadio;
  if (kind.starts_with("wifi")) return transport.starts_with("wifi") ? kSameRadio : kPerhapsSameRadio;
  return kPerhapsSameRadio;
}

RadioFamily family_of(const decoders::Frame& frame) {
  if (std::holds_alternative<decoders::messages::DjiDroneId>(frame.message)) return RadioFamily::dji;
  return RadioFamily::unknown;
}

}  // namespace

double TransmitterMatch::seconds(UtcTime time) {
  if (!epoch_) epoch_ = time;
  return std::chrono::duration<double>(time - *epoch_).count();
}

void TransmitterMatch::on_frame(const std::string& id, const TimedFrame& frame) {
  const double now_s = seconds(frame.at.time);
  if (aircraft_.size() >= kMostAircraft && !aircraft_.contains(id)) return;
  const auto [at, is_new] = aircraft_.try_emplace(id);
  Aircraft& aircraft = at->second;
  if (is_new) aircraft.first_s = now_s;
  aircraft.last_s = now_s;
  if (aircraft.family == RadioFamily::unknown) aircraft.family = family_of(frame.frame);
  Radio& radio = aircraft.radios[frame.frame.transport];
  const decoders::RfFacts& rf = frame.frame.rf;
  if (std::isfinite(rf.cfo_hz) && rf.centre.value > 0) {
    radio.offsets.push_back({now_s, rf.cfo_hz / rf.centre.value * 1e6});
    if (radio.offsets.size() > kOffsets) radio.offsets.pop_front();
  }
  const double level_db = comparable_db(rf.rssi_dbfs, frame.at.reception);
  if (!std::isfinite(level_db)) return;
  const double second = std::floor(now_s);
  if (radio.levels.empty() || radio.levels.back().second < second)
    radio.levels.push_back({second, static_cast<float>(level_db)});
  else
    radio.levels.back().db = std::max<double>(radio.levels.back().db, level_db);
  while (radio.levels.front().second < second - kRemembered_s) radio.levels.pop_front();
}

void TransmitterMatch::forget_aircraft(const std::string& aircraft) { aircraft_.erase(aircraft); }

AttributionResult TransmitterMatch::attribute(const LinkFeatures& link, UtcTime now) {
  if (!link.address_of.empty()) return {{{std::string(link.address_of), 1, {{link.address_evidence}}}}, 0};
  const double now_s = seconds(now);
  AttributionResult result;
  if (aircraft_.empty()) return result;
  double sum = unattributed(link);
  const double prior = (1 - sum) / static_cast<double>(aircraft_.size());
  for (const auto& [id, aircraft] : aircraft_) {
    Match found = match(link, aircraft, now_s);
    const double weight = found.evidence.empty() ? 0 : prior * std::exp(found.log_ratio);
    sum += found.evidence.empty() ? prior : weight;
    if (weight > 0) result.aircraft.push_back({id, weight, std::move(found.evidence)});
  }
  std::ranges::stable_sort(result.aircraft, std::ranges::greater{}, &Attributed::likelihood);
  double told = 0;
  for (Attributed& each : result.aircraft) each.likelihood /= sum;
  std::erase_if(result.aircraft, [](const Attributed& each) { return each.likelihood < kLeastTold; });
  if (result.aircraft.size() > kMostTold) result.aircraft.resize(kMostTold);
  for (const Attributed& each : result.aircraft) told += each.likelihood;
  result.unattributed = std::max(0.0, 1 - told);
  return result;
}

TransmitterMatch::Match TransmitterMatch::match(const LinkFeatures& link, const Aircraft& aircraft,
                                                double now_s) {
  Match match;
  match_oscillators(link, aircraft, match);
  match_levels(link, aircraft, match);
  match_times(link, aircraft, now_s, match);
  // Alone this is no reason to name anybody.
  const bool is_ocusync_kind = is_ocusync(link.kind);
  const double family =
      family_evidence(is_ocusync_kind, link.drone_like && !is_ocusync_kind, aircraft.family);
  match.log_ratio += family;
  if (!match.evidence.empty() && family > 0) match.evidence.push_back({"its maker uses such links"});
  return match;
}

// Of the radios that were measured, the one that most probably shares the link's oscillator.
void TransmitterMatch::match_oscillators(const LinkFeatures& link, const Aircraft& aircraft,
                                         Match& match) const {
  if (!link.offset_ppm) return;
  const Radio* best = nullptr;
  double best_sharing = 0;
  for (const auto& [transport, radio] : aircraft.radios)
    if (const double share = sharing(link.kind, transport); !radio.offsets.empty() && share > best_sharing)
      best = &radio, best_sharing = share;
  if (best == nullptr) return;
  std::vector<double> ppm;
  for (const Offset& each : best->offsets) ppm.push_back(each.ppm);
  const double middle = median(ppm);
  for (double& each : ppm) each = std::abs(each - middle);
  const double error =
      std::hypot(1.5 * median(ppm) / std::sqrt(static_cast<double>(ppm.size())), kOffsetError_ppm);
  double difference = *link.offset_ppm - middle;
  if (is_ocusync(link.kind) && link.center_hz > 0)
    difference = std::remainder(difference, kRaster_hz / link.center_hz * 1e6);
  if (!(std::abs(difference) < kNoOscillator_ppm)) return;
  match.log_ratio +=
      oscillator_evidence(difference, std::hypot(error, link.offset_error_ppm.value_or(0.1)), best_sharing);
  match.evidence.push_back({"carrier offset apart by", difference, "ppm"});
}

void TransmitterMatch::match_levels(const LinkFeatures& link, const Aircraft& aircraft, Match& match) {
  std::vector<SecondLevel> levels;
  for (const LevelPoint& each : link.levels) levels.push_back({std::floor(seconds(each.time)), each.dbfs});
  std::optional<LevelEvidence> best;
  for (const auto& [transport, radio] : aircraft.radios) {
    const std::vector<SecondLevel> heard(radio.levels.begin(), radio.levels.end());
    const auto found = level_evidence(heard, levels);
    if (found && (!best || found->seconds > best->seconds)) best = found;
  }
  if (!best) return;
  match.log_ratio += is_sent_by_controller(link.kind) ? 0 : best->log_ratio;
  if (!is_sent_by_controller(link.kind))
    match.evidence.push_back({"correlation of levels", best->correlation});
}

void TransmitterMatch::match_times(const LinkFeatures& link, const Aircraft& aircraft, double now_s,
                                   Match& match) {
  if (link.presence.empty()) return;
  const double first_s = seconds(link.presence.front().begin), last_s = seconds(link.presence.back().end);
  if (first_s > kSettled_s && aircraft.first_s > kSettled_s) {
    match.log_ratio += together_evidence(first_s - aircraft.first_s, now_s);
    match.evidence.push_back({"first heard apart by", first_s - aircraft.first_s, "s"});
  }
  const bool link_is_over = last_s < now_s - kOver_s, aircraft_is_gone = aircraft.last_s < now_s - kOver_s;
  if (link_is_over && aircraft_is_gone) {
    match.log_ratio += together_evidence(last_s - aircraft.last_s, now_s);
    match.evidence.push_back({"last heard apart by", last_s - aircraft.last_s, "s"});
  } else if (last_s > aircraft.last_s + kMuchLonger_s) {
    match.log_ratio += kAlone;
  }
}

}  // namespace windhover::sensor::links
