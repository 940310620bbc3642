// Signals of real transmitters, recorded by others. None but DJI's may show a link of DJI's.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "snapshot_classifier.hpp"
#include "tests/bench/signal_truth.hpp"
#include "tests/decoders/ocusync/band_recording.hpp"
#include "tests/support/resampler.hpp"
#include "tests/support/shared_data.hpp"

namespace {

using namespace windhover;
using namespace windhover::tests;
using namespace windhover::decoders::links;
using Iq = std::vector<dsp::cf32>;

template <typename Component>
Iq read_components(const std::filesystem::path& path, float middle, float scale) {
  std::ifstream in(path, std::ios::binary);
  std::vector<Component> raw(std::filesystem::file_size(path) / sizeof(Component));
  in.read(reinterpret_cast<char*>(raw.data()), static_cast<std::streamsize>(raw.size() * sizeof(Component)));
  Iq iq(raw.size() / 2);
  for (std::size_t n = 0; n < iq.size(); ++n)
    iq[n] = {(static_cast<float>(raw[2 * n]) - middle) * scale,
             (static_cast<float>(raw[2 * n + 1]) - middle) * scale};
  return iq;
}

std::optional<Iq> recording(const std::string& name) {
  const auto path = synth::shared_path("captures/" + name + ".sigmf-data");
  if (!path) return std::nullopt;
  if (name.starts_with("lte") || name.starts_with("adsb"))
    return read_components<std::uint8_t>(*path, 127.5F, 1 / 128.0F);
  if (name.starts_with("wifi")) return read_components<std::int16_t>(*path, 0, 1 / 32768.0F);
  return read_cf32(*path);
}

nlohmann::json truth_of(const std::string& name) {
  const auto path = synth::shared_path("captures/" + name + ".truth.json");
  std::ifstream in(*path);
  return nlohmann::json::parse(in);
}

/// At a rate of the ladder, nothing beyond its band folded in.
Iq at_rate(const Iq& in, double from_hz, double to_hz) {
  const double ratio = from_hz / to_hz;
  std::size_t lead = 0;
  Iq filtered = in;
  if (ratio > 1) {
    auto out = synth::band_pass(in, -0.46 / ratio, 0.46 / ratio, 0.06 / ratio);
    filtered = std::move(out.samples);
    lead = out.lead;
  }
  Iq out(static_cast<std::size_t>(static_cast<double>(in.size()) / ratio));
  synth::Interpolator::with(ratio > 1 ? 0.3 : 0.42)
      .interpolate(filtered, static_cast<double>(lead), ratio, out);
  return out;
}

Signal classify_piece(const Iq& iq, double rate_hz, double width_hz, std::size_t begin, std::size_t end,
                      bool continuous = false) {
  const std::size_t margin = continuous ? 0 : static_cast<std::size_t>(100e-6 * rate_hz);
  const std::size_t first = begin - std::min(begin, margin), last = std::min(iq.size(), end + margin);
  return classifier().classify({std::span(iq).subspan(first, last - first),
                                {rate_hz},
                                {-width_hz / 2},
                                {width_hz / 2},
                                begin - first,
                                std::min(end, last) - first,
                                continuous,
                                continuous});
}

bool shows_link(const Signal& signal) {
  const auto* ofdm = std::get_if<Ofdm>(&signal.modulation);
  return ofdm != nullptr && !ofdm->zadoff_chu.empty();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(link_recordings)

BOOST_AUTO_TEST_CASE(a_real_cell_is_one) {
  const auto iq = recording("lte_tdd_1890mhz");
  if (!iq) return;
  // TD-LTE pauses for its uplink, so not every piece holds enough.
  constexpr std::size_t kPiece = 23'040;
  std::size_t cells = 0, pieces = 0;
  for (std::size_t first = 0; first + kPiece <= iq->size(); first += 2 * kPiece, ++pieces) {
    const Signal signal = classify_piece(*iq, 1.92e6, 1.08e6, first, first + kPiece, true);
    const auto* ofdm = std::get_if<Ofdm>(&signal.modulation);
    cells += ofdm != nullptr && ofdm->lte_primary;
    BOOST_TEST(!shows_link(signal), bench::shown_as(signal));
  }
  BOOST_TEST_MESSAGE("cells in " << cells << " of " << pieces << " pieces");
  BOOST_TEST(cells * 10 >= pieces * 9);
}

BOOST_AUTO_TEST_CASE(real_wifi_frames_are_wifi) {
  for (const std::string name :
       {"wifi_ofdm_a_12mbps_cable", "wifi_ofdm_a_36mbps_cable", "wifi_ofdm_a_6mbps_cable",
        "wifi_ofdm_n_13mbps_cable", "wifi_ofdm_n_65mbps_air", "wifi_ofdm_n_6p5mbps_air",
        "wifi_ofdm_n_6p5mbps_cable"}) {
    const auto recorded = recording(name);
    if (!recorded) return;
    const Iq iq = at_rate(*recorded, 20e6, 30.72e6);
    std::size_t right = 0, frames = 0;
    const auto truth = truth_of(name);
    for (const auto& frame : truth.at("frames")) {
      const double samples = frame.at("samples").get<double>();
      if (samples < 1000) continue;  // shorter than what is snapshotted
      const double start = frame.at("start_sample").get<double>();
      const Signal signal = classify_piece(iq, 30.72e6, 16.8e6, static_cast<std::size_t>(start * 1.536),
                                           static_cast<std::size_t>((start + samples) * 1.536));
      const auto* ofdm = std::get_if<Ofdm>(&signal.modulation);
      right += ofdm != nullptr && ofdm->spacing_hz == 312.5e3;
      if (ofdm == nullptr || ofdm->spacing_hz != 312.5e3)
        BOOST_TEST_MESSAGE(name << " " << start << ": " << bench::shown_as(signal) << " " << signal.snr_db
                                << " dB, envelope " << signal.envelope_variation);
      BOOST_TEST(!shows_link(signal), name << ": " << bench::shown_as(signal));
      ++frames;
    }
    BOOST_TEST_MESSAGE(name << ": " << right << " of " << frames);
    BOOST_TEST(right == frames, name << ": " << right << " of " << frames);
  }
}

BOOST_AUTO_TEST_CASE(a_real_802_15_4_frame_is_zigbee) {
  const auto recorded = recording("ieee802154_single");
  if (!recorded) return;
  const Iq iq = at_rate(*recorded, 10e6, 3.84e6);
  constexpr std::size_t kStart = 7054, kLength = 90 * 320;
  const Signal signal =
      classify_piece(iq, 3.84e6, 1.8e6, kStart * 384 / 1000, (kStart + kLength) * 384 / 1000);
  BOOST_TEST(std::holds_alternative<Zigbee>(signal.modulation), bench::shown_as(signal));
}

BOOST_AUTO_TEST_CASE(a_real_gfsk_packet_is_keyed) {
  const auto recorded = recording("nrf_gfsk_1m_single");
  if (!recorded) return;
  const Iq iq = at_rate(*recorded, 10e6, 1.92e6);
  float most = 0;
  for (const auto x : iq) most = std::max(most, std::norm(x));
  std::size_t begin = 0, end = iq.size();
  while (begin < end && std::norm(iq[begin]) < most / 10) ++begin;
  while (end > begin && std::norm(iq[end - 1]) < most / 10) --end;
  const Signal signal = classify_piece(iq, 1.92e6, 0.8e6, begin, end);
  BOOST_TEST_REQUIRE(std::holds_alternative<Fsk>(signal.modulation), bench::shown_as(signal));
  BOOST_TEST(std::abs(std::get<Fsk>(signal.modulation).symbol_rate_hz / 1e6 - 1) < 0.01);
  BOOST_TEST_MESSAGE("deviation " << std::get<Fsk>(signal.modulation).deviation_hz);
}

BOOST_AUTO_TEST_CASE(real_mode_s_replies_are_nothing) {
  const auto recorded = recording("adsb_1090mhz");
  if (!recorded) return;
  const Iq iq = at_rate(*recorded, 2e6, 1.92e6);
  const auto truth = truth_of("adsb_1090mhz");
  for (const auto& frame : truth.at("frames")) {
    const auto start = static_cast<std::size_t>(frame.at("start_sample").get<double>() * 0.96);
    const Signal signal = classify_piece(iq, 1.92e6, 1.2e6, start, std::min(iq.size(), start + 600));
    BOOST_TEST(std::holds_alternative<std::monostate>(signal.modulation), bench::shown_as(signal));
  }
}

BOOST_AUTO_TEST_CASE(a_real_mavic_shows_both_roots_of_droneid) {
  const auto recorded = recording("dji_droneid_mavic_air2_a");
  if (!recorded) return;
  const auto truth = truth_of("dji_droneid_mavic_air2_a");
  for (const auto& burst : truth.at("bursts")) {
    const double offset_hz = burst.at("center_offset_hz").get<double>();
    const double raster_hz = std::round(offset_hz / 500) * 500;
    const Iq iq = channel_of_50_msps(*recorded, raster_hz);
    const auto start = static_cast<std::size_t>(burst.at("start_sample").get<double>() * 0.3072);
    const auto length = static_cast<std::size_t>(burst.at("samples").get<double>() * 0.3072);
    const Signal signal = classify_piece(iq, 15.36e6, 9e6, start, start + length);
    const auto* ofdm = std::get_if<Ofdm>(&signal.modulation);
    BOOST_TEST_REQUIRE((ofdm != nullptr), bench::shown_as(signal));
    BOOST_TEST(ofdm->carriers == 600);
    BOOST_TEST_REQUIRE(ofdm->zadoff_chu.size() == 2U);
    BOOST_TEST(ofdm->zadoff_chu[0].root == 600);
    BOOST_TEST(ofdm->zadoff_chu[1].root == 147);
    BOOST_TEST(std::abs(signal.carrier_hz + raster_hz - offset_hz) < 200);
  }
}

BOOST_AUTO_TEST_SUITE_END()
