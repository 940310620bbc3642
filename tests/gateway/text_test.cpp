#include "gateway/text.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>
#include <random>
#include <string>

#include "gateway/moment.hpp"

using namespace windhover::gateway;

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(valid_text_stays_as_it_is) {
  for (const std::string& text : {std::string("Roof survey"), std::string("Zürich"),
                                  std::string("日本 \xF0\x9F\x9A\x81"), std::string("")})
    BOOST_TEST(clean_text(text) == text);
}

BOOST_AUTO_TEST_CASE(controls_go_and_line_breaks_become_spaces) {
  using namespace std::string_literals;
  BOOST_TEST(clean_text("a\0b\x01\x1F\x7F\x63"s) == "abc");
  BOOST_TEST(clean_text("a\tb\nc\rd") == "a b c d");
  BOOST_TEST(clean_text("a\xC2\x85\xC2\x9F\x62") == "ab");  // C1 controls
  BOOST_TEST(clean_text(" \n x \t ") == "x");
  BOOST_TEST(clean_text("\x01\x02").empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_utf8_becomes_a_replacement_character) {
  const std::string replacement = "\xEF\xBF\xBD";
  for (const char* bad : {"\xFF", "\x80", "\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80",
                          "\xF4\x90\x80\x80", "\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    const std::string clean = clean_text(std::string("a") + bad + "b");
    BOOST_TEST(clean.starts_with("a" + replacement));
    BOOST_TEST(clean.ends_with("b"));
    BOOST_TEST(clean.find_first_not_of("ab" + replacement) == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(whatever_comes_in_is_clean_after_one_pass) {
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 12, 'x');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::string clean = clean_text(bytes);
    BOOST_REQUIRE(clean_text(clean) == clean);
  }
}

BOOST_AUTO_TEST_CASE(xml_syntax_is_escaped) {
  BOOST_TEST(xml_text(R"(<a b="c">'&amp;')") == "&lt;a b=&quot;c&quot;&gt;&apos;&amp;amp;&apos;");
}

BOOST_AUTO_TEST_CASE(numbers_have_neither_exponents_nor_needless_digits) {
  BOOST_TEST(number_text(52.37) == "52.37");
  BOOST_TEST(number_text(2429500000.0) == "2429500000");
  BOOST_TEST(number_text(1e-7) == "0.0000001");
  BOOST_TEST(number_text(std::numeric_limits<double>::max()).size() == 309U);
  BOOST_TEST(number_text(12.5, 2) == "12.5");
  BOOST_TEST(number_text(12.0, 2) == "12");
  BOOST_TEST(number_text(100.0, 0) == "100");
  BOOST_TEST(number_text(-0.001, 2) == "0");
  BOOST_TEST(number_text(54.50004914, 8) == "54.50004914");
}

BOOST_AUTO_TEST_CASE(times_have_milliseconds) {
  using namespace std::chrono;
  const UtcTime time = sys_days{year{2026} / 3 / 1} + hours{12} + microseconds{7'999};
  BOOST_TEST(utc_text(time) == "2026-03-01T12:00:00.007Z");
}

BOOST_AUTO_TEST_SUITE_END()
