// The sky as an attacker would fill it: what the feed's thread holds of it is bounded, and said to be.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/sensor/pipeline_fixture.hpp"
#include "tests/sensor/remote_id_frames.hpp"

using namespace windhover::sensor;
using namespace windhover::sensor::test;

namespace {

/// What a subscriber that keeps state would hold.
class StateKeeper final : public FeedSink {
 public:
  void publish(const OutgoingMessage& message) override {
    const auto body = nlohmann::json::parse(message.json);
    if (message.kind == "status") status = body;
    if (message.kind != "aircraft") return;
    if (body.at("state") == "gone")
      aircraft.erase(body.at("id"));
    else
      aircraft.insert(body.at("id").get<std::string>());
    most = std::max(most, aircraft.size());
  }
  std::set<std::string> aircraft;
  std::size_t most = 0;
  nlohmann::json status;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(flood)

BOOST_AUTO_TEST_CASE(random_identities_from_random_senders_cost_a_bounded_state_and_are_counted) {
  constexpr int kFrames = 6000;
  constexpr std::size_t kMost = 40;
  StateKeeper keeper;
  FeedStage stage({.node = "test", .boot = "boot", .tracker = {.max_aircraft = kMost}}, {&keeper});
  for (int i = 0; i < kFrames; ++i) {
    const auto sender = static_cast<std::uint8_t>(i);
    auto named = heard_remote_id(basic_id("FLOOD" + std::to_string(i)), at_ms(i), sender);
    named.frame.transmitter->octets = {0xC0, static_cast<std::uint8_t>(i >> 8), 0, 0, 0, sender};
    named.frame.payload = {sender, static_cast<std::uint8_t>(i >> 8)};
    stage.on_frame(named, at_ms(i));
    auto nameless = heard_remote_id(location(), at_ms(i), sender);
    nameless.frame.transmitter->octets = {0xC1, static_cast<std::uint8_t>(i >> 8), 0, 0, 0, sender};
    nameless.frame.payload = {sender, static_cast<std::uint8_t>(i >> 8), 1};
    stage.on_frame(nameless, at_ms(i));
  }
  stage.on_status({}, at_ms(kFrames + 5000));
  // One that is new is told before the one that had to go.
  BOOST_TEST(keeper.most <= kMost + 1);
  BOOST_TEST(keeper.status["aircraft"] == kMost);
  BOOST_TEST(keeper.status["aircraft_evicted"].get<int>() >= kFrames - static_cast<int>(kMost));
}

BOOST_AUTO_TEST_SUITE_END()
