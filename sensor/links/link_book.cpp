#include "sensor/links/link_book.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "sensor/link_ledger.hpp"
#include "sensor/links/burst_pieces.hpp"
#include "sensor/links/emission_message.hpp"

namespace windhover::sensor::links {
namespace {

constexpr double kMostClaimCost = 20;  // squared deviations beyond which a burst is none of a link's

constexpr double kPieces = 0.15;  // of a link's airtime

double log_ratio_if_known(double a, double b) { return a > 0 && b > 0 ? std::abs(std::log(a / b)) : 1e9; }

bool is_same_period(const EmissionLink& a, const EmissionLink& b) {
  if (!a.period_s() || !b.period_s()) return !a.period_s() && !b.period_s();
  return log_ratio_if_known(*a.period_s(), *b.period_s()) < 5e-3;
}

bool may_be_same_family(const EmissionLink& a, const EmissionLink& b) {
  using decoders::links::Family;
  const Family of_a = a.votes().family(), of_b = b.votes().family();
  return of_a == Family::unknown || of_b == Family::unknown || of_a == of_b;
}

double nominal_width_hz(const decoders::Frame& frame) {
  if (frame.transport.starts_with("bluetooth")) return 1.2e6;
  if (frame.transport.starts_with("wifi")) return 20e6;
  return 9.015e6;  // DroneID
}

}  // namespace

double LinkBook::seconds(UtcTime time) const { return std::chrono::duration<double>(time - epoch_).count(); }
UtcTime LinkBook::utc(double seconds) const {
  return epoch_ + std::chrono::nanoseconds(static_cast<std::int64_t>(std::llround(seconds * 1e9)));
}

void LinkBook::on_emission(const TimedEmission& timed) {
  ++counts_.heard;
  const dsp::Emission& emission = timed.emission;
  const bool at_center = emission.origin == dsp::EmissionOrigin::dc && !emission.open_start;
  if (emission.origin != dsp::EmissionOrigin::air) {
    ++counts_.artefacts;
    if (!at_center) return;
  }
  const double width_hz = timed.high_hz - timed.low_hz;
  const float level_db = comparable_db(emission.mean_dbfs, timed.at.reception);
  const bool is_sane = width_hz > 0 && std::isfinite(width_hz) && timed.at.duration_s > 0 &&
                       timed.at.duration_s < 60 && std::isfinite(level_db);
  if (!is_sane || waiting_.size() >= options_.max_bursts) {
    ++counts_.dropped;
    return;
  }
  if (!now_) epoch_ = timed.at.time;
  Burst burst;
  burst.start_s = seconds(timed.at.time);
  burst.duration_s = timed.at.duration_s;
  burst.center_hz = (timed.low_hz + timed.high_hz) / 2;
  burst.width_hz = width_hz;
  burst.level_dbfs = emission.mean_dbfs;
  burst.level_db = level_db;
  burst.saturated = timed.at.reception.saturated;
  burst.full_scale = timed.at.reception.full_scale;
  burst.power = std::pow(10, static_cast<double>(emission.mean_dbfs) / 10);
  burst.snr_db = std::isfinite(emission.snr_db) ? emission.snr_db : 0;
  burst.emission = emission.id;
  burst.continues = emission.open_start;
  burst.at_center = at_center;
  waiting_.push_back(burst);
}

void LinkBook::on_signal(const TimedSignal& signal) {
  ++counts_.snapshots;
  if (waiting_signals_.size() < options_.max_signals) waiting_signals_.push_back(signal);
}

void LinkBook::on_frame(const TimedFrame& timed) {
  const double start_s = seconds(timed.at.time), width_hz = nominal_width_hz(timed.frame);
  explanations_.add({start_s, start_s + timed.at.duration_s, timed.frame.rf.centre.value, width_hz});
}

void LinkBook::on_pdu(const TimedPdu& timed) {
  const double start_s = seconds(timed.at.time);
  const double width_hz = 1e6 * std::max<double>(timed.pdu.width_mhz, 1);
  explanations_.add({start_s, start_s + timed.at.duration_s, timed.pdu.rf.centre.value, width_hz});
}

void LinkBook::on_listening(double low_hz, double high_hz, double received_s, UtcTime now) {
  if (listened_until_ && now_) {
    const double begin_s = seconds(*listened_until_), end_s = seconds(now);
    if (end_s > begin_s) listening_.add({begin_s, end_s, low_hz, high_hz, received_s / (end_s - begin_s)});
  }
  listened_until_ = now;
}

void LinkBook::advance(UtcTime now, std::vector<LinkMessage>& due) {
  if (now_ && now < *now_ - LinkTimes::kBackstep) finish(*now_, due);
  if (!now_) {
    epoch_ = now;
    window_begin_ = now;
    open_window(now);
  }
  now_ = std::max(now_.value_or(now), now);
  const UtcTime settled = *now_ - LinkTimes::kSettle;
  if (settled < window_end_) return;
  close_window(window_end_, due);
  open_window(settled);
}

void LinkBook::finish(UtcTime now, std::vector<LinkMessage>& due) {
  advance(now, due);
  close_window(*now_, due);
  links_.clear();
  waiting_.clear();
  waiting_signals_.clear();
  owners_.clear();
  explanations_ = {};
  listening_.clear();
  listened_until_.reset();
  now_.reset();
}

void LinkBook::open_window(UtcTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch() / LinkTimes::kWindow;
  const UtcTime begin{whole * LinkTimes::kWindow};
  window_begin_ = std::max(window_begin_, begin);
  window_end_ = begin + LinkTimes::kWindow;
}

void LinkBook::close_window(UtcTime end, std::vector<LinkMessage>& due) {
  const double begin_s = seconds(window_begin_), end_s = seconds(end);
  take_window(end_s);
  for (EmissionLink& link : links_) link.begin_window(begin_s, end_s);
  claim();
  find_new(end, due);
  remember_owners();
  for (EmissionLink& link : links_) link.close_window(end_s);
  give_center();
  for (auto at = links_.begin(); at != links_.end();) {
    const bool is_gone = end - utc(at->last_end_s()) >= LinkTimes::kGone;
    if (at->is_active() || is_gone) due.push_back(message(*at, end));
    if (is_gone) due.back().state = AircraftState::gone;
    at = is_gone ? links_.erase(at) : std::next(at);
  }
  explanations_.drop_before(end_s - 1);
  listening_.drop_before(end_s);
  window_begin_ = end;
}

// A window holds what began in it; what came too late for its own counts in this one.
void LinkBook::take_window(double end_s) {
  const auto later =
      std::partition(waiting_.begin(), waiting_.end(), [&](const Burst& b) { return b.start_s < end_s; });
  window_.assign(waiting_.begin(), later);
  waiting_.erase(waiting_.begin(), later);
  std::ranges::sort(window_, starts_before);
  explanations_.sort();
  for (Burst& burst : window_) {
    burst.explained = explanations_.explains(burst);
    counts_.explained += burst.explained;
    burst.explained |= burst.at_center;
  }
  attach_signals();
  join_pieces(window_, signals_);
}

// Snapshots of emissions that are still to come stay, those of the window before go to its links.
void LinkBook::attach_signals() {
  signals_.swap(waiting_signals_);
  waiting_signals_.clear();
  std::ranges::stable_sort(signals_, {}, &TimedSignal::emission);
  std::vector<char> used(signals_.size(), 0);
  std::uint64_t newest = 0;
  for (Burst& burst : window_) {
    newest = std::max(newest, burst.emission);
    const auto at = std::ranges::lower_bound(signals_, burst.emission, {}, &TimedSignal::emission);
    if (at == signals_.end() || at->emission != burst.emission) continue;
    burst.signal = static_cast<std::int32_t>(at - signals_.begin());
    used[static_cast<std::size_t>(burst.signal)] = 1;
  }
  for (std::size_t i = 0; i < signals_.size(); ++i) {
    if (used[i] != 0) continue;
    const auto owner = std::ranges::lower_bound(owners_, signals_[i].emission, {}, &Owner::emission);
    if (owner != owners_.end() && owner->emission == signals_[i].emission) {
      const auto link = std::ranges::find(links_, owner->link, &EmissionLink::number);
      if (link != links_.end()) link->add_signal(signals_[i]);
    } else if (signals_[i].emission > newest) {
      waiting_signals_.push_back(signals_[i]);
    }
  }
}

const TimedSignal* LinkBook::signal_of(const Burst& burst) const {
  return burst.signal == kNone ? nullptr : &signals_[static_cast<std::size_t>(burst.signal)];
}

// Each burst goes to the link that it fits best. What hops without a period fits too much to claim anything:
// such links are found anew in each window.
void LinkBook::claim() {
  const double end_s = seconds(window_end_);
  std::vector<std::size_t> claimants;
  for (std::size_t i = 0; i < links_.size(); ++i)
    if (!links_[i].hops() || links_[i].period_s()) claimants.push_back(i);
  for (Burst& burst : window_) {
    if (burst.explained) continue;
    const TimedSignal* signal = signal_of(burst);
    double least = kMostClaimCost;
    for (const std::size_t at : claimants) {
      const double cost = links_[at].cost(burst, signal != nullptr ? &signal->signal : nullptr);
      if (cost < least) least = cost, burst.link = static_cast<std::int32_t>(at);
    }
    if (burst.link == kNone) continue;
    ++counts_.in_links;
    links_[static_cast<std::size_t>(burst.link)].add(burst, signal, end_s);
  }
}

void LinkBook::give(std::size_t link, const std::vector<std::uint32_t>& bursts) {
  for (const std::uint32_t at : bursts) {
    Burst& burst = window_[at];
    burst.link = static_cast<std::int32_t>(link);
    links_[link].add(burst, signal_of(burst), seconds(window_end_));
  }
  counts_.in_links += bursts.size();
}

// 802.15.4 has packets of any length at any time, and its channels lie far apart: edges that noise has moved
// make no second link of them.
bool LinkBook::is_one_channel(const EmissionLink& known, const EmissionLink& fresh) {
  using decoders::links::Family;
  return known.votes().family() == Family::zigbee && fresh.votes().family() == Family::zigbee &&
         std::abs(known.center_hz() - fresh.center_hz()) < 0.3 * known.width_hz();
}

std::optional<std::size_t> LinkBook::home_of(const EmissionLink& fresh) const {
  for (std::size_t i = 0; i < links_.size(); ++i) {
    const EmissionLink& known = links_[i];
    if (known.hops() != fresh.hops() || !may_be_same_family(known, fresh)) continue;
    const bool is_wide = fresh.width_hz() > kWidestHopper_hz;
    const bool is_long = !known.pauses() || !fresh.pauses();
    if (log_ratio_if_known(known.width_hz(), fresh.width_hz()) > (is_wide && !is_long ? 0.1 : 0.5)) continue;
    if (!known.hops() && is_one_channel(known, fresh)) return i;
    if (!known.hops()) {
      const double near_hz = std::max(80e3, (is_long ? 0.25 : 0.05) * fresh.width_hz());
      if (std::abs(known.center_hz() - fresh.center_hz()) > near_hz) continue;
      if (known.is_active() && !is_same_period(known, fresh)) continue;
      if (log_ratio_if_known(known.burst_s(), fresh.burst_s()) > 1 && !is_long) continue;
      return i;
    }
    if (!is_same_period(known, fresh)) continue;
    if (fresh.high_hz() < known.low_hz() || fresh.low_hz() > known.high_hz()) continue;
    if (!fresh.period_s()) return i;
    if (!known.is_active() && log_ratio_if_known(known.burst_s(), fresh.burst_s()) < 0.3) return i;
  }
  return std::nullopt;
}

// Bursts that faded in between, or that another one lay over, leave pieces that no period claims: at the
// place of a link, as wide, and of little airtime beside its own, they are no link.
bool LinkBook::is_piece(const EmissionLink& fresh) const {
  if (fresh.hops()) return false;
  return std::ranges::any_of(links_, [&](const EmissionLink& known) {
    return !known.hops() && known.is_active() && may_be_same_family(known, fresh) &&
           std::abs(known.center_hz() - fresh.center_hz()) < 0.2 * known.width_hz() &&
           log_ratio_if_known(known.width_hz(), fresh.width_hz()) < 0.4 &&
           fresh.window().airtime_s < kPieces * known.window().airtime_s;
  });
}

void LinkBook::find_new(UtcTime end, std::vector<LinkMessage>& due) {
  groups_.clear();
  finder_.find(window_, signals_, groups_);
  std::vector<const Burst*> bursts;
  for (const BurstGroup& group : groups_) {
    bursts.clear();
    EmissionLink fresh(links_made_ + 1, group.pattern);
    for (const std::uint32_t at : group.bursts) bursts.push_back(&window_[at]);
    fresh.learn(bursts);
    EmissionLink probe = fresh;  // what it would be, to compare with those that are known
    for (const Burst* burst : bursts) probe.add(*burst, signal_of(*burst), seconds(window_end_));
    if (const auto home = home_of(probe)) {
      give(*home, group.bursts);
      continue;
    }
    if (is_piece(probe)) continue;
    make_room(end, due);
    ++links_made_;
    fresh.begin_window(seconds(window_begin_), seconds(end));
    links_.push_back(std::move(fresh));
    give(links_.size() - 1, group.bursts);
  }
  give_pieces();
  for (const Burst& burst : window_) counts_.unsorted += burst.link == kNone && !burst.explained;
}

// One of a hopping link's channels may lie where the receiver is tuned to. What is there looks like the
// receiver's own offset, but if it comes on the link's time and lasts as its bursts do, it is one of them.
void LinkBook::give_center() {
  for (Burst& burst : window_) {
    if (!burst.at_center || burst.link != kNone || explanations_.explains(burst)) continue;
    const auto link = std::ranges::find_if(links_, [&](const EmissionLink& l) { return l.misses(burst); });
    if (link == links_.end()) continue;
    burst.link = static_cast<std::int32_t>(link - links_.begin());
    link->add_missed(burst);
  }
}

// What the snapshots of pieces show is the link's as well.
void LinkBook::give_pieces() {
  for (Burst& piece : window_) {
    if (piece.whole == kNone) continue;
    piece.link = window_[static_cast<std::size_t>(piece.whole)].link;
    if (piece.link >= 0 && piece.signal != kNone)
      links_[static_cast<std::size_t>(piece.link)].add_signal(*signal_of(piece));
  }
}

void LinkBook::make_room(UtcTime time, std::vector<LinkMessage>& due) {
  if (links_.size() < std::max<std::size_t>(options_.max_links, 1)) return;
  const auto oldest = std::ranges::min_element(links_, {}, &EmissionLink::last_end_s);
  const auto index = static_cast<std::int32_t>(oldest - links_.begin());
  due.push_back(message(*oldest, time));
  due.back().state = AircraftState::gone;
  links_.erase(oldest);
  ++evicted_;
  for (Burst& burst : window_)
    if (burst.link == index)
      burst.link = kForgotten;
    else if (burst.link > index)
      --burst.link;
}

void LinkBook::remember_owners() {
  owners_.clear();
  for (const Burst& burst : window_)
    if (burst.link >= 0)
      owners_.push_back({burst.emission, links_[static_cast<std::size_t>(burst.link)].number()});
  std::ranges::sort(owners_, {}, &Owner::emission);
}

LinkMessage LinkBook::message(const EmissionLink& link, UtcTime time) const {
  MessageContext context;
  context.begin_s = seconds(window_begin_);
  context.end_s = seconds(time);
  context.listened_share = listening_.share(link.low_hz(), link.high_hz(), context.begin_s, context.end_s);
  LinkMessage told = emission_message(link, context);
  told.head.time = time;
  told.first_heard = utc(link.first_start_s());
  told.last_heard = utc(link.last_end_s());
  attribute(link, told, time);
  return told;
}

void LinkBook::attribute(const EmissionLink& link, LinkMessage& told, UtcTime time) const {
  std::vector<LevelPoint> levels;
  for (const EmissionLink::Level& level : link.levels()) levels.push_back({utc(level.start_s), level.dbfs});
  std::vector<Presence> presence;
  for (const EmissionLink::Heard& heard : link.presence())
    presence.push_back({utc(heard.begin_s), utc(heard.end_s)});
  LinkFeatures features;
  features.id = told.id;
  features.kind = told.kind;
  features.drone_like = told.verdict.drone_like;
  features.center_hz = told.center_hz;
  features.low_hz = link.low_hz();
  features.high_hz = link.high_hz();
  features.hop_set_hz = told.emitted->hop_set_hz;
  features.period_s = link.period_s();
  if (link.period_s()) features.last_burst = utc(link.phase_s());
  features.carrier_hz = told.emitted->modulation.carrier_hz;
  features.carrier_error_hz = told.emitted->modulation.carrier_error_hz;
  if (const auto offset = link.offset_ppm()) {
    features.offset_ppm = offset->hz;
    features.offset_error_ppm = offset->error_hz;
  }
  features.levels = levels;
  features.presence = presence;
  told.attribution = attribution_.attribute(features, time);
}

}  // namespace windhover::sensor::links
