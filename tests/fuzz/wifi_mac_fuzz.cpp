// libFuzzer target: any bytes as a Wi-Fi PSDU, with a check sequence made right, so that what lies behind it
// is reached; alone and as an aggregate.

#include <algorithm>
#include <vector>

#include "decoders/wifi/mac_frame.hpp"
#include "decoders/wifi/mac_sink.hpp"
#include "tests/fuzz/remote_id_invariants.hpp"

namespace {

using namespace windhover;
using namespace windhover::decoders;
using fuzz::check;

void take(std::vector<std::uint8_t> psdu, bool aggregated) {
  wifi::Ppdu ppdu;
  ppdu.aggregated = aggregated;
  ppdu.psdu_octets = static_cast<std::uint32_t>(psdu.size());
  DecoderOutput out;
  wifi::MacSink sink(true);
  sink.append_to(out);
  (void)sink.read_on(ppdu, std::span(psdu).first(std::min(wifi::kHeadOctets, psdu.size())));
  sink.take(ppdu, psdu);
  check(out.pdus.size() == 1);
  check(out.pdus[0].frames_checked <= out.pdus[0].frames);
  check(out.pdus[0].data_octets <= out.pdus[0].octets);
  for (const Frame& frame : out.frames) {
    check(!frame.payload.empty() && frame.payload.size() <= psdu.size());
    check(frame.transport == "wifi_beacon" || frame.transport == "wifi_probe_response" ||
          frame.transport == "wifi_nan");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  std::vector<std::uint8_t> psdu(input, input + size);
  take(psdu, true);
  take(psdu, false);
  const std::uint32_t fcs = wifi::frame_check_sequence(psdu);
  for (unsigned i = 0; i < wifi::kFcsBytes; ++i) psdu.push_back(static_cast<std::uint8_t>(fcs >> (8 * i)));
  take(psdu, false);
  return 0;
}
