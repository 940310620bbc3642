#include "decoders/messages/cta_2063.hpp"

#include <map>
#include <set>

#include "odid_json.hpp"

using namespace windhover::odid_test;
using namespace windhover::decoders::messages;

BOOST_AUTO_TEST_SUITE(cta_2063)

BOOST_AUTO_TEST_CASE(real_serials_are_well_formed) {
  for (const char* serial : {"1581F6N8A23B2ML3Y3KR", "1588E040445AC004418", "1596F0A1B2C3D4E5F6G7",
                             "1748C0123456789AB", "8653F02T7B8RA85D19LX", "15811A"})
    BOOST_TEST_CONTEXT(serial) BOOST_CHECK(check_serial(serial) == SerialForm::well_formed);
}

BOOST_AUTO_TEST_CASE(the_length_digit_must_count) {
  BOOST_CHECK(check_serial("1581F6N8A23B2ML3Y3K") == SerialForm::length_mismatch);
  BOOST_CHECK(check_serial("1581F6N8A23B2ML3Y3KR0") == SerialForm::length_mismatch);
  BOOST_CHECK(check_serial("1581G6N8A23B2ML3Y3KR") == SerialForm::length_mismatch);
  BOOST_CHECK(check_serial("158105") == SerialForm::length_mismatch);
  BOOST_CHECK(check_serial("PI040416AA9F012345") == SerialForm::bad_character);
  for (std::size_t digit = 1; digit <= 15; ++digit) {
    const std::string serial = std::string("1581") + "0123456789ABCDEF"[digit] + std::string(digit, 'X');
    BOOST_CHECK(check_serial(serial) == SerialForm::well_formed);
    BOOST_CHECK(check_serial(serial + "X") == SerialForm::length_mismatch);
  }
}

BOOST_AUTO_TEST_CASE(letters_o_and_i_and_lower_case_do_not_occur) {
  for (const char* serial : {"15812AO", "15812AI", "15812aB", "15812A-", "15812A ",
                             "1581\x80"
                             "AB"})
    BOOST_TEST_CONTEXT(serial) BOOST_CHECK(check_serial(serial) == SerialForm::bad_character);
  BOOST_TEST(to_string(SerialForm::bad_character) == "bad_character");
}

BOOST_AUTO_TEST_CASE(short_texts_are_no_serials) {
  for (const char* serial : {"", "1", "1581", "15811"})
    BOOST_CHECK(check_serial(serial) == SerialForm::too_short);
}

BOOST_AUTO_TEST_CASE(makers_and_models_by_prefix) {
  BOOST_TEST(serial_maker("1581F6N8A23B2ML3Y3KR") == "DJI");
  BOOST_TEST(dji_model_of_serial("1581F6N8A23B2ML3Y3KR") == "Air 3");
  BOOST_TEST(serial_maker("1588E040445AC004418") == "Parrot");
  BOOST_TEST(dji_model_of_serial("1588E040445AC004418") == "");
  BOOST_TEST(serial_maker("1748C0123456789AB") == "Autel Robotics");
  BOOST_TEST(serial_maker("1668B0000000000AA") == "Skydio");
  BOOST_TEST(serial_maker("9999F0000000000AA") == "");
  BOOST_TEST(!serial_maker_code_listed("9999F0000000000AA"));
  BOOST_TEST(serial_maker("158") == "");
  BOOST_TEST(dji_model_of_serial("1581F6N") == "");
  BOOST_TEST(dji_model_of_serial("1581F000AAAA") == "");
  // Code in use, maker not named by the list.
  BOOST_TEST(serial_maker_code_listed("1774F0000000000AA"));
  BOOST_TEST(serial_maker("1774F0000000000AA") == "");
}

BOOST_AUTO_TEST_CASE(where_community_tables_are_wrong_the_declared_model_stands) {
  const std::map<std::string, std::string> models{
      {"1581F6N8", "Air 3"},      {"1581F7FV", "Matrice 4E"},          {"1581F5BK", "M30T"},
      {"1581F895", "Air 3S"},     {"1581F8LQ", "Mavic 4 Pro (64 GB)"}, {"1581F9DE", "Mini 5 Pro"},
      {"1581F4XF", "Mini 3 Pro"}, {"1581F67Q", "Mavic 3 Pro"}};
  for (const auto& [prefix, model] : models)
    BOOST_TEST(dji_model_of_serial(prefix + "0000000000AA") == model);
}

BOOST_AUTO_TEST_CASE(the_whole_list_is_embedded) {
  const auto file = shared_json("spec/vectors/odid/serial_prefixes.json");
  if (!file) return;
  // The list names a model, a company form or a spelling; these are the makers.
  const std::map<std::string, std::string> rewritten{{"1588", "Parrot"},
                                                     {"1633", "Wing"},
                                                     {"1663", "Wing"},
                                                     {"1701", "Percepto"},
                                                     {"1720", "Leica Geosystems"},
                                                     {"1748", "Autel Robotics"},
                                                     {"1767", "FLIR (SkyRanger)"},
                                                     {"1808", "Draganfly"},
                                                     {"1809", "Aerobits"},
                                                     {"1812", "Ascent AeroSystems"},
                                                     {"1826", "Flyability"},
                                                     {"1904", "C-Fly"},
                                                     {"1971", "FIMI"},
                                                     {"2068", "Black Swift Technologies"},
                                                     {"2095", "Zero Zero Robotics"}};
  const json& makers = file->at("manufacturer_code");
  BOOST_TEST(makers.size() == 132U);
  for (const auto& [code, names] : makers.items()) {
    std::string expected;
    for (const json& name : names) expected += (expected.empty() ? "" : " / ") + name.get<std::string>();
    if (expected.starts_with("(")) expected.clear();
    if (rewritten.contains(code)) expected = rewritten.at(code);
    BOOST_TEST_CONTEXT(code) {
      BOOST_TEST(serial_maker_code_listed(code));
      BOOST_TEST(serial_maker(code) == expected);
    }
  }
  for (const auto& [prefix, names] : file->at("dji_prefix8").items()) {
    std::string expected;
    for (const json& name : names) expected += (expected.empty() ? "" : " / ") + name.get<std::string>();
    BOOST_TEST(dji_model_of_serial(prefix) == expected);
  }
}

BOOST_AUTO_TEST_SUITE_END()
