#include "tests/support/wifi_dsss.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>
#include <optional>
#include <stdexcept>

#include "tests/support/ofdm.hpp"
#include "tests/support/shared_data.hpp"

using namespace windhover::synth;

namespace {

constexpr DsssRate kRates[] = {DsssRate::mbps_1, DsssRate::mbps_2, DsssRate::mbps_5_5, DsssRate::mbps_11};

std::optional<nlohmann::json> vectors() {
  const auto path = shared_path("spec/vectors/wifi/dsss.json");
  if (!path) return std::nullopt;
  std::ifstream file(*path);
  return nlohmann::json::parse(file);
}

std::string text(std::span<const std::uint8_t> bits) {
  std::string out;
  for (const auto bit : bits) out.push_back(bit != 0 ? '1' : '0');
  return out;
}

std::vector<std::uint8_t> psdu_of(std::size_t bytes) {
  std::vector<std::uint8_t> out(bytes);
  for (std::size_t n = 0; n < bytes; ++n) out[n] = static_cast<std::uint8_t>(n * n + n / 7);
  return out;
}

/// Quarter turns from one value to another.
int turns(cf64 from, cf64 to) {
  return static_cast<int>(std::lround(std::arg(to * std::conj(from)) * 2 / std::numbers::pi)) & 3;
}

cf64 despread(std::span<const cf64> chips) {
  cf64 sum;
  for (std::size_t i = 0; i < kBarker.size(); ++i) sum += chips[i] * static_cast<double>(kBarker[i]);
  return sum;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wifi_dsss)

BOOST_AUTO_TEST_CASE(headers_of_the_vectors) {
  const auto v = vectors();
  if (!v) return;
  BOOST_TEST(v->at("plcp_headers").size() == 7U);
  for (const auto& vector : v->at("plcp_headers")) {
    const auto desc = vector.at("desc").get<std::string>();
    const auto rate = static_cast<DsssRate>(std::stoi(vector.at("signal").get<std::string>(), nullptr, 16));
    const auto bytes = std::stoul(desc.substr(desc.find(' ')));
    BOOST_TEST(text(plcp_header(rate, bytes)) == vector.at("header48"), desc);
  }
}

BOOST_AUTO_TEST_CASE(scrambled_preambles_of_the_vectors) {
  const auto v = vectors();
  if (!v) return;
  BOOST_TEST(text(dsss_bits(psdu_of(207), DsssRate::mbps_1)).substr(0, 192) ==
             v->at("long_preamble_scrambled_192bits_1M_207B"));
  BOOST_TEST(text(dsss_bits(psdu_of(207), DsssRate::mbps_2, true)).substr(0, 72) ==
             v->at("short_preamble_scrambled_72bits"));
  for (std::size_t i = 0; i < kBarker.size(); ++i) BOOST_TEST(kBarker[i] == v->at("barker").at(i).get<int>());
}

BOOST_AUTO_TEST_CASE(a_receiver_unscrambles_without_the_seed) {
  const auto psdu = psdu_of(50);
  const auto sent = dsss_bits(psdu, DsssRate::mbps_1);
  Bits got;
  for (std::size_t n = 7; n < sent.size(); ++n) got.push_back(sent[n] ^ sent[n - 4] ^ sent[n - 7]);
  BOOST_TEST(text(got).substr(128 - 7, 16) == "0000010111001111");
  BOOST_TEST(text(got).substr(192 - 7) == text(lsb_first_bits(psdu)));
}

BOOST_AUTO_TEST_CASE(barker_symbols_turn_by_their_bits) {
  for (const bool fast : {false, true}) {
    const auto rate = fast ? DsssRate::mbps_2 : DsssRate::mbps_1;
    const auto psdu = psdu_of(20);
    const auto bits = dsss_bits(psdu, rate);
    const auto chips = dsss_chips(psdu, rate);
    for (std::size_t n = 1; n < 192; ++n)
      BOOST_TEST(turns(despread(std::span(chips).subspan(11 * (n - 1))),
                       despread(std::span(chips).subspan(11 * n))) == 2 * bits[n]);
    const int quarters[] = {0, 1, 3, 2};  // 00, 01, 10, 11
    for (std::size_t n = 192; n < chips.size() / 11; ++n) {
      const std::size_t at = fast ? 192 + 2 * (n - 192) : n;
      const int expected = fast ? quarters[2 * bits[at] + bits[at + 1]] : 2 * bits[at];
      BOOST_TEST(turns(despread(std::span(chips).subspan(11 * (n - 1))),
                       despread(std::span(chips).subspan(11 * n))) == expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(cck_words_are_those_of_the_sheet) {
  const cf64 j(0, 1);
  const cf64 words[4][8] = {{j, 1, j, -1, j, 1, -j, 1},
                            {-j, -1, -j, 1, j, 1, -j, 1},
                            {-j, 1, -j, -1, -j, 1, j, 1},
                            {j, -1, j, 1, -j, 1, j, 1}};
  const auto psdu = psdu_of(40);
  const auto bits = dsss_bits(psdu, DsssRate::mbps_5_5);
  const auto chips = dsss_chips(psdu, DsssRate::mbps_5_5);
  BOOST_TEST(chips.size() == 192U * 11 + 80 * 8);
  cf64 before = chips[192 * 11 - 11];  // the last Barker symbol's first chip is its phase
  const int quarters[] = {0, 1, 3, 2};
  for (std::size_t n = 0; n < 80; ++n) {
    const auto symbol = std::span(chips).subspan(192 * 11 + 8 * n, 8);
    const auto* data = &bits[192 + 4 * n];
    for (std::size_t i = 0; i < 8; ++i)
      BOOST_TEST(std::abs(symbol[i] - symbol[7] * words[2 * data[2] + data[3]][i]) < 1e-9);
    BOOST_TEST(turns(before, symbol[7]) == ((quarters[2 * data[0] + data[1]] + (n % 2 == 1 ? 2 : 0)) & 3));
    before = symbol[7];
  }
}

BOOST_AUTO_TEST_CASE(words_of_11_mbps_differ_in_half_of_their_chips_at_least) {
  // 64 words of complementary codes: the real part of any two's product is at most half of eight.
  const auto psdu = psdu_of(256);
  const auto chips = dsss_chips(psdu, DsssRate::mbps_11);
  BOOST_TEST(chips.size() == 192U * 11 + 256 * 8);
  for (std::size_t a = 0; a < 256; a += 5)
    for (std::size_t b = 0; b < a; ++b) {
      cf64 product;
      for (std::size_t i = 0; i < 8; ++i)
        product += chips[192 * 11 + 8 * a + i] * std::conj(chips[192 * 11 + 8 * b + i]);
      const double size = std::abs(product);
      BOOST_TEST((size > 7.999 || size < 5.7));
    }
}

BOOST_AUTO_TEST_CASE(durations_are_those_of_the_table) {
  BOOST_TEST(wifi_dsss_duration_s(151, DsssRate::mbps_1) == 1400e-6, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(wifi_dsss_duration_s(207, DsssRate::mbps_1) == 1848e-6, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(wifi_dsss_duration_s(352, DsssRate::mbps_1) == 3008e-6, boost::test_tools::tolerance(1e-9));
  for (const auto rate : kRates)
    for (const bool brief : {false, true}) {
      if (brief && rate == DsssRate::mbps_1) continue;
      const auto wave = modulate_wifi_dsss(psdu_of(110), rate, {.short_preamble = brief});
      BOOST_TEST(static_cast<double>(wave.samples.size() - 2 * kDsssLead) / 44e6 ==
                     wifi_dsss_duration_s(110, rate, brief),
                 boost::test_tools::tolerance(1e-9));
    }
}

BOOST_AUTO_TEST_CASE(spectrum_stays_within_the_mask) {
  for (const auto rate : kRates) {
    const auto wave = modulate_wifi_dsss(psdu_of(200), rate);
    constexpr std::size_t kSize = 1024;
    std::vector<double> power(kSize);
    for (std::size_t at = 0; at + kSize <= wave.samples.size(); at += kSize / 2) {
      std::vector<cf64> piece(kSize);
      for (std::size_t n = 0; n < kSize; ++n)
        piece[n] = cf64(wave.samples[at + n]) *
                   (0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(n) / kSize));
      const auto bins = inverse_dft(piece);  // mirrored, which matters not
      for (std::size_t k = 0; k < kSize; ++k) power[k] += std::norm(bins[k]);
    }
    const double peak = *std::max_element(power.begin(), power.end());
    for (std::size_t k = kSize / 4; k <= 3 * kSize / 4; ++k)  // 11 … 22 MHz either side
      BOOST_TEST(power[k] < peak * 1e-3);
  }
}

BOOST_AUTO_TEST_CASE(chips_lie_where_the_header_says_with_power_one) {
  const auto psdu = psdu_of(60);
  const auto chips = dsss_chips(psdu, DsssRate::mbps_1);
  const auto wave = modulate_wifi_dsss(psdu, DsssRate::mbps_1);
  double power = 0;
  for (const auto& x : wave.samples) power += std::norm(x);
  BOOST_TEST(power / static_cast<double>(4 * chips.size()) == 1, boost::test_tools::tolerance(1e-5));
  const auto agreement = [&](std::ptrdiff_t shift) {
    cf64 sum;
    for (std::size_t k = 1; k + 1 < chips.size(); ++k)
      sum +=
          cf64(wave.samples[kDsssLead + 4 * k + 2 + static_cast<std::size_t>(shift)]) * std::conj(chips[k]);
    return std::abs(sum) / static_cast<double>(chips.size());
  };
  BOOST_TEST(agreement(0) > 0.95);
  BOOST_TEST(agreement(1) == agreement(-1), boost::test_tools::tolerance(1e-3));
  BOOST_TEST(agreement(1) < agreement(0));
}

BOOST_AUTO_TEST_CASE(impossible_packets_are_refused) {
  BOOST_CHECK_THROW(modulate_wifi_dsss(psdu_of(10), DsssRate::mbps_1, {.short_preamble = true}),
                    std::invalid_argument);
  BOOST_CHECK_THROW(plcp_header(DsssRate::mbps_1, 8192), std::invalid_argument);
  BOOST_CHECK_THROW(plcp_header(DsssRate::mbps_1, 0), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
