#include "sensor/trust/cshake.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <string_view>
#include <vector>

#include "tests/support/hex.hpp"

using namespace windhover;
using sensor::cshake128;

namespace {

std::span<const std::uint8_t> octets(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::vector<std::uint8_t> hash(std::span<const std::uint8_t> in, std::string_view customization,
                               std::size_t bytes) {
  std::vector<std::uint8_t> out(bytes);
  cshake128({in}, octets(customization), out);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cshake)

// NIST, SHA-3 example values: SHAKE128 of the empty message.
BOOST_AUTO_TEST_CASE(without_customization_it_is_shake128) {
  BOOST_TEST(hash({}, "", 32) ==
             synth::from_hex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"));
}

// NIST, cSHAKE_samples.pdf, samples 1 and 2: 4 and 200 bytes, S = "Email Signature".
BOOST_AUTO_TEST_CASE(samples_of_nist) {
  BOOST_TEST(hash(synth::from_hex("00010203"), "Email Signature", 32) ==
             synth::from_hex("c1c36925b6409a04f1b504fcbca9d82b4017277cb5ed2b2065fc1d3814d5aaf5"));
  std::vector<std::uint8_t> counted(200);
  for (std::size_t i = 0; i < counted.size(); ++i) counted[i] = static_cast<std::uint8_t>(i);
  BOOST_TEST(hash(counted, "Email Signature", 32) ==
             synth::from_hex("c5221d50e4f822d96a2e8881a961420f294b7b24fe3d2094baed2c6524cc166b"));
}

BOOST_AUTO_TEST_CASE(parts_are_concatenated_and_output_runs_on_over_blocks) {
  std::vector<std::uint8_t> whole(400, 0x5A), out(400), again(400);
  cshake128({whole}, octets("x"), out);
  const std::span<const std::uint8_t> all(whole);
  cshake128({all.first(167), all.subspan(167, 2), all.subspan(169)}, octets("x"), again);
  BOOST_TEST(out == again);
  std::vector<std::uint8_t> shorter(169);
  cshake128({whole}, octets("x"), shorter);
  BOOST_TEST((std::equal(shorter.begin(), shorter.end(), out.begin())));
}

BOOST_AUTO_TEST_SUITE_END()
