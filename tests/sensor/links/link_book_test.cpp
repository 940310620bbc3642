#include "sensor/links/link_book.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "sensor/feed_json.hpp"
#include "tests/bench/link_streams.hpp"
#include "tests/support/scene_fixture.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::links;
using namespace std::chrono_literals;
using bench::LinkStream;
using bench::StreamFlaws;
using nlohmann::json;
namespace tt = boost::test_tools;

namespace {

const UtcTime kEpoch = parse_rfc3339("2026-03-01T12:00:00Z");  // a multiple of the window

json scene_of(std::vector<json> emitters, double centre_hz = 2440e6, double seconds = 10,
              double rate_hz = 90e6) {
  for (json& emitter : emitters)
    if (!emitter.contains("level_dbfs")) emitter["level_dbfs"] = -40;
  return {{"sample_rate", rate_hz}, {"center_frequency", centre_hz},
          {"duration_s", seconds},  {"noise_dbfs", -60},
          {"datatype", "ci8"},      {"seed", 5},
          {"emitters", emitters}};
}

struct Heard {
  synth::Scene scene;
  std::vector<LinkMessage> told;
  EmissionCounts counts;

  /// The last message of each link, by id.
  std::map<std::string, LinkMessage> last() const {
    std::map<std::string, LinkMessage> found;
    for (const LinkMessage& message : told) found.insert_or_assign(message.id, message);
    return found;
  }
  std::vector<LinkMessage> of_kind(std::string_view kind) const {
    std::vector<LinkMessage> found;
    for (const auto& [id, message] : last())
      if (message.kind == kind) found.push_back(message);
    return found;
  }
};

void play(const LinkStream& stream, double seconds, LinkBook& book, std::vector<LinkMessage>& told) {
  auto signal = stream.signals.begin();
  book.advance(kEpoch, told);
  for (const TimedEmission& emission : stream.emissions) {
    const double end_s = emission.at.start_s + emission.at.duration_s;
    const UtcTime now = kEpoch + std::chrono::nanoseconds(std::llround(end_s * 1e9));
    book.advance(now, told);
    book.on_emission(emission);
    for (; signal != stream.signals.end() && signal->at.start_s + 0.05 < end_s; ++signal)
      book.on_signal(*signal);
  }
  for (; signal != stream.signals.end(); ++signal) book.on_signal(*signal);
  book.finish(kEpoch + std::chrono::nanoseconds(std::llround(seconds * 1e9)), told);
}

Heard hear(const json& scene, const StreamFlaws& flaws = {}) {
  Heard heard;
  heard.scene = synth::loaded(scene);
  const LinkStream stream = bench::StreamMaker(heard.scene, flaws, kEpoch).make();
  TransmitterMatch attribution;
  LinkBook book(attribution);
  play(stream, heard.scene.duration_s, book, heard.told);
  heard.counts = book.counts();
  for (const auto& [id, link] : heard.last())
    BOOST_TEST_MESSAGE(id << ' ' << link.kind << ' ' << link.verdict.confidence << " at "
                          << link.center_hz / 1e6 << " width " << link.bandwidth_hz / 1e6 << " hops "
                          << link.emitted->hop_set_hz.size() << " period "
                          << link.emitted->period_s.value_or(0) << " bursts " << link.emitted->total_bursts
                          << " airtime " << link.total.airtime_s);
  return heard;
}

json video(double carrier_hz, int mhz = 20) {
  return {{"type", "ocusync_video"}, {"carrier_hz", carrier_hz}, {"bandwidth_mhz", mhz}};
}
json control(double start_s = 4.47e-3) {
  return {{"type", "ocusync_control"},
          {"start_s", start_s},
          {"hops", {{"first_hz", 2404e6}, {"spacing_hz", 2e6}, {"count", 38}}}};
}
json preset(const char* type, const char* name, double start_s = 0) {
  return {{"type", type}, {"preset", name}, {"start_s", start_s}};
}

void check_sums(const LinkMessage& told, const synth::LinkSummary& truth) {
  BOOST_TEST(static_cast<double>(told.emitted->total_bursts) == static_cast<double>(truth.bursts),
             tt::tolerance(0.02));
  BOOST_TEST(told.total.airtime_s == truth.airtime_s, tt::tolerance(0.05));
}

void check_hops(const LinkMessage& told, const synth::LinkSummary& truth) {
  std::size_t found = 0;
  for (const double wanted : truth.carriers_hz)
    found += std::ranges::any_of(told.emitted->hop_set_hz,
                                 [&](double hz) { return std::abs(hz - wanted) < 60e3; });
  BOOST_TEST(found >= 0.95 * static_cast<double>(truth.carriers_hz.size()));
  BOOST_TEST(told.emitted->hop_set_hz.size() <= 1.05 * static_cast<double>(truth.carriers_hz.size()) + 1);
}

/// Coded bytes between the bounds that were told, window by window.
void check_bytes(const Heard& heard, const LinkMessage& link) {
  for (const LinkMessage& told : heard.told) {
    if (told.id != link.id) continue;
    const double end_s = std::chrono::duration<double>(told.head.time - kEpoch).count();
    double sent = 0;
    for (const auto& each : heard.scene.transmissions)
      if (each.part_of && each.start_s < end_s && each.start_s >= end_s - told.window_s)
        sent += static_cast<double>(each.bits) / 8;
    if (told.emitted->bytes.lower) BOOST_TEST(*told.emitted->bytes.lower <= sent);
    if (told.emitted->bytes.upper) BOOST_TEST(*told.emitted->bytes.upper >= sent);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(link_book)

BOOST_AUTO_TEST_CASE(each_kind_alone_is_named_and_measured) {
  struct Wanted {
    json emitter;
    std::string kind;
    bool drone_like;
    double centre_hz = 2440e6;
  };
  const std::vector<Wanted> all{
      {video(2440e6), "ocusync_video", true},
      {video(2437e6, 10), "ocusync_video", true},
      {video(2441e6, 40), "ocusync_video", true},
      {{{"type", "ocusync_video"}, {"carrier_hz", 2444.5e6}, {"linked", 0}}, "ocusync_standby", true},
      {control(), "ocusync_control", true},
      {preset("lora", "elrs_500hz"), "lora_control", true},
      {preset("lora", "elrs_250hz"), "lora_control", true},
      {preset("lora", "elrs_150hz"), "lora_control", true},
      {preset("lora", "elrs_50hz"), "lora_control", true},
      {preset("lora", "elrs_900_200hz"), "lora_control", true, 915e6},
      {preset("fhss_gfsk", "sik"), "sik_like", true, 921e6},
      {preset("fhss_gfsk", "frsky"), "frsky_like", true},
      {preset("fhss_gfsk", "bluetooth_classic"), "classic_bluetooth", false},
      {{{"type", "zigbee"}, {"channel", 15}}, "zigbee", false},
      {{{"type", "microwave_oven"}, {"carrier_hz", 2450e6}}, "microwave_oven", false},
      {{{"type", "lte_downlink"}, {"carrier_hz", 2450e6}}, "lte", false},
      {{{"type", "fm_video"}, {"carrier_hz", 5800e6}}, "fm_video", true, 5800e6},
  };
  for (const Wanted& wanted : all) {
    BOOST_TEST_CONTEXT(wanted.emitter.dump()) {
      const Heard heard = hear(scene_of({wanted.emitter}, wanted.centre_hz));
      const auto links = heard.of_kind(wanted.kind);
      BOOST_TEST(heard.last().size() == 1U);
      BOOST_REQUIRE(links.size() == 1U);
      BOOST_TEST(links[0].verdict.drone_like == wanted.drone_like);
      BOOST_TEST(links[0].verdict.confidence > 0.8);
      BOOST_TEST(!links[0].verdict.evidence.empty());
      const auto truth = synth::link_summaries(heard.scene).at(0);
      const bool pauses = wanted.kind != "lte" && wanted.kind != "fm_video";
      if (pauses) check_sums(links[0], truth);
      BOOST_TEST(links[0].total.airtime_s == truth.airtime_s, tt::tolerance(0.05));
      const double period_s = bench::detail_of(*truth.link, "period_s");
      if (period_s > 0) BOOST_TEST(links[0].emitted->period_s.value_or(0) == period_s, tt::tolerance(1e-4));
      const double dwell_s = bench::detail_of(*truth.link, "dwell_s");
      if (dwell_s > 0 && wanted.kind != "classic_bluetooth")
        BOOST_TEST(links[0].emitted->dwell_s.value_or(0) == dwell_s, tt::tolerance(1e-3));
      if (truth.carriers_hz.size() > 1)
        check_hops(links[0], truth);
      else
        BOOST_TEST(std::abs(links[0].center_hz - *truth.carriers_hz.begin()) < 30e3);
      check_bytes(heard, links[0]);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_busy_band_is_sorted_into_its_links) {
  const Heard heard = hear(scene_of({video(2437e6),
                                     control(),
                                     preset("lora", "elrs_250hz"),
                                     preset("fhss_gfsk", "frsky", 1.3e-3),
                                     preset("fhss_gfsk", "bluetooth_classic"),
                                     {{"type", "zigbee"}, {"channel", 25}}}));
  for (const char* kind :
       {"ocusync_video", "ocusync_control", "lora_control", "frsky_like", "classic_bluetooth", "zigbee"}) {
    BOOST_TEST_CONTEXT(kind) {
      const auto links = heard.of_kind(kind);
      BOOST_REQUIRE(links.size() == 1U);
      for (const auto& truth : synth::link_summaries(heard.scene)) {
        const bool is_it = truth.link->kind == kind ||
                           (truth.link->kind == "lora" && links[0].kind == "lora_control") ||
                           (truth.link->kind == "frsky" && links[0].kind == "frsky_like") ||
                           (truth.link->kind == "bluetooth_classic" && links[0].kind == "classic_bluetooth");
        if (is_it) check_sums(links[0], truth);
        if (is_it && truth.carriers_hz.size() > 1) check_hops(links[0], truth);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(two_hoppers_of_one_kind_stay_two) {
  auto one = preset("lora", "elrs_250hz"), other = preset("lora", "elrs_250hz", 1.7e-3);
  other["level_dbfs"] = -50;
  const Heard heard = hear(scene_of({one, other}));
  const auto links = heard.of_kind("lora_control");
  BOOST_REQUIRE(links.size() == 2U);
  const auto truths = synth::link_summaries(heard.scene);
  check_sums(links[0], truths[0]);
  check_sums(links[1], truths[1]);
  BOOST_TEST(std::abs(*links[0].rssi_dbfs - *links[1].rssi_dbfs) > 8);
}

/// The told link whose bursts agree best with a truth's.
const LinkMessage* match(const std::vector<LinkMessage>& links, const synth::LinkSummary& truth) {
  const LinkMessage* best = nullptr;
  double least = 1e18;
  for (const LinkMessage& link : links) {
    const double start_s = std::chrono::duration<double>(link.first_heard - kEpoch).count();
    const double period_s = bench::detail_of(*truth.link, "period_s", 5e-3);
    const double apart = 1e3 * std::abs(start_s - truth.first_s) +
                         100 * std::abs(link.emitted->period_s.value_or(1) - period_s) / period_s +
                         std::abs(link.total.airtime_s - truth.airtime_s);
    if (apart < least) least = apart, best = &link;
  }
  return best;
}

BOOST_AUTO_TEST_CASE(a_link_that_the_bands_edge_cuts_has_its_carrier_in_its_middle) {
  const synth::Scene scene = synth::loaded(scene_of({video(2440e6)}));
  LinkStream stream = bench::StreamMaker(scene, {}, kEpoch).make();
  for (TimedEmission& each : stream.emissions)
    if (each.high_hz > 2448.3e6) each.high_hz = 2448.3e6;
  TransmitterMatch attribution;
  LinkBook book(attribution);
  std::vector<LinkMessage> told;
  play(stream, scene.duration_s, book, told);
  BOOST_REQUIRE(!told.empty());
  BOOST_TEST(told.back().kind == "ocusync_video");
  BOOST_TEST(std::abs(told.back().center_hz - 2440e6) < 10e3);
}

BOOST_AUTO_TEST_CASE(hops_where_the_receiver_is_tuned_to_are_counted) {
  const synth::Scene scene = synth::loaded(scene_of({preset("fhss_gfsk", "sik")}, 921e6));
  LinkStream stream = bench::StreamMaker(scene, {.missed = 0, .false_a_second = 0}, kEpoch).make();
  std::size_t marked = 0;
  const auto carriers_hz = synth::link_summaries(scene).at(0).carriers_hz;
  const double center_hz = *std::next(carriers_hz.begin(), 20);
  for (TimedEmission& each : stream.emissions)
    if (std::abs((each.low_hz + each.high_hz) / 2 - center_hz) < 60e3) {
      each.emission.origin = dsp::EmissionOrigin::dc;
      ++marked;
    }
  BOOST_REQUIRE(marked > 5U);
  // The receiver's own: it comes and goes when it likes, and is no burst of anybody.
  TimedEmission own = stream.emissions.at(40);
  own.emission.origin = dsp::EmissionOrigin::dc;
  own.emission.id = 1'000'000;
  own.at.start_s += 6e-3;
  own.at.time += 6ms;
  stream.emissions.insert(stream.emissions.begin() + 41, own);

  TransmitterMatch attribution;
  LinkBook book(attribution);
  std::vector<LinkMessage> told;
  play(stream, scene.duration_s, book, told);
  BOOST_REQUIRE(book.size() == 0U);
  BOOST_REQUIRE(!told.empty());
  const LinkMessage& last = told.back();
  BOOST_TEST(last.kind == "sik_like");
  BOOST_TEST(last.emitted->total_bursts <= stream.emissions.size() - 1);
  BOOST_TEST(last.emitted->total_bursts + marked / 2 > stream.emissions.size() - 1);
  BOOST_TEST(std::ranges::any_of(last.emitted->hop_set_hz,
                                 [&](double hz) { return std::abs(hz - center_hz) < 60e3; }));
  BOOST_TEST(book.counts().artefacts == marked + 1);
}

BOOST_AUTO_TEST_CASE(three_videos_and_ten_hoppers_are_told_apart) {
  std::vector<json> emitters{video(2411e6, 20), video(2433e6, 10), video(2462e6, 20)};
  for (int i = 0; i < 3; ++i) emitters.push_back(control(4.47e-3 + 1.37e-3 * i));
  for (int i = 0; i < 3; ++i) emitters.push_back(preset("lora", "elrs_250hz", 1.31e-3 * i));
  for (int i = 0; i < 2; ++i) emitters.push_back(preset("fhss_gfsk", "frsky", 4.1e-3 * i));
  emitters.push_back(preset("lora", "elrs_500hz", 0.7e-3));
  emitters.push_back(preset("fhss_gfsk", "bluetooth_classic", 0.2e-3));
  for (std::size_t i = 0; i < emitters.size(); ++i)
    emitters[i]["level_dbfs"] = -35 - 3.0 * static_cast<double>(i % 5);
  StreamFlaws flaws;
  flaws.missed = 0.015;
  flaws.snapshots = 0.1;
  const Heard heard = hear(scene_of(emitters), flaws);
  const std::map<std::string, std::string> kinds{
      {"lora", "lora_control"}, {"frsky", "frsky_like"}, {"bluetooth_classic", "classic_bluetooth"}};
  std::size_t drone_like = 0;
  for (const auto& [id, link] : heard.last()) drone_like += link.verdict.drone_like;
  BOOST_TEST(drone_like == 12U);
  for (const auto& truth : synth::link_summaries(heard.scene)) {
    const auto renamed = kinds.find(truth.link->kind);
    const auto links = heard.of_kind(renamed == kinds.end() ? truth.link->kind : renamed->second);
    const LinkMessage* link = match(links, truth);
    BOOST_REQUIRE(link != nullptr);
    BOOST_TEST_CONTEXT(link->id << ' ' << link->kind) {
      check_sums(*link, truth);
      if (truth.carriers_hz.size() > 1) check_hops(*link, truth);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_part_of_a_hop_set_is_enough) {
  const Heard heard = hear(
      scene_of({preset("lora", "elrs_250hz"), preset("fhss_gfsk", "frsky"), control()}, 2440e6, 10, 20e6));
  for (const char* kind : {"lora_control", "frsky_like", "ocusync_control"}) {
    BOOST_TEST_CONTEXT(kind) {
      const auto links = heard.of_kind(kind);
      BOOST_REQUIRE(links.size() == 1U);
      BOOST_TEST(links[0].verdict.drone_like);
    }
  }
}

BOOST_AUTO_TEST_CASE(without_snapshots_nothing_but_the_unmistakable_is_like_a_drone) {
  StreamFlaws blind;
  blind.snapshots = 0;
  const Heard heard = hear(scene_of({preset("lora", "elrs_250hz"),
                                     preset("fhss_gfsk", "bluetooth_classic"),
                                     {{"type", "zigbee"}, {"channel", 25}},
                                     {{"type", "lte_downlink"}, {"carrier_hz", 2450e6}}}),
                           blind);
  for (const auto& [id, link] : heard.last()) BOOST_TEST(!link.verdict.drone_like);
}

BOOST_AUTO_TEST_CASE(a_link_is_told_each_window_and_ends) {
  auto short_one = video(2440e6);
  short_one["end_s"] = 7;
  const Heard heard = hear(scene_of({short_one, preset("fhss_gfsk", "frsky")}, 2440e6, 80));
  std::vector<LinkMessage> videos;
  for (const LinkMessage& told : heard.told)
    if (told.kind == "ocusync_video") videos.push_back(told);
  for (const LinkMessage& told : videos)
    BOOST_TEST_MESSAGE(told.id << ' ' << to_rfc3339(told.head.time) << ' ' << to_string(told.state) << ' '
                               << told.emitted->bursts << ' ' << to_rfc3339(told.last_heard));
  BOOST_REQUIRE(videos.size() == 3U);
  BOOST_TEST((videos[0].head.time == kEpoch + 5s));
  BOOST_TEST((videos[2].state == AircraftState::gone));
  BOOST_TEST((videos[2].head.time == kEpoch + 70s));
  BOOST_TEST(videos[0].window.airtime_s / videos[0].window_s == 3 * 1.0719e-3 / 5e-3, tt::tolerance(0.05));
  BOOST_TEST(videos[1].total.airtime_s == 7 * 3 * 1.0719e-3 / 5e-3, tt::tolerance(0.05));
}

BOOST_AUTO_TEST_CASE(what_was_decoded_explains_its_emissions) {
  TransmitterMatch attribution;
  LinkBook book(attribution);
  std::vector<LinkMessage> told;
  book.advance(kEpoch, told);
  for (int i = 0; i < 200; ++i) {
    TimedPdu pdu;
    pdu.pdu.rf.centre = {2437e6};
    pdu.pdu.width_mhz = 20;
    pdu.at = {0, 0.02 * i, 1e-3, kEpoch + 20ms * i};
    book.on_pdu(pdu);
    TimedEmission emission;
    emission.emission.id = static_cast<std::uint64_t>(i + 1);
    emission.emission.mean_dbfs = -40;
    emission.low_hz = 2437e6 - 8.3e6;
    emission.high_hz = 2437e6 + 8.3e6;
    emission.at = {0, 0.02 * i, 1.05e-3, kEpoch + 20ms * i};
    book.on_emission(emission);
  }
  book.finish(kEpoch + 4s, told);
  BOOST_TEST(told.empty());
  BOOST_TEST(book.counts().explained == 200U);
}

BOOST_AUTO_TEST_CASE(the_same_events_give_the_same_messages_however_often_it_is_asked) {
  const synth::Scene scene = synth::loaded(scene_of({video(2437e6), preset("lora", "elrs_500hz")}));
  const LinkStream stream = bench::StreamMaker(scene, {}, kEpoch).make();
  std::vector<std::string> texts[2];
  for (int run = 0; run < 2; ++run) {
    TransmitterMatch attribution;
    LinkBook book(attribution);
    std::vector<LinkMessage> told;
    if (run == 1)
      for (int ms = 0; ms < 3; ++ms) book.advance(kEpoch, told);
    play(stream, scene.duration_s, book, told);
    for (const LinkMessage& message : told) texts[run].push_back(to_json(message));
  }
  BOOST_TEST(texts[0] == texts[1], tt::per_element());
  BOOST_TEST(!texts[0].empty());
}

BOOST_AUTO_TEST_CASE(a_flood_of_chance_emissions_is_bounded_and_counted) {
  TransmitterMatch attribution;
  LinkBook book(attribution, {.max_links = 20, .max_bursts = 5000, .max_signals = 1000});
  std::vector<LinkMessage> told;
  synth::Random random(4);
  book.advance(kEpoch, told);
  for (int i = 0; i < 200'000; ++i) {
    const UtcTime at = kEpoch + 100us * i;
    book.advance(at, told);
    TimedEmission emission;
    emission.emission.id = static_cast<std::uint64_t>(i + 1);
    emission.emission.mean_dbfs = static_cast<float>(random.uniform(-90, 0));
    emission.low_hz = 2400e6 + random.uniform(0, 80e6);
    emission.high_hz = emission.low_hz + 1e4 * std::exp2(random.uniform(0, 11));
    emission.at = {0, 1e-4 * i, 1e-5 * std::exp2(random.uniform(0, 10)), at};
    book.on_emission(emission);
    TimedSignal signal;
    signal.emission = random.next() % 300'000;
    signal.at = emission.at;
    book.on_signal(signal);
    BOOST_REQUIRE(book.size() <= 20U);
  }
  book.finish(kEpoch + 20s, told);
  BOOST_TEST(book.counts().heard == 200'000U);
  BOOST_TEST(book.counts().dropped > 100'000U);
  const auto drone_like =
      std::ranges::count_if(told, [](const auto& link) { return link.verdict.drone_like; });
  BOOST_TEST(drone_like == 0);
}

BOOST_AUTO_TEST_CASE(numbers_that_are_none_are_dropped) {
  TransmitterMatch attribution;
  LinkBook book(attribution);
  std::vector<LinkMessage> told;
  book.advance(kEpoch, told);
  for (const double bad : {std::nan(""), -1.0, 0.0, 1e300}) {
    TimedEmission emission;
    emission.low_hz = 2440e6;
    emission.high_hz = 2441e6;
    emission.at = {0, 0, bad, kEpoch};
    book.on_emission(emission);
    emission.at.duration_s = 1e-3;
    emission.high_hz = 2440e6 + (bad > 1 ? std::nan("") : bad);
    book.on_emission(emission);
  }
  book.finish(kEpoch + 5s, told);
  BOOST_TEST(told.empty());
  BOOST_TEST(book.counts().dropped == 8U);
}

BOOST_AUTO_TEST_CASE(json_of_a_link_of_emissions) {
  const Heard heard = hear(scene_of({video(2437e6)}));
  const auto body = json::parse(to_json(heard.told.at(0)));
  BOOST_TEST(body.at("id") == "rf-1");
  BOOST_TEST(body.at("kind") == "ocusync_video");
  BOOST_TEST(body.at("drone_like") == true);
  BOOST_TEST(body.at("direction") == "from_aircraft");
  BOOST_TEST(body.at("modulation").at("constellation") == "16qam");
  BOOST_TEST(body.at("bytes").at("lower").get<double>() < body.at("bytes").at("upper").get<double>());
  BOOST_TEST(body.at("bytes").at("upper").get<double>() < 4 * body.at("bytes").at("lower").get<double>());
  BOOST_TEST(body.at("rate_bps").at("upper").get<double>() > 20e6);
  BOOST_TEST(body.at("attribution").at("unattributed") == 1.0);
  BOOST_TEST(body.at("listened_share") == 1.0);
  BOOST_TEST(!body.contains("hop_set_hz"));
}

BOOST_AUTO_TEST_SUITE_END()
