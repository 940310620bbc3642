// libFuzzer target: any bytes as advertising PDUs, one after the other through parser, judge and linker as
// they come from the receivers. Each piece of input: a length, what is under way, the PDU.

#include <algorithm>

#include "decoders/bluetooth/advertising_linker.hpp"
#include "decoders/bluetooth/packet_judge.hpp"
#include "tests/fuzz/remote_id_invariants.hpp"

namespace {

using namespace windhover;
using namespace windhover::decoders;
using namespace windhover::decoders::bluetooth;
using fuzz::check;

bool lies_in(Bytes part, Bytes whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_parser(Bytes pdu) {
  const auto parsed = parse_advertising_pdu(pdu);
  if (!parsed) return;
  check(lies_in(parsed->data, pdu));
  if (parsed->aux) {
    check(parsed->aux->channel_index <= 36);
    check(parsed->aux->offset_us >= 0 && parsed->aux->offset_us <= 8191 * 300);
  }
  const RemoteIdData found = find_remote_id(parsed->data);
  check(lies_in(found.after_code, parsed->data));
  check(found.found || (!found.complete && found.after_code.empty()));
}

Packet packet_of(Bytes pdu, std::uint8_t flags, double start_s) {
  Packet packet;
  packet.phy = static_cast<Phy>(flags & 3);
  packet.complete = (flags & 4) == 0;
  packet.crc_ok = packet.complete && (flags & 8) == 0;
  packet.size = static_cast<std::uint16_t>(std::min(pdu.size(), kMaxPduBytes));
  std::copy_n(pdu.begin(), packet.size, packet.bytes.begin());
  packet.first_sample = start_s * 2e6;
  packet.length_samples = 1000;
  return packet;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const PacketJudge judge({2426e6}, {2426e6}, 38);
  AdvertisingLinker linker;
  DecoderOutput out;
  Linker::Output linked;
  std::uint64_t taken = 0;
  double start_s = 0;
  Bytes rest(input, size);
  while (rest.size() >= 2) {
    const std::size_t length = std::min<std::size_t>(rest[0], rest.size() - 2);
    const std::uint8_t flags = rest[1];
    const Bytes pdu = rest.subspan(2, length);
    rest = rest.subspan(2 + length);
    start_s += 1e-4 * (1 + (flags >> 4));
    check_parser(pdu);
    if (pdu.size() < 2) continue;  // the receivers give no packet without a header
    out = {};
    judge.judge(packet_of(pdu, flags, start_s), out);
    ++taken;
    // Every packet is exactly one thing.
    check(out.frames.size() + out.parts.size() + out.rejects.size() + out.others == 1);
    for (const FramePart& part : out.parts) linker.take(part, {start_s, 5e-4}, linked);
  }
  linker.finish(linked);
  check(linked.frames.size() + linked.rejects.size() <= 2 * taken);
  for (const auto& each : linked.frames) {
    check(each.frame.payload.size() <= AdvertisingLinker::kMostDataBytes + kMaxPduBytes);
    if (const auto* remote = std::get_if<messages::RemoteId>(&each.frame.message))
      std::visit([](const auto& kind) { fuzz::check_body(kind); }, remote->body);
  }
  return 0;
}
