#include "sensor/trust/emitters.hpp"

#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>

#include "sensor/trust/odds.hpp"
#include "tests/sensor/remote_id_frames.hpp"
#include "tests/support/random.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::test;

namespace {

struct Sender {
  double ppm, level_db;
};

/// `count` identities over 20 s, twice a second each, on one channel.
Emitters hear(int count, const std::function<Sender(int)>& sender, std::uint64_t seed = 1,
              double scatter_hz = 500) {
  synth::Random random(seed);
  Emitters emitters;
  std::vector<Sender> senders;
  for (int i = 0; i < count; ++i) senders.push_back(sender(i));
  for (int step = 0; step < 41; ++step)
    for (int i = 0; i < count; ++i) {
      const Sender& each = senders[static_cast<std::size_t>(i)];
      decoders::Frame frame{};
      frame.transport = "wifi_beacon";
      frame.rf.centre = {2437e6};
      frame.rf.cfo_hz =
          static_cast<float>(each.ppm * 2437 + scatter_hz * static_cast<double>(random.normal()));
      frame.rf.rssi_dbfs = static_cast<float>(each.level_db + 2 * static_cast<double>(random.normal()));
      emitters.take("rid-" + std::to_string(i), frame, at_ms(500 * step + i));
    }
  return emitters;
}

double weight_of(const Emitters& emitters, int identity) {
  const auto reason = emitters.reason_of("rid-" + std::to_string(identity));
  return reason ? *reason->log_likelihood_ratio : 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(emitters)

BOOST_AUTO_TEST_CASE(identities_of_one_radio_are_found) {
  const Emitters emitters = hear(6, [](int) { return Sender{3.2, -50}; });
  for (int i = 0; i < 6; ++i) BOOST_TEST(weight_of(emitters, i) > kWarning);
  BOOST_TEST(emitters.reason_of("rid-0")->evidence.at("identities") == 6.0);
}

BOOST_AUTO_TEST_CASE(also_if_it_changes_its_power_with_the_identity) {
  const Emitters emitters = hear(8, [](int i) { return Sender{3.2, -50.0 - 4 * i}; });
  BOOST_TEST(weight_of(emitters, 0) > kWarning);
}

BOOST_AUTO_TEST_CASE(others_on_the_channel_are_left_alone) {
  const Emitters emitters = hear(9, [](int i) {
    return i < 6 ? Sender{3.2, -50} : Sender{-18.0 + 3 * i, -50};
  });
  BOOST_TEST(weight_of(emitters, 0) > kWarning);
  for (int i = 6; i < 9; ++i) BOOST_TEST(weight_of(emitters, i) == 0.0);
}

BOOST_AUTO_TEST_CASE(two_are_too_few) {
  BOOST_TEST(weight_of(hear(2, [](int) { return Sender{3.2, -50}; }), 0) == 0.0);
}

// As crowded as the model allows, 12 at a time: the threshold promises one sky in a hundred.
BOOST_AUTO_TEST_CASE(honest_fleets_are_seldom_doubted) {
  int doubted = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    synth::Random random(seed, 7);
    const Emitters emitters = hear(
        12,
        [&](int) {
          return Sender{random.uniform(-5, 5), -50 + 8 * static_cast<double>(random.normal())};
        },
        seed);
    bool any = false;
    for (int i = 0; i < 12; ++i) any |= weight_of(emitters, i) >= kNotice;
    doubted += any ? 1 : 0;
  }
  BOOST_TEST(doubted <= 3);
}

BOOST_AUTO_TEST_CASE(where_carriers_cannot_be_measured_nothing_is_said) {
  BOOST_TEST(weight_of(hear(
                           6,
                           [](int) {
                             return Sender{3.2, -50};
                           },
                           1, 20'000),
                       0) == 0.0);
}

BOOST_AUTO_TEST_CASE(who_is_gone_is_forgotten) {
  Emitters emitters = hear(6, [](int) { return Sender{3.2, -50}; });
  emitters.forget("rid-0");
  BOOST_TEST(weight_of(emitters, 0) == 0.0);
}

BOOST_AUTO_TEST_SUITE_END()
