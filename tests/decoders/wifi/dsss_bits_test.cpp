#include "decoders/wifi/dsss_bits.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/random.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/wifi_dsss.hpp"
#include "tests/support/wifi_mac.hpp"

using namespace windhover;
using namespace windhover::decoders::wifi;
using decoders::RejectReason;

namespace {

using Bits = std::vector<std::uint8_t>;

std::optional<nlohmann::json> vectors() {
  const auto path = synth::shared_path("spec/vectors/wifi/dsss.json");
  if (!path) return std::nullopt;
  std::ifstream file(*path);
  return nlohmann::json::parse(file);
}

std::uint64_t word(std::span<const std::uint8_t> bits) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < bits.size(); ++i) out |= std::uint64_t{bits[i]} << i;
  return out;
}

std::uint64_t word(const std::string& text) {
  Bits bits;
  for (const char c : text) bits.push_back(c == '1');
  return word(bits);
}

/// Symbols of two phases for bits on air, each as sure as the others.
std::vector<PhaseDecision> phases_of(std::span<const std::uint8_t> bits) {
  std::vector<PhaseDecision> out;
  std::uint8_t quarter = 0;
  for (const auto bit : bits) {
    quarter = static_cast<std::uint8_t>(quarter ^ bit << 1U);
    out.push_back({quarter, static_cast<std::uint8_t>(quarter ^ 2U), 1});
  }
  return out;
}

/// `symbol` decided the other way, with little certainty.
void decide_wrongly(PhaseDecision& symbol, float margin) {
  std::swap(symbol.quarter, symbol.second);
  symbol.margin = margin;
}

DsssScrambler scrambler_before(std::span<const std::uint8_t> sent, std::size_t at) {
  unsigned last = 0;
  for (std::size_t i = at - 7; i < at; ++i) last = last << 1U | sent[i];
  return DsssScrambler(last);
}

constexpr std::size_t kLongPreamble = 128 + 16;

/// A frame at 1 Mb/s, its symbols behind the header.
struct Frame {
  synth::ByteVector psdu;
  Bits sent;
  std::vector<PhaseDecision> symbols;

  explicit Frame(std::size_t octets, std::uint64_t seed = 1) {
    synth::Random random(seed);
    for (std::size_t i = 4; i < octets; ++i) psdu.push_back(static_cast<std::uint8_t>(random.next()));
    psdu = synth::with_fcs(psdu);
    sent = synth::dsss_bits(psdu, synth::DsssRate::mbps_1);
    symbols = phases_of(std::span(sent).subspan(kLongPreamble + kPlcpHeaderBits));
  }

  std::vector<std::uint8_t> read() const {
    DsssPsdu read;
    read.start(psdu.size(), scrambler_before(sent, kLongPreamble + kPlcpHeaderBits));
    DifferentialReader reader;
    reader.start(0, {});
    for (const auto& symbol : symbols)
      reader.take({symbol.quarter, 0, symbol.second, 0, symbol.margin}, read);
    reader.finish(read);
    BOOST_TEST(read.complete());
    read.repair();
    return {read.octets().begin(), read.octets().end()};
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(wifi_dsss_bits)

BOOST_AUTO_TEST_CASE(headers_of_the_vectors) {
  const auto v = vectors();
  if (!v) return;
  for (const auto& vector : v->at("plcp_headers")) {
    const auto desc = vector.at("desc").get<std::string>();
    const auto header = parse_plcp_header(word(vector.at("header48").get<std::string>()));
    BOOST_REQUIRE(header.has_value());
    BOOST_TEST(header->octets == std::stoul(desc.substr(desc.find(' '))), desc);
    BOOST_TEST(header->length_us == vector.at("length_us").get<unsigned>());
    BOOST_TEST(to_mbps(header->rate) == std::stof(desc));
  }
}

BOOST_AUTO_TEST_CASE(octets_at_11_mbps_are_exact_by_the_length_extension) {
  for (std::size_t octets = 1; octets <= kMostDsssOctets; ++octets) {
    const auto header = parse_plcp_header(word(synth::plcp_header(synth::DsssRate::mbps_11, octets)));
    BOOST_REQUIRE(header.has_value());
    BOOST_REQUIRE(header->octets == octets);
  }
  for (std::size_t octets = 1; octets <= kMostDsssOctets; ++octets)
    BOOST_REQUIRE(parse_plcp_header(word(synth::plcp_header(synth::DsssRate::mbps_5_5, octets)))->octets ==
                  octets);
}

BOOST_AUTO_TEST_CASE(headers_that_lie_are_refused) {
  // CRC of the standard's example: 1 Mb/s, 24 octets.
  const std::uint64_t good = word("010100000000000000000011000000000101101101010111");
  BOOST_TEST(parse_plcp_header(good).has_value());
  for (unsigned i = 0; i < kPlcpHeaderBits; ++i) {
    const auto header = parse_plcp_header(good ^ std::uint64_t{1} << i);
    BOOST_REQUIRE(!header.has_value());
    BOOST_CHECK(header.error() == RejectReason::crc16);
  }
  // With the CRC that goes with it, made by the generator's polynomial: the CRC is linear, so that a change
  // of the content changes it in the same way everywhere.
  const auto crc_of = [](std::uint32_t content) {
    std::uint32_t crc = 0xFFFF;
    for (unsigned i = 0; i < 32; ++i) {
      const std::uint32_t top = (crc >> 15U ^ content >> i) & 1U;
      crc = (crc << 1U ^ (top != 0 ? 0x1021U : 0U)) & 0xFFFFU;
    }
    std::uint64_t out = 0;
    for (unsigned i = 0; i < 16; ++i) out |= std::uint64_t{~crc >> (15 - i) & 1U} << (32 + i);
    return out | content;
  };
  BOOST_TEST(crc_of(static_cast<std::uint32_t>(good)) == good);
  const auto refused = [&](std::uint32_t signal, std::uint32_t service, std::uint32_t length) {
    const auto header = parse_plcp_header(crc_of(signal | service << 8U | length << 16U));
    BOOST_REQUIRE(!header.has_value());
    return header.error();
  };
  BOOST_CHECK(refused(0x0B, 0, 192) == RejectReason::sanity);
  BOOST_CHECK(refused(0x00, 0, 192) == RejectReason::sanity);
  BOOST_CHECK(refused(0x6E, 8, 192) == RejectReason::unsupported);
  BOOST_CHECK(refused(0x0A, 0, 0) == RejectReason::length);
  BOOST_CHECK(refused(0x0A, 0, 193) == RejectReason::length);
  BOOST_CHECK(refused(0x14, 0, 190) == RejectReason::length);
  BOOST_CHECK(refused(0x0A, 0, 8 * 4096) == RejectReason::length);
  BOOST_CHECK(refused(0x14, 0, 65535) == RejectReason::length);
  BOOST_CHECK(refused(0x37, 0, 65535) == RejectReason::length);
  BOOST_CHECK(refused(0x6E, 0x80, 0) == RejectReason::length);
  BOOST_CHECK(refused(0x6E, 0x80, 1) == RejectReason::length);
  BOOST_CHECK(refused(0x6E, 0, 65535) == RejectReason::length);
}

BOOST_AUTO_TEST_CASE(the_scrambler_is_that_of_the_vectors) {
  const auto v = vectors();
  if (!v) return;
  const auto sent = v->at("long_preamble_scrambled_192bits_1M_207B").get<std::string>();
  DsssScrambler descrambler;
  for (std::size_t i = 0; i < 128; ++i) {
    const unsigned bit = descrambler.descramble(sent[i] == '1');
    if (i >= 7) BOOST_TEST(bit == 1U);
  }
  unsigned sfd = 0;
  for (unsigned i = 0; i < kSfdBits; ++i) sfd |= descrambler.descramble(sent[128 + i] == '1') << i;
  BOOST_TEST(sfd == sfd_bits(DsssPreamble::long_sync));
}

BOOST_AUTO_TEST_CASE(one_or_two_uncertain_symbols_of_a_header_are_put_right) {
  const Frame frame(100);
  const auto header = std::span(frame.sent).subspan(kLongPreamble, kPlcpHeaderBits);
  const auto decoded = [&](std::vector<PhaseDecision> symbols) {
    BitContext context{0, scrambler_before(frame.sent, kLongPreamble)};
    return decode_plcp_header(symbols, DsssPreamble::long_sync, context);
  };
  const auto right = phases_of(header);
  BOOST_TEST(decoded(right)->octets == 100U);
  for (std::size_t one = 0; one < kPlcpHeaderBits; ++one) {
    auto symbols = right;
    decide_wrongly(symbols[one], 0.1F);
    BOOST_REQUIRE(decoded(symbols).has_value());
    BOOST_TEST(decoded(symbols)->octets == 100U);
    decide_wrongly(symbols[(one + 17) % kPlcpHeaderBits], 0.2F);
    BOOST_REQUIRE(decoded(symbols).has_value());
    BOOST_TEST(decoded(symbols)->octets == 100U);
    decide_wrongly(symbols[(one + 29) % kPlcpHeaderBits], 0.3F);
    BOOST_TEST(!decoded(symbols).has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_repaired_header_hands_on_what_was_sent) {
  const Frame frame(100);
  auto symbols = phases_of(std::span(frame.sent).subspan(kLongPreamble, kPlcpHeaderBits));
  const std::uint8_t last = symbols.back().quarter;
  decide_wrongly(symbols.back(), 0.1F);
  decide_wrongly(symbols[43], 0.1F);
  BitContext context{0, scrambler_before(frame.sent, kLongPreamble)};
  BOOST_REQUIRE(decode_plcp_header(symbols, DsssPreamble::long_sync, context).has_value());
  BOOST_TEST(int{context.quarter} == int{last});
  auto expected = scrambler_before(frame.sent, kLongPreamble + kPlcpHeaderBits);
  for (int i = 0; i < 20; ++i) BOOST_TEST(context.scrambler.descramble(0) == expected.descramble(0));
}

BOOST_AUTO_TEST_CASE(up_to_three_uncertain_symbols_of_a_frame_are_put_right) {
  for (const std::size_t octets : {14U, 150U, 1500U}) {
    const Frame right(octets);
    BOOST_TEST((right.read() == right.psdu));
    synth::Random random(octets);
    const auto place = [&] {
      return static_cast<std::size_t>(random.uniform() * 8 * static_cast<double>(octets));
    };
    for (int trial = 0; trial < 60; ++trial) {
      Frame frame = right;
      // Others are as uncertain, and right.
      for (int i = 0; i < 6; ++i) frame.symbols[place()].margin = 0.1F;
      std::vector<std::size_t> wrong;
      while (wrong.size() < static_cast<std::size_t>(trial % 3 + 1)) {
        const std::size_t next = place();
        const auto near = [&](std::size_t other) { return next < other + 9 && other < next + 9; };
        if (std::ranges::none_of(wrong, near)) wrong.push_back(next);
      }
      for (const std::size_t k : wrong) decide_wrongly(frame.symbols[k], 0.05F);
      BOOST_TEST((frame.read() == right.psdu));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_first_and_the_last_symbol_of_a_frame_are_put_right) {
  Frame frame(60);
  decide_wrongly(frame.symbols.front(), 0.1F);
  decide_wrongly(frame.symbols.back(), 0.1F);
  BOOST_TEST((frame.read() == frame.psdu));
}

BOOST_AUTO_TEST_CASE(what_is_certain_or_too_much_is_not_put_right) {
  Frame sure(60);
  decide_wrongly(sure.symbols[100], 0.9F);
  BOOST_TEST((sure.read() != sure.psdu));
  Frame many(60);
  for (const std::size_t k : {20U, 120U, 220U, 320U}) decide_wrongly(many.symbols[k], 0.1F);
  const auto octets = many.read();
  BOOST_TEST((octets != many.psdu));
  // Nothing was changed: exactly the wrong bits remain, each in its symbol, the next, and four and seven on.
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < octets.size(); ++i)
    wrong += static_cast<std::size_t>(std::popcount(static_cast<unsigned>(octets[i] ^ many.psdu[i])));
  BOOST_TEST(wrong == 4U * 6U);
}

BOOST_AUTO_TEST_CASE(damaged_frames_are_not_made_up) {
  // Of 2000 frames with more damage than can be put right none passes: one in 10^7 would.
  synth::Random random(5);
  const Frame right(40);
  for (int trial = 0; trial < 2000; ++trial) {
    Frame frame = right;
    for (int i = 0; i < 24; ++i)
      decide_wrongly(frame.symbols[static_cast<std::size_t>(random.uniform() * 320)], 0.1F);
    const auto octets = frame.read();
    const auto fcs = synth::wifi_fcs(std::span(octets).first(36));
    std::uint32_t sent = 0;
    for (unsigned i = 0; i < 4; ++i) sent |= std::uint32_t{octets[36 + i]} << (8 * i);
    BOOST_TEST((fcs != sent || octets == right.psdu));
  }
}

BOOST_AUTO_TEST_SUITE_END()
