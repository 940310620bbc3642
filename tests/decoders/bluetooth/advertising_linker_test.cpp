#include "decoders/bluetooth/advertising_linker.hpp"

#include <boost/test/unit_test.hpp>

#include "decoders/messages/field_reader.hpp"
#include "tests/support/hex.hpp"

using namespace windhover;
using namespace windhover::decoders;
using namespace windhover::decoders::bluetooth;
using synth::from_hex;

namespace {

constexpr std::string_view kAddress = "9a78563412c2";  // C2:12:34:56:78:9A on air
constexpr std::string_view kMessage = "122624160a42bf241b6ed1b4b69808ac0870084a53150e0200";
constexpr double kStart_s = 10;

std::string service_data() { return std::string("1e16faff0d5a").append(kMessage); }

// The 24 bits of AuxPtr: channel, clock better than 50 ppm, units of 30 µs, LE Coded.
std::string aux_pointer(unsigned channel, unsigned offset_us) {
  const unsigned bits = channel | 1U << 6U | (offset_us / 30) << 8U | 2U << 21U;
  const std::array bytes{static_cast<std::uint8_t>(bits), static_cast<std::uint8_t>(bits >> 8U),
                         static_cast<std::uint8_t>(bits >> 16U)};
  return messages::to_hex(bytes);
}

struct Pdu {
  std::string address{}, adi = "750e", aux{}, data{};
};

FramePart part(const Pdu& pdu, std::uint16_t channel) {
  const unsigned flags =
      (pdu.address.empty() ? 0U : 1U) | (pdu.adi.empty() ? 0U : 8U) | (pdu.aux.empty() ? 0U : 16U);
  const std::size_t header = 1 + (pdu.address.size() + pdu.adi.size() + pdu.aux.size()) / 2;
  std::vector<std::uint8_t> bytes{0x47, 0, static_cast<std::uint8_t>(header),
                                  static_cast<std::uint8_t>(flags)};
  for (const auto& field : {pdu.address, pdu.adi, pdu.aux, pdu.data})
    for (const std::uint8_t byte : from_hex(field)) bytes.push_back(byte);
  bytes[1] = static_cast<std::uint8_t>(bytes.size() - 2);
  FramePart part{"bluetooth_coded_s8", {}, bytes};
  part.rf.channel = channel;
  part.rf.snr_db = channel;
  return part;
}

struct Linked {
  AdvertisingLinker linker;
  Linker::Output out;
  void take(const Pdu& pdu, std::uint16_t channel, double at_us) {
    linker.take(part(pdu, channel), {kStart_s + at_us * 1e-6, 1e-3}, out);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(bluetooth_advertising_linker)

BOOST_AUTO_TEST_CASE(the_announcement_names_the_sender) {
  Linked linked;
  linked.take({.address = std::string(kAddress), .aux = aux_pointer(10, 6000)}, 38, 0);
  linked.take({.data = service_data()}, 10, 6012);
  BOOST_REQUIRE(linked.out.frames.size() == 1U);
  const auto& [frame, at] = linked.out.frames.front();
  BOOST_CHECK((frame.transmitter == Transmitter{{0xC2, 0x12, 0x34, 0x56, 0x78, 0x9A}, true}));
  BOOST_TEST(frame.transport == "bluetooth_coded_s8");
  BOOST_TEST(frame.rf.channel.value() == 10);
  BOOST_TEST(at.start_s == kStart_s + 6012e-6);
}

BOOST_AUTO_TEST_CASE(without_its_announcement_the_sender_stays_unknown) {
  for (const auto& [channel, at_us, adi] :
       {std::tuple{11, 6012.0, "750e"}, {10, 7000.0, "750e"}, {10, 5900.0, "750e"}, {10, 6012.0, "760e"}}) {
    Linked linked;
    linked.take({.address = std::string(kAddress), .aux = aux_pointer(10, 6000)}, 38, 0);
    linked.take({.adi = adi, .data = service_data()}, static_cast<std::uint16_t>(channel), at_us);
    BOOST_REQUIRE(linked.out.frames.size() == 1U);
    BOOST_TEST(!linked.out.frames.front().frame.transmitter);
  }
}

BOOST_AUTO_TEST_CASE(a_chain_is_joined_wherever_it_is_cut) {
  const std::string data = service_data();
  for (std::size_t cut = 2; cut < data.size(); cut += 2) {
    Linked linked;
    linked.take({.address = std::string(kAddress),
                 .aux = aux_pointer(20, 4000 / 30 * 30),
                 .data = data.substr(0, cut)},
                3, 0);
    BOOST_TEST(linked.out.frames.empty());
    linked.take({.data = data.substr(cut)}, 20, 4000 / 30 * 30 + 5);
    BOOST_REQUIRE(linked.out.frames.size() == 1U);
    const Frame& frame = linked.out.frames.front().frame;
    BOOST_TEST(frame.rf.channel.value() == 3);
    BOOST_TEST(frame.transmitter.has_value());
    BOOST_TEST(std::get<messages::RemoteId>(frame.message).counter == 0x5A);
  }
}

BOOST_AUTO_TEST_CASE(a_chain_that_breaks_off_is_a_counted_reject) {
  Linked linked;
  const Pdu begun{
      .address = std::string(kAddress), .aux = aux_pointer(20, 3990), .data = service_data().substr(0, 40)};
  linked.take(begun, 3, 0);
  linked.take({.aux = aux_pointer(5, 300)}, 37, 2e6);  // time goes on
  BOOST_REQUIRE(linked.out.rejects.size() == 1U);
  BOOST_CHECK(linked.out.rejects.front().attempt.reason == RejectReason::truncated);
  linked.take(begun, 3, 3e6);
  linked.linker.finish(linked.out);
  BOOST_TEST(linked.out.rejects.size() == 2U);
  BOOST_TEST(linked.out.frames.empty());
}

BOOST_AUTO_TEST_CASE(other_advertisements_are_only_counted) {
  Linked linked;
  linked.take({.aux = aux_pointer(10, 3000)}, 37, 0);
  linked.take({.data = "020106"}, 10, 3005);
  linked.take({.aux = aux_pointer(11, 3000), .data = "04ff010203"}, 12, 9000);
  linked.take({.data = "0201"}, 11, 12000);
  BOOST_TEST(linked.out.others == 3U);
  BOOST_TEST((linked.out.frames.empty() && linked.out.rejects.empty()));
}

BOOST_AUTO_TEST_CASE(hostile_chains_stay_bounded) {
  Linked linked;
  std::string filler;
  for (int i = 0; i < 100; ++i) filler.append("02ff00");
  // An endless chain, each packet pointing at the next.
  for (int i = 0; i < 1000; ++i) linked.take({.aux = aux_pointer(20, 3000), .data = filler}, 20, i * 3010.0);
  BOOST_TEST(linked.out.frames.empty());
  // More announcements than are remembered, all for the same moment.
  for (int i = 0; i < 10'000; ++i) linked.take({.aux = aux_pointer(30, 99'990)}, 38, 4e6 + i);
  linked.linker.finish(linked.out);
  BOOST_TEST(linked.out.others > 10'000U);
}

BOOST_AUTO_TEST_SUITE_END()
