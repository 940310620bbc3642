#include "tests/support/pcapng.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/support/hex.hpp"
#include "tests/support/shared_data.hpp"

using namespace windhover::synth;

namespace {

const std::string kSection =
    "0a0d0d0a"
    "1c000000"
    "4d3c2b1a"
    "0100"
    "0000"
    "ffffffffffffffff"
    "1c000000";
const std::string kInterfaceOfNanoseconds =
    "01000000"
    "20000000"
    "1001"
    "0000"
    "00000000"
    "0900"
    "0100"
    "09000000"
    "0000"
    "0000"
    "20000000";
/// 5 bytes at 1 s + 2 ns.
const std::string kPacket =
    "06000000"
    "28000000"
    "00000000"
    "00000000"
    "02ca9a3b"
    "05000000"
    "05000000"
    "0102030405000000"
    "28000000";

std::string sentence_of(const std::string& hex) {
  try {
    (void)read_capture(from_hex(hex));
  } catch (const CaptureError& error) {
    return error.what();
  }
  return "accepted";
}

void check_frame(const CaptureFrame& frame, std::uint16_t link_type, std::int64_t time_ns,
                 std::string_view hex) {
  BOOST_TEST(frame.link_type == link_type);
  BOOST_TEST(frame.time.time_since_epoch().count() == time_ns);
  BOOST_TEST(frame.bytes == from_hex(hex), boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pcapng)

BOOST_AUTO_TEST_CASE(packets_carry_the_link_type_and_clock_of_their_interface) {
  const auto frames = read_capture(from_hex(kSection + kInterfaceOfNanoseconds + kPacket));
  BOOST_REQUIRE(frames.size() == 1U);
  check_frame(frames[0], 272, 1'000'000'002, "0102030405");
}

BOOST_AUTO_TEST_CASE(big_endian_sections_and_powers_of_two) {
  const auto frames =
      read_capture(from_hex("0a0d0d0a"
                            "0000001c"
                            "1a2b3c4d"
                            "0001"
                            "0000"
                            "ffffffffffffffff"
                            "0000001c"
                            "00000001"
                            "0000002c"
                            "0069"
                            "0000"
                            "00000000"
                            "0009"
                            "0001"
                            "81000000"
                            "000e"
                            "0008"
                            "0000000000000064"
                            "0000"
                            "0000"
                            "0000002c"
                            "00000006"
                            "00000024"
                            "00000000"
                            "00000000"
                            "00000003"
                            "00000002"
                            "00000002"
                            "0a0b0000"
                            "00000024"
                            "00000003"
                            "00000014"
                            "00000003"
                            "0c0d0e00"
                            "00000014"));
  BOOST_REQUIRE(frames.size() == 2U);
  check_frame(frames[0], 105, 101'500'000'000, "0a0b");
  check_frame(frames[1], 105, 0, "0c0d0e");
}

BOOST_AUTO_TEST_CASE(classic_files_of_either_order_and_clock) {
  const auto little =
      read_capture(from_hex("d4c3b2a1"
                            "02000400"
                            "00000000"
                            "00000000"
                            "ffff0000"
                            "69000000"
                            "01000000"
                            "02000000"
                            "03000000"
                            "03000000"
                            "0a0b0c"));
  BOOST_REQUIRE(little.size() == 1U);
  check_frame(little[0], 105, 1'000'002'000, "0a0b0c");
  const auto big =
      read_capture(from_hex("a1b23c4d"
                            "00020004"
                            "00000000"
                            "00000000"
                            "0000ffff"
                            "00000110"
                            "00000001"
                            "00000002"
                            "00000001"
                            "00000001"
                            "0a"));
  BOOST_REQUIRE(big.size() == 1U);
  check_frame(big[0], 272, 1'000'000'002, "0a");
}

BOOST_AUTO_TEST_CASE(files_that_are_cut_or_contradictory_are_refused_in_one_sentence) {
  BOOST_TEST(sentence_of("") == "The file is neither pcapng nor pcap.");
  BOOST_TEST(sentence_of("504b0304") == "The file is neither pcapng nor pcap.");
  const std::string cut = "The capture is cut off in the middle of a block.";
  for (const std::size_t digits : {10U, 16U, 40U}) BOOST_TEST(sentence_of(kSection.substr(0, digits)) == cut);
  const std::string whole = kSection + kInterfaceOfNanoseconds + kPacket;
  BOOST_TEST(sentence_of(whole.substr(0, whole.size() - 2)) == cut);
  BOOST_TEST(sentence_of("d4c3b2a1"
                         "02000400") == cut);
  BOOST_TEST(sentence_of(kSection + kPacket) ==
             "The capture holds a packet of an interface that it does not describe.");
  BOOST_TEST(sentence_of(kSection + "0100000008000000") == "The capture has a block whose length cannot be.");
  BOOST_TEST(sentence_of(kSection + "050000000c00000010000000") ==
             "The capture has a block whose two lengths differ.");
  std::string impossible = whole;
  impossible.replace(whole.find("09000100") + 8, 2, "7f");
  BOOST_TEST(sentence_of(impossible) == "The capture's clock has a resolution that cannot be.");
  impossible.replace(whole.find("09000100") + 8, 2, "00");
  impossible.replace(kSection.size() + kInterfaceOfNanoseconds.size() + 24, 8, "ffffff7f");
  BOOST_TEST(sentence_of(impossible) == "The capture has a frame of a time that cannot be.");
  BOOST_CHECK_THROW(read_capture(std::filesystem::path("no/such/file.pcapng")), CaptureError);
}

BOOST_AUTO_TEST_CASE(all_shared_captures_are_read) {
  for (const auto& [name, link_type] :
       {std::pair{"odid_wifi_beacon_esp32.pcap", 127}, std::pair{"odid_wifi_nan_esp32_part1.pcap", 127},
        std::pair{"dji_wifi_droneid_spoofed_a.pcapng", 127},
        std::pair{"odid_wifi_beacon_parrot_anafi_part1.pcapng", 127}}) {
    const auto path = shared_path(std::string("captures/pcap/").append(name));
    if (!path) continue;
    const auto frames = read_capture(*path);
    BOOST_TEST(!frames.empty());
    for (const auto& frame : frames) BOOST_REQUIRE(frame.link_type == link_type);
  }
}

BOOST_AUTO_TEST_SUITE_END()
