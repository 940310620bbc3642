#include "sensor/tuning/tuning_plan.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>

#include "decoders/registry.hpp"
#include "sensor/config_error.hpp"

using namespace windhover::sensor;
using namespace windhover::sensor::tuning;
using windhover::dsp::Hertz;

namespace {

const Reach kHackRf{{{Hertz{1e6}, Hertz{6e9}}}, 20e6, {}};
const Reach kBlade{{{Hertz{70e6}, Hertz{6e9}}}, 61.44e6, {}};
const Reach kLime{{{Hertz{10e6}, Hertz{3.5e9}}}, 30.72e6, {}};
const Reach kDongle{{{Hertz{24e6}, Hertz{1.766e9}}}, 2.4e6, {}};
const Reach kInPieces{
    {{Hertz{2.3e9}, Hertz{2.42e9}}, {Hertz{2.46e9}, Hertz{2.5e9}}, {Hertz{5.74e9}, Hertz{5.75e9}}}, 20e6, {}};

Plan plan_for(const Reach& reach, std::vector<std::string> hear = {},
              std::chrono::seconds absence = std::chrono::seconds(15)) {
  return make_plan({std::move(hear), absence}, windhover::decoders::registry(), reach);
}

std::string refusal_of(const std::string& wish) {
  try {
    parse_wish(wish);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "taken";
}

bool holds(const Plan& plan, const Window& window, const Target& target) {
  const double half = plan.reach.usable_hz() / 2 + 1;
  return target.low_hz >= window.centre_hz - half && target.high_hz <= window.centre_hz + half;
}

bool tunes_to(const Reach& reach, double centre_hz) {
  return std::ranges::any_of(reach.centres, [&](const HertzRange& range) {
    return range.lowest.value <= centre_hz && centre_hz <= range.highest.value;
  });
}

/// What holds of every plan, whatever was asked for.
void check(const Plan& plan) {
  for (const Window& window : plan.windows) {
    BOOST_TEST(tunes_to(plan.reach, window.centre_hz));
    BOOST_TEST(!window.hears.empty());
    BOOST_TEST(window.dwell_s >= kLeastDwell_s);
    for (const std::size_t i : window.hears) BOOST_TEST(holds(plan, window, plan.targets[i]));
    if (!plan.is_parked())
      for (const std::size_t i : window.hears)
        BOOST_TEST(caught(plan.targets[i].rhythm, window.dwell_s) >= kCaught - 1e-9);
  }
  if (!plan.is_parked()) BOOST_TEST(plan.longest_absence_s > plan.round_s());
  std::vector<bool> covered(plan.targets.size());
  for (const Window& window : plan.windows)
    for (const std::size_t i : window.hears) covered[i] = true;
  for (std::size_t i = 0; i < plan.targets.size(); ++i) {
    const Target& target = plan.targets[i];
    if (target.is_extra || covered[i]) continue;
    bool by_another = false, is_named = false;
    for (std::size_t other = 0; other < plan.targets.size(); ++other)
      by_another |= target.any_of >= 0 && plan.targets[other].any_of == target.any_of && covered[other];
    for (const NotHeard& each : plan.not_heard)
      is_named |= each.name == target.name && !each.why.empty() &&
                  std::ranges::find(each.centres_hz, target.centre_hz()) != each.centres_hz.end();
    BOOST_TEST((by_another || is_named), target.name << " at " << target.centre_hz());
  }
}

std::vector<double> heard(const Plan& plan, const std::string& name) {
  std::vector<double> centres;
  for (const Window& window : plan.windows)
    for (const std::size_t i : window.hears)
      if (plan.targets[i].name == name) centres.push_back(plan.targets[i].centre_hz());
  return centres;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tuning_plan)

BOOST_AUTO_TEST_CASE(everything_wanted_lies_in_a_window_or_is_named_as_not_heard) {
  for (const Reach& reach : {kHackRf, kBlade, kLime, kInPieces})
    for (const std::vector<std::string>& hear : {std::vector<std::string>{},
                                                 {"dji_droneid"},
                                                 {"odid_ble", "odid_wifi=3"},
                                                 {"dji_wifi"},
                                                 {"2.4ghz", "5.8ghz=2"},
                                                 {"odid_ble", "2.4ghz"},
                                                 {"2400e6-2500e6", "2.4ghz=10"}})
      check(plan_for(reach, hear));
}

BOOST_AUTO_TEST_CASE(any_bands_and_devices_make_plans_that_hold) {
  std::mt19937 random(5);
  const auto between = [&](double low, double high) {
    return std::uniform_real_distribution(low, high)(random);
  };
  int plans = 0;
  for (int i = 0; i < 300; ++i) {
    Reach reach{{}, between(1e6, 122e6), {}};
    if (i % 3 == 0) reach.filter_hz = between(0.5e6, 60e6);
    for (int n = 0; n < 1 + i % 3; ++n) {
      const double low = between(1e6, 6e9);
      reach.centres.push_back({Hertz{low}, Hertz{low + between(0, 3e9)}});
    }
    std::vector<std::string> hear;
    for (int n = 0; n < i % 5; ++n) {
      const double low = between(1, 6e9);
      hear.push_back(std::to_string(low) + "-" + std::to_string(low + between(1, 300e6)) + "=" +
                     std::to_string(1 + random() % 10));
    }
    if (i % 2 == 0) hear.emplace_back("odid_ble");
    try {
      check(plan_for(reach, hear));
      ++plans;
    } catch (const ConfigError& error) {
      BOOST_TEST(std::string(error.what()).find("nothing of what is wanted") != std::string::npos);
    }
  }
  BOOST_TEST(plans > 50);
}

BOOST_AUTO_TEST_CASE(one_window_is_stayed_on_where_it_holds_all) {
  const Plan plan = plan_for(kBlade, {"odid_ble", "2425e6-2460e6"});
  BOOST_TEST(plan.is_parked());
  BOOST_TEST(plan.not_heard.empty());
  BOOST_TEST(plan.longest_absence_s == 0);
  BOOST_TEST(explain(plan).find("stays on one window of 61.44 MS/s\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_advertising_channel_is_enough_but_not_none) {
  const Plan plan = plan_for(kHackRf, {"odid_ble"});
  BOOST_TEST(plan.is_parked());
  BOOST_TEST(heard(plan, "odid_ble").size() >= 8U);  // with secondary channels beside it
  Reach narrow = kHackRf;
  narrow.rate_hz = 1.2e6;
  BOOST_CHECK_THROW(plan_for(narrow, {"odid_ble"}), ConfigError);
}

BOOST_AUTO_TEST_CASE(a_faster_device_needs_fewer_windows) {
  const std::size_t slow = plan_for(kHackRf).windows.size(), fast = plan_for(kBlade).windows.size();
  BOOST_TEST(fast < slow);
  BOOST_TEST(fast == 5U);  // two hold DroneID's 75 MHz at 2.4 GHz, three its 110 MHz at 5.8 GHz
  BOOST_TEST(slow <= 16U);
}

BOOST_AUTO_TEST_CASE(what_the_device_cannot_do_is_named_with_its_reason) {
  const std::string lime = explain(plan_for(kLime));
  BOOST_TEST(
      lime.find(
          "not heard: dji_droneid on 12 places from 5721.5 to 5831.5 MHz: the device does not tune there") !=
      std::string::npos);
  BOOST_TEST(lime.find("not heard: odid_wifi on 5745 MHz") != std::string::npos);
  Reach pluto = kHackRf;
  pluto.rate_hz = 4e6;
  const std::string narrow = explain(plan_for(pluto));
  BOOST_TEST(narrow.find("it is 9.015 MHz wide, and a window of 4 MS/s holds 3.8") != std::string::npos);
  BOOST_CHECK_THROW(plan_for(kDongle), ConfigError);
  BOOST_TEST(plan_for(kDongle, {"900mhz"}).windows.size() == 12U);
  const std::string vast = explain(plan_for(kDongle, {"900mhz", "2000e6-6000e6"}));
  BOOST_TEST(vast.find("not heard: 2000e6-6000e6: more than 64 windows would be needed") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(decoders_that_are_switched_off_hear_nothing) {
  std::vector<windhover::decoders::DecoderEntry> without;
  for (const auto& entry : windhover::decoders::registry())
    if (entry.name != "dji_droneid") without.push_back(entry);
  const Plan plan = make_plan({}, without, kBlade);
  BOOST_TEST(heard(plan, "dji_droneid").empty());
  BOOST_TEST(plan.not_heard.empty());
  const Plan asked = make_plan({{"dji_droneid", "odid_wifi"}}, without, kBlade);
  BOOST_REQUIRE(asked.not_heard.size() == 1U);
  BOOST_TEST(asked.not_heard[0].why == "its decoder, dji_droneid, is switched off");
}

BOOST_AUTO_TEST_CASE(a_frequency_that_is_set_is_the_only_window) {
  const Plan plan = make_plan({}, windhover::decoders::registry(), kLime, 2437e6);
  BOOST_REQUIRE(plan.windows.size() == 1U);
  BOOST_TEST(plan.windows[0].centre_hz == 2437e6);
  std::vector<double> carriers = heard(plan, "dji_droneid");
  BOOST_TEST(carriers == (std::vector<double>{2429.5e6, 2434.5e6, 2444.5e6}),
             boost::test_tools::per_element());
  BOOST_TEST(explain(plan).find("as the frequency is set") != std::string::npos);
  BOOST_TEST(explain(plan).find(
                 "not heard: dji_droneid on 16 places from 2399.5 to 5831.5 MHz: it does not lie within "
                 "the window that is set") != std::string::npos);
  BOOST_TEST(make_plan({}, windhover::decoders::registry(), kLime, 433e6).windows[0].hears.empty());
}

BOOST_AUTO_TEST_CASE(the_status_tells_the_plan_in_short) {
  const Plan plan = plan_for(kLime, {"odid_wifi", "odid_ble=2", "2400e6-2480e6"});
  const TuningStatus status = status_of(plan);
  BOOST_REQUIRE(status.windows.size() == plan.windows.size());
  BOOST_TEST(status.windows.size() > 1U);
  BOOST_TEST(status.longest_absence_s == plan.longest_absence_s);
  BOOST_REQUIRE(status.not_heard.size() == 1U);
  BOOST_TEST(status.not_heard[0] == "odid_wifi on 5745 MHz: the device does not tune there");
}

BOOST_AUTO_TEST_CASE(wishes_that_are_none_are_told_in_one_sentence) {
  for (const char* wrong : {"",
                            "=",
                            "dji",
                            "2.4GHZ",
                            "wifi",
                            "-",
                            "1e9",
                            "1e9-",
                            "-1e9",
                            "2e9-1e9",
                            "0-1e9",
                            "1e9-1e9",
                            "1e9-2e11",
                            "nan-1e9",
                            "1e9-inf",
                            "1e-9-1e-12",
                            "1e9 -2e9",
                            "dji_droneid=",
                            "dji_droneid=0",
                            "dji_droneid=11",
                            "dji_droneid=1.5",
                            "dji_droneid=nan",
                            "dji_droneid=1=2",
                            "2.4ghz=-1",
                            "\xff\xfe"}) {
    const std::string sentence = refusal_of(wrong);
    BOOST_TEST(sentence != "taken", wrong);
    BOOST_TEST(sentence.find('\n') == std::string::npos);
  }
  BOOST_TEST(refusal_of("wifi").find(
                 "'wifi' is neither a protocol nor a band that is known; give dji_droneid, ") == 0U);
  BOOST_TEST(parse_wish("1e+9-2e+9=7").priority == 7);
  BOOST_TEST(parse_wish("1e+9-2e+9").low_hz == 1e9);
  BOOST_TEST(parse_wish("2.4ghz").high_hz == 2483.5e6);
  BOOST_CHECK_THROW(plan_for(kHackRf, std::vector<std::string>(65, "odid_ble")), ConfigError);
}

BOOST_AUTO_TEST_CASE(a_visit_catches_what_is_promised) {
  std::mt19937 random(3);
  for (const Rhythm& rhythm : {Rhythm{0.64, 0.64, 0.65e-3}, Rhythm{0.3, 1, 20e-3}, Rhythm{0.4, 1.6, 3e-3}})
    for (const double dwell_s : {0.1, 0.4, 0.9, dwell_for(rhythm, kCaught), 2.0}) {
      std::uniform_real_distribution<double> pause(rhythm.shortest_s, rhythm.longest_s);
      int heard = 0, visits = 0;
      double sent = pause(random);
      for (double begin = 10; visits < 20'000; begin += dwell_s + 3.21, ++visits) {
        while (sent < begin) sent += pause(random);
        heard += sent + rhythm.duration_s <= begin + dwell_s;
      }
      BOOST_TEST(std::abs(heard / double(visits) - caught(rhythm, dwell_s)) < 0.015);
    }
  BOOST_TEST(dwell_for({}, kCaught) == 0);
  BOOST_TEST(caught({1, 1, 0.5}, 0.5) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
