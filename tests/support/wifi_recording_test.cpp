// The modulators against the air: frames of real access points are computed anew from the octets that were
// decoded from their recording, and correlated with it symbol by symbol.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <complex>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <numbers>

#include "tests/support/burst.hpp"
#include "tests/support/channel.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/wifi_ht.hpp"
#include "tests/support/wifi_ofdm.hpp"
#include "tests/support/wifi_ppdu.hpp"

using namespace windhover::synth;
using windhover::dsp::cf32;

namespace {

constexpr windhover::dsp::Hertz kRate{20e6};
constexpr std::size_t kMargin = 16;
/// Transforms begin in the middle of the prefix: transmitters with several antennas shift one against the
/// other.
constexpr std::size_t kEarly = 8;

/// Where a PPDU's symbols are, in samples of 20 MS/s.
struct Layout {
  std::size_t data;       ///< first DATA symbol
  std::size_t retrained;  ///< from here on the second training symbol holds
  std::size_t training;   ///< body of that symbol
};
constexpr std::size_t kLongTrainingBody = 192;
constexpr Layout kLegacyLayout{400, 400, kLongTrainingBody};
constexpr Layout kHtLayout{720, 560, 656};

using Modulate = std::function<Waveform(std::span<const std::uint8_t> psdu, unsigned scrambler_seed)>;

std::vector<cf32> read_ci16(const std::filesystem::path& file, std::size_t first, std::size_t count) {
  std::vector<std::int16_t> raw(2 * count);
  std::ifstream in(file, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(4 * first));
  in.read(reinterpret_cast<char*>(raw.data()), static_cast<std::streamsize>(4 * count));
  std::vector<cf32> out;
  for (std::size_t n = 0; n < count; ++n) out.emplace_back(raw[2 * n], raw[2 * n + 1]);
  return out;
}

/// Carriers -28 … 28 of the 64 samples from `first`, however they are turned against the body's start.
std::vector<std::complex<double>> carriers(std::span<const cf32> iq, std::size_t first) {
  std::vector<std::complex<double>> out;
  for (int k = -28; k <= 28; ++k) {
    std::complex<double> sum;
    for (std::size_t n = 0; n < 64; ++n)
      sum += std::complex<double>(iq[first + n]) *
             std::polar(1.0, -2 * std::numbers::pi * k * static_cast<double>(n) / 64);
    out.push_back(sum);
  }
  return out;
}

/// One frame of a recording with its carrier error taken away, kMargin samples of room on both sides.
struct HeardFrame {
  std::vector<std::uint8_t> psdu;
  std::vector<cf32> iq;

  /// The waveform from where the frame begins, as the recorder would have it.
  std::vector<cf32> seen(const Waveform& wave) const {
    std::vector<cf32> out(iq.size());
    const double start = kMargin - static_cast<double>(kWifiRamp) / 2;
    add_burst(out, kRate, wave, {start / kRate.value});
    return out;
  }

  /// Correlation of the carriers in use of the symbol whose body begins `body` samples into the frame, after
  /// the channel that the training symbol at `training` went through.
  double match(std::span<const cf32> expected, std::size_t body, std::size_t training) const {
    const std::size_t at = kMargin + body - kEarly, reference = kMargin + training - kEarly;
    const auto heard = carriers(iq, at), sent = carriers(expected, at);
    const auto heard_training = carriers(iq, reference), sent_training = carriers(expected, reference);
    std::complex<double> sum;
    double heard_power = 0, expected_power = 0;
    for (std::size_t k = 0; k < sent.size(); ++k) {
      if (std::abs(sent_training[k]) < 1 || std::abs(sent[k]) < 1) continue;
      const auto through_channel = sent[k] * heard_training[k] / sent_training[k];
      sum += heard[k] * std::conj(through_channel);
      heard_power += std::norm(heard[k]);
      expected_power += std::norm(through_channel);
    }
    return std::abs(sum) / std::sqrt(heard_power * expected_power);
  }
};

HeardFrame heard_frame(const std::filesystem::path& data, const nlohmann::json& truth) {
  const auto first = truth.at("start_sample").get<std::size_t>() - kMargin;
  HeardFrame out{from_hex(truth.at("psdu_hex").get<std::string>()),
                 read_ci16(data, first, truth.at("samples").get<std::size_t>() + 2 * kMargin)};
  apply_frequency_offset(out.iq, {-truth.at("cfo_hz").get<double>()}, kRate);
  return out;
}

/// The one of 127 with which the first symbol of DATA fits. A few octets are enough to find it.
unsigned best_seed(const HeardFrame& heard, const Modulate& modulate, const Layout& layout) {
  double best = 0;
  unsigned seed_of_best = 0;
  const auto beginning = std::span(heard.psdu).first(std::min<std::size_t>(heard.psdu.size(), 60));
  for (unsigned seed = 1; seed < 128; ++seed) {
    const auto expected = heard.seen(modulate(beginning, seed));
    const double now = heard.match(expected, layout.data + 16, layout.training);
    if (now > best) best = now, seed_of_best = seed;
  }
  return seed_of_best;
}

/// Every symbol, training included, of the first frame of that kind.
void check_recording(const char* name, const char* phy, double at_least, const Layout& layout,
                     const Modulate& modulate) {
  const auto data = shared_path(std::string("captures/").append(name).append(".sigmf-data"));
  const auto truth = shared_path(std::string("captures/").append(name).append(".truth.json"));
  if (!data || !truth) return;
  std::ifstream file(*truth);
  const auto frames = nlohmann::json::parse(file).at("frames");
  const auto truth_frame = std::ranges::find_if(frames, [&](const auto& f) {
    return f.at("phy") == phy && f.at("fcs_ok") && f.at("start_sample") > kMargin;
  });
  BOOST_REQUIRE((truth_frame != frames.end()));
  const auto heard = heard_frame(*data, *truth_frame);
  const unsigned seed = best_seed(heard, modulate, layout);
  const auto expected = heard.seen(modulate(heard.psdu, seed));
  double worst = 1;
  for (std::size_t at = 0; at + 2 * kMargin + 80 <= heard.iq.size(); at += 80)
    worst = std::min(
        worst, heard.match(expected, at + 16, at < layout.retrained ? kLongTrainingBody : layout.training));
  BOOST_TEST_MESSAGE(name << ", " << phy << ": lowest correlation of a symbol " << worst << ", seed "
                          << seed);
  BOOST_TEST(worst > at_least);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wifi_recordings)

BOOST_AUTO_TEST_CASE(legacy_frames_correlate_with_their_recordings) {
  struct Case {
    const char* name;
    int mbps;
  };
  for (const auto& [name, mbps] :
       {Case{"wifi_ofdm_a_6mbps_cable", 6}, Case{"wifi_ofdm_a_12mbps_cable", 12},
        Case{"wifi_ofdm_a_36mbps_cable", 24}, Case{"wifi_ofdm_a_36mbps_cable", 36}}) {
    const std::string phy = std::string("OFDM ").append(std::to_string(mbps)).append(" Mb/s");
    check_recording(name, phy.c_str(), 0.99, kLegacyLayout, [mbps = mbps](auto psdu, unsigned seed) {
      return modulate_wifi_ofdm(psdu, mbps, {.scrambler_seed = seed});
    });
  }
}

BOOST_AUTO_TEST_CASE(ht_frames_correlate_with_their_recordings) {
  struct Case {
    const char* name;
    int mcs;
  };
  for (const auto& [name, mcs] : {Case{"wifi_ofdm_n_6p5mbps_cable", 0}, Case{"wifi_ofdm_n_13mbps_cable", 1},
                                  Case{"wifi_ofdm_n_39mbps_cable", 4}, Case{"wifi_ofdm_n_65mbps_cable", 7}}) {
    const std::string phy = std::string("HT20 MCS").append(std::to_string(mcs));
    check_recording(name, phy.c_str(), 0.99, kHtLayout, [mcs = mcs](auto psdu, unsigned seed) {
      return modulate_wifi_ht(psdu, {.mcs = mcs, .scrambler_seed = seed});
    });
  }
}

BOOST_AUTO_TEST_SUITE_END()
