#include "decoders/wifi/ofdm_receiver.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "ppdu_air.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/wifi_dsss.hpp"
#include "tests/support/wifi_ht.hpp"
#include "tests/support/wifi_ofdm.hpp"
#include "tests/support/wifi_vht_he.hpp"

using namespace windhover;
using namespace windhover::tests;
using namespace windhover::decoders::wifi;
using decoders::RejectReason;

namespace {

Kept heard(std::span<const dsp::cf32> iq, bool read_all = true, std::size_t block = 1500) {
  KeepingSink sink(read_all);
  OfdmReceiver receiver({});
  receive(receiver, iq, sink, block);
  return sink;
}

std::vector<dsp::cf32> read_ci16(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<dsp::cf32> iq;
  for (std::array<std::int16_t, 2> raw; in.read(reinterpret_cast<char*>(raw.data()), sizeof raw);)
    iq.emplace_back(raw[0] / 32768.0F, raw[1] / 32768.0F);
  return iq;
}

/// Every frame that the truth calls good, where it says, with its octets; but for the one at `cut`, of whose
/// short training the recording has no more than the end.
void check_recording(const std::string& name, double cut = -1) {
  const auto data = synth::shared_path("captures/" + name + ".sigmf-data");
  const auto truth_file = synth::shared_path("captures/" + name + ".truth.json");
  if (!data || !truth_file) return;
  std::ifstream in(*truth_file);
  const auto truth = nlohmann::json::parse(in);
  const Kept sink = heard(read_ci16(*data));
  std::size_t good = 0;
  for (const auto& frame : truth.at("frames")) {
    if (!frame.at("fcs_ok").get<bool>() || frame.at("start_sample") == cut) continue;
    BOOST_TEST_CONTEXT(name << " at " << frame.at("start_sample")) {
      const auto psdu = synth::from_hex(frame.at("psdu_hex").get<std::string>());
      const auto start = frame.at("start_sample").get<double>();
      const bool found = std::ranges::any_of(sink.heard, [&](const HeardPpdu& h) {
        return std::ranges::equal(h.octets, psdu) && std::abs(h.ppdu.rf.first_sample - start) < 12 &&
               std::abs(static_cast<double>(h.ppdu.rf.cfo_hz) - frame.at("cfo_hz").get<double>()) < 1500;
      });
      BOOST_TEST(found);
      good += found;
    }
  }
  BOOST_TEST(good + (cut >= 0) == truth.at("frames_fcs_ok").get<std::size_t>());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wifi_ofdm_receiver)

BOOST_AUTO_TEST_CASE(every_frame_of_the_real_recordings) {
  for (const char* name : {"wifi_ofdm_a_6mbps_cable", "wifi_ofdm_a_12mbps_cable", "wifi_ofdm_a_36mbps_cable",
                           "wifi_ofdm_n_6p5mbps_cable", "wifi_ofdm_n_13mbps_cable",
                           "wifi_ofdm_n_39mbps_cable", "wifi_ofdm_n_65mbps_cable", "wifi_ofdm_n_65mbps_air"})
    check_recording(name);
  check_recording("wifi_ofdm_n_6p5mbps_air", 4193);
}

BOOST_AUTO_TEST_CASE(all_legacy_rates_through_offsets_and_multipath) {
  const std::array<synth::Tap, 3> taps{{{{0.85, 0}, 0}, {{-0.2, 0.35}, 120}, {{0.1, -0.25}, 350}}};
  for (const int mbps : {6, 9, 12, 18, 24, 36, 48, 54})
    for (const double sign : {-1.0, 1.0}) BOOST_TEST_CONTEXT(mbps << " Mb/s") {
        ChannelAir air(4e-3, static_cast<std::uint64_t>(mbps));
        const auto psdu = random_psdu(700, air.random);
        synth::Waveform wave = synth::modulate_wifi_ofdm(psdu, mbps, {.scrambler_seed = 77});
        wave.samples = synth::apply_multipath(wave.samples, wave.rate, taps);
        air.add(wave, {.snr_db = 28, .cfo_hz = sign * 140e3, .clock_ppm = -sign * 40});
        const Kept sink = heard(air.iq);
        const HeardPpdu* found = sink.find(psdu);
        BOOST_REQUIRE(found != nullptr);
        BOOST_TEST(sink.heard.size() == 1U);
        BOOST_CHECK(found->ppdu.phy == Phy::ofdm);
        BOOST_TEST(found->ppdu.octets_exact);
        BOOST_TEST(found->ppdu.rate_mbps == static_cast<float>(mbps));
        BOOST_TEST(found->ppdu.rf.length_samples == synth::wifi_ofdm_duration_s(700, mbps) * 20e6,
                   boost::test_tools::tolerance(1e-9));
        BOOST_TEST(std::abs(found->ppdu.rf.cfo_hz - sign * 140e3) < 300);
        BOOST_TEST(std::abs(found->ppdu.rf.first_sample - 2001) < 4);
        BOOST_TEST(std::abs(found->ppdu.rf.snr_db - 28) < 2.5);
      }
}

BOOST_AUTO_TEST_CASE(all_ht_rates_with_both_guards) {
  for (int mcs = 0; mcs < 8; ++mcs)
    for (const bool is_short : {false, true}) BOOST_TEST_CONTEXT("MCS " << mcs << " short " << is_short) {
        ChannelAir air(3e-3, static_cast<std::uint64_t>(mcs));
        const auto psdu = random_psdu(500, air.random);
        air.add(synth::modulate_wifi_ht(psdu, {.mcs = mcs, .short_guard_interval = is_short}),
                {.snr_db = 30, .cfo_hz = -70e3, .clock_ppm = 25});
        const Kept sink = heard(air.iq);
        const HeardPpdu* found = sink.find(psdu);
        BOOST_REQUIRE(found != nullptr);
        BOOST_CHECK(found->ppdu.phy == Phy::ht_mixed);
        constexpr float kMbps[] = {6.5F, 13, 19.5F, 26, 39, 52, 58.5F, 65};
        BOOST_TEST(found->ppdu.rate_mbps == kMbps[mcs] * (is_short ? 10.0F / 9 : 1),
                   boost::test_tools::tolerance(1e-5F));
      }
}

BOOST_AUTO_TEST_CASE(what_is_only_measured_counts_with_its_duration_and_octets) {
  struct Case {
    const char* name;
    synth::Waveform wave;
    Phy phy;
    double duration_s;
    std::uint32_t octets;
    bool exact;
    std::uint8_t width_mhz;
  };
  synth::Random random(4);
  const auto psdu = random_psdu(900, random);
  const synth::VhtOptions vht{.mcs = 3};
  const std::array cases{
      Case{"VHT", synth::modulate_wifi_vht(900, vht), Phy::vht, synth::wifi_vht_duration_s(900, vht), 900,
           false, 20},
      Case{"HE", synth::modulate_wifi_he(30), Phy::he, synth::wifi_he_duration_s(30), 0, false, 20}};
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.name) {
      ChannelAir air(3e-3);
      air.add(c.wave, {.snr_db = 25, .cfo_hz = 30e3});
      const Kept sink = heard(air.iq);
      BOOST_REQUIRE(sink.heard.size() == 1U);
      const Ppdu& ppdu = sink.heard[0].ppdu;
      BOOST_CHECK(ppdu.phy == c.phy);
      BOOST_TEST(sink.heard[0].octets.empty());
      BOOST_TEST(ppdu.octets_exact == c.exact);
      BOOST_TEST(int{ppdu.width_mhz} == int{c.width_mhz});
      // L-SIG tells the duration in steps of 4 µs.
      BOOST_TEST(std::abs(ppdu.rf.length_samples / 20e6 - c.duration_s) < 4.1e-6);
      BOOST_TEST((ppdu.psdu_octets >= c.octets && ppdu.psdu_octets <= c.octets + 80));
    }
}

BOOST_AUTO_TEST_CASE(half_and_quarter_clocked) {
  for (const unsigned divisor : {2U, 4U}) {
    const double clock = 1.0 / divisor;
    const dsp::Hertz rate = clock * kChannelRate;
    synth::Random random(divisor);
    std::vector<dsp::cf32> iq(60'000);
    random.add_noise(iq, 1);
    const auto psdu = random_psdu(300, random);
    synth::add_burst(iq, rate, synth::modulate_wifi_ofdm(psdu, 12, {.clock = clock}), {100e-6, {20e3}, 300});
    KeepingSink sink;
    OfdmReceiver receiver({}, divisor);
    receive(receiver, iq, sink);
    const HeardPpdu* found = sink.find(psdu);
    BOOST_REQUIRE(found != nullptr);
    BOOST_TEST(found->ppdu.rate_mbps == 12.0F / static_cast<float>(divisor));
    BOOST_TEST(int{found->ppdu.width_mhz} == int(20 / divisor));
    BOOST_TEST(std::abs(found->ppdu.rf.cfo_hz - 20e3) < 300);
  }
}

BOOST_AUTO_TEST_CASE(the_cut_into_blocks_changes_nothing) {
  ChannelAir air(12e-3, 9);
  double at = 50e-6;
  for (int i = 0; i < 12; ++i) {
    const auto psdu = random_psdu(60 + 40U * static_cast<unsigned>(i), air.random);
    const int mbps = std::array{6, 24, 54, 12}[static_cast<std::size_t>(i) % 4];
    air.add(synth::modulate_wifi_ofdm(psdu, mbps), {.start_s = at, .snr_db = 22, .cfo_hz = 1e4 * i});
    at += synth::wifi_ofdm_duration_s(psdu.size(), mbps) + 20e-6 + 13e-6 * i;
  }
  const Kept whole = heard(air.iq, true, 4000);
  BOOST_TEST(whole.heard.size() == 12U);
  for (const std::size_t block : {1U, 77U, 1500U, 100'000U}) {
    const Kept cut = heard(air.iq, true, block);
    BOOST_REQUIRE(cut.heard.size() == whole.heard.size());
    BOOST_TEST(cut.rejects.size() == whole.rejects.size());
    for (std::size_t i = 0; i < cut.heard.size(); ++i) {
      BOOST_TEST((cut.heard[i].octets == whole.heard[i].octets));
      BOOST_TEST(cut.heard[i].ppdu.rf.first_sample == whole.heard[i].ppdu.rf.first_sample);
    }
  }
}

BOOST_AUTO_TEST_CASE(heads_are_enough_where_nobody_wants_more) {
  ChannelAir air(6e-3, 10);
  const auto longer = random_psdu(900, air.random), shorter = random_psdu(14, air.random);
  air.add(synth::modulate_wifi_ofdm(longer, 6), {.start_s = 100e-6});
  const double next = 100e-6 + synth::wifi_ofdm_duration_s(900, 6) + 10e-6;
  air.add(synth::modulate_wifi_ofdm(shorter, 6), {.start_s = next});
  const Kept sink = heard(air.iq, false);
  BOOST_REQUIRE(sink.heard.size() == 2U);
  BOOST_TEST((sink.heard[0].octets == std::vector(longer.begin(), longer.begin() + kHeadOctets)));
  BOOST_TEST(sink.heard[0].ppdu.psdu_octets == 900U);
  BOOST_TEST((sink.heard[1].octets == shorter));
  BOOST_TEST(sink.heads.size() == 2U);
}

BOOST_AUTO_TEST_CASE(frames_of_neighbouring_channels_are_not_taken) {
  for (const double offset : {5e6, -5e6, 10e6}) {
    ChannelAir air(4e-3, 11);
    const auto psdu = random_psdu(200, air.random);
    for (int i = 0; i < 8; ++i)
      air.add(synth::modulate_wifi_ofdm(psdu, 6),
              {.start_s = 100e-6 + 400e-6 * i, .snr_db = 35, .cfo_hz = offset});
    BOOST_TEST(heard(air.iq).heard.empty());
  }
}

BOOST_AUTO_TEST_CASE(noise_and_dsss_give_nothing) {
  ChannelAir air(0.3, 12);
  const auto psdu = random_psdu(400, air.random);
  air.add(synth::modulate_wifi_dsss(psdu, synth::DsssRate::mbps_1), {.start_s = 0.05, .snr_db = 20});
  air.add(synth::modulate_wifi_dsss(psdu, synth::DsssRate::mbps_11), {.start_s = 0.06, .snr_db = 20});
  const Kept sink = heard(air.iq);
  BOOST_TEST(sink.heard.size() == 0U);
  BOOST_TEST(sink.rejects.size() <= 1U);
}

BOOST_AUTO_TEST_CASE(what_breaks_off_is_told_as_far_as_it_came) {
  ChannelAir air(3e-3, 13);
  const auto psdu = random_psdu(600, air.random);
  air.add(synth::modulate_wifi_ofdm(psdu, 6), {});
  const std::span<const dsp::cf32> all(air.iq);
  const Kept sink = heard(all.first(12'000));
  BOOST_REQUIRE(sink.heard.size() == 1U);
  BOOST_TEST(sink.heard[0].octets.size() > 200U);
  BOOST_TEST(sink.heard[0].octets.size() < 600U);
  BOOST_TEST(std::ranges::equal(sink.heard[0].octets, std::span(psdu).first(sink.heard[0].octets.size())));

  // A transmitter that stops: its header promised more than came.
  ChannelAir cut(4e-3, 14);
  synth::Waveform wave = synth::modulate_wifi_ofdm(psdu, 6);
  wave.samples.resize(wave.samples.size() / 2);
  cut.add(wave, {});
  const auto after = random_psdu(50, cut.random);
  cut.add(synth::modulate_wifi_ofdm(after, 6), {.start_s = 700e-6});
  const Kept next = heard(cut.iq);
  BOOST_TEST((next.find(after) != nullptr));
  BOOST_TEST(std::ranges::count(next.rejects, RejectReason::truncated) == 1);
}

BOOST_AUTO_TEST_CASE(a_gap_ends_a_frame_and_the_next_is_heard) {
  ChannelAir air(6e-3, 15);
  const auto lost = random_psdu(600, air.random), kept = random_psdu(100, air.random);
  air.add(synth::modulate_wifi_ofdm(lost, 6), {});
  air.add(synth::modulate_wifi_ofdm(kept, 6), {.start_s = 2e-3});
  KeepingSink sink;
  OfdmReceiver receiver({});
  const std::span<const dsp::cf32> iq(air.iq);
  receiver.process({iq.first(8000), {0}, true}, sink);
  receiver.process({iq.subspan(9000), {9000}, true}, sink);
  receiver.process({{}, {std::ssize(iq)}, true}, sink);
  BOOST_TEST((sink.find(lost) == nullptr));
  BOOST_REQUIRE((sink.find(kept) != nullptr));
  BOOST_TEST(std::abs(sink.find(kept)->ppdu.rf.first_sample - 40'001) < 4);
}

BOOST_AUTO_TEST_CASE(headers_that_lie_are_refused) {
  const auto bits = [](std::string_view text) {
    std::vector<std::uint8_t> out;
    for (const char c : text) out.push_back(c == '1');
    return out;
  };
  // Sheet's vectors: 36 Mb/s and 100 octets, 6 Mb/s and 352.
  const auto annex = parse_signal(bits("101100010011000000000000"));
  BOOST_REQUIRE(annex);
  BOOST_TEST(annex->rate->mbps == 36);
  BOOST_TEST(annex->length == 100U);
  const auto beacon = parse_signal(bits("110100000011010000000000"));
  BOOST_REQUIRE(beacon);
  BOOST_TEST((beacon->is_6mbps && beacon->length == 352U));
  BOOST_TEST(!parse_signal(bits("101100010011000010000000")));  // parity
  BOOST_TEST(!parse_signal(bits("101110010011000010000000")));  // reserved bit
  BOOST_TEST(!parse_signal(bits("101100010011000000000100")));  // tail
  BOOST_TEST(!parse_signal(bits("110100000000000001000000")));  // no length
  BOOST_TEST(!parse_signal(bits("000000010011000001000000")));  // no such rate
  BOOST_TEST(!parse_signal(bits("1011000100110000000000")));    // too short
  auto ht = bits("111100010010011000000000111000000010101000000000");
  BOOST_TEST(parse_ht_signal(ht).has_value());
  for (std::size_t i = 0; i < 42; ++i) {
    ht[i] ^= 1;
    BOOST_TEST(!parse_ht_signal(ht));
    ht[i] ^= 1;
  }
}

BOOST_AUTO_TEST_SUITE_END()
