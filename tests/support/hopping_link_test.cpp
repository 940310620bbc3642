#include "tests/support/hopping_link.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <set>

#include "tests/support/gfsk_modulator.hpp"
#include "tests/support/link_truth.hpp"
#include "tests/support/ofdm.hpp"
#include "tests/support/scene_fixture.hpp"
#include "tests/support/spectrum.hpp"

using namespace windhover::synth;
using nlohmann::json;
namespace tt = boost::test_tools;

namespace {

/// Hz, from sample n to the next.
double frequency(const Waveform& wave, std::size_t n) {
  return std::arg(wave.samples[n + 1] * std::conj(wave.samples[n])) * wave.rate.value /
         (2 * std::numbers::pi);
}

/// The bin that a symbol's product with a down-chirp falls into, and the share of its power there. One
/// sample a chip.
struct Dechirped {
  std::size_t value;
  double share;
};
Dechirped dechirped(const Waveform& wave, const LoraPacket& packet, double symbol) {
  const std::size_t chips = std::size_t{1} << packet.spreading_factor;
  const auto first = static_cast<std::size_t>(symbol * static_cast<double>(chips)) * kLoraOversampling;
  std::vector<cf64> product(chips);
  for (std::size_t n = 0; n < chips; ++n) {
    const double t = static_cast<double>(n), size = static_cast<double>(chips);
    product[n] = cf64(wave.samples[first + n * kLoraOversampling]) *
                 std::polar(1.0, -std::numbers::pi * (t * t / size - t));
  }
  const auto mirrored = inverse_dft(product);
  std::size_t best = 0;
  double total = 0;
  for (std::size_t k = 0; k < chips; ++k) {
    total += std::norm(mirrored[k]);
    if (std::norm(mirrored[k]) > std::norm(mirrored[best])) best = k;
  }
  return {(chips - best) % chips, std::norm(mirrored[best]) / total};
}

json hopper(const char* type, const char* preset) {
  return {{"type", type}, {"preset", preset}, {"start_s", 0.001}, {"level_dbfs", -20}};
}

json scene_of(const json& emitter, double centre_hz = 2440e6, double duration_s = 2) {
  return {{"sample_rate", 100e6},
          {"center_frequency", centre_hz},
          {"datatype", "ci8"},
          {"duration_s", duration_s},
          {"seed", 4},
          {"emitters", json::array({emitter})}};
}

LinkSummary link_of(const json& scene) {
  const auto links = link_summaries(loaded(scene));
  BOOST_REQUIRE(links.size() == 1U);
  return links[0];
}

double detail(const LinkSummary& summary, const std::string& name) {
  for (const auto& [key, value] : summary.link->details)
    if (key == name) return std::get<double>(value);
  return NAN;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hopping_link)

BOOST_AUTO_TEST_CASE(gfsk_reaches_its_deviation_and_changes_at_the_symbol_rate) {
  Random random(1);
  const GfskPacket packet{64e3, 32e3, 0.5, 40, 900};
  const auto wave = modulate_gfsk_packet(packet, random);
  BOOST_TEST(wave.duration_s() == gfsk_packet_s(packet), tt::tolerance(1e-12));
  double highest = 0;
  std::size_t crossings = 0;
  for (std::size_t n = 0; n + 1 < wave.samples.size(); ++n) highest = std::max(highest, frequency(wave, n));
  BOOST_TEST(highest == 32e3, tt::tolerance(0.001));
  for (std::size_t n = kBleRamp; n < kBleRamp + 40 * kGfskSamplesPerSymbol; ++n)
    crossings += frequency(wave, n - 1) * frequency(wave, n) < 0;
  BOOST_TEST(crossings >= 38U);
  BOOST_TEST(crossings <= 40U);
  // Carson's rule holds 98 % of a sine's power; Gaussian shaping makes it narrower.
  const double width = occupied_band(wave.samples, wave.rate).width().value;
  BOOST_TEST(width > 64e3);
  BOOST_TEST(width < 2 * (32e3 + 64e3 / 2));
}

BOOST_AUTO_TEST_CASE(chirps_sweep_their_bandwidth_in_one_symbol) {
  for (const int spreading_factor : {5, 7, 10}) {
    Random random(2);
    const LoraPacket packet{spreading_factor, 812.5e3, 8, 10};
    const auto wave = modulate_lora(packet, random);
    BOOST_TEST(wave.duration_s() == packet.duration_s(), tt::tolerance(1e-9));
    const std::size_t symbol = kLoraOversampling << spreading_factor;
    // Slope: bandwidth over symbol time, bandwidth² / 2^SF.
    const double slope =
        (frequency(wave, symbol / 2 + 8) - frequency(wave, symbol / 2 - 8)) / (16 / wave.rate.value);
    BOOST_TEST(slope == 812.5e3 * 812.5e3 / (1 << spreading_factor), tt::tolerance(1e-3));
    const double down =
        frequency(wave, 10 * symbol + symbol / 2 + 8) - frequency(wave, 10 * symbol + symbol / 2 - 8);
    BOOST_TEST(down * wave.rate.value / 16 == -slope, tt::tolerance(1e-3));
    BOOST_TEST(std::abs(frequency(wave, 0) + 812.5e3 / 2) < 812.5e3 / (1 << spreading_factor));
    // The edges of a chirp are as wide as the root of its slope.
    const double width = occupied_band(wave.samples, wave.rate).width().value;
    BOOST_TEST(width > 0.9 * 812.5e3);
    BOOST_TEST(width < 812.5e3 + 2 * std::sqrt(slope));
  }
}

BOOST_AUTO_TEST_CASE(dechirping_finds_one_value_a_symbol) {
  Random random(3);
  const LoraPacket packet{7, 500e3, 8, 12};
  const auto wave = modulate_lora(packet, random);
  for (int symbol = 0; symbol < 8; ++symbol) BOOST_TEST(dechirped(wave, packet, symbol).value == 0U);
  BOOST_TEST(dechirped(wave, packet, 8).value == 8U);
  BOOST_TEST(dechirped(wave, packet, 9).value == 16U);
  std::set<std::size_t> values;
  for (int symbol = 0; symbol < 12; ++symbol) {
    const auto found = dechirped(wave, packet, 12.25 + symbol);
    BOOST_TEST(found.share > 0.9);
    values.insert(found.value);
  }
  BOOST_TEST(values.size() > 8U);
}

BOOST_AUTO_TEST_CASE(presets_hop_over_their_channels) {
  const auto sik = link_of(scene_of(hopper("fhss_gfsk", "sik"), 921e6));
  BOOST_TEST(sik.link->kind == "sik");
  BOOST_TEST(sik.bursts == 100);
  BOOST_TEST(sik.carriers_hz.size() == 50U);
  BOOST_TEST(*sik.carriers_hz.begin() == 915.25e6);
  BOOST_TEST(detail(sik, "symbol_rate_hz") == 64e3);

  const auto frsky = link_of(scene_of(hopper("fhss_gfsk", "frsky")));
  BOOST_TEST(frsky.bursts == 222);
  BOOST_TEST(frsky.carriers_hz.size() == 47U);
  BOOST_TEST(frsky.bits == 222 * 288);
  BOOST_TEST(detail(frsky, "period_s") == 9e-3);

  const auto bluetooth = link_of(scene_of(hopper("fhss_gfsk", "bluetooth_classic")));
  BOOST_TEST(bluetooth.bursts == 3198);
  BOOST_TEST(bluetooth.carriers_hz.size() == 79U);
  BOOST_TEST(bluetooth.link->occupied.value == 0.9e6, tt::tolerance(0.2));

  const auto elrs = link_of(scene_of(hopper("lora", "elrs_250hz")));
  BOOST_TEST(elrs.bursts == 499);
  BOOST_TEST(elrs.carriers_hz.size() == 80U);
  BOOST_TEST(detail(elrs, "dwell_s") == 16e-3);
  BOOST_TEST(elrs.airtime_s == 499 * 41.25 * 64 / 812.5e3, tt::tolerance(1e-5));
}

BOOST_AUTO_TEST_CASE(every_preset_fits_its_period_and_renders_as_it_says) {
  const std::pair<const char*, const char*> presets[] = {
      {"fhss_gfsk", "sik"},   {"fhss_gfsk", "frsky"},    {"fhss_gfsk", "bluetooth_classic"},
      {"lora", "elrs_500hz"}, {"lora", "elrs_250hz"},    {"lora", "elrs_150hz"},
      {"lora", "elrs_50hz"},  {"lora", "elrs_900_200hz"}};
  for (const auto& [type, preset] : presets) {
    const bool low = preset == std::string("sik") || preset == std::string("elrs_900_200hz");
    const auto scene = loaded(scene_of(hopper(type, preset), low ? 915e6 : 2440e6, 0.1));
    BOOST_REQUIRE(scene.transmissions.size() > 3U);
    for (std::size_t n = 0; n < 3; ++n) {
      const auto& sent = scene.transmissions[n];
      BOOST_TEST(std::abs(sent.waveform().duration_s() - sent.duration_s) < 1e-9);
      BOOST_TEST(sent.start_s + sent.duration_s < scene.transmissions[n + 1].start_s);
    }
  }
}

BOOST_AUTO_TEST_CASE(orders_of_hopping_differ_as_they_say) {
  auto emitter = hopper("fhss_gfsk", "none");
  emitter["hops"] = {
      {"carriers_hz", {2430e6, 2440e6, 2450e6}}, {"order", "sequence"}, {"bursts_per_carrier", 2}};
  const auto sent = loaded(scene_of(emitter, 2440e6, 0.1)).transmissions;
  BOOST_REQUIRE(sent.size() == 10U);
  const double expected[] = {2430e6, 2430e6, 2440e6, 2440e6, 2450e6, 2450e6, 2430e6};
  for (std::size_t n = 0; n < std::size(expected); ++n) BOOST_TEST(sent[n].carrier.value == expected[n]);

  const auto elrs = loaded(scene_of(hopper("lora", "elrs_500hz"))).transmissions;
  BOOST_REQUIRE(elrs.size() > 640U);
  bool ascending = true;
  for (std::size_t n = 0; n < 320; ++n) {
    BOOST_TEST(elrs[n].carrier.value == elrs[n + 320].carrier.value);  // a cycle of 80 hops of four packets
    BOOST_TEST(elrs[n].carrier.value == elrs[n / 4 * 4].carrier.value);
    ascending = ascending && (n == 0 || elrs[n].carrier.value >= elrs[n - 1].carrier.value);
  }
  BOOST_TEST(!ascending);
}

BOOST_AUTO_TEST_CASE(a_narrow_recording_hears_its_share_of_the_hops) {
  auto scene = scene_of(hopper("fhss_gfsk", "bluetooth_classic"));
  const auto all = loaded(scene).transmissions;
  scene["sample_rate"] = 20e6;
  const auto narrow = loaded(scene).transmissions;
  BOOST_TEST(narrow.size() < all.size() / 3);
  std::size_t found = 0;
  for (const auto& sent : all)
    if (found < narrow.size() && sent.start_s == narrow[found].start_s) {
      BOOST_TEST(sent.carrier.value == narrow[found].carrier.value);
      BOOST_TEST((sent.bits == narrow[found].bits));
      ++found;
    }
  BOOST_TEST(found == narrow.size());
}

BOOST_AUTO_TEST_CASE(mistakes_are_refused_in_one_sentence) {
  BOOST_TEST(sentence_of(scene_of(hopper("fhss_gfsk", "spektrum"))) ==
             "emitters[0].preset must be one of: none, sik, frsky, bluetooth_classic.");
  auto slow = hopper("lora", "elrs_500hz");
  slow["spreading_factor"] = 7;
  BOOST_TEST(sentence_of(scene_of(slow)) ==
             "emitters[0].period_s must be longer than the burst that is sent in it.");
  auto wide = hopper("fhss_gfsk", "sik");
  wide["deviation_hz"] = 200e3;
  BOOST_TEST(sentence_of(scene_of(wide)) == "emitters[0].deviation_hz must be at most symbol_rate_hz.");
}

BOOST_AUTO_TEST_SUITE_END()
