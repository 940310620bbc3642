#include "decoders/bluetooth/packet_judge.hpp"

#include <utility>

#include "decoders/bluetooth/channels.hpp"
#include "decoders/bluetooth/names.hpp"
#include "decoders/remote_id_frame.hpp"

namespace windhover::decoders::bluetooth {

void PacketJudge::judge(const Packet& packet, DecoderOutput& out) const {
  const RfFacts rf = facts(packet);
  if (!packet.complete)
    out.rejects.push_back({kDecoderName, RejectReason::truncated, rf});
  else if (!packet.crc_ok)
    out.rejects.push_back({kDecoderName, RejectReason::crc24, rf});
  else
    judge_intact(packet, rf, out);
}

RfFacts PacketJudge::facts(const Packet& packet) const {
  RfFacts rf;
  rf.centre = nominal_;
  rf.first_sample = packet.first_sample;
  rf.length_samples = packet.length_samples;
  rf.snr_db = packet.snr_db;
  rf.rssi_dbfs = packet.rssi_dbfs;
  rf.cfo_hz = packet.cfo_hz + static_cast<float>((centre_ - nominal_).value);
  rf.channel = static_cast<std::uint16_t>(channel_index_);
  return rf;
}

void PacketJudge::judge_intact(const Packet& packet, const RfFacts& rf, DecoderOutput& out) const {
  const auto reject = [&](std::string_view protocol, RejectReason reason) {
    out.rejects.push_back({protocol, reason, rf});
  };
  const auto pdu = parse_advertising_pdu(packet.pdu());
  if (!pdu)
    return reject(kDecoderName,
                  pdu.error() == PduReject::length ? RejectReason::length : RejectReason::unsupported);
  const auto payload = packet.pdu().first(2U + packet.bytes[1]);
  const bool extended = pdu->type == PduType::extended;
  const RemoteIdData data = find_remote_id(pdu->data);
  if (data.complete && (pdu->advertiser || !extended)) {
    auto read = read_remote_id(data.after_code);
    if (const auto* reason = std::get_if<RejectReason>(&read)) return reject("odid", *reason);
    auto& frame = std::get<Frame>(read);
    frame.transport = transport_of(packet.phy, pdu->type);
    frame.rf = rf;
    frame.payload.assign(payload.begin(), payload.end());
    if (pdu->advertiser) frame.transmitter = {pdu->advertiser->octets, pdu->advertiser->random};
    out.frames.push_back(std::move(frame));
    return;
  }
  // Whose address stands in another packet, or what goes on in one, is for the linker.
  if (extended && (pdu->aux || !pdu->advertiser)) {
    out.parts.push_back({transport_of(packet.phy, pdu->type), rf, {payload.begin(), payload.end()}});
    return;
  }
  if (data.found) return reject("odid", RejectReason::length);
  ++out.others;
}

}  // namespace windhover::decoders::bluetooth
