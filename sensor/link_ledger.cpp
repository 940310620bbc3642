#include "sensor/link_ledger.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace windhover::sensor {
namespace {

using Nanoseconds = std::chrono::nanoseconds;

// Bounds against a channel full of invented senders.
constexpr std::size_t kMostWaiting = 65536;
constexpr std::size_t kMostStrangers = 4096;
constexpr std::size_t kMostTies = 4096;

// Of two receivers the one whose channel it is sees it better.
bool is_better(const HeardPdu& a, const HeardPdu& b) {
  if (a.pdu.proof != b.pdu.proof) return a.pdu.proof > b.pdu.proof;
  return a.pdu.rf.snr_db > b.pdu.rf.snr_db;
}

}  // namespace

void LinkLedger::on_pdu(const TimedPdu& timed) {
  HeardPdu heard{timed.pdu, timed.at, {}, {}};
  if (timed.pdu.transmitter) heard.transmitter = options_.hash.of(*timed.pdu.transmitter);
  if (timed.pdu.receiver) heard.receiver = options_.hash.of(*timed.pdu.receiver);
  heard.pdu.transmitter.reset();
  heard.pdu.receiver.reset();
  if (!joins_waiting(heard)) waiting_.emplace(heard.at.start_s, heard);
}

bool LinkLedger::joins_waiting(const HeardPdu& heard) {
  constexpr double kAround_s = 5e-6;
  for (auto at = waiting_.lower_bound(heard.at.start_s - kAround_s);
       at != waiting_.end() && at->first < heard.at.start_s + kAround_s; ++at) {
    if (!is_same_transmission(at->second, heard)) continue;
    if (is_better(heard, at->second)) at->second = heard;
    return true;
  }
  return false;
}

void LinkLedger::tie(const decoders::Transmitter& address, const std::string& aircraft_id) {
  const std::uint64_t hash = options_.hash.of(address);
  const auto [at, is_new] = ties_.insert_or_assign(hash, Tie{address, aircraft_id});
  if (!is_new) return;
  tie_order_.push_back(hash);
  if (tie_order_.size() <= kMostTies) return;
  ties_.erase(tie_order_.front());
  tie_order_.pop_front();
}

void LinkLedger::untie(const std::string& aircraft_id) {
  std::erase_if(ties_, [&](const auto& tie) { return tie.second.aircraft == aircraft_id; });
  std::erase_if(tie_order_, [&](std::uint64_t hash) { return !ties_.contains(hash); });
}

void LinkLedger::advance(UtcTime now, std::vector<LinkMessage>& due) {
  if (now_ && now < *now_ - LinkTimes::kBackstep) finish(*now_, due);
  if (!now_) window_begin_ = now, open_window(now);
  now_ = std::max(now_.value_or(now), now);
  const UtcTime settled = *now_ - LinkTimes::kSettle;
  settle_before(settled, due);
  if (settled < window_end_) return;
  close_window(window_end_, due);
  open_window(settled);
}

void LinkLedger::finish(UtcTime now, std::vector<LinkMessage>& due) {
  advance(now, due);
  settle_before(UtcTime::max(), due);
  merge_strangers(due);
  for (const auto& [key, account] : accounts_) due.push_back(message(key, account, now));
  accounts_.clear();
  now_.reset();
}

// A window holds what began in it.
void LinkLedger::settle_before(UtcTime time, std::vector<LinkMessage>& due) {
  while (!waiting_.empty()) {
    const auto first = waiting_.begin();
    if (first->second.at.time >= time && waiting_.size() <= kMostWaiting) return;
    const HeardPdu heard = std::move(first->second);
    waiting_.erase(first);
    if (heard.at.time >= window_end_) {
      close_window(window_end_, due);
      open_window(heard.at.time);
    }
    book(heard, due);
  }
}

void LinkLedger::book(const HeardPdu& heard, std::vector<LinkMessage>& due) {
  LinkKey key = key_of(heard);
  if (!key.transmitter || accounts_.contains(key)) {
    account_for(key, heard.at.time, due).add(heard);
    return;
  }
  if (!strangers_.contains(key) && strangers_.size() >= kMostStrangers) {
    key = {key.kind, std::nullopt, heard.pdu.rf.channel.value_or(0)};
    account_for(key, heard.at.time, due).add(heard);
    return;
  }
  const auto stranger = strangers_.try_emplace(key, LinkAccount(heard.at.time)).first;
  stranger->second.add(heard);
  if (!stranger->second.is_proven()) return;
  account_for(key, heard.at.time, due) = stranger->second;
  strangers_.erase(stranger);
}

LinkAccount& LinkLedger::account_for(const LinkKey& key, UtcTime heard, std::vector<LinkMessage>& due) {
  const auto known = accounts_.find(key);
  if (known != accounts_.end()) return known->second;
  if (accounts_.size() >= options_.max_links) {
    const auto oldest = std::min_element(
        accounts_.begin(), accounts_.end(),
        [](const auto& a, const auto& b) { return a.second.last_heard() < b.second.last_heard(); });
    due.push_back(message(oldest->first, oldest->second, heard));
    due.back().state = AircraftState::gone;
    accounts_.erase(oldest);
    ++evicted_;
  }
  return accounts_.try_emplace(key, LinkAccount(heard)).first->second;
}

// Senders that nothing has proved are bit errors, most of them: their frames count for the channel.
void LinkLedger::merge_strangers(std::vector<LinkMessage>& due) {
  for (const auto& [key, stranger] : strangers_) {
    const LinkKey unnamed{key.kind, std::nullopt, stranger.message().channel.value_or(0)};
    account_for(unnamed, stranger.last_heard(), due).add(stranger);
  }
  strangers_.clear();
}

void LinkLedger::close_window(UtcTime end, std::vector<LinkMessage>& due) {
  merge_strangers(due);
  std::vector<LinkMessage> told;
  for (auto at = accounts_.begin(); at != accounts_.end();) {
    LinkAccount& account = at->second;
    const bool is_gone = end - account.last_heard() >= LinkTimes::kGone;
    if (account.is_active() || is_gone) told.push_back(message(at->first, account, end));
    if (is_gone) told.back().state = AircraftState::gone;
    account.begin_window();
    at = is_gone ? accounts_.erase(at) : std::next(at);
  }
  due.insert(due.end(), std::make_move_iterator(told.begin()), std::make_move_iterator(told.end()));
  window_begin_ = end;
}

void LinkLedger::open_window(UtcTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch() / LinkTimes::kWindow;
  const UtcTime begin{whole * LinkTimes::kWindow};
  window_begin_ = std::max(window_begin_, begin);
  window_end_ = begin + LinkTimes::kWindow;
}

LinkMessage LinkLedger::message(const LinkKey& key, const LinkAccount& account, UtcTime time) const {
  LinkMessage message = account.message();
  message.head.time = time;
  message.id = link_id(key);
  message.kind = key.kind;
  if (account.is_video()) message.kind = "wifi_video";
  message.window_s = std::chrono::duration<double>(time - window_begin_).count();
  if (key.transmitter) message.transmitter = party(*key.transmitter);
  if (account.peer()) message.peer = party(*account.peer());
  return message;
}

LinkParty LinkLedger::party(std::uint64_t hash) const {
  const auto tie = ties_.find(hash);
  if (tie == ties_.end()) return {hash, std::nullopt, {}};
  return {hash, tie->second.address, tie->second.aircraft};
}

}  // namespace windhover::sensor
