// libFuzzer target: any bytes as the samples of a channel, in blocks of any length and with gaps, through the
// receivers of LE 1M, LE 2M and LE Coded. Decisions must hold whatever the samples are, not-a-number too.

#include <algorithm>
#include <cmath>
#include <limits>

#include "decoders/bluetooth/le_coded_receiver.hpp"
#include "decoders/bluetooth/le_uncoded_receiver.hpp"
#include "tests/fuzz/remote_id_invariants.hpp"

namespace {

using namespace windhover;
using namespace windhover::decoders::bluetooth;
using decoders::IqBlock;
using dsp::cf32;
using fuzz::check;

void check_packets(const std::vector<Packet>& packets, double end) {
  for (const Packet& packet : packets) {
    check(packet.size <= kMaxPduBytes);
    check(packet.complete || !packet.crc_ok);
    check(packet.first_sample >= -64 && packet.first_sample <= end);
    check(packet.length_samples >= 0);
  }
}

float value(std::uint8_t byte) {
  if (byte == 0x80) return std::numeric_limits<float>::quiet_NaN();
  if (byte == 0x81) return std::numeric_limits<float>::infinity();
  return static_cast<float>(static_cast<std::int8_t>(byte)) / 128;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  LeUncodedReceiver le_1m({.channel_index = 37});
  LeUncodedReceiver le_2m({.channel_index = 3, .phy = Phy::le_2m});
  LeCodedReceiver coded(0);
  std::vector<cf32> block;
  std::vector<Packet> packets;
  std::int64_t at = 0;
  // Each byte's phase step is a symbol's worth of frequency, so that mutation reaches real packets; every
  // eighth block takes raw samples.
  float phase = 0;
  unsigned number = 0;
  for (std::size_t i = 0; i < size; ++number) {
    const std::size_t length = std::min<std::size_t>(1 + input[i] % 200, size - i);
    const bool gap = number == 0 || input[i] == 0xFF;
    block.clear();
    for (std::size_t k = 0; k < length; ++k) {
      const std::uint8_t byte = input[i + k];
      if (number % 8 == 7) {
        block.emplace_back(value(byte), value(static_cast<std::uint8_t>(byte * 7)));
        continue;
      }
      for (unsigned bit = 0; bit < 8; ++bit)
        for (int half = 0; half < 2; ++half) {
          phase += (byte >> bit & 1) != 0 ? 0.785F : -0.785F;
          block.emplace_back(std::cos(phase), std::sin(phase));
        }
    }
    i += length;
    if (gap) at += 1000;
    const IqBlock iq{block, {at}, gap};
    le_1m.process(iq, packets);
    le_2m.process(iq, packets);
    coded.process(iq, packets);
    at += static_cast<std::int64_t>(block.size());
  }
  for (int again = 0; again < 2; ++again) {
    const IqBlock end{{}, {at}, true};
    le_1m.process(end, packets);
    le_2m.process(end, packets);
    coded.process(end, packets);
  }
  check_packets(packets, static_cast<double>(at));
  return 0;
}
