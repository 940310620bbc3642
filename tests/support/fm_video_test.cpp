#include "tests/support/fm_video.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <complex>
#include <nlohmann/json.hpp>
#include <numbers>

#include "tests/support/link_truth.hpp"
#include "tests/support/scene_fixture.hpp"
#include "tests/support/spectrum.hpp"

using namespace windhover::synth;
using nlohmann::json;
using windhover::dsp::cf32;
namespace tt = boost::test_tools;

namespace {

/// Volts, 0 for blanking.
std::vector<double> demodulated(const Waveform& wave, const FmVideoOptions& options) {
  std::vector<double> out;
  for (std::size_t n = 0; n + 1 < wave.samples.size(); ++n)
    out.push_back(std::arg(wave.samples[n + 1] * std::conj(wave.samples[n])) * kFmVideoRate_hz /
                      (2 * std::numbers::pi) / options.deviation_hz_per_v +
                  (options.standard.sync_v + options.standard.white_v) / 2);
  return out;
}

struct Pulse {
  double start_s, length_s;
};

/// Where the signal goes below half of the synchronisation's depth.
std::vector<Pulse> sync_pulses(std::span<const double> volts) {
  std::vector<Pulse> out;
  std::size_t fell = 0;
  for (std::size_t n = 1; n < volts.size(); ++n) {
    const bool is_low = volts[n] < -0.15, was_low = volts[n - 1] < -0.15;
    if (is_low && !was_low) fell = n;
    if (!is_low && was_low && fell > 0)
      out.push_back(
          {static_cast<double>(fell) / kFmVideoRate_hz, static_cast<double>(n - fell) / kFmVideoRate_hz});
  }
  return out;
}

double tone_power(std::span<const double> volts, double hertz) {
  std::complex<double> sum;
  for (std::size_t n = 0; n < volts.size(); ++n)
    sum +=
        volts[n] * std::polar(1.0, -2 * std::numbers::pi * hertz / kFmVideoRate_hz * static_cast<double>(n));
  return std::norm(sum / static_cast<double>(volts.size()));
}

json scene_of(double duration_s) {
  return {{"sample_rate", 40e6},
          {"center_frequency", 5800e6},
          {"datatype", "ci16_le"},
          {"duration_s", duration_s},
          {"emitters", json::array({{{"type", "fm_video"},
                                     {"carrier_hz", 5802e6},
                                     {"cfo_hz", 17e3},
                                     {"clock_ppm", 20},
                                     {"level_dbfs", -6}}})}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fm_video)

BOOST_AUTO_TEST_CASE(lines_and_fields_come_at_the_rates_of_the_standard) {
  for (const VideoStandard& standard : {kPal, kNtsc}) {
    const FmVideoOptions options{standard, 6e6, 0};
    FmVideo camera(options);
    std::vector<double> volts;
    for (std::size_t n = 0; n < 3; ++n) {
      const auto part = demodulated(camera.piece(n), options);
      volts.insert(volts.end(), part.begin(), part.end());
      volts.push_back(part.back());  // from the piece's last sample to the next piece
    }
    std::vector<double> line_starts, broad_starts;
    for (const auto& pulse : sync_pulses(volts)) {
      if (std::abs(pulse.length_s - 4.7e-6) < 0.3e-6) line_starts.push_back(pulse.start_s);
      if (std::abs(pulse.length_s - standard.broad_s) < 0.3e-6) broad_starts.push_back(pulse.start_s);
    }
    std::size_t regular = 0;
    for (std::size_t n = 1; n < line_starts.size(); ++n)
      regular += std::abs(line_starts[n] - line_starts[n - 1] - standard.line_s) < 0.1e-6;
    BOOST_TEST(regular > line_starts.size() - 8);
    BOOST_TEST(line_starts.size() > 0.9 * 60e-3 / standard.line_s);

    // Groups of broad pulses, one field apart: an odd number of half-lines.
    std::vector<double> fields;
    for (std::size_t n = 1; n < broad_starts.size(); ++n)
      if (broad_starts[n] - broad_starts[n - 1] > 1e-3) fields.push_back(broad_starts[n]);
    BOOST_REQUIRE(fields.size() >= 2U);
    BOOST_TEST(fields[1] - fields[0] == standard.half_lines * standard.line_s / 2, tt::tolerance(1e-5));
  }
  BOOST_TEST(1 / kNtsc.line_s == 15'734.264, tt::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(the_envelope_is_constant_and_pieces_join) {
  FmVideo camera({});
  const auto first = camera.piece(0), second = camera.piece(1);
  BOOST_TEST(first.samples.size() == kFmVideoPiece);
  for (std::size_t n = 0; n < kFmVideoPiece; n += 101)
    BOOST_TEST(std::abs(std::abs(first.samples[n]) - 1) < 1e-5F);
  // The frequency at the border is that of its neighbours.
  const double across = std::arg(second.samples[0] * std::conj(first.samples[kFmVideoPiece - 1]));
  const double behind = std::arg(second.samples[1] * std::conj(second.samples[0]));
  BOOST_TEST(std::abs(across - behind) < 0.15);
  FmVideo other({});
  BOOST_TEST((other.piece(1).samples == second.samples));
  BOOST_TEST((other.piece(0).samples == first.samples));
}

BOOST_AUTO_TEST_CASE(colour_and_sound_have_their_subcarriers) {
  FmVideo camera({});
  const auto volts = demodulated(camera.piece(0), {});
  const std::span picture(volts);
  const double beside = tone_power(picture, 7.9e6);
  // Sound spreads its 0.05 V over a hundred kilohertz: look for it as the sum of its tone's lines.
  double sound = 0;
  for (int k = -60; k <= 60; ++k) sound += tone_power(picture.first(320'000), 6.5e6 + 1e3 * k);
  BOOST_TEST(sound == 0.05 * 0.05 / 4, tt::tolerance(0.2));
  BOOST_TEST(beside < 1e-3 * sound);
  FmVideo mute({kPal, 6e6, 0});
  const auto silent = demodulated(mute.piece(0), {});
  double left = 0;
  for (int k = -60; k <= 60; ++k) left += tone_power(std::span(silent).first(320'000), 6.5e6 + 1e3 * k);
  BOOST_TEST(left < 0.02 * sound);
  // The burst on a line's back porch: ±0.15 V at the subcarrier.
  const auto at = static_cast<std::size_t>((100 * 64e-6 + kPal.burst_from_s) * kFmVideoRate_hz) + 2;
  BOOST_TEST(tone_power(std::span(silent).subspan(at, 65), kPal.subcarrier_hz) == 0.15 * 0.15 / 4,
             tt::tolerance(0.2));
}

BOOST_AUTO_TEST_CASE(the_carrier_is_the_mean_where_a_loop_holds_it) {
  for (const VideoStandard& standard : {kPal, kNtsc}) {
    FmVideoOptions options{standard, 6e6, 0, 0.4};
    const auto mean_hz = [&](bool holds_mean) {
      options.holds_mean = holds_mean;
      FmVideo camera(options);
      const auto wave = camera.piece(0);
      const auto field =
          static_cast<std::size_t>(standard.half_lines * standard.line_s / 2 * kFmVideoRate_hz);
      double turns = 0;
      for (std::size_t n = 0; n + 1 < field; ++n)
        turns += static_cast<double>(std::arg(wave.samples[n + 1] * std::conj(wave.samples[n])));
      return turns / static_cast<double>(field) * kFmVideoRate_hz / (2 * std::numbers::pi);
    };
    BOOST_TEST(std::abs(mean_hz(true)) < 10e3);
    BOOST_TEST(std::abs(mean_hz(false)) > 100e3);
  }
}

BOOST_AUTO_TEST_CASE(the_picture_moves) {
  const FmVideo camera({});
  const auto now = camera.luminance(200'000, 2048),
             later = camera.luminance(200'000 + 50 * kFmVideoPiece, 2048);
  double difference = 0;
  for (std::size_t n = 0; n < now.size(); ++n) difference = std::max(difference, std::abs(now[n] - later[n]));
  BOOST_TEST(difference > 0.05);
}

BOOST_AUTO_TEST_CASE(a_scene_hears_one_long_burst_without_a_seam) {
  const auto scene = loaded(scene_of(0.0601));
  BOOST_TEST(scene.transmissions.size() == 4U);
  const auto links = link_summaries(scene);
  BOOST_REQUIRE(links.size() == 1U);
  BOOST_TEST(links[0].bursts == 1);
  BOOST_TEST(links[0].airtime_s == 0.0601, tt::tolerance(1e-9));
  BOOST_TEST(whole_transmissions(scene).size() == 1U);
  BOOST_TEST(whole_transmissions(scene)[0].duration_s == 0.08, tt::tolerance(1e-4));
  BOOST_TEST(links[0].link->occupied.value > 5e6);
  BOOST_TEST(links[0].link->occupied.value < 20e6);

  std::vector<cf32> iq;
  render_blocks(scene, [&iq](std::size_t, std::span<const cf32> block) {
    iq.insert(iq.end(), block.begin(), block.end());
  });
  const double amplitude = std::pow(10, -6 / 20.0);
  double worst = 0;
  for (const double border_s : {0.02, 0.04})
    for (auto n = static_cast<std::size_t>(border_s * 40e6) - 500;
         n < static_cast<std::size_t>(border_s * 40e6) + 500; ++n)
      worst = std::max(worst, std::abs(static_cast<double>(std::abs(iq[n])) - amplitude));
  BOOST_TEST(worst < 0.01 * amplitude);
}

BOOST_AUTO_TEST_CASE(mistakes_are_refused_in_one_sentence) {
  auto scene = scene_of(0.03);
  scene["emitters"][0]["standard"] = "secam";
  BOOST_TEST(sentence_of(scene) == "emitters[0].standard must be pal or ntsc.");
  scene["emitters"][0]["standard"] = "pal";
  scene["emitters"][0]["carrier_at"] = "white";
  BOOST_TEST(sentence_of(scene) == "emitters[0].carrier_at must be middle or mean.");
}

BOOST_AUTO_TEST_SUITE_END()
