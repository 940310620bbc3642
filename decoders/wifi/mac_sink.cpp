#include "decoders/wifi/mac_sink.hpp"

#include <algorithm>

#include "decoders/wifi/mac_frame.hpp"
#include "decoders/wifi/presence.hpp"
#include "decoders/wifi/remote_id_elements.hpp"

namespace windhover::decoders::wifi {
namespace {

Direction direction_of(const MacHeader& header) {
  if (header.type != FrameType::data) return Direction::none;
  if (header.to_ds) return header.from_ds ? Direction::relayed : Direction::to_access_point;
  return header.from_ds ? Direction::from_access_point : Direction::direct;
}

Role role_of(const MacHeader& header) {
  if (header.type == FrameType::data) {
    if (header.to_ds == header.from_ds) return Role::unknown;
    return header.to_ds ? Role::station : Role::access_point;
  }
  const auto kind = static_cast<ManagementKind>(header.subtype);
  const bool announces = header.type == FrameType::management &&
                         (kind == ManagementKind::beacon || kind == ManagementKind::probe_response);
  return announces ? Role::access_point : Role::unknown;
}

bool is_group(const Transmitter& address) { return (address.octets[0] & 1U) != 0; }

// The header's part in the account. `length`: of the frame with its check sequence.
void add_header(LinkPdu& pdu, const MacHeader& header, Bytes frame, std::size_t length) {
  pdu.retry = header.retry;
  pdu.transmitter = header.transmitter;
  if (header.receiver && !is_group(*header.receiver)) pdu.receiver = header.receiver;
  pdu.direction = direction_of(header);
  pdu.role = role_of(header);
  if (header.type == FrameType::data && length > header.size + kFcsBytes)
    pdu.data_octets += static_cast<std::uint32_t>(length - header.size - kFcsBytes);
  pdu.hint = hint_of_injection(header, frame);
  if (!pdu.hint && header.transmitter) pdu.hint = hint_of_address(*header.transmitter);
}

std::optional<PresenceHint> hint_of_network(const MacHeader& header, Bytes frame) {
  if (header.type != FrameType::management || role_of(header) != Role::access_point ||
      frame.size() < header.size + kFcsBytes)
    return std::nullopt;
  constexpr std::uint8_t kSsid = 0;
  Elements elements(frame.subspan(header.size, frame.size() - header.size - kFcsBytes));
  while (const auto element = elements.next())
    if (element->number == kSsid)
      return hint_of_ssid({reinterpret_cast<const char*>(element->content.data()), element->content.size()});
  return std::nullopt;
}

}  // namespace

bool MacSink::read_on(const Ppdu& ppdu, std::span<const std::uint8_t> head) {
  return every_fcs_ || (!ppdu.aggregated && may_hold_remote_id(head));
}

void MacSink::take(const Ppdu& ppdu, std::span<const std::uint8_t> octets) {
  LinkPdu pdu;
  pdu.kind = kDecoderName;
  pdu.phy = to_string(ppdu.phy);
  pdu.rf = at_channel_rate(ppdu.rf);
  pdu.rf.rate_mbps = ppdu.rate_mbps;
  pdu.width_mhz = ppdu.width_mhz;
  pdu.octets = ppdu.psdu_octets;
  pdu.octets_exact = ppdu.octets_exact;
  pdu.aggregate = ppdu.aggregated;
  if (ppdu.aggregated)
    read_aggregate(pdu, octets);
  else
    read_frame(pdu, octets);
  out_->pdus.push_back(pdu);
}

void MacSink::read_frame(LinkPdu& pdu, std::span<const std::uint8_t> frame) {
  const auto header = parse_mac_header(frame);
  if (header) add_header(pdu, *header, frame, pdu.octets);
  if (frame.size() != pdu.octets) return;
  if (!has_good_fcs(frame)) {
    pdu.proof = Proof::check_failed;
    if (may_hold_remote_id(frame)) out_->rejects.push_back({kDecoderName, RejectReason::fcs, pdu.rf});
    return;
  }
  pdu.proof = Proof::frame_checked;
  pdu.frames_checked = 1;
  if (!header) return;
  if (read_remote_id_elements(frame, pdu.rf, *out_) == 0) ++out_->others;
  if (const auto hint = hint_of_network(*header, frame)) pdu.hint = hint;
}

void MacSink::read_aggregate(LinkPdu& pdu, std::span<const std::uint8_t> psdu) {
  const bool whole = psdu.size() == pdu.octets;
  std::uint32_t frames = 0;
  bool has_header = false;
  for (Bytes rest = psdu; const auto subframe = next_subframe(rest);) {
    ++frames;
    const bool checked = subframe->complete() && has_good_fcs(subframe->octets);
    pdu.frames_checked += checked;
    const auto header = parse_mac_header(subframe->octets);
    // All frames of an aggregate have one sender and one receiver.
    if (!header || (has_header && !checked)) continue;
    add_header(pdu, *header, subframe->octets, subframe->length);
    has_header = true;
    if (!whole) break;
  }
  if (!whole) {
    // One header was seen; the rest counts as content.
    if (pdu.data_octets > 0) pdu.data_octets = std::max(pdu.data_octets, pdu.octets);
    return;
  }
  pdu.frames = std::max(frames, 1U);
  pdu.proof = pdu.frames_checked > 0 ? Proof::frame_checked : Proof::check_failed;
  out_->others += pdu.frames_checked;
}

RfFacts MacSink::at_channel_rate(RfFacts rf) const {
  rf.first_sample *= scale_;
  rf.length_samples *= scale_;
  return rf;
}

void MacSink::reject(RejectReason reason, const RfFacts& rf) {
  out_->rejects.push_back({kDecoderName, reason, at_channel_rate(rf)});
}

}  // namespace windhover::decoders::wifi
