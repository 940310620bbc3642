// What snapshots of generated signals are taken for.

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "dsp/aligned.hpp"
#include "dsp/fft.hpp"
#include "snapshot_classifier.hpp"
#include "tests/bench/signal_truth.hpp"
#include "tests/decoders/ocusync/allocation_counter.hpp"
#include "tests/support/burst.hpp"
#include "tests/support/channel.hpp"
#include "tests/support/fm_video.hpp"
#include "tests/support/quick_plans.hpp"
#include "tests/support/random.hpp"

namespace {

using namespace windhover;
using namespace windhover::tests;
using namespace windhover::decoders::links;
using bench::Verdict;

template <typename Modulation>
Modulation as(const Signal& signal) {
  BOOST_TEST_REQUIRE(std::holds_alternative<Modulation>(signal.modulation), bench::shown_as(signal));
  return std::get<Modulation>(signal.modulation);
}

/// What a receiver's filter leaves that falls by a raised cosine over 0.5 MHz, at half its way at `edge_hz`;
/// above it or, where that is negative, below.
void cut_at(synth::SignalSnapshot& snapshot, double edge_hz) {
  const std::size_t n = snapshot.iq.size();
  const synth::QuickPlans quick;
  const dsp::Fft forward(n, dsp::FftDirection::forward), inverse(n, dsp::FftDirection::inverse);
  dsp::AlignedVector<dsp::cf32> time(snapshot.iq.begin(), snapshot.iq.end()), bins(n);
  forward.execute(time.data(), bins.data());
  for (std::size_t k = 0; k < n; ++k) {
    const double turns = static_cast<double>(k) / static_cast<double>(n);
    const double hz = snapshot.rate.value * (turns < 0.5 ? turns : turns - 1);
    const double beyond = std::clamp((edge_hz > 0 ? hz - edge_hz : edge_hz - hz) / 0.5e6, -0.5, 0.5);
    bins[k] *= static_cast<float>((0.5 - 0.5 * std::sin(std::numbers::pi * beyond)) / static_cast<double>(n));
  }
  inverse.execute(bins.data(), time.data());
  snapshot.iq.assign(time.begin(), time.end());
  (edge_hz > 0 ? snapshot.high : snapshot.low) = {edge_hz};
}

bool is_link_of_ocusync(std::string_view kind) { return kind.starts_with("ocusync") || kind == "droneid"; }

}  // namespace

BOOST_AUTO_TEST_SUITE(signal_classifier)

BOOST_AUTO_TEST_CASE(every_kind_is_told_at_15_db) {
  constexpr std::size_t kTrials = 6;
  for (const auto kind : synth::snapshot_kinds()) {
    std::size_t right = 0;
    std::string shown;
    for (std::size_t n = 0; n < kTrials; ++n) {
      const auto snapshot = synth::make_snapshot(kind, {15, n % 2 == 1, 100 + n});
      const Signal signal = classify(snapshot);
      right += bench::judge(kind, signal, snapshot) == Verdict::right;
      shown += bench::shown_as(signal) + "; ";
    }
    BOOST_TEST(right + 1 >= kTrials, kind << ": " << shown);
  }
}

BOOST_AUTO_TEST_CASE(no_other_kind_shows_reference_symbols_of_a_link_however_weak_it_is) {
  for (const auto kind : synth::snapshot_kinds()) {
    if (is_link_of_ocusync(kind)) continue;
    for (const double snr_db : {-3.0, 0.0, 3.0, 8.0}) {
      const Signal signal = classify(synth::make_snapshot(kind, {snr_db, true, 77}));
      const auto* ofdm = std::get_if<Ofdm>(&signal.modulation);
      BOOST_TEST((ofdm == nullptr || ofdm->zadoff_chu.empty()),
                 kind << " at " << snr_db << " dB: " << bench::shown_as(signal));
    }
  }
}

BOOST_AUTO_TEST_CASE(no_link_is_a_cell) {
  for (const auto kind : synth::snapshot_kinds()) {
    if (!is_link_of_ocusync(kind)) continue;
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      const Signal signal = classify(synth::make_snapshot(kind, {5, true, seed}));
      const auto* ofdm = std::get_if<Ofdm>(&signal.modulation);
      BOOST_TEST((ofdm == nullptr || !ofdm->lte_primary), kind << ": " << bench::shown_as(signal));
    }
  }
}

BOOST_AUTO_TEST_CASE(noise_is_nothing) {
  synth::Random random(5);
  struct Width {
    double rate_hz, width_hz;
  };
  for (const Width w :
       {Width{1.92e6, 0.1e6}, Width{1.92e6, 0.8e6}, Width{1.92e6, 1.1e6}, Width{3.84e6, 2e6},
        Width{7.68e6, 4.5e6}, Width{15.36e6, 9e6}, Width{30.72e6, 18e6}, Width{61.44e6, 36e6}})
    for (int n = 0; n < 25; ++n) {
      synth::SignalSnapshot s;
      s.iq.resize(static_cast<std::size_t>(w.rate_hz * random.uniform(0.4e-3, 2e-3)));
      random.add_noise(s.iq, 1e-4);
      s.rate = {w.rate_hz};
      s.low = {-w.width_hz / 2};
      s.high = {w.width_hz / 2};
      s.end = s.iq.size();
      const Signal signal = classify(s);
      BOOST_TEST(std::holds_alternative<std::monostate>(signal.modulation),
                 w.width_hz << " Hz: " << bench::shown_as(signal));
    }
}

BOOST_AUTO_TEST_CASE(roots_and_symbols_of_a_video_packet) {
  const auto snapshot = synth::make_snapshot("ocusync_20", {10, false, 3});
  const auto ofdm = as<Ofdm>(classify(snapshot));
  BOOST_TEST_REQUIRE(ofdm.zadoff_chu.size() >= 3U);
  BOOST_TEST(ofdm.zadoff_chu[0].symbol == 0);
  BOOST_TEST(ofdm.zadoff_chu[1].symbol == 7);
  BOOST_TEST(ofdm.zadoff_chu[2].symbol == 14);
  for (std::size_t n = 0; n < 3; ++n) {
    BOOST_TEST(ofdm.zadoff_chu[n].length == 1201);
    BOOST_TEST(ofdm.zadoff_chu[n].root == snapshot.roots[n % 2]);
    BOOST_TEST(ofdm.zadoff_chu[n].match > 0.7);
  }
  BOOST_TEST(ofdm.symbols % 15 <= 1);
  BOOST_TEST(ofdm.prefix_match > 0.6);
}

BOOST_AUTO_TEST_CASE(carrier_of_links_is_as_good_as_they_say) {
  for (const auto kind : {"ocusync_10", "ocusync_20", "ocusync_40", "ocusync_control", "droneid"}) {
    double square = 0;
    constexpr std::uint64_t kTrials = 12;
    for (std::uint64_t seed = 0; seed < kTrials; ++seed) {
      const auto snapshot = synth::make_snapshot(kind, {8, true, 40 + seed});
      const Signal signal = classify(snapshot);
      const double off_hz = signal.carrier_hz - snapshot.carrier_hz;
      BOOST_TEST(std::abs(off_hz) < 1e3, kind << ' ' << seed << ": " << off_hz);
      square += std::pow(off_hz / signal.carrier_error_hz, 2) / kTrials;
    }
    BOOST_TEST(std::sqrt(square) < 2.5, kind << ": " << std::sqrt(square));
  }
}

// At the edge of the band that is received: what is left has another middle.
BOOST_AUTO_TEST_CASE(carrier_is_right_where_a_filter_cuts_one_side_off) {
  for (const auto kind : {"ocusync_10", "ocusync_20", "ocusync_40"})
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      auto snapshot = synth::make_snapshot(kind, {12, true, 60 + seed});
      const double edge_hz = snapshot.carrier_hz + 0.46 * snapshot.occupied_hz;
      cut_at(snapshot, seed % 2 == 0 ? edge_hz : -edge_hz);
      const double off_hz = classify(snapshot).carrier_hz - snapshot.carrier_hz;
      BOOST_TEST(std::abs(off_hz) < 1e3, kind << ' ' << seed << ": " << off_hz);
    }
}

// Little more than blanking stands out of the noise then, and synchronisation lies far beside it.
BOOST_AUTO_TEST_CASE(video_with_a_dark_picture_is_told_where_the_snapshot_holds_all_of_it) {
  constexpr double kRate_hz = 15.36e6, kCarrier_hz = 0.4e6, kSeconds = 12e-3;
  for (const auto& standard : {synth::kPal, synth::kNtsc})
    for (const double brightness : {0.15, 0.3}) {
      synth::Waveform wave = synth::FmVideo({standard, 6e6, 6.5e6, brightness}).piece(0);
      wave.samples.resize(static_cast<std::size_t>(kSeconds * wave.rate.value));
      std::vector<dsp::cf32> iq(static_cast<std::size_t>(kSeconds * kRate_hz));
      synth::add_burst(iq, {kRate_hz}, wave, {0, {kCarrier_hz}, 1, 0, 0});
      synth::Random(9).add_noise(iq, synth::noise_power(6, 1, {7.6e6}, {kRate_hz}));
      const Signal signal = classifier().classify(
          {iq, {kRate_hz}, {kCarrier_hz - 1.4e6}, {kCarrier_hz + 0.1e6}, 0, iq.size(), true, true});
      BOOST_TEST(as<FmVideo>(signal).line_rate_hz == 1 / standard.line_s, boost::test_tools::tolerance(1e-3));
      BOOST_TEST(std::abs(signal.carrier_hz - kCarrier_hz) < 30e3, signal.carrier_hz - kCarrier_hz);
    }
}

BOOST_AUTO_TEST_CASE(constellation_of_video_at_20_db) {
  std::size_t known = 0;
  constexpr std::uint64_t kTrials = 12;
  for (std::uint64_t seed = 0; seed < kTrials; ++seed) {
    const auto snapshot = synth::make_snapshot("ocusync_20", {20, true, seed});
    const auto ofdm = as<Ofdm>(classify(snapshot));
    if (ofdm.constellation == Constellation::unknown) continue;
    ++known;
    const auto truth = snapshot.bits_per_cell == 2   ? Constellation::qpsk
                       : snapshot.bits_per_cell == 4 ? Constellation::qam16
                                                     : Constellation::qam64;
    BOOST_TEST((ofdm.constellation == truth), "seed " << seed << ", " << snapshot.bits_per_cell
                                                      << " bits, shown "
                                                      << static_cast<int>(ofdm.constellation));
  }
  BOOST_TEST(known >= kTrials * 3 / 4);
}

BOOST_AUTO_TEST_CASE(signal_to_noise_ratio_and_width_hold) {
  for (const auto kind : {"ocusync_10", "ocusync_20", "wifi_20", "zigbee", "ble_1m"}) {
    const auto snapshot = synth::make_snapshot(kind, {10, false, 8});
    const Signal signal = classify(snapshot);
    BOOST_TEST(std::abs(signal.snr_db - 10) < 2.5, kind << ": " << signal.snr_db);
    BOOST_TEST(std::abs(signal.occupied_hz / snapshot.occupied_hz - 1) < 0.25,
               kind << ": " << signal.occupied_hz);
  }
}

BOOST_AUTO_TEST_CASE(hostile_samples_are_nothing) {
  constexpr float kHuge = 3e38F;
  const float nan = std::nanf(""), infinite = INFINITY;
  for (const double rate_hz : {1.92e6, 7.68e6, 30.72e6, 61.44e6})
    for (const float value : {0.0F, nan, infinite, kHuge, 1e20F, 1e-30F}) {
      const std::vector<dsp::cf32> iq(20'000, {value, value});
      Snapshot s{iq, {rate_hz}, {-rate_hz / 4}, {rate_hz / 4}, 100, 19'000};
      BOOST_TEST(classifier().classify(s).modulation.index() == 0U, value);
      std::vector<dsp::cf32> mixed = synth::make_snapshot("ocusync_control", {20, false, 1}).iq;
      mixed[mixed.size() / 2] = {value, 0};
      s.iq = mixed;
      s.end = mixed.size();
      classifier().classify(s);
    }
}

BOOST_AUTO_TEST_CASE(impossible_snapshots_are_nothing) {
  const auto good = synth::make_snapshot("ocusync_10", {20, false, 1});
  const auto nothing = [](const Snapshot& s) { return classifier().classify(s).modulation.index() == 0; };
  Snapshot s = snapshot_of(good);
  BOOST_TEST(!nothing(s));
  for (const std::size_t end : {0UL, 1UL, s.iq.size() + 1, ~0UL}) {
    s = snapshot_of(good);
    s.end = end;
    BOOST_TEST(nothing(s), end);
  }
  s = snapshot_of(good);
  s.begin = s.end;
  BOOST_TEST(nothing(s));
  s = snapshot_of(good);
  s.rate = {20e6};
  BOOST_TEST(nothing(s));
  s = snapshot_of(good);
  std::swap(s.low, s.high);
  BOOST_TEST(nothing(s));
  s = snapshot_of(good);
  s.low = {std::nan("")};
  BOOST_TEST(nothing(s));
  s = snapshot_of(good);
  s.iq = {};
  BOOST_TEST(nothing(s));
}

// Whatever is cut out of a signal, at whatever width it is said to have, must be survived.
BOOST_AUTO_TEST_CASE(any_piece_of_any_signal_is_survived) {
  synth::Random random(9);
  for (const auto kind : synth::snapshot_kinds()) {
    const auto whole = synth::make_snapshot(kind, {15, true, 2});
    for (int n = 0; n < 12; ++n) {
      Snapshot s = snapshot_of(whole);
      const auto length =
          static_cast<std::size_t>(std::exp(random.uniform(0, std::log(static_cast<double>(s.iq.size())))));
      s.iq = s.iq.subspan(
          static_cast<std::size_t>(random.uniform() * static_cast<double>(s.iq.size() - length)), length);
      s.begin = static_cast<std::size_t>(random.uniform() * static_cast<double>(length));
      s.end = s.begin + static_cast<std::size_t>(random.uniform() * static_cast<double>(length - s.begin));
      s.low = {-s.rate.value * random.uniform(0, 0.5)};
      s.high = {s.low.value + s.rate.value * random.uniform(0, 0.6)};
      const Signal signal = classifier().classify(s);
      BOOST_TEST(std::isfinite(signal.carrier_hz));
      BOOST_TEST(std::isfinite(signal.carrier_error_hz));
      BOOST_TEST(std::isfinite(signal.occupied_hz));
      BOOST_TEST(std::isfinite(signal.snr_db));
      BOOST_TEST(std::isfinite(signal.envelope_variation));
      BOOST_TEST(signal.confidence >= 0);
      BOOST_TEST(signal.confidence <= 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(nothing_but_the_list_of_references_is_allocated) {
  for (const auto kind : synth::snapshot_kinds()) {
    const auto snapshot = synth::make_snapshot(kind, {10, true, 6});
    classifier();
    const std::size_t before = allocations();
    const Signal signal = classify(snapshot);
    BOOST_TEST(allocations() - before <= (std::holds_alternative<Ofdm>(signal.modulation) ? 1U : 0U), kind);
  }
}

BOOST_AUTO_TEST_CASE(the_same_samples_give_the_same_answer) {
  const auto first = synth::make_snapshot("ocusync_control", {6, true, 4});
  const auto other = synth::make_snapshot("lora_812", {6, true, 4});
  const Signal once = classify(first);
  classify(other);
  const Signal again = classify(first);
  BOOST_TEST(once.carrier_hz == again.carrier_hz);
  BOOST_TEST(bench::shown_as(once) == bench::shown_as(again));
}

BOOST_AUTO_TEST_SUITE_END()
