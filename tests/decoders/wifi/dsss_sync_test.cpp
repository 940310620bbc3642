#include "decoders/wifi/dsss_sync.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>
#include <vector>

#include "decoders/wifi/dsss_search.hpp"
#include "decoders/wifi/dsss_waveform.hpp"
#include "tests/support/random.hpp"

using namespace windhover;
using namespace windhover::decoders::wifi;

namespace {

struct Signal {
  std::vector<dsp::cf32> iq;
  std::size_t start = 0;
  std::vector<float> signs;

  /// A preamble and 60 random symbols behind noise.
  Signal(DsssPreamble preamble, unsigned scrambler_seed, double turn, float amplitude, synth::Random& random)
      : iq(8000), start(1900 + static_cast<std::size_t>(random.uniform() * 700)) {
    random.add_noise(iq, 1);
    DsssScrambler scrambler(scrambler_seed);
    float sign = 1;
    const auto send = [&](unsigned bit) { signs.push_back(sign = bit != 0 ? -sign : sign); };
    const unsigned sync = preamble == DsssPreamble::long_sync ? 1 : 0;
    for (std::size_t i = 0; i < sync_symbols(preamble); ++i) send(scrambler.scramble(sync));
    for (std::size_t i = 0; i < kSfdBits; ++i) send(scrambler.scramble(sfd_bits(preamble) >> i & 1U));
    for (int i = 0; i < 60; ++i) send(static_cast<unsigned>(random.next() & 1));
    const auto& barker = barker_waveform();
    for (std::size_t n = 0; n < kBarkerSymbol * signs.size(); ++n) {
      const float value = amplitude * signs[n / kBarkerSymbol] * barker[n % kBarkerSymbol];
      iq[start + n] += std::polar(value, static_cast<float>(turn / kBarkerSymbol * static_cast<double>(n)));
    }
  }
};

std::optional<KnownPreamble> found(const Signal& signal) {
  DsssSamples samples(signal.iq.size());
  samples.restart(0);
  samples.append(signal.iq);
  constexpr std::int64_t kBehind = 20 * (sfd_reach(DsssPreamble::long_sync) + kSyncBehind);
  for (std::int64_t at = 900; at + kBehind < samples.end(); at += BarkerSearch::kStep) {
    const auto hit = BarkerSearch::look(samples, at);
    const auto stretch = hit ? find_sync(samples, hit->position) : std::nullopt;
    if (stretch) return find_sfd(samples, *stretch);
  }
  return std::nullopt;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wifi_dsss_sync)

BOOST_AUTO_TEST_CASE(every_state_of_the_scrambler_is_recognised) {
  synth::Random random(1);
  for (const auto preamble : {DsssPreamble::long_sync, DsssPreamble::short_sync})
    // All ones is the one state from which ones make no sequence, as zero is for zeros.
    for (unsigned seed = preamble == DsssPreamble::long_sync ? 0 : 1; seed < 127; ++seed) {
      const Signal signal(preamble, seed, random.uniform(-0.8, 0.8), 5, random);
      const auto known = found(signal);
      BOOST_REQUIRE(known.has_value());
      BOOST_CHECK(known->preamble == preamble);
      BOOST_TEST(known->position == static_cast<std::int64_t>(signal.start));
      const float first = known->signs[0] * signal.signs[0];
      for (std::size_t i = 0; i < known->symbols; ++i)
        BOOST_REQUIRE(known->signs[i] == first * signal.signs[i]);
    }
}

BOOST_AUTO_TEST_CASE(preambles_are_found_far_below_the_noise) {
  // Es/N0 6 dB is -7 dB in 20 MHz.
  synth::Random random(2);
  for (const auto preamble : {DsssPreamble::long_sync, DsssPreamble::short_sync}) {
    int right = 0;
    double worst = 0;
    for (int i = 0; i < 40; ++i) {
      const double turn = random.uniform(-0.8, 0.8);
      const Signal signal(preamble, 27, turn, 2, random);
      const auto known = found(signal);
      if (!known || std::abs(known->position - static_cast<std::int64_t>(signal.start)) > 1) continue;
      ++right;
      worst = std::max(worst, std::abs(known->turn - turn));
    }
    BOOST_TEST(right >= 39);
    BOOST_TEST(worst < 2 * std::numbers::pi * 2e-3);  // 2 kHz
  }
}

BOOST_AUTO_TEST_CASE(noise_and_random_symbols_are_no_preamble) {
  synth::Random random(3);
  std::vector<dsp::cf32> iq(400'000);
  random.add_noise(iq, 1);
  const auto& barker = barker_waveform();
  for (std::size_t n = 200'000; n < iq.size(); n += kBarkerSymbol) {
    const float sign = (random.next() & 1) != 0 ? 4.0F : -4.0F;
    for (std::size_t t = 0; t < kBarkerSymbol; ++t) iq[n + t] += sign * barker[t];
  }
  DsssSamples samples(iq.size());
  samples.restart(0);
  samples.append(iq);
  int noise_hits = 0, symbol_hits = 0, stretches = 0;
  for (std::int64_t at = 900; at + 6000 < samples.end(); at += BarkerSearch::kStep) {
    const auto hit = BarkerSearch::look(samples, at);
    if (!hit) continue;
    ++(at < 199'000 ? noise_hits : symbol_hits);
    stretches += find_sync(samples, hit->position).has_value();
  }
  BOOST_TEST(noise_hits <= 1);
  BOOST_TEST(symbol_hits > 290);
  BOOST_TEST(stretches <= 3);
}

BOOST_AUTO_TEST_CASE(the_waveform_of_a_symbol_is_measured_with_its_echo) {
  synth::Random random(4);
  Signal signal(DsssPreamble::long_sync, 27, 0.3, 20, random);
  // An echo half as strong in amplitude, seven samples late.
  const auto direct = signal.iq;
  for (std::size_t n = 7; n < direct.size(); ++n) signal.iq[n] += dsp::cf32{0, 0.5F} * direct[n - 7];
  const auto known = found(signal);
  BOOST_REQUIRE(known.has_value());
  DsssSamples samples(signal.iq.size());
  samples.restart(0);
  samples.append(signal.iq);
  const PreambleEstimate estimate = measure_preamble(samples, *known);
  BOOST_TEST(!estimate.is_beside);
  BOOST_TEST(std::abs(estimate.turn - 0.3 / kBarkerSymbol) < 1e-4);
  BOOST_TEST(std::abs(10 * std::log10(estimate.signal * kBarkerSymbol / 400) - 10 * std::log10(1.25)) < 0.6);
  BOOST_TEST(std::abs(10 * std::log10(estimate.noise / 1.25)) < 1.5);
  const auto& barker = barker_waveform();
  const auto amplitude_at = [&](std::size_t delay) {
    dsp::cf32 sum = 0;
    for (std::size_t t = 0; t < kBarkerSymbol; ++t)
      sum += barker[t] * estimate.waveform.taps[SymbolWaveform::kLead + delay + t];
    return std::abs(sum);
  };
  BOOST_TEST(std::abs(amplitude_at(0) - 20) < 2.5);
  BOOST_TEST(std::abs(amplitude_at(7) - 10) < 2.5);
}

BOOST_AUTO_TEST_SUITE_END()
