#include "sensor/reception.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "sensor/calibrated_mean.hpp"

using namespace windhover;
using namespace windhover::sensor;
using dsp::SampleSpan;

namespace {

Reception of(const ReceptionLog& log, std::int64_t first, std::int64_t end) { return log.of({first}, {end}); }

}  // namespace

BOOST_AUTO_TEST_SUITE(reception)

BOOST_AUTO_TEST_CASE(a_span_flags_what_shares_a_sample_with_it_and_nothing_else) {
  ReceptionLog log;
  log.note(std::vector<SampleSpan>{{{100}, {110}}, {{300}, {301}}});
  BOOST_TEST(!of(log, 0, 100).saturated);
  BOOST_TEST(of(log, 0, 101).saturated);
  BOOST_TEST(of(log, 109, 200).saturated);
  BOOST_TEST(!of(log, 110, 300).saturated);
  BOOST_TEST(of(log, 110, 301).saturated);
  BOOST_TEST(of(log, 50, 400).saturated);
  BOOST_TEST(!of(log, 301, 1000).saturated);
}

BOOST_AUTO_TEST_CASE(workers_that_tell_the_same_in_any_order_tell_it_once) {
  ReceptionLog log;
  log.note(std::vector<SampleSpan>{{{300}, {310}}});
  log.note(std::vector<SampleSpan>{{{100}, {110}}, {{300}, {310}}});
  BOOST_TEST(of(log, 90, 105).saturated);
  BOOST_TEST(!of(log, 110, 300).saturated);
  log.note(std::vector<GainFrom>{{{200}, {.db = 30}}});
  log.note(std::vector<GainFrom>{{{0}, {.db = 40}}, {{200}, {.db = 30}}});
  BOOST_TEST(of(log, 0, 200).gain.db.value() == 40);
  BOOST_TEST(of(log, 200, 400).gain.db.value() == 30);
}

BOOST_AUTO_TEST_CASE(a_gain_that_changes_within_is_none) {
  ReceptionLog log;
  BOOST_TEST(!of(log, 0, 10).gain.db);
  BOOST_TEST(!of(log, 0, 10).gain.settling);
  log.note(std::vector<GainFrom>{{{0}, {.db = 40}}, {{200}, {.settling = true}}, {{300}, {.db = 34}}});
  BOOST_TEST(of(log, 190, 200).gain.db.value() == 40);
  for (const auto& [first, end] : {std::pair{190, 201}, {250, 260}, {299, 301}, {100, 400}}) {
    BOOST_TEST(!of(log, first, end).gain.db);
    BOOST_TEST(of(log, first, end).gain.settling);
  }
  BOOST_TEST(of(log, 300, 301).gain.db.value() == 34);
}

BOOST_AUTO_TEST_CASE(what_is_forgotten_leaves_the_gain_that_goes_on) {
  ReceptionLog log;
  log.note(std::vector<SampleSpan>{{{100}, {110}}, {{300}, {310}}});
  log.note(std::vector<GainFrom>{{{0}, {.db = 40}}, {{200}, {.db = 30}}});
  log.forget_before({305});
  BOOST_TEST(!of(log, 100, 110).saturated);
  BOOST_TEST(of(log, 305, 306).saturated);
  BOOST_TEST(of(log, 305, 306).gain.db.value() == 30);
}

BOOST_AUTO_TEST_CASE(levels_are_comparable_without_what_the_gain_adds) {
  BOOST_TEST(comparable_db(-40, {}) == -40);
  BOOST_TEST(comparable_db(-40, {.gain = {.db = 30}}) == -70);
  BOOST_TEST(std::isnan(comparable_db(-40, {.gain = {.settling = true}})));
}

BOOST_AUTO_TEST_CASE(a_mean_at_the_antenna_needs_all_of_it) {
  CalibratedMean mean;
  BOOST_TEST(!mean.value());
  mean.add(-40, 1, AntennaLevel{-30, 1});
  mean.add(-20, 1, AntennaLevel{-50, 2});  // the same, with 20 dB more gain
  BOOST_TEST(mean.value()->dbm == -70, boost::test_tools::tolerance(1e-5F));
  BOOST_TEST(mean.value()->uncertainty_db == 2);
  mean.add(-20, 1, std::nullopt);
  BOOST_TEST(!mean.value());
}

BOOST_AUTO_TEST_SUITE_END()
