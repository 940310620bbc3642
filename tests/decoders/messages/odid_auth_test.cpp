#include "decoders/messages/odid_auth.hpp"

#include <algorithm>
#include <array>
#include <random>

#include "odid_json.hpp"
#include "tests/support/odid_encoder.hpp"

using namespace windhover::odid_test;
namespace synth = windhover::synth;

namespace {

using Pages = std::vector<Authentication>;

constexpr std::int64_t kSecond_ns = 1'000'000'000;
constexpr std::int64_t kNow_ns = 1'702'664'100 * kSecond_ns;

// Worked example of the DRIP authentication draft (auth.mkd, February 2024): a Link whose SAM byte says
// Frame. The last page is parity.
constexpr std::array kLinkPages{"2250078910ea510904314b8564b17e66662001003ffe000105",
                                "2251a29b3ff42226c04eb5fef530d450dedb59ebafa18b00d7",
                                "2252f5ed0ac08a81975034297bea2b000418132001003ffe00",
                                "22530105b82bf1c99d87273103fc83f6ecd9b91842f205c222",
                                "2254dd71d8e165ad18ca91daf9299a73eec850c756a7e9be46",
                                "2255f51dddfa0f09db7bfdde14eec07c7a6dd1061c1d5ace94",
                                "2256d9ad97940d280000000000000000000000000000000000",
                                "2257a03b0f7a6feb0d198167045058cfc49f73129917024d22"};

Authentication page_of(std::string_view hex) { return message_of<Authentication>(hex); }

template <typename Container>
Pages pages_of(const Container& hexes) {
  Pages pages;
  for (const auto& hex : hexes) pages.push_back(page_of(std::string_view(hex)));
  return pages;
}

Pages pages_of(const synth::AuthValues& values) {
  Pages pages;
  for (const synth::OdidBytes& bytes : synth::encode(values))
    pages.push_back(std::get<Authentication>(*parse_odid_message(bytes)));
  return pages;
}

std::vector<std::uint8_t> counting(std::size_t bytes, std::uint8_t first = 1) {
  std::vector<std::uint8_t> data(bytes);
  for (std::size_t i = 0; i < bytes; ++i) data[i] = static_cast<std::uint8_t>(first + i);
  return data;
}

/// What the pages give, at most one set.
std::optional<AuthenticationSet> assembled(AuthAssembler& assembler, const Pages& pages,
                                           std::uint64_t key = 1, std::int64_t now_ns = kNow_ns) {
  std::optional<AuthenticationSet> got;
  for (const Authentication& page : pages) {
    auto set = assembler.add(key, page, now_ns);
    BOOST_REQUIRE(!(got && set));
    if (set) got = std::move(set);
  }
  return got;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(odid_auth)

BOOST_AUTO_TEST_CASE(three_pages_make_a_set) {
  AuthAssembler assembler;
  const auto set = assembled(assembler, {page_of("2210023f003fab013132333435363738393031323334353637"),
                                         page_of("22113132333435363738393031323334353637383930313233"),
                                         page_of("22123132333435363738393031323334353637383930313233")});
  BOOST_REQUIRE(set.has_value());
  BOOST_CHECK(set->auth_type == AuthType::uas_id_signature);
  BOOST_TEST(set->timestamp_s.value() == 1574300800);
  BOOST_TEST(std::string(set->data.begin(), set->data.end()) ==
             "12345678901234567"
             "12345678901234567890123"
             "12345678901234567890123");
  BOOST_TEST(!set->sam.has_value());
  BOOST_TEST(!set->restored);
  BOOST_TEST(assembler.counters().completed == 1U);
}

BOOST_AUTO_TEST_CASE(pages_may_come_in_any_order) {
  Pages pages = pages_of({.timestamp_s = 1'700'000'000, .data = counting(17 + 23 + 23 + 1)});
  std::vector<std::size_t> order{0, 1, 2, 3};
  do {
    AuthAssembler assembler;
    Pages shuffled;
    for (const std::size_t i : order) shuffled.push_back(pages[i]);
    const auto set = assembled(assembler, shuffled);
    BOOST_REQUIRE(set.has_value());
    BOOST_CHECK(set->data == counting(64));
  } while (std::next_permutation(order.begin(), order.end()));
}

BOOST_AUTO_TEST_CASE(every_length_comes_back) {
  for (std::size_t bytes = 0; bytes <= 255; ++bytes) {
    AuthAssembler assembler;
    const auto set = assembled(assembler, pages_of({.data = counting(bytes)}));
    BOOST_REQUIRE(set.has_value());
    BOOST_REQUIRE(set->data == counting(bytes));
  }
}

BOOST_AUTO_TEST_CASE(version_zero_sends_a_page_count) {
  const Pages pages = pages_of({.version = 0, .data = counting(63)});
  BOOST_TEST(int{pages[0].header->last_page} == 2);
  BOOST_TEST(int{pages[0].payload[0]} == 3);
  AuthAssembler assembler;
  BOOST_CHECK(assembled(assembler, pages)->data == counting(63));
  // A version 0 sender that sends the last index instead: the length decides.
  Pages index = pages;
  index[0].header->last_page = 1;
  index[0].payload[0] = 2;
  AuthAssembler other;
  BOOST_CHECK(assembled(other, index)->data == counting(63));
}

BOOST_AUTO_TEST_CASE(a_set_is_handed_out_once_while_it_repeats) {
  AuthAssembler assembler;
  const Pages pages = pages_of({.data = counting(40)});
  BOOST_TEST(assembled(assembler, pages).has_value());
  BOOST_TEST(!assembled(assembler, pages, 1, kNow_ns + 3 * kSecond_ns).has_value());
  BOOST_TEST(!assembled(assembler, pages, 1, kNow_ns + 9 * kSecond_ns).has_value());
  BOOST_TEST(assembled(assembler, pages, 1, kNow_ns + 11 * kSecond_ns).has_value());
  BOOST_TEST(assembler.counters().expired == 0U);
}

BOOST_AUTO_TEST_CASE(a_new_set_follows_at_once) {
  AuthAssembler assembler;
  BOOST_TEST(
      assembled(assembler, pages_of({.timestamp_s = 1'700'000'000, .data = counting(63)})).has_value());
  const auto next = assembled(assembler, pages_of({.timestamp_s = 1'700'000'003, .data = counting(63, 9)}));
  BOOST_REQUIRE(next.has_value());
  BOOST_CHECK(next->data == counting(63, 9));
  BOOST_TEST(assembler.counters().replaced == 0U);
}

BOOST_AUTO_TEST_CASE(a_different_page_begins_a_new_set) {
  const Pages old = pages_of({.timestamp_s = 1'700'000'000, .data = counting(63)});
  const Pages fresh = pages_of({.timestamp_s = 1'700'000'003, .data = counting(63, 9)});
  AuthAssembler assembler;
  const auto set = assembled(assembler, {old[0], old[1], fresh[1], old[2], fresh[2], fresh[0], fresh[1]});
  BOOST_REQUIRE(set.has_value());
  BOOST_CHECK(set->data == counting(63, 9));
  BOOST_TEST(assembler.counters().replaced == 2U);
}

BOOST_AUTO_TEST_CASE(a_partial_set_expires_ten_seconds_after_its_last_new_page) {
  AuthAssembler assembler;
  const Pages pages = pages_of({.data = counting(63)});
  BOOST_TEST(!assembler.add(1, pages[0], kNow_ns).has_value());
  BOOST_TEST(!assembler.add(1, pages[1], kNow_ns + 5 * kSecond_ns).has_value());
  BOOST_TEST(!assembler.add(1, pages[1], kNow_ns + 9 * kSecond_ns).has_value());
  BOOST_TEST(!assembler.add(1, pages[2], kNow_ns + 15 * kSecond_ns + 1).has_value());
  BOOST_TEST(assembler.counters().expired == 1U);

  // Senders that give Authentication one of seven places in their rotation need more than a second a page.
  AuthAssembler slow;
  const Pages many = pages_of({.data = counting(201)});
  BOOST_REQUIRE(many.size() == 9U);
  std::optional<AuthenticationSet> set;
  for (std::size_t page = 0; page < many.size(); ++page)
    set = slow.add(1, many[page], kNow_ns + static_cast<std::int64_t>(page) * 10 * kSecond_ns);
  BOOST_REQUIRE(set.has_value());
  BOOST_TEST(set->one_round);
}

BOOST_AUTO_TEST_CASE(a_page_from_the_next_round_is_told) {
  const Pages pages = pages_of({.data = counting(63)});
  AuthAssembler assembler;
  assembler.add(1, pages[0], kNow_ns);
  assembler.add(1, pages[2], kNow_ns + kSecond_ns);
  const auto set = assembler.add(1, pages[1], kNow_ns + 4 * kSecond_ns);
  BOOST_REQUIRE(set.has_value());
  BOOST_TEST(!set->one_round);
  // What another set of the same sender replaces begins anew.
  const Pages next = pages_of({.data = counting(63, 100)});
  BOOST_TEST(assembled(assembler, next, 1, kNow_ns + 5 * kSecond_ns)->one_round);
}

BOOST_AUTO_TEST_CASE(sets_that_were_handed_out_make_room_first) {
  AuthAssembler assembler;
  const Pages pages = pages_of({.data = counting(63)});
  assembler.add(0, pages[0], kNow_ns);
  for (std::uint64_t key = 1; key < AuthAssembler::kSets + 10; ++key)
    BOOST_TEST(assembled(assembler, pages, key, kNow_ns + static_cast<std::int64_t>(key)).has_value());
  BOOST_TEST(assembler.counters().evicted == 0U);
  assembler.add(0, pages[1], kNow_ns + 10'000);
  BOOST_TEST(assembler.add(0, pages[2], kNow_ns + 10'000).has_value());
}

BOOST_AUTO_TEST_CASE(transmitters_and_types_do_not_mix) {
  AuthAssembler assembler;
  const Pages a = pages_of({.auth_type = 1, .data = counting(40)});
  const Pages b = pages_of({.auth_type = 3, .data = counting(40, 50)});
  BOOST_TEST(!assembler.add(1, a[0], kNow_ns).has_value());
  BOOST_TEST(!assembler.add(2, a[1], kNow_ns).has_value());
  BOOST_TEST(!assembler.add(1, b[0], kNow_ns).has_value());
  BOOST_CHECK(assembler.add(1, b[1], kNow_ns)->data == counting(40, 50));
  BOOST_CHECK(assembler.add(1, a[1], kNow_ns)->data == counting(40));
}

BOOST_AUTO_TEST_CASE(contradictions_are_counted_and_ignored) {
  AuthAssembler assembler;
  // Length 63 does not fit into last page 1.
  BOOST_TEST(!assembler.add(1, page_of("2210013f003fab013132333435363738393031323334353637"), kNow_ns));
  BOOST_TEST(assembler.counters().inconsistent == 1U);
  // Page 3 of a set whose last page is 2.
  assembler.add(1, page_of("2210023f003fab013132333435363738393031323334353637"), kNow_ns);
  BOOST_TEST(!assembler.add(1, page_of("22133132333435363738393031323334353637383930313233"), kNow_ns));
  BOOST_TEST(assembler.counters().inconsistent == 2U);
  // A last page that no message can have.
  BOOST_TEST(!assembler.add(1, page_of("2210103f003fab013132333435363738393031323334353637"), kNow_ns));
  BOOST_TEST(assembler.counters().inconsistent == 3U);
}

BOOST_AUTO_TEST_CASE(state_stays_bounded_under_a_flood_of_transmitters) {
  AuthAssembler assembler;
  const Pages pages = pages_of({.data = counting(63)});
  for (std::uint64_t key = 0; key < 1000; ++key)
    assembler.add(key, pages[0], kNow_ns + static_cast<std::int64_t>(key));
  BOOST_TEST(assembler.counters().evicted == 1000 - AuthAssembler::kSets);
  // The newest are still there.
  assembler.add(999, pages[1], kNow_ns + 1000);
  BOOST_TEST(assembler.add(999, pages[2], kNow_ns + 1000).has_value());
}

BOOST_AUTO_TEST_CASE(the_drip_link_example_is_a_link_whatever_its_first_byte_says) {
  AuthAssembler assembler;
  const auto set = assembled(assembler, pages_of(kLinkPages));
  BOOST_REQUIRE(set.has_value());
  BOOST_CHECK(set->auth_type == AuthType::specific_method);
  BOOST_TEST(set->data.size() == 137U);
  BOOST_TEST(set->timestamp_s.value() == 1'546'300'800 + 0x0951ea10);
  BOOST_TEST(int{set->sam->sent} == 4);
  BOOST_CHECK(set->sam->type == SamType::link);
  BOOST_TEST(set->sam->well_formed);
}

BOOST_AUTO_TEST_CASE(any_one_lost_page_comes_back_from_parity) {
  const Pages pages = pages_of(kLinkPages);
  AuthAssembler complete;
  const auto expected = assembled(complete, pages);
  std::mt19937 random(3);
  for (std::size_t lost = 0; lost + 1 < pages.size(); ++lost)
    for (int round = 0; round < 20; ++round) {
      Pages heard = pages;
      heard.erase(heard.begin() + static_cast<std::ptrdiff_t>(lost));
      if (round > 0) std::shuffle(heard.begin(), heard.end(), random);
      AuthAssembler assembler;
      const auto set = assembled(assembler, heard);
      BOOST_REQUIRE(set.has_value());
      BOOST_REQUIRE(set->restored);
      BOOST_REQUIRE(set->data == expected->data);
      BOOST_REQUIRE(set->timestamp_s == expected->timestamp_s);
    }
}

BOOST_AUTO_TEST_CASE(two_lost_pages_do_not_come_back) {
  const Pages pages = pages_of(kLinkPages);
  for (std::size_t a = 0; a < pages.size(); ++a)
    for (std::size_t b = a + 1; b + 1 < pages.size(); ++b) {
      Pages heard = pages;
      heard.erase(heard.begin() + static_cast<std::ptrdiff_t>(b));
      heard.erase(heard.begin() + static_cast<std::ptrdiff_t>(a));
      AuthAssembler assembler;
      BOOST_REQUIRE(!assembled(assembler, heard).has_value());
    }
}

BOOST_AUTO_TEST_CASE(without_a_parity_page_nothing_is_invented) {
  // Same lengths, but the byte after the data announces nothing.
  const Pages pages = pages_of({.auth_type = 5, .data = counting(137)});
  for (std::size_t lost = 0; lost < pages.size(); ++lost) {
    Pages heard = pages;
    heard.erase(heard.begin() + static_cast<std::ptrdiff_t>(lost));
    AuthAssembler assembler;
    BOOST_TEST(!assembled(assembler, heard).has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_spare_page_that_the_data_does_not_announce_is_no_parity) {
  Pages pages = pages_of(kLinkPages);
  BOOST_TEST(int{pages[6].payload[5]} == 0x28);
  pages[6].payload[5] = 0;
  for (std::size_t lost = 0; lost < 6; ++lost) {
    Pages heard = pages;
    heard.erase(heard.begin() + static_cast<std::ptrdiff_t>(lost));
    AuthAssembler assembler;
    BOOST_TEST(!assembled(assembler, heard).has_value());
  }
}

BOOST_AUTO_TEST_CASE(parity_of_every_length_restores_every_page) {
  for (std::size_t bytes = 90; bytes <= 201; bytes += 3) {
    const Pages pages = pages_of({.auth_type = 5, .data = counting(bytes), .parity = true});
    for (std::size_t lost = 0; lost + 1 < pages.size(); ++lost) {
      Pages heard = pages;
      heard.erase(heard.begin() + static_cast<std::ptrdiff_t>(lost));
      AuthAssembler assembler;
      const auto set = assembled(assembler, heard);
      BOOST_REQUIRE(set.has_value());
      BOOST_REQUIRE(set->data == counting(bytes));
    }
  }
}

BOOST_AUTO_TEST_CASE(methods_are_told_by_their_first_byte_and_length) {
  const auto sam = [](std::uint8_t type, std::size_t bytes) {
    std::vector<std::uint8_t> data(bytes);
    if (!data.empty()) data[0] = type;
    return classify_sam(data);
  };
  BOOST_CHECK(sam(1, 137).type == SamType::link);
  BOOST_TEST(sam(1, 137).well_formed);
  BOOST_TEST(!sam(1, 136).well_formed);
  for (const std::size_t evidence : {0U, 25U, 50U, 75U, 100U}) BOOST_TEST(sam(2, 89 + evidence).well_formed);
  BOOST_TEST(!sam(2, 89 + 24).well_formed);
  BOOST_TEST(!sam(2, 89 + 125).well_formed);
  for (const std::size_t evidence : {24U, 32U, 112U}) BOOST_TEST(sam(3, 89 + evidence).well_formed);
  BOOST_TEST(!sam(3, 89 + 16).well_formed);
  BOOST_TEST(!sam(3, 89 + 25).well_formed);
  BOOST_CHECK(sam(4, 137).type == SamType::frame);
  BOOST_TEST(sam(4, 90).well_formed);
  BOOST_TEST(!sam(4, 89).well_formed);
  BOOST_TEST(!sam(5, 137).type.has_value());
  BOOST_TEST(int{sam(5, 137).sent} == 5);
  BOOST_TEST(!sam(1, 0).type.has_value());
  BOOST_TEST(to_string(SamType::link) == "link");
  BOOST_TEST(to_string(SamType::frame) == "frame");
}

BOOST_AUTO_TEST_CASE(the_drip_vector_file) {
  const auto file = shared_json("spec/vectors/odid/drip.json");
  if (!file) return;
  struct Example {
    const char* key;
    SamType type;
    std::size_t bytes;
  };
  for (const Example& example :
       {Example{"link_pages", SamType::link, 137}, Example{"wrapper_pages", SamType::wrapper, 139},
        Example{"manifest_pages", SamType::manifest, 177}}) {
    const Pages pages = pages_of(file->at(example.key).get<std::vector<std::string>>());
    AuthAssembler complete;
    const auto whole = assembled(complete, pages);
    BOOST_REQUIRE(whole.has_value());
    BOOST_TEST(whole->data.size() == example.bytes);
    BOOST_CHECK(whole->sam->type == example.type);
    BOOST_TEST(whole->sam->well_formed);
    for (std::size_t lost = 0; lost + 1 < pages.size(); ++lost) {
      Pages heard = pages;
      heard.erase(heard.begin() + static_cast<std::ptrdiff_t>(lost));
      AuthAssembler assembler;
      const auto set = assembled(assembler, heard);
      BOOST_REQUIRE(set.has_value());
      BOOST_TEST(set->restored);
      BOOST_CHECK(set->data == whole->data);
    }
  }
}

BOOST_AUTO_TEST_CASE(random_pages_never_break_the_state) {
  std::mt19937 random(11);
  AuthAssembler assembler;
  std::int64_t now_ns = kNow_ns;
  for (int i = 0; i < 100'000; ++i) {
    std::vector<std::uint8_t> bytes(25);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    bytes[0] = static_cast<std::uint8_t>(0x20 | random() % 3);
    bytes[1] = static_cast<std::uint8_t>((random() % 2 != 0U ? 0x50 : 0x10) | random() % 4);
    now_ns += static_cast<std::int64_t>(random() % 100'000'000);
    const auto set = assembler.add(random() % 4, read_authentication(bytes), now_ns);
    BOOST_REQUIRE(!set || set->data.size() <= 255);
  }
  const AuthCounters& counters = assembler.counters();
  BOOST_TEST(counters.completed + counters.replaced + counters.expired + counters.inconsistent > 10'000U);
}

BOOST_AUTO_TEST_SUITE_END()
