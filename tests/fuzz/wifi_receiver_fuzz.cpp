// libFuzzer target: any bytes as the samples of a Wi-Fi channel, in blocks of any length and with gaps,
// through the whole decoder. Short training is put in where a byte asks for it, so that mutation reaches
// headers.

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "decoders/wifi/ofdm_tables.hpp"
#include "decoders/wifi/wifi.hpp"
#include "tests/fuzz/remote_id_invariants.hpp"

namespace {

using namespace windhover;
using namespace windhover::decoders;
using dsp::cf32;
using fuzz::check;

float value(std::uint8_t byte) {
  if (byte == 0x80) return std::numeric_limits<float>::quiet_NaN();
  if (byte == 0x81) return std::numeric_limits<float>::infinity();
  return static_cast<float>(static_cast<std::int8_t>(byte)) / 128;
}

void append_preamble(std::vector<cf32>& block) {
  const auto& period = wifi::short_training_period();
  for (int i = 0; i < 10; ++i) block.insert(block.end(), period.begin(), period.end());
  const auto& symbol = wifi::long_training_symbol();
  block.insert(block.end(), symbol.end() - 32, symbol.end());
  for (int i = 0; i < 2; ++i) block.insert(block.end(), symbol.begin(), symbol.end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const auto wide = wifi::make_with_every_fcs({{2437e6}, {17e6}, {20e6}});
  const auto narrow = wifi::make({{2437e6}, {4.25e6}, {10e6}});
  DecoderOutput out;
  std::vector<cf32> block;
  std::int64_t at = 0;
  for (std::size_t i = 0; i < size;) {
    const std::size_t length = std::min<std::size_t>(1 + input[i] * 4U, size - i);
    const bool gap = at == 0 || input[i] == 0xFF;
    block.clear();
    if (input[i] % 4 == 0) append_preamble(block);
    for (std::size_t k = 0; k + 1 < length; k += 2)
      block.emplace_back(value(input[i + k]), value(input[i + k + 1]));
    i += length;
    if (gap) at += 1000;
    wide->process({block, {at}, gap}, out);
    narrow->process({block, {at}, gap}, out);
    at += static_cast<std::int64_t>(block.size());
  }
  wide->process({{}, {at}, true}, out);
  narrow->process({{}, {at}, true}, out);
  for (const LinkPdu& pdu : out.pdus) {
    check(pdu.frames_checked <= pdu.frames);
    check(!(pdu.rf.length_samples < 0));
  }
  return 0;
}
