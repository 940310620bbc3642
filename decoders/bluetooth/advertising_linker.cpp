#include "decoders/bluetooth/advertising_linker.hpp"

#include <algorithm>
#include <utility>

#include "decoders/bluetooth/channels.hpp"
#include "decoders/bluetooth/names.hpp"
#include "decoders/remote_id_frame.hpp"

namespace windhover::decoders::bluetooth {
namespace {

// Our own measurement of two starts, and our clock against the true second.
constexpr double kMeasuredWithin_s = 5e-6;
constexpr double kOwnClock_ppm = 50;
// Workers hand over by the end of a packet, the longest of which lasts 17 ms.
constexpr double kOrderSlack_s = 0.05;

}  // namespace

void AdvertisingLinker::take(const FramePart& part, StreamTime at, Output& out) {
  expire(at.start_s, out);
  const auto pdu = parse_advertising_pdu(part.payload);
  if (!pdu || !part.rf.channel) return;
  if (is_primary(*part.rf.channel)) {
    ++out.others;  // an announcement
    if (pdu->aux) expect(*pdu, at.start_s, {.adi = pdu->adi, .advertiser = pdu->advertiser}, out);
    return;
  }
  Expected so_far = extract(part, *pdu, at.start_s).value_or(Expected{});
  if (!so_far.chain) {
    so_far.first = part;
    so_far.at = at;
    so_far.chain = true;
  } else {
    so_far.first.payload.insert(so_far.first.payload.end(), part.payload.begin(), part.payload.end());
  }
  if (pdu->advertiser) so_far.advertiser = pdu->advertiser;
  so_far.data.insert(so_far.data.end(), pdu->data.begin(), pdu->data.end());
  const RemoteIdData data = find_remote_id(so_far.data);
  if (!data.complete && pdu->aux && so_far.data.size() <= kMostDataBytes)
    return expect(*pdu, at.start_s, std::move(so_far), out);
  if (!data.complete) return give_up(so_far, out);
  auto read = read_remote_id(data.after_code);
  if (const auto* reason = std::get_if<RejectReason>(&read)) {
    out.rejects.push_back({{"odid", *reason, so_far.first.rf}, so_far.at});
    return;
  }
  auto& frame = std::get<Frame>(read);
  frame.transport = so_far.first.transport;
  frame.rf = so_far.first.rf;
  frame.payload = std::move(so_far.first.payload);
  if (so_far.advertiser) frame.transmitter = {so_far.advertiser->octets, so_far.advertiser->random};
  out.frames.push_back({std::move(frame), so_far.at});
}

void AdvertisingLinker::finish(Output& out) {
  for (const Expected& expected : expected_) give_up(expected, out);
  expected_.clear();
}

std::optional<AdvertisingLinker::Expected> AdvertisingLinker::extract(const FramePart& part,
                                                                      const AdvertisingPdu& pdu,
                                                                      double start_s) {
  // A chain that goes on rather than its announcement: both may point at the same moment.
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < expected_.size(); ++i) {
    const Expected& e = expected_[i];
    const bool same_set = !e.adi || !pdu.adi || *e.adi == *pdu.adi;
    if (e.channel_index != *part.rf.channel || start_s < e.from_s || start_s > e.to_s || !same_set) continue;
    if (!best || (e.chain && !expected_[*best].chain)) best = i;
  }
  if (!best) return std::nullopt;
  Expected found = std::move(expected_[*best]);
  expected_.erase(expected_.begin() + static_cast<std::ptrdiff_t>(*best));
  return found;
}

void AdvertisingLinker::expect(const AdvertisingPdu& pdu, double start_s, Expected expected, Output& out) {
  const double offset_s = pdu.aux->offset_us * 1e-6;
  const double slack_s = kMeasuredWithin_s + offset_s * (pdu.aux->clock_ppm + kOwnClock_ppm) * 1e-6;
  expected.channel_index = pdu.aux->channel_index;
  expected.from_s = start_s + offset_s - slack_s;
  expected.to_s = start_s + offset_s + pdu.aux->unit_us * 1e-6 + slack_s;
  if (pdu.adi) expected.adi = pdu.adi;
  if (expected_.size() >= kMostExpected) {
    give_up(expected_.front(), out);
    expected_.erase(expected_.begin());
  }
  expected_.push_back(std::move(expected));
}

void AdvertisingLinker::expire(double now_s, Output& out) {
  std::erase_if(expected_, [&](const Expected& expected) {
    const bool over = expected.to_s + kOrderSlack_s < now_s;
    if (over) give_up(expected, out);
    return over;
  });
}

void AdvertisingLinker::give_up(const Expected& expected, Output& out) {
  if (!expected.chain) return;
  const RemoteIdData data = find_remote_id(expected.data);
  if (data.found)
    out.rejects.push_back({{"odid", RejectReason::truncated, expected.first.rf}, expected.at});
  else
    ++out.others;
}

std::unique_ptr<Linker> make_advertising_linker() { return std::make_unique<AdvertisingLinker>(); }

}  // namespace windhover::decoders::bluetooth
