// Message packs, and telling the formats apart that share a header.

#include "decoders/messages/remote_id_body.hpp"

#include <boost/test/unit_test.hpp>

#include "odid_json.hpp"

using namespace windhover::odid_test;

namespace {

const auto kBasic = from_hex("02123135393646304131423243334434453546364737000000");
const auto kLocation = from_hex("122624160a42bf241b6ed1b4b69808ac0870084a53150e0200");
const auto kSystem = from_hex("4204208c241ba0e0b4b60100000000000013f907d51cac0100");

using Message = std::vector<std::uint8_t>;

Message altered(Message message, std::size_t at, std::initializer_list<int> bytes) {
  for (const int byte : bytes) message.at(at++) = static_cast<std::uint8_t>(byte);
  return message;
}

Message pack_of(std::uint8_t version, std::initializer_list<Message> messages) {
  Message pack{static_cast<std::uint8_t>(0xf0 | version), 25, static_cast<std::uint8_t>(messages.size())};
  for (const Message& message : messages) pack.insert(pack.end(), message.begin(), message.end());
  return pack;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(remote_id_packs_and_bodies)

BOOST_AUTO_TEST_CASE(a_pack_cut_anywhere_is_refused) {
  const Message pack = pack_of(2, {kBasic, kLocation, kSystem});
  for (std::size_t size = 0; size < pack.size(); ++size)
    BOOST_CHECK(parse_odid_pack(Bytes(pack).first(size)).error() == OdidReject::too_short);
  BOOST_TEST(parse_odid_pack(pack)->messages.size() == 3U);
}

BOOST_AUTO_TEST_CASE(bytes_after_a_pack_are_ignored) {
  Message pack = pack_of(2, {kBasic, kLocation});
  const auto expected = *parse_odid_pack(pack);
  pack.insert(pack.end(), 30, 0x12);
  BOOST_CHECK(*parse_odid_pack(pack) == expected);
}

BOOST_AUTO_TEST_CASE(an_empty_pack_is_a_sign_of_life) {
  // A TI transmitter that boots: no messages, zero padding.
  Message pack = pack_of(0, {});
  pack.resize(228);
  const auto parsed_pack = parse_odid_pack(pack);
  BOOST_REQUIRE(parsed_pack.has_value());
  BOOST_TEST(parsed_pack->messages.empty());
  BOOST_TEST(parsed_pack->rejects.total() == 0U);
}

BOOST_AUTO_TEST_CASE(packs_of_too_many_messages) {
  const auto pack = [](std::uint8_t version, std::size_t count) {
    Message bytes{static_cast<std::uint8_t>(0xf0 | version), 25, static_cast<std::uint8_t>(count)};
    for (std::size_t i = 0; i < count; ++i) bytes.insert(bytes.end(), kBasic.begin(), kBasic.end());
    return parse_odid_pack(bytes);
  };
  BOOST_TEST(pack(0, 10)->messages.size() == 10U);
  BOOST_TEST(pack(0, 10)->anomalies.empty());
  BOOST_TEST(pack(2, 9)->anomalies.empty());
  BOOST_TEST(pack(2, 10)->messages.size() == 10U);
  BOOST_TEST(pack(2, 10)->anomalies.has(Anomaly::count_over_limit));
  BOOST_CHECK(pack(0, 11).error() == OdidReject::bad_size);
  BOOST_CHECK(pack(2, 255).error() == OdidReject::bad_size);
}

BOOST_AUTO_TEST_CASE(a_pack_of_messages_of_another_size_is_refused) {
  Message pack = pack_of(2, {kBasic});
  for (const int size : {0, 24, 26, 255}) {
    pack[1] = static_cast<std::uint8_t>(size);
    BOOST_CHECK(parse_odid_pack(pack).error() == OdidReject::bad_size);
  }
  BOOST_CHECK(parse_odid_pack(kBasic).error() == OdidReject::unknown_type);
}

BOOST_AUTO_TEST_CASE(a_bad_message_in_a_pack_loses_no_other) {
  const Message nested = altered(kBasic, 0, {0xf2, 25, 1});
  const Message unknown = altered(kBasic, 0, {0x97});
  const auto pack = parse_odid_pack(pack_of(2, {kBasic, unknown, nested, kSystem, unknown}));
  BOOST_REQUIRE(pack.has_value());
  BOOST_REQUIRE(pack->messages.size() == 2U);
  BOOST_TEST(std::holds_alternative<System>(pack->messages[1]));
  BOOST_TEST(pack->rejects.of(OdidReject::unknown_type) == 2U);
  BOOST_TEST(pack->rejects.of(OdidReject::nested_pack) == 1U);
  BOOST_TEST(pack->rejects.total() == 3U);
}

BOOST_AUTO_TEST_CASE(only_basic_id_and_authentication_may_repeat_in_a_pack) {
  const Message auth = from_hex("22113132333435363738393031323334353637383930313233");
  BOOST_TEST(parse_odid_pack(pack_of(2, {kBasic, kBasic, auth, auth}))->anomalies.empty());
  const auto twice = parse_odid_pack(pack_of(2, {kSystem, kSystem}));
  BOOST_TEST(twice->anomalies.has(Anomaly::duplicate));
  BOOST_TEST(twice->messages.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_body_is_told_apart_by_its_first_bytes) {
  BOOST_TEST(std::holds_alternative<OdidMessage>(parse_remote_id_body(kLocation)));
  BOOST_TEST(std::holds_alternative<OdidPack>(parse_remote_id_body(pack_of(2, {kBasic}))));
  // Version 15 is a pack all the same as long as the next byte is no GB 46750 version.
  BOOST_TEST(std::holds_alternative<OdidPack>(parse_remote_id_body(pack_of(15, {kBasic}))));
  BOOST_TEST(std::holds_alternative<Gb46750>(parse_remote_id_body(from_hex("ff20010001"))) == false);
  BOOST_TEST(std::holds_alternative<Gb46750>(parse_remote_id_body(from_hex("ff20012001"))));
}

BOOST_AUTO_TEST_CASE(what_is_unknown_keeps_its_first_bytes) {
  const Message strange(200, 0x77);
  const auto body = parse_remote_id_body(strange);
  BOOST_REQUIRE(std::holds_alternative<UnknownBody>(body));
  BOOST_CHECK(std::get<UnknownBody>(body).reason == OdidReject::unknown_type);
  BOOST_TEST(std::get<UnknownBody>(body).first_bytes.size() == 64U);
  const auto cut = parse_remote_id_body(Bytes(kLocation).first(24));
  BOOST_CHECK(std::get<UnknownBody>(cut).reason == OdidReject::too_short);
  BOOST_TEST(std::get<UnknownBody>(cut).first_bytes.size() == 24U);
  BOOST_TEST(std::holds_alternative<UnknownBody>(parse_remote_id_body({})));
}

BOOST_AUTO_TEST_SUITE_END()
