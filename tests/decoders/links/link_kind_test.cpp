#include "decoders/links/link_kind.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

using namespace windhover::decoders::links;

namespace {

SignalVotes votes_of(const Signal& signal, int count = 5) {
  SignalVotes votes;
  for (int i = 0; i < count; ++i) votes.add(signal);
  return votes;
}

Signal ofdm15(bool lte_primary = false) {
  Ofdm ofdm;
  ofdm.spacing_hz = 15e3;
  ofdm.lte_primary = lte_primary;
  Signal signal;
  signal.modulation = ofdm;
  signal.confidence = 0.9F;
  signal.occupied_hz = 18.015e6;
  return signal;
}

Signal video() {
  Signal signal = ofdm15();
  std::get<Ofdm>(signal.modulation).zadoff_chu = {{1201, 61, 0.9F, 0}, {1201, 353, 0.9F, 7}};
  return signal;
}

struct Shape {
  SignalVotes votes;
  std::vector<double> channels_hz{2440e6};
  LinkShape shape;

  explicit Shape(SignalVotes of) : votes(std::move(of)) {
    shape.center_hz = 2440e6;
    shape.width_hz = 18e6;
    shape.bursts = 1000;
    shape.burst_s = shape.shortest_s = shape.longest_s = 3.216e-3;
    shape.period_s = 5e-3;
    shape.period_share = 1;
    shape.duty = 0.64;
  }
  KindVerdict verdict() {
    shape.channels_hz = channels_hz;
    shape.votes = &votes;
    return kind_of(shape);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(link_kind)

BOOST_AUTO_TEST_CASE(video_is_named_by_width_frames_packets_and_reference_symbols) {
  const KindVerdict found = Shape(votes_of(video())).verdict();
  BOOST_TEST((found.kind == LinkKind::ocusync_video));
  BOOST_TEST(found.drone_like);
  BOOST_TEST(found.evidence.size() >= 4U);
}

// As a cell that divides time between its directions: a real one kept the same frames.
BOOST_AUTO_TEST_CASE(the_same_frames_without_reference_symbols_are_unknown) {
  const KindVerdict found = Shape(votes_of(ofdm15())).verdict();
  BOOST_TEST((found.kind == LinkKind::unknown));
  BOOST_TEST(!found.drone_like);
}

BOOST_AUTO_TEST_CASE(a_cell_of_the_same_width_is_none) {
  Shape cell(votes_of(ofdm15(true)));
  cell.shape.pauses = false;
  cell.shape.period_s.reset();
  cell.shape.duty = 1;
  const KindVerdict found = cell.verdict();
  BOOST_TEST((found.kind == LinkKind::lte));
  BOOST_TEST(!found.drone_like);
}

BOOST_AUTO_TEST_CASE(without_positive_evidence_nothing_is_like_a_drone) {
  Shape blind{SignalVotes()};
  blind.shape.period_s = 7e-3;
  blind.shape.burst_s = 2e-3;
  const KindVerdict found = blind.verdict();
  BOOST_TEST((found.kind == LinkKind::unknown));
  BOOST_TEST(!found.drone_like);
}

BOOST_AUTO_TEST_CASE(wrong_snapshots_are_outvoted) {
  SignalVotes votes = votes_of(video(), 8);
  Signal wrong;
  wrong.modulation = Fsk{160e3, 1e6, 0.5F};
  wrong.confidence = 0.9F;
  votes.add(wrong);
  votes.add(wrong);
  BOOST_TEST((votes.family() == Family::ofdm));
  BOOST_TEST(votes.share(Family::ofdm) == 0.8, boost::test_tools::tolerance(1e-9));
  BOOST_TEST((Shape(votes).verdict().kind == LinkKind::ocusync_video));
}

BOOST_AUTO_TEST_CASE(deviation_tells_classic_bluetooth_from_low_energy) {
  for (const bool classic : {true, false}) {
    Signal signal;
    signal.modulation = Fsk{classic ? 160e3 : 250e3, 1e6, 0.5F};
    signal.confidence = 0.9F;
    signal.occupied_hz = 0.95e6;
    Shape hopper(votes_of(signal));
    hopper.channels_hz.clear();
    for (int n = 0; n < 39; ++n) hopper.channels_hz.push_back(2402e6 + 2e6 * n);
    hopper.shape.burst_s = hopper.shape.shortest_s = hopper.shape.longest_s = 350e-6;
    hopper.shape.period_s.reset();
    BOOST_TEST((hopper.verdict().kind == (classic ? LinkKind::classic_bluetooth : LinkKind::ble)));
  }
}

BOOST_AUTO_TEST_CASE(chirps_that_do_not_hop_are_no_control_link) {
  Signal signal;
  signal.modulation = Chirp{125e3, 9, 0.9F};
  signal.confidence = 0.9F;
  signal.occupied_hz = 130e3;
  Shape sensor(votes_of(signal));
  sensor.channels_hz = {868.1e6};
  sensor.shape.center_hz = 868.1e6;
  sensor.shape.period_s.reset();
  sensor.shape.burst_s = sensor.shape.shortest_s = sensor.shape.longest_s = 0.2;
  const KindVerdict found = sensor.verdict();
  BOOST_TEST((found.kind == LinkKind::lora));
  BOOST_TEST(!found.drone_like);
}

BOOST_AUTO_TEST_CASE(constellations_and_roots_need_more_than_one_vote) {
  Signal one = ofdm15();
  std::get<Ofdm>(one.modulation).constellation = Constellation::qam64;
  std::get<Ofdm>(one.modulation).zadoff_chu.push_back({1201, 61, 0.9F, 0});
  SignalVotes votes = votes_of(one, 1);
  BOOST_TEST((votes.constellation() == Constellation::unknown));
  BOOST_TEST(votes.roots().empty());
  Signal other = one;
  std::get<Ofdm>(other.modulation).constellation = Constellation::qam16;
  for (int i = 0; i < 9; ++i) votes.add(other);
  BOOST_TEST((votes.constellation() == Constellation::qam16));
  BOOST_REQUIRE(votes.roots().size() == 1U);
  BOOST_TEST(votes.roots()[0].root == 61);
  BOOST_TEST(votes.root_votes(1201) == 10U);
}

BOOST_AUTO_TEST_CASE(numbers_that_are_none_do_no_harm) {
  Signal bad;
  const float none = std::nanf("");
  bad.modulation = Fsk{static_cast<double>(none), static_cast<double>(none), none};
  bad.confidence = none;
  bad.occupied_hz = static_cast<double>(none);
  BOOST_TEST(!Shape(votes_of(bad)).verdict().drone_like);
  Ofdm many;
  for (int i = 0; i < 1000; ++i) many.zadoff_chu.push_back({601, static_cast<std::uint16_t>(i), 1, 0});
  bad.modulation = many;
  BOOST_TEST(votes_of(bad).roots().size() <= 24U);
}

BOOST_AUTO_TEST_CASE(fpv_channels) {
  BOOST_TEST(fpv_channel(5658e6) == "R1");
  BOOST_TEST(fpv_channel(5880.4e6) == "F8 / R7");
  BOOST_TEST(fpv_channel(5741.2e6) == "F1");
  BOOST_TEST(fpv_channel(5975e6).empty());
  BOOST_TEST(fpv_channel(2440e6).empty());
}

BOOST_AUTO_TEST_CASE(a_channel_tells_what_a_maker_of_video_transmitters_puts_on_it) {
  BOOST_TEST(nominal_video_hz(5732.01e6, {}) == 5732.01e6);
  BOOST_TEST(nominal_video_hz(5732.01e6, 0.9e6) == 5732.01e6);   // R3, though its mean lies on B1
  BOOST_TEST(nominal_video_hz(5732.6e6, -0.62e6) == 5731.98e6);  // its mean is on R3
  BOOST_TEST(nominal_video_hz(5712.6e6, -0.62e6) == 5712.6e6);   // neither is on any
  BOOST_TEST(fpv_channel(nominal_video_hz(5733.4e6, -1.3e6)) == "R3");
}

BOOST_AUTO_TEST_SUITE_END()
