#include "sensor/calibration.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

#include "sensor/config_error.hpp"
#include "tests/sensor/recording_fixture.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;

namespace {

const std::string kHeading = "frequency_hz,gain_db,offset_db,uncertainty_db\n";

std::string mistake(const std::string& text) {
  try {
    parse_calibration(text, "roof.csv");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "none";
}

/// Two gains at two frequencies.
Calibration table() {
  return parse_calibration(kHeading +
                               "2.4e9, 20, -30, 1\n"
                               "2.4e9, 40, -52, 1.5   # 2 dB off the law\n"
                               "2.5e9, 20, -34, 2\n"
                               "2.5e9, 40, -54, 2\n",
                           "roof.csv");
}

struct Expected {
  double dbm, uncertainty_db;
};
void check(const std::optional<AntennaLevel>& level, Expected expected) {
  BOOST_REQUIRE(level.has_value());
  BOOST_TEST(static_cast<double>(level->dbm) == expected.dbm, boost::test_tools::tolerance(1e-5));
  BOOST_TEST(static_cast<double>(level->uncertainty_db) == expected.uncertainty_db,
             boost::test_tools::tolerance(1e-5));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(calibration)

BOOST_AUTO_TEST_CASE(a_row_says_what_it_says) {
  const Calibration it = table();
  BOOST_TEST(it.size() == 4U);
  check(it.full_scale({2.4e9}, 20), {-30, 1});
  check(it.full_scale({2.4e9}, 40), {-52, 1.5});
  check(it.full_scale({2.5e9}, 40), {-54, 2});
}

// offset + gain goes from -10 to -12 over 20 dB; the nearer row is 1 dB off, and 10 dB away.
BOOST_AUTO_TEST_CASE(between_gains_the_deviation_from_the_law_is_interpolated) {
  check(table().full_scale({2.4e9}, 30), {-11 - 30, 1.5 + 1 + 10 * 0.05});
  check(table().full_scale({2.4e9}, 25), {-10.5 - 25, 1.5 + 0.5 + 5 * 0.05});
}

// At 40 dB it goes from -12 to -14 over 100 MHz.
BOOST_AUTO_TEST_CASE(between_frequencies_too) {
  check(table().full_scale({2.45e9}, 40), {-53, 2 + 1 + 0.5});
  check(table().full_scale({2.42e9}, 40), {-52.4, 2 + 0.4 + 0.2});
}

BOOST_AUTO_TEST_CASE(uncertainty_is_never_less_between_rows_than_at_them) {
  const Calibration it = table();
  for (int gain = 20; gain <= 40; ++gain)
    for (int mhz = 2400; mhz <= 2500; mhz += 5)
      BOOST_TEST(it.full_scale({1e6 * mhz}, gain)->uncertainty_db >= (mhz == 2400 ? 1.0F : 1.5F));
}

BOOST_AUTO_TEST_CASE(outside_nothing_is_told) {
  const Calibration it = table();
  BOOST_TEST(!it.full_scale({2.399e9}, 30));
  BOOST_TEST(!it.full_scale({2.501e9}, 30));
  BOOST_TEST(!it.full_scale({2.45e9}, 19.9));
  BOOST_TEST(!it.full_scale({2.45e9}, 40.1));
  BOOST_TEST(!it.full_scale({std::numeric_limits<double>::quiet_NaN()}, 30));
  BOOST_TEST(!it.full_scale({2.45e9}, std::numeric_limits<double>::quiet_NaN()));
}

BOOST_AUTO_TEST_CASE(both_neighbours_in_frequency_must_know_the_gain) {
  const Calibration it =
      parse_calibration(kHeading + "2.4e9,20,-30,1\n2.4e9,40,-50,1\n2.5e9,40,-50,1\n", "t");
  BOOST_TEST(it.full_scale({2.45e9}, 40).has_value());
  BOOST_TEST(!it.full_scale({2.45e9}, 30));
}

BOOST_AUTO_TEST_CASE(a_gain_as_its_register_rounds_it_is_that_of_the_row) {
  BOOST_TEST(table().full_scale({2.4e9}, 40.004).has_value());
  BOOST_TEST(table().full_scale({2.4e9}, 19.996).has_value());
}

BOOST_AUTO_TEST_CASE(each_mistake_is_one_sentence_with_its_place) {
  const auto at = [](const std::string& text, const std::string& place, const std::string& part) {
    const std::string sentence = mistake(text);
    check_sentence(sentence, part);
    BOOST_TEST(sentence.starts_with("roof.csv:" + place), sentence);
  };
  at("", " ", "no rows");
  at("# nothing\n\n", " ", "no rows");
  at(kHeading, " ", "no rows");
  at("2.4e9,20,-30,1\n", "1: ", "the first line must be frequency_hz,gain_db");
  at("# table\n" + kHeading + "2.4e9,20,-30\n", "3: ", "this one has 3");
  at(kHeading + "2.4e9,20,-30,1,\n", "2: ", "this one has 5");
  at(kHeading + "2.4e9,20,-30,1\n2.4 GHz,20,-30,1\n",
     "3: ", "frequency_hz is '2.4 GHz', which is not a number");
  at(kHeading + "2.4e9,,-30,1\n", "2: ", "gain_db is ''");
  at(kHeading + "2.4e9,nan,-30,1\n", "2: ", "gain_db is 'nan'; it may be -200 to 200");
  at(kHeading + "2.4e9,20,inf,1\n", "2: ", "offset_db");
  at(kHeading + "0,20,-30,1\n", "2: ", "frequency_hz");
  at(kHeading + "2.4e9,20,-30,-1\n", "2: ", "uncertainty_db");
  at(kHeading + "2.4e9,20,-30,1\n\n2.4e9,20.0,-31,1\n", "4: ", "line 2 has the same frequency and gain");
  at(kHeading + "\x1b[2J\xff,20,-30,1\n", "2: ", "'?[2J?'");
  at(kHeading + std::string(100'000, '9') + ",20,-30,1\n", "2: ", "…'");
}

BOOST_AUTO_TEST_CASE(what_is_too_large_is_refused_before_it_is_kept) {
  std::string rows = kHeading;
  for (int i = 0; i <= 10'000; ++i) rows += std::to_string(1'000'000 + i) + ",1,1,1\n";
  check_sentence(mistake(rows), "at most 10000 rows");
  check_sentence(mistake(std::string(2U << 20, ' ')), "at most 1 MiB");
}

BOOST_AUTO_TEST_CASE(any_octets_are_a_table_or_one_sentence) {
  std::mt19937 random(3);
  const std::string alphabet = "0123456789.eE+-,,,\n\n#\r\t\"\xff";
  for (int round = 0; round < 2'000; ++round) {
    std::string text = kHeading;
    for (auto i = random() % 60; i > 0; --i) text += alphabet[random() % alphabet.size()];
    const std::string sentence = mistake(text);
    if (sentence != "none") check_sentence(sentence, "roof.csv:");
  }
}

BOOST_AUTO_TEST_CASE(lines_of_windows_and_files_are_read) {
  const TemporaryFolder folder;
  const auto file =
      write_file(folder / "t.csv", std::string("frequency_hz, gain_db, offset_db, uncertainty_db\r\n"
                                               "2.4e9,20,-30,1\r\n"));
  check(read_calibration(file).full_scale({2.4e9}, 20), {-30, 1});
  BOOST_CHECK_THROW(read_calibration(folder / "none.csv"), ConfigError);
  BOOST_CHECK_THROW(read_calibration(folder / "."), ConfigError);
}

BOOST_AUTO_TEST_SUITE_END()
