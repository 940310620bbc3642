#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "drip_fixture.hpp"
#include "sensor/config_error.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/shared_data.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::test;
using nlohmann::json;

namespace {

/// A sender that has told who it is and where, and the keys that are known.
struct Fixture {
  DripIdentity apex{1}, raa{2}, hda{3}, ua{4}, stranger{5};
  DripKeys keys{{{apex.det, apex.key}}};
  VerifyBudget budget;
  DripSender sender;
  std::vector<OdidBytes> sent{basic_id_on_air(ua.det), location_on_air(51.5)};
  UtcTime now = kStart;
  std::optional<Fix> believed = Fix{{51.5, 7.25}, kStart, 10};

  Fixture() {
    sender.on_page(now);
    sender.on_claim(ua.det);
    for (const OdidBytes& each : sent) sender.on_message(each, now);
  }
  void take(const msg::AuthenticationSet& set) { sender.on_set(set, sent, believed, now, keys, budget); }
  void take(std::uint8_t sam, const Octets& body) { take(set_of(sam, body)); }
  void take_links() {
    take(1, link_body(hda, ua, now));  // in whatever order they come
    take(1, link_body(apex, raa, now));
    take(1, link_body(raa, hda, now));
  }
  std::string state() { return std::string(sender.signatures(now)->state); }
};

json drip_vectors() {
  const auto path = synth::shared_path("spec/vectors/odid/drip.json");
  if (!path) return {};
  std::ifstream file(*path);
  return json::parse(file);
}

template <std::size_t Size>
std::array<std::uint8_t, Size> octets(const json& hex) {
  const auto bytes = synth::from_hex(hex.get<std::string>());
  std::array<std::uint8_t, Size> taken{};
  BOOST_REQUIRE(bytes.size() == Size);
  std::copy(bytes.begin(), bytes.end(), taken.begin());
  return taken;
}

msg::AuthenticationSet assembled(const json& pages) {
  msg::AuthAssembler assembler;
  for (const json& page : pages) {
    const auto message = msg::parse_odid_message(synth::from_hex(page.get<std::string>()));
    BOOST_REQUIRE(message.has_value());
    if (auto set = assembler.add(1, std::get<msg::Authentication>(*message), 0)) return *set;
  }
  BOOST_FAIL("the pages make no set");
  return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(drip)

BOOST_AUTO_TEST_CASE(published_tags_fit_their_keys_and_no_others) {
  const json vectors = drip_vectors();
  if (vectors.is_null()) return;
  BOOST_TEST(is_key_of(octets<16>(vectors["det"]), octets<32>(vectors["hi_ed25519_pub"])));
  for (const json& pair : vectors["more_det_pairs"]) {
    BOOST_TEST(is_key_of(octets<16>(pair["det"]), octets<32>(pair["pub"])));
    BOOST_TEST(!is_key_of(octets<16>(pair["det"]), octets<32>(vectors["hi_ed25519_pub"])));
  }
}

BOOST_AUTO_TEST_CASE(published_message_hashes) {
  const json vectors = drip_vectors();
  if (vectors.is_null()) return;
  for (std::size_t i = 0; i < vectors["astm_messages"].size(); ++i)
    BOOST_TEST((message_hash(octets<25>(vectors["astm_messages"][i])) ==
                octets<8>(vectors["astm_message_hashes"][i])));
}

BOOST_AUTO_TEST_CASE(the_published_flight_is_verified) {
  const json vectors = drip_vectors();
  if (vectors.is_null()) return;
  DripKeys keys({});
  VerifyBudget budget;
  DripSender sender;
  const UtcTime now = parse_rfc3339("2024-06-03T19:00:00Z");
  sender.on_page(now);
  sender.on_claim(octets<16>(vectors["det"]));
  for (const json& message : vectors["astm_messages"]) sender.on_message(octets<25>(message), now);
  const auto wrapper = assembled(vectors["wrapper_pages"]);
  sender.on_set(wrapper, {}, {}, now, keys, budget);
  BOOST_TEST(sender.signatures(now)->state == "unverifiable");
  sender.on_set(assembled(vectors["link_pages"]), {}, {}, now, keys, budget);
  BOOST_TEST(keys.key_of(octets<16>(vectors["det"])).has_value());
  // The example is signed for a few minutes of 2024.
  const UtcTime signed_at = drip_time(0x665E1100U);
  sender.on_set(wrapper, {}, {}, signed_at, keys, budget);
  sender.on_set(assembled(vectors["manifest_pages"]), {}, {}, signed_at, keys, budget);
  const Signatures told = *sender.signatures(signed_at);
  BOOST_TEST(told.right == 2U);
  BOOST_TEST(told.wrong == 0U);
  BOOST_TEST(told.signer == "2001:3f:fe00:105:a29b:3ff4:2226:c04e");
}

BOOST_FIXTURE_TEST_CASE(a_chain_to_an_anchor_is_trusted_in_whatever_order_it_comes, Fixture) {
  take_links();
  take(2, wrapper_body(ua, sent, now));
  BOOST_TEST(state() == "trusted");
  BOOST_TEST(sender.signatures(now)->signed_messages == 2U);
  BOOST_TEST(sender.is_authenticated(now));
}

BOOST_FIXTURE_TEST_CASE(a_manifest_covers_messages_by_their_hashes, Fixture) {
  take_links();
  take(3, manifest_body(ua, sent, now));
  BOOST_TEST(state() == "trusted");
  BOOST_TEST(sender.signatures(now)->signed_messages == 2U);
  take(3, manifest_body(ua, sent, now));
  BOOST_TEST(sender.signatures(now)->signed_messages == 2U);  // no message counts twice
}

BOOST_FIXTURE_TEST_CASE(a_wrapper_without_messages_covers_its_pack_in_type_order, Fixture) {
  take(1, link_body(hda, ua, now));
  Octets covered = times_around(now);
  for (const OdidBytes& each : sent) append(covered, each);
  append(covered, ua.det);
  const Octets with_messages = ua.signed_by_me(covered);
  Octets on_air(with_messages.begin(), with_messages.begin() + 8);
  append(on_air, std::span(with_messages).last(16 + 64));
  std::reverse(sent.begin(), sent.end());
  take(2, on_air);
  BOOST_TEST(state() == "verified");
}

BOOST_FIXTURE_TEST_CASE(a_key_without_an_anchor_is_verified_only, Fixture) {
  take(1, link_body(stranger, ua, now));
  take(2, wrapper_body(ua, sent, now));
  BOOST_TEST(state() == "verified");
  BOOST_TEST(sender.is_authenticated(now));
}

BOOST_FIXTURE_TEST_CASE(without_the_key_nothing_is_known, Fixture) {
  BOOST_TEST(state() == "partial");
  take(2, wrapper_body(ua, sent, now));
  BOOST_TEST(state() == "unverifiable");
  BOOST_TEST(!sender.is_authenticated(now));
}

BOOST_FIXTURE_TEST_CASE(a_wrong_signature_counts_unless_pages_may_be_mixed, Fixture) {
  take_links();
  Octets broken = wrapper_body(ua, sent, now);
  broken[10] ^= 1;
  msg::AuthenticationSet mixed = set_of(2, broken);
  mixed.one_round = false;
  take(mixed);
  BOOST_TEST(sender.signatures(now)->wrong == 0U);
  take(2, broken);
  BOOST_TEST(state() == "unverified");
  take(2, wrapper_body(ua, sent, now));
  BOOST_TEST(state() == "questionable");
  BOOST_TEST(!sender.is_authenticated(now));
  now += DripSender::kMemory + std::chrono::minutes(2);
  take(2, wrapper_body(ua, sent, now));
  BOOST_TEST(state() == "verified");  // the Links have run out meanwhile
}

BOOST_FIXTURE_TEST_CASE(links_that_lie_are_wrong, Fixture) {
  Octets forged = link_body(apex, raa, now);
  forged[130] ^= 1;
  take(1, forged);
  BOOST_TEST(state() == "unverified");
  BOOST_TEST(!keys.key_of(raa.det));
  Octets foreign_key = link_body(stranger, ua, now);
  std::copy(stranger.key.begin(), stranger.key.end(), foreign_key.begin() + 24);
  take(1, foreign_key);
  BOOST_TEST(sender.signatures(now)->wrong == 2U);
  BOOST_TEST(!keys.key_of(ua.det));
}

BOOST_FIXTURE_TEST_CASE(an_old_signature_is_stale, Fixture) {
  take(1, link_body(hda, ua, now));
  take(2, wrapper_body(ua, sent, now - std::chrono::hours(2)));
  BOOST_TEST(state() == "stale");
  BOOST_TEST(!sender.is_authenticated(now));
}

BOOST_FIXTURE_TEST_CASE(another_ones_signature_conflicts, Fixture) {
  take(1, link_body(hda, stranger, now));
  take(2, wrapper_body(stranger, sent, now));
  BOOST_TEST(state() == "conflicting");
  BOOST_TEST(!sender.is_authenticated(now));
}

BOOST_FIXTURE_TEST_CASE(a_signed_position_elsewhere_conflicts, Fixture) {
  take(1, link_body(hda, ua, now));
  const std::vector<OdidBytes> elsewhere{location_on_air(51.9)};
  take(2, wrapper_body(ua, elsewhere, now));
  BOOST_TEST(state() == "conflicting");
}

BOOST_FIXTURE_TEST_CASE(other_methods_are_unsupported, Fixture) {
  take(4, Octets(100, 1));
  BOOST_TEST(state() == "unsupported");
  msg::AuthenticationSet other;
  other.auth_type = msg::AuthType::uas_id_signature;
  take(other);
  BOOST_TEST(state() == "unsupported");
}

BOOST_FIXTURE_TEST_CASE(a_flood_is_not_verified, Fixture) {
  take(1, link_body(hda, ua, now));
  const Octets body = wrapper_body(ua, sent, now);
  for (int i = 0; i < 1000; ++i) take(2, body);
  BOOST_TEST(sender.signatures(now)->right == static_cast<unsigned>(VerifyBudget::kEachSecond));
  BOOST_TEST(budget.skipped() == 1000U - VerifyBudget::kEachSecond);
}

BOOST_FIXTURE_TEST_CASE(invented_keys_push_out_no_anchor, Fixture) {
  for (int seed = 10; seed < 256; ++seed)
    take(1, link_body(stranger, DripIdentity(static_cast<std::uint8_t>(seed)), now));
  BOOST_TEST(keys.key_of(apex.det).has_value());
}

BOOST_AUTO_TEST_CASE(messages_are_found_on_air) {
  const std::vector<OdidBytes> sent{location_on_air(51.5), location_on_air(51.6)};
  decoders::Frame frame;
  frame.payload = synth::ble_legacy_adv_data(7, sent[0]);
  frame.message = msg::RemoteId{7, *msg::parse_odid_message(sent[0])};
  BOOST_TEST((messages_on_air(frame) == std::vector<OdidBytes>{sent[0]}));
  const auto pack = synth::encode_pack(2, sent);
  frame.payload = synth::wifi_odid_element(7, pack);
  frame.message = msg::RemoteId{7, *msg::parse_odid_pack(pack)};
  BOOST_TEST((messages_on_air(frame) == sent));
  frame.payload.resize(20);
  BOOST_TEST(messages_on_air(frame).empty());
}

BOOST_AUTO_TEST_CASE(anchors_are_read_or_refused) {
  const DripIdentity apex(1);
  const auto hex = [](auto bytes) {
    std::string text;
    for (const unsigned octet : bytes) {
      text += "0123456789abcdef"[octet >> 4U];
      text += "0123456789abcdef"[octet & 15U];
    }
    return text;
  };
  const std::string line = hex(apex.det) + " " + hex(apex.key);
  BOOST_TEST(parse_drip_anchors("# roots\n\n" + line + " # ours\n" + line).size() == 2U);
  BOOST_CHECK_THROW(parse_drip_anchors(line + "0"), ConfigError);
  BOOST_CHECK_THROW(parse_drip_anchors("xyz"), ConfigError);
  BOOST_CHECK_THROW(parse_drip_anchors(hex(DripIdentity(2).det) + hex(apex.key)), ConfigError);
}

BOOST_AUTO_TEST_SUITE_END()
