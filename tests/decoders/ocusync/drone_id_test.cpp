// The DroneID receiver as the sensor runs it: windows of one channel in, frames and counted rejects out.

#include "decoders/ocusync/drone_id.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "allocation_counter.hpp"
#include "droneid_window.hpp"

namespace {

using namespace windhover;
using decoders::DecoderOutput;
using decoders::RejectReason;
using synth::DroneIdVariant;
using synth::Random;
using Iq = std::vector<dsp::cf32>;
constexpr dsp::Hertz kRate = tests::kDroneIdChannelRate;
constexpr double kCentreHz = 2444e6;

std::unique_ptr<decoders::Decoder> make_decoder() {
  decoders::ChannelSpec spec;
  spec.centre = {kCentreHz};
  spec.rate = kRate;
  return decoders::ocusync::make_drone_id(spec);
}

void finish(decoders::Decoder& decoder, std::int64_t end, DecoderOutput& out) {
  decoder.process({{}, {end}, true}, out);
}

DecoderOutput decode(const Iq& iq, std::int64_t first = 0) {
  const auto decoder = make_decoder();
  DecoderOutput out;
  decoder->process({iq, {first}, true}, out);
  finish(*decoder, first + static_cast<std::int64_t>(iq.size()), out);
  return out;
}

struct Sent {
  std::uint16_t sequence = 1;
  double start_sample = 2500;
  double carrier_hz = 0;  ///< from the channel's centre
  double power = 1;
  DroneIdVariant variant = DroneIdVariant::nine_symbols;
};

void add(Iq& iq, const Sent& sent, const synth::DroneIdOptions& options = {}) {
  const auto block = synth::transport_block(tests::droneid_test_packet(sent.sequence));
  synth::Placement placement;
  placement.start_s = sent.start_sample / kRate.value;
  placement.offset = {sent.carrier_hz};
  placement.power = sent.power;
  synth::add_burst(iq, kRate, synth::modulate_droneid(block, sent.variant, options), placement);
}

/// Noise so strong that a burst of power 1 has this Es/N0.
void add_noise(Iq& iq, double snr_db, Random& random) {
  random.add_noise(iq, synth::noise_power(snr_db, 1, {9e6}, kRate));
}

std::vector<std::uint16_t> sequences(const DecoderOutput& out) {
  std::vector<std::uint16_t> found;
  for (const auto& frame : out.frames) {
    const auto& id = std::get<decoders::messages::DjiDroneId>(frame.message);
    found.push_back(std::get<decoders::messages::DjiTelemetry>(id.body).sequence);
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool equal(const DecoderOutput& a, const DecoderOutput& b) {
  const auto same_rf = [](const decoders::RfFacts& x, const decoders::RfFacts& y) {
    return x.centre == y.centre && x.first_sample == y.first_sample && x.length_samples == y.length_samples &&
           x.snr_db == y.snr_db && x.rssi_dbfs == y.rssi_dbfs && x.cfo_hz == y.cfo_hz;
  };
  return std::equal(a.frames.begin(), a.frames.end(), b.frames.begin(), b.frames.end(),
                    [&](auto& x, auto& y) { return x.payload == y.payload && same_rf(x.rf, y.rf); }) &&
         std::equal(a.rejects.begin(), a.rejects.end(), b.rejects.begin(), b.rejects.end(),
                    [&](auto& x, auto& y) { return x.reason == y.reason && same_rf(x.rf, y.rf); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(droneid_receiver)

BOOST_AUTO_TEST_CASE(loses_fewer_than_two_in_a_hundred_at_minus_3_db) {
  const auto point = tests::measure_droneid({}, -3.0, 100);
  BOOST_TEST(point.lost <= 3U);
  BOOST_TEST(point.wrong == 0U);
}

BOOST_AUTO_TEST_CASE(decodes_eight_symbol_bursts_half_a_db_later_at_most) {
  const auto point = tests::measure_droneid({DroneIdVariant::eight_symbols, false}, -2.75, 60);
  BOOST_TEST(point.lost <= 2U);
  BOOST_TEST(point.wrong == 0U);
}

BOOST_AUTO_TEST_CASE(loses_little_to_echoes_and_a_wrong_sample_clock) {
  const auto point = tests::measure_droneid({DroneIdVariant::nine_symbols, true}, -1.8, 60);
  BOOST_TEST(point.lost <= 4U);
  BOOST_TEST(point.wrong == 0U);
}

BOOST_AUTO_TEST_CASE(measures_carrier_start_level_and_snr) {
  Random random(5);
  for (const auto variant : {DroneIdVariant::nine_symbols, DroneIdVariant::eight_symbols}) {
    for (const double carrier_hz : {-1.04e6, -417250.0, 0.0, 7499.0, 515e3, 1.04e6}) {
      Iq iq(18000);
      add(iq, {.start_sample = 2345.625, .carrier_hz = carrier_hz, .power = 0.01, .variant = variant});
      random.add_noise(iq, synth::noise_power(20, 0.01, {9e6}, kRate));
      const auto out = decode(iq, 1000000);
      BOOST_TEST_REQUIRE(out.frames.size() == 1U);
      const auto& rf = out.frames[0].rf;
      BOOST_TEST(std::abs(rf.centre.value + static_cast<double>(rf.cfo_hz) - kCentreHz - carrier_hz) < 15);
      BOOST_TEST(std::abs(rf.first_sample - 1002345.625) < 0.1);
      BOOST_TEST(rf.length_samples == (variant == DroneIdVariant::nine_symbols ? 9880.0 : 8784.0),
                 boost::test_tools::tolerance(1e-6));
      BOOST_TEST(std::abs(rf.snr_db - 20) < 0.5);
      BOOST_TEST(std::abs(rf.rssi_dbfs + 20) < 0.3);
      BOOST_TEST(out.rejects.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(names_the_carrier_after_the_nearest_known_one) {
  using decoders::ocusync::nearest_dji_carrier;
  BOOST_TEST(nearest_dji_carrier({2459.507e6}).value == 2459.5e6);
  BOOST_TEST(nearest_dji_carrier({2445.0298e6}).value == 2445.0e6);
  BOOST_TEST(nearest_dji_carrier({5816.42e6}).value == 5816.5e6);
  BOOST_TEST(nearest_dji_carrier({915.0442e6}).value == 915.0e6);
}

BOOST_AUTO_TEST_CASE(leaves_carriers_beyond_its_share_to_the_neighbouring_channel) {
  Random random(6);
  for (const double carrier_hz : {-3.1e6, -2.01e6, -1.2e6, 1.12e6, 2.01e6, 4.0e6, 6.0e6}) {
    Iq iq(18000);
    add(iq, {.carrier_hz = carrier_hz});
    add_noise(iq, 25, random);
    const auto out = decode(iq);
    BOOST_TEST(out.frames.empty());
    BOOST_TEST(out.rejects.empty(), "carrier " << carrier_hz);
  }
}

BOOST_AUTO_TEST_CASE(every_burst_on_any_carrier_belongs_to_a_channel) {
  const auto channels = decoders::ocusync::drone_id_channels({{2400e6}, {2460e6}});
  for (double carrier = 2404.1e6; carrier <= 2455.9e6; carrier += 10e3)
    BOOST_TEST_REQUIRE(std::any_of(channels.begin(), channels.end(), [&](const auto& spec) {
      return std::abs(spec.centre.value - carrier) <= 1.0e6;
    }));
  for (const auto& spec : channels) BOOST_TEST(std::fmod(spec.centre.value, 2e6) == 0);
  BOOST_TEST(std::abs(channels.front().centre.value - 2414.5e6) <= 0.5e6);
  BOOST_TEST(decoders::ocusync::drone_id_channels({{2400e6}, {2404e6}}).empty());
}

BOOST_AUTO_TEST_CASE(any_split_of_the_input_gives_the_same_frames) {
  Random random(7);
  Iq iq(60000);
  add(iq, {.sequence = 1, .start_sample = 700.25, .carrier_hz = 3e5});
  add(iq, {.sequence = 2, .start_sample = 20000.5, .carrier_hz = -9e5});
  add(iq, {.sequence = 3, .start_sample = 52500, .carrier_hz = 1e5});
  add_noise(iq, 2, random);
  const auto whole = decode(iq, 4711);
  BOOST_TEST((sequences(whole) == std::vector<std::uint16_t>{1, 2, 3}));
  for (const std::size_t piece : {1UL, 7UL, 64UL, 1152UL, 5000UL, 0UL}) {
    const auto decoder = make_decoder();
    DecoderOutput out;
    for (std::size_t at = 0; at < iq.size();) {
      const std::size_t want = piece != 0 ? piece : 1 + random.next() % 9000;
      const std::size_t n = std::min(want, iq.size() - at);
      decoder->process({std::span(iq).subspan(at, n), {4711 + static_cast<std::int64_t>(at)}, at == 0}, out);
      at += n;
    }
    finish(*decoder, 4711 + static_cast<std::int64_t>(iq.size()), out);
    BOOST_TEST(equal(out, whole), "pieces of " << piece);
  }
}

BOOST_AUTO_TEST_CASE(a_gap_in_a_burst_never_gives_a_wrong_frame) {
  Random random(8);
  Iq iq(18000);
  add(iq, {});
  add_noise(iq, 15, random);
  unsigned right = 0;
  for (std::size_t cut = 2600; cut < 12600; cut += 500) {
    const auto decoder = make_decoder();
    DecoderOutput out;
    const std::size_t lost = 1 + random.next() % 2000;
    decoder->process({std::span(iq).first(cut), {0}, true}, out);
    decoder->process({std::span(iq).subspan(cut + lost), {static_cast<std::int64_t>(cut + lost)}, true}, out);
    finish(*decoder, 18000, out);
    for (const auto& frame : out.frames) BOOST_TEST((frame.payload == tests::droneid_test_packet(1)));
    right += !out.frames.empty();
  }
  BOOST_TEST(right >= 8U);  // a cut after symbol 5 leaves enough
}

BOOST_AUTO_TEST_CASE(decodes_what_the_edges_of_a_window_leave_of_a_burst) {
  Random random(9);
  Iq iq(18000);
  add(iq, {.start_sample = 3000});
  add_noise(iq, 12, random);
  const auto piece = [&](std::size_t from, std::size_t to) {
    const auto decoder = make_decoder();
    DecoderOutput out;
    decoder->process({std::span(iq).subspan(from, to - from), {static_cast<std::int64_t>(from)}, true}, out);
    finish(*decoder, static_cast<std::int64_t>(to), out);
    return out;
  };
  constexpr std::size_t kSymbol0 = 3080, kSymbol6 = 3080 + 6 * 1096, kZc600 = 3000 + 3368,
                        kZc147 = kZc600 + 2192;
  BOOST_TEST(piece(kSymbol0 + 500, 18000).frames.size() == 1U);  // symbol 0 lost
  BOOST_TEST(piece(0, kSymbol6 + 500).frames.size() == 1U);      // symbols 6, 7, 8 lost
  BOOST_TEST(piece(kZc600 - 100, 18000).frames.size() == 1U);    // symbols 0, 1, 2 lost
  const auto cut = piece(0, kZc147 + 500);
  BOOST_TEST(cut.frames.empty());
  BOOST_TEST_REQUIRE(cut.rejects.size() == 1U);
  BOOST_TEST((cut.rejects[0].reason == RejectReason::truncated));
}

BOOST_AUTO_TEST_CASE(counts_a_burst_that_is_too_weak_by_its_crc) {
  Random random(10);
  Iq iq(18000);
  add(iq, {.carrier_hz = 2e5});
  add_noise(iq, -5.5, random);
  const auto out = decode(iq);
  BOOST_TEST(out.frames.empty());
  BOOST_TEST_REQUIRE(out.rejects.size() == 1U);
  BOOST_TEST((out.rejects[0].reason == RejectReason::crc24));
  BOOST_TEST(std::abs(out.rejects[0].rf.snr_db + 5.5) < 1.0);
  BOOST_TEST(std::abs(out.rejects[0].rf.centre.value + static_cast<double>(out.rejects[0].rf.cfo_hz) -
                      kCentreHz - 2e5) < 200);
}

BOOST_AUTO_TEST_CASE(two_bursts_that_overlap_in_time_and_band_both_come_out_if_one_leaves_room) {
  Random random(11);
  Iq iq(40000);
  add(iq, {.sequence = 1, .start_sample = 3000, .carrier_hz = 0});
  add(iq, {.sequence = 2, .start_sample = 11000, .carrier_hz = 9e5, .power = 2});
  add_noise(iq, 15, random);
  BOOST_TEST((sequences(decode(iq)) == std::vector<std::uint16_t>{1, 2}));
}

BOOST_AUTO_TEST_CASE(a_burst_with_a_repeated_symbol_is_not_claimed) {
  Random random(12);
  Iq iq(18000);
  add(iq, {}, {.first_zc_root = 600, .second_zc_root = 185});
  add_noise(iq, 10, random);
  const auto out = decode(iq);
  BOOST_TEST(out.frames.empty());
  BOOST_TEST(out.rejects.size() == 1U);
}

BOOST_AUTO_TEST_CASE(interference_costs_what_it_covers_and_not_more) {
  Random random(13);
  const auto decodes = [&](auto&& disturb) {
    unsigned found = 0;
    for (unsigned i = 0; i < 10; ++i) {
      Iq iq(18000);
      add(iq, {.start_sample = 2500 + 0.1 * i, .carrier_hz = -9e5 + 2e5 * i});
      add_noise(iq, 0, random);
      disturb(iq);
      found += decode(iq).frames.size() == 1;
    }
    return found;
  };
  const auto tone = [](Iq& iq, double hz, double power) {
    Iq copy(iq.size(), dsp::cf32(static_cast<float>(std::sqrt(power))));
    synth::apply_frequency_offset(copy, {hz}, kRate);
    for (std::size_t n = 0; n < iq.size(); ++n) iq[n] += copy[n];
  };
  BOOST_TEST(decodes([&](Iq& iq) { tone(iq, 0, 100); }) >= 9U);       // DC offset 20 dB above the burst
  BOOST_TEST(decodes([&](Iq& iq) { tone(iq, 1.7e6, 1000); }) >= 9U);  // a spur
  BOOST_TEST(decodes([&](Iq& iq) {                                    // a wide packet over one data symbol
               random.add_noise(std::span(iq).subspan(10500, 900), 200);
             }) >= 9U);
  BOOST_TEST(decodes([&](Iq& iq) { synth::clip(iq, 0.5F); }) >= 9U);
  BOOST_TEST(decodes([&](Iq& iq) { synth::apply_iq_imbalance(iq, 1, 5); }) >= 9U);
  BOOST_TEST(decodes([&](Iq& iq) { synth::apply_gain(iq, 1e-4); }) >= 9U);
}

BOOST_AUTO_TEST_CASE(noise_gives_no_frame_no_reject_and_allocates_nothing) {
#ifdef NDEBUG
  constexpr int kBlocks = 133333;  // ten seconds
#else
  constexpr int kBlocks = 4000;
#endif
  constexpr std::size_t kBlock = 1152;
  Random random(14);
  Iq noise(kBlock * 800);
  random.add_noise(noise, 1);
  const auto decoder = make_decoder();
  DecoderOutput out;
  std::int64_t at = 0;
  const auto feed = [&](int block) {
    const auto from = (static_cast<std::size_t>(block) * 947 * kBlock) % (noise.size() - kBlock);
    decoder->process({std::span(noise).subspan(from, kBlock), {at}, block == 0}, out);
    at += static_cast<std::int64_t>(kBlock);
  };
  feed(0);
  const auto before = tests::allocations();
  for (int block = 1; block < kBlocks; ++block) feed(block);
  finish(*decoder, at, out);
  BOOST_TEST(tests::allocations() == before);
  BOOST_TEST(out.frames.empty());
  BOOST_TEST(out.rejects.empty());
}

BOOST_AUTO_TEST_CASE(a_burst_allocates_for_its_frame_alone) {
  Random random(15);
  Iq iq(18000);
  add(iq, {.carrier_hz = 8e5});
  add_noise(iq, -5.5, random);
  const auto decoder = make_decoder();
  DecoderOutput out;
  out.rejects.reserve(4);
  decoder->process({{}, {0}, true}, out);
  const auto before = tests::allocations();
  decoder->process({iq, {0}, true}, out);
  finish(*decoder, 18000, out);
  BOOST_TEST(tests::allocations() == before);
  BOOST_TEST(out.rejects.size() == 1U);  // so the whole way was gone, up to the turbo decoder
}

BOOST_AUTO_TEST_SUITE_END()
