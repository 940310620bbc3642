#include "sensor/link_account.hpp"

#include <algorithm>
#include <cmath>

#include "sensor/address_hash.hpp"

namespace windhover::sensor {
namespace {

// Two receivers see the start of one preamble alike to some samples of 20 MS/s, DSSS to a symbol; two senders
// who begin together do not send equally long, at one rate.
constexpr double kSameStart_s = 2e-6;
constexpr double kSameLength_s = 1e-6;
// The widest transmission repeats its headers over 160 MHz.
constexpr double kWidest_hz = 160e6;

// A hostile sender may use every number that a header can hold.
constexpr std::size_t kMostRates = 64;

void add_counts(LinkCounts& counts, const LinkCounts& more) {
  counts.frames += more.frames;
  counts.frames_checked += more.frames_checked;
  counts.aggregates += more.aggregates;
  counts.retries += more.retries;
  counts.airtime_s += more.airtime_s;
  counts.octets += more.octets;
  counts.octets_checked += more.octets_checked;
  counts.octets_estimated += more.octets_estimated;
  counts.unmeasured += more.unmeasured;
  counts.data_to_access_point += more.data_to_access_point;
  counts.data_from_access_point += more.data_from_access_point;
  counts.data_other += more.data_other;
}

LinkCounts counts_of(const HeardPdu& heard) {
  const decoders::LinkPdu& pdu = heard.pdu;
  LinkCounts counts;
  counts.frames = pdu.frames;
  counts.frames_checked = pdu.frames_checked;
  counts.aggregates = pdu.aggregate;
  counts.retries = pdu.retry;
  counts.airtime_s = heard.at.duration_s;
  if (pdu.octets_exact) {
    counts.octets = pdu.octets;
    if (pdu.proof == decoders::Proof::frame_checked) counts.octets_checked = pdu.octets;
  } else if (pdu.octets > 0) {
    counts.octets_estimated = pdu.octets;
  } else {
    counts.unmeasured = 1;
  }
  switch (pdu.direction) {
    case decoders::Direction::to_access_point:
      counts.data_to_access_point = pdu.data_octets;
      break;
    case decoders::Direction::from_access_point:
      counts.data_from_access_point = pdu.data_octets;
      break;
    default:
      counts.data_other = pdu.data_octets;
  }
  return counts;
}

}  // namespace

bool is_same_transmission(const HeardPdu& a, const HeardPdu& b) {
  const decoders::RfFacts &x = a.pdu.rf, &y = b.pdu.rf;
  return std::abs(a.at.start_s - b.at.start_s) < kSameStart_s &&
         std::abs(a.at.duration_s - b.at.duration_s) < kSameLength_s && a.pdu.kind == b.pdu.kind &&
         x.channel != y.channel && x.rate_mbps == y.rate_mbps && a.pdu.octets == b.pdu.octets &&
         std::abs((x.centre - y.centre).value) <= kWidest_hz;
}

LinkKey key_of(const HeardPdu& heard) {
  if (heard.transmitter && heard.pdu.proof != decoders::Proof::check_failed)
    return {heard.pdu.kind, heard.transmitter, 0};
  return {heard.pdu.kind, std::nullopt, heard.pdu.rf.channel.value_or(0)};
}

std::string link_id(const LinkKey& key) {
  std::string id(key.kind);
  return key.transmitter ? id.append("-").append(hash_text(*key.transmitter))
                         : id.append("-channel-").append(std::to_string(key.channel));
}

void LinkAccount::Mean::add(double value) {
  if (!std::isfinite(value)) return;
  sum += value;
  ++n;
}
std::optional<double> LinkAccount::Mean::value() const {
  return n > 0 ? std::optional(sum / static_cast<double>(n)) : std::nullopt;
}

void LinkAccount::add(const HeardPdu& heard) {
  const decoders::LinkPdu& pdu = heard.pdu;
  const LinkCounts counts = counts_of(heard);
  add_counts(window_, counts);
  add_counts(total_, counts);
  last_heard_ = std::max(last_heard_, heard.at.time);
  center_hz_ = pdu.rf.centre.value;
  channel_ = pdu.rf.channel;
  bandwidth_hz_ = 1e6 * pdu.width_mhz;
  if (pdu.role != decoders::Role::unknown) role_ = pdu.role;
  if (pdu.hint) hint_ = pdu.hint;
  add_phy(pdu.phy);
  add_rate(pdu.rf.rate_mbps.value_or(0), pdu.frames, heard.at.duration_s);
  add_levels(pdu.rf, heard.at.reception);
  if (heard.receiver) vote(*heard.receiver);
}

void LinkAccount::add(const LinkAccount& other) {
  add_counts(window_, other.window_);
  add_counts(total_, other.window_);
  last_heard_ = std::max(last_heard_, other.last_heard_);
  center_hz_ = other.center_hz_;
  channel_ = other.channel_;
  bandwidth_hz_ = other.bandwidth_hz_;
  saturated_ |= other.saturated_;
  for (const std::string_view phy : other.phys_) add_phy(phy);
  for (const LinkRate& rate : other.rates_) add_rate(rate.mbps, rate.frames, rate.airtime_s);
}

void LinkAccount::begin_window() {
  window_ = {};
  phys_.clear();
  rates_.clear();
  power_ = snr_ = cfo_ = {};
  most_rssi_dbfs_.reset();
  antenna_ = {};
  saturated_ = false;
}

void LinkAccount::add_levels(const decoders::RfFacts& rf, const Reception& reception) {
  saturated_ |= reception.saturated;
  if (std::isfinite(rf.rssi_dbfs)) {
    power_.add(std::pow(10.0, static_cast<double>(rf.rssi_dbfs) / 10));
    antenna_.add(static_cast<double>(rf.rssi_dbfs), 1, reception.full_scale);
    most_rssi_dbfs_ = std::max(most_rssi_dbfs_.value_or(-1e9), static_cast<double>(rf.rssi_dbfs));
  }
  snr_.add(static_cast<double>(rf.snr_db));
  cfo_.add(static_cast<double>(rf.cfo_hz));
}

void LinkAccount::add_rate(float mbps, std::uint64_t frames, double airtime_s) {
  if (!(mbps > 0)) return;
  auto at = std::ranges::find_if(rates_, [&](const LinkRate& rate) { return rate.mbps >= mbps; });
  if (at == rates_.end() || at->mbps > mbps) {
    if (rates_.size() >= kMostRates) return;
    at = rates_.insert(at, {mbps, 0, 0});
  }
  at->frames += frames;
  at->airtime_s += airtime_s;
}

void LinkAccount::add_phy(std::string_view phy) {
  const auto at = std::ranges::lower_bound(phys_, phy);
  if (at == phys_.end() || *at != phy) phys_.insert(at, phy);
}

void LinkAccount::vote(std::uint64_t receiver) {
  if (votes_ == 0) peer_ = receiver;
  votes_ = peer_ == receiver ? votes_ + 1 : votes_ - 1;
}

LinkMessage LinkAccount::message() const {
  LinkMessage message;
  message.center_hz = center_hz_;
  message.bandwidth_hz = bandwidth_hz_;
  message.channel = channel_;
  message.role = role_;
  message.window = window_;
  message.total = total_;
  message.first_heard = first_heard_;
  message.last_heard = last_heard_;
  message.phys = phys_;
  message.rates = rates_;
  if (const auto power = power_.value()) message.rssi_dbfs = 10 * std::log10(*power);
  message.most_rssi_dbfs = most_rssi_dbfs_;
  message.rssi = antenna_.value();
  message.saturated = saturated_;
  message.snr_db = snr_.value();
  message.cfo_hz = cfo_.value();
  message.hint = hint_;
  if (hint_) message.verdict = {1, true, {{hint_->reason}}};
  return message;
}

}  // namespace windhover::sensor
