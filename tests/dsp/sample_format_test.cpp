#include "dsp/sample_format.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

using namespace windhover::dsp;

namespace {

constexpr std::array kAllFormats{SampleFormat::ci8,     SampleFormat::cu8,     SampleFormat::ci16_le,
                                 SampleFormat::ci16_be, SampleFormat::cf32_le, SampleFormat::cf32_be};

std::vector<std::byte> octets(std::initializer_list<int> values) {
  std::vector<std::byte> out;
  for (const int value : values) out.push_back(static_cast<std::byte>(value));
  return out;
}

struct Converted {
  std::vector<cf32> iq;
  ConvertResult result;
};

Converted convert_all(std::span<const std::byte> native, SampleFormat format) {
  Converted out{std::vector<cf32>(native.size() / bytes_per_sample(format)), {}};
  out.result = convert(native, format, out.iq);
  return out;
}

std::vector<std::byte> float_octets(std::initializer_list<float> values, bool big_endian) {
  std::vector<std::byte> out;
  for (const float value : values) {
    std::array<std::byte, 4> word{};
    std::memcpy(word.data(), &value, 4);
    if (big_endian) std::swap(word[0], word[3]), std::swap(word[1], word[2]);
    out.insert(out.end(), word.begin(), word.end());
  }
  return out;
}

void check_sample(cf32 got, float re, float im) {
  BOOST_TEST(std::abs(got.real() - re) < 1e-7F);
  BOOST_TEST(std::abs(got.imag() - im) < 1e-7F);
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_format_is_written_as_it_is_read) {
  for (const SampleFormat format : kAllFormats)
    BOOST_TEST((parse_sample_format(to_string(format)) == format), to_string(format));
  BOOST_TEST(to_string(SampleFormat::ci16_be) == "ci16_be");
}

BOOST_AUTO_TEST_CASE(a_byte_order_on_one_octet_does_no_harm) {
  BOOST_TEST((parse_sample_format("ci8_le") == SampleFormat::ci8));
  BOOST_TEST((parse_sample_format("cu8_be") == SampleFormat::cu8));
  BOOST_TEST(to_string(SampleFormat::cu8) == "cu8");
}

BOOST_AUTO_TEST_CASE(other_names_are_no_format) {
  for (const char* name :
       {"", "ci16", "cf32", "cf64_le", "ri16_le", "cu16_le", "CI16_LE", "ci16_le ", "ci8_xx", "cf32_"})
    BOOST_TEST(!parse_sample_format(name).has_value(), name);
}

BOOST_AUTO_TEST_CASE(ci8_full_scale_is_128) {
  const auto out = convert_all(octets({0, 64, 0x80, 0xff, 0x7f, 1}), SampleFormat::ci8);
  check_sample(out.iq[0], 0, 0.5F);
  check_sample(out.iq[1], -1, -1.0F / 128);
  check_sample(out.iq[2], 127.0F / 128, 1.0F / 128);
  BOOST_TEST(out.result.saturated == 2U);
  BOOST_TEST(out.result.finite);
}

BOOST_AUTO_TEST_CASE(cu8_lies_evenly_about_its_middle) {
  const auto out = convert_all(octets({0, 255, 127, 128, 255, 255, 1, 254}), SampleFormat::cu8);
  check_sample(out.iq[0], -1, 1);
  check_sample(out.iq[1], -0.5F / 127.5F, 0.5F / 127.5F);
  check_sample(out.iq[2], 1, 1);
  check_sample(out.iq[3], -126.5F / 127.5F, 126.5F / 127.5F);
  BOOST_TEST(out.result.saturated == 2U);
}

BOOST_AUTO_TEST_CASE(ci16_reads_both_byte_orders) {
  const auto little = convert_all(octets({0x00, 0x40, 0x00, 0x80, 0x01, 0x00, 0xff, 0x7f, 0xfe, 0x7f, 0, 0}),
                                  SampleFormat::ci16_le);
  const auto big = convert_all(octets({0x40, 0x00, 0x80, 0x00, 0x00, 0x01, 0x7f, 0xff, 0x7f, 0xfe, 0, 0}),
                               SampleFormat::ci16_be);
  for (const auto& out : {little, big}) {
    check_sample(out.iq[0], 0.5F, -1);
    check_sample(out.iq[1], 1.0F / 32768, 32767.0F / 32768);
    check_sample(out.iq[2], 32766.0F / 32768, 0);
    BOOST_TEST(out.result.saturated == 2U);
  }
}

BOOST_AUTO_TEST_CASE(cf32_is_passed_on_bit_by_bit) {
  for (const bool big_endian : {false, true}) {
    const auto out = convert_all(float_octets({1.5F, -0.25F, 1e-30F, 3e30F}, big_endian),
                                 big_endian ? SampleFormat::cf32_be : SampleFormat::cf32_le);
    BOOST_TEST((out.iq[0] == cf32{1.5F, -0.25F}));
    BOOST_TEST((out.iq[1] == cf32{1e-30F, 3e30F}));
    BOOST_TEST(out.result.finite);
    BOOST_TEST(out.result.saturated == 0U);
  }
}

BOOST_AUTO_TEST_CASE(one_component_that_is_not_finite_is_seen_anywhere) {
  constexpr std::size_t kSamples = 2500;
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    for (const std::size_t at : {0, 1, 2047, 2048, 4999}) {
      std::vector<float> components(2 * kSamples, std::numeric_limits<float>::max());
      components[at] = bad;
      const auto out = convert_all(std::as_bytes(std::span(components)), SampleFormat::cf32_le);
      BOOST_TEST(!out.result.finite, "component " << at);
    }
  }
  const std::vector<float> good(2 * kSamples, std::numeric_limits<float>::max());
  BOOST_TEST(convert_all(std::as_bytes(std::span(good)), SampleFormat::cf32_le).result.finite);
}

BOOST_AUTO_TEST_CASE(every_saturated_sample_is_counted_once) {
  // 3000 samples pass the block size of the kernels; each third has both components at an end.
  std::vector<std::int16_t> components(6000, 100);
  for (std::size_t i = 0; i < 6000; i += 6) components[i] = 32767, components[i + 1] = -32768;
  BOOST_TEST(convert_all(std::as_bytes(std::span(components)), SampleFormat::ci16_le).result.saturated ==
             1000U);
}

BOOST_AUTO_TEST_CASE(neither_address_nor_length_changes_a_sample) {
  std::mt19937 random(1);
  std::vector<std::byte> native(8 * 3000 + 64);
  for (auto& octet : native) octet = static_cast<std::byte>(random() & 0x3f);
  for (const SampleFormat format : kAllFormats) {
    const std::size_t size = bytes_per_sample(format);
    for (const std::size_t offset : {0, 1, 3, 7}) {
      const auto whole = convert_all(std::span(native).subspan(offset, 2999 * size), format);
      for (const std::size_t at : {0, 1, 1023, 1024, 2998}) {
        const auto single = convert_all(std::span(native).subspan(offset + at * size, size), format);
        BOOST_TEST((single.iq[0] == whole.iq[at]), to_string(format) << " sample " << at);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(no_samples_are_no_trouble) {
  for (const SampleFormat format : kAllFormats) {
    const ConvertResult result = convert({}, format, {});
    BOOST_TEST(result.finite);
    BOOST_TEST(result.saturated == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_converter_of_12_bits_has_its_own_full_scale) {
  const std::vector<std::int16_t> components{2047, 0, 1024, -1024, 0, -2048, 2046, -2047};
  const auto native = std::as_bytes(std::span(components));
  std::vector<cf32> iq(4);
  const ConvertResult result = convert(native, SampleFormat::ci16_le, iq, 12);
  check_sample(iq[0], 2047.0F / 2048, 0);
  check_sample(iq[1], 0.5F, -0.5F);
  check_sample(iq[2], 0, -1);
  BOOST_TEST(result.saturated == 2U);
  BOOST_TEST(convert(native, SampleFormat::ci16_le, iq).saturated == 0U);
}

BOOST_AUTO_TEST_CASE(the_first_and_the_last_saturated_sample_are_found) {
  const auto check = [](std::size_t first, std::size_t last) {
    std::vector<std::int16_t> components(2 * 5000, 100);
    components[2 * first] = 32767;
    components[2 * last + 1] = -32768;
    const auto out = convert_all(std::as_bytes(std::span(components)), SampleFormat::ci16_le);
    BOOST_TEST(out.result.first_saturated == first);
    BOOST_TEST(out.result.last_saturated == last);
  };
  for (const std::size_t first : {0, 1, 1023, 1024, 3000})
    for (const std::size_t last : {3000, 3071, 3072, 4999}) check(first, last);
  const auto eight = convert_all(octets({1, 1, 0x80, 1, 1, 0x7f, 1, 1}), SampleFormat::ci8);
  BOOST_TEST(eight.result.first_saturated == 1U);
  BOOST_TEST(eight.result.last_saturated == 2U);
  const auto unsigned_ones = convert_all(octets({1, 1, 1, 0, 255, 1, 1, 254}), SampleFormat::cu8);
  BOOST_TEST(unsigned_ones.result.first_saturated == 1U);
  BOOST_TEST(unsigned_ones.result.last_saturated == 2U);
}
