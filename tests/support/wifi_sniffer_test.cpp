#include "tests/support/wifi_sniffer.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/support/hex.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/wifi_mac.hpp"

using namespace windhover::synth;

namespace {

// An acknowledgement without and with its check sequence.
const std::string kAck = "d4000000020000000001";
const std::string kAckFcs = [] {
  std::string hex;
  constexpr char digits[] = "0123456789abcdef";
  for (const std::uint8_t octet : with_fcs(from_hex(kAck))) (hex += digits[octet >> 4]) += digits[octet & 15];
  return hex;
}();

CaptureFrame radiotap(const std::string& hex) { return {kRadiotapLinkType, {}, from_hex(hex)}; }

std::string sentence_of(const std::string& hex) {
  try {
    (void)sniffed_wifi(radiotap(hex));
  } catch (const CaptureError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_frame_captured_without_check_sequence_gets_a_right_one) {
  const auto bare = sniffed_wifi(radiotap("0000080000000000" + kAck));
  BOOST_REQUIRE(bare.has_value());
  BOOST_TEST(bare->psdu == from_hex(kAckFcs), boost::test_tools::per_element());
  BOOST_TEST(bare->fcs_ok);
  BOOST_TEST(!bare->mbps.has_value());
  BOOST_TEST(!bare->frequency.has_value());
}

BOOST_AUTO_TEST_CASE(fields_lie_where_their_alignment_and_further_bitmaps_put_them) {
  // TSFT, flags (with check sequence), rate 6 Mb/s, channel 2412 MHz; two bitmaps, so four octets of padding.
  const std::string header = "00001e00" + std::string("0f000080") + "00000000" + "00000000" +
                             "1122334455667788" + "100c" + "6c09a000";
  CaptureFrame frame = radiotap(header + kAckFcs);
  const auto sniffed = sniffed_wifi(frame);
  BOOST_REQUIRE(sniffed.has_value());
  BOOST_TEST(sniffed->psdu == from_hex(kAckFcs), boost::test_tools::per_element());
  BOOST_TEST(sniffed->fcs_ok);
  BOOST_TEST(sniffed->mbps.value() == 6.0);
  BOOST_TEST(sniffed->frequency->value == 2412e6);
  frame.bytes.back() ^= 1;
  BOOST_TEST(!sniffed_wifi(frame)->fcs_ok);
}

BOOST_AUTO_TEST_CASE(headers_that_contradict_their_frame_are_refused) {
  BOOST_TEST(sentence_of("00000800") == "A frame has no radiotap header.");
  BOOST_TEST(sentence_of("0100080000000000") == "A frame has no radiotap header.");
  BOOST_TEST(sentence_of("0000090000000000") == "A radiotap header has not the length that it names.");
  BOOST_TEST(sentence_of("0000070000000000") == "A radiotap header has not the length that it names.");
  BOOST_TEST(sentence_of("0000080000000080") == "A radiotap header ends within its bitmaps.");
  BOOST_TEST(sentence_of("0000080004000000") == "A radiotap header is cut off.");
  BOOST_TEST(sentence_of("000009000200000010ffffff") == "A frame is shorter than its check sequence.");
  BOOST_TEST(!sniffed_wifi({272, {}, from_hex("0000080000000000")}).has_value());
}

BOOST_AUTO_TEST_CASE(real_captures_say_how_their_frames_were_heard) {
  const auto folder = shared_path("captures/pcap");
  if (!folder) return;
  const auto parrot = read_capture(*folder / "odid_wifi_beacon_parrot_anafi_part1.pcapng");
  std::size_t at_6_mbps = 0;
  for (const CaptureFrame& frame : parrot) {
    const auto sniffed = sniffed_wifi(frame);
    BOOST_REQUIRE((sniffed && sniffed->mbps && sniffed->fcs_ok));
    BOOST_TEST(sniffed->frequency->value == 2412e6);
    at_6_mbps += *sniffed->mbps == 6;
  }
  BOOST_TEST(at_6_mbps == 1098U);
  const auto esp32 = read_capture(*folder / "odid_wifi_beacon_esp32.pcap");
  BOOST_TEST(std::ranges::all_of(esp32, [](const CaptureFrame& frame) {
    return sniffed_wifi(frame)->mbps == 1.0 &&
           frame.bytes.size() + 4 - 17 == sniffed_wifi(frame)->psdu.size();
  }));
}
