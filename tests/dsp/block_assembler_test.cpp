#include "dsp/block_assembler.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

using namespace windhover::dsp;

namespace {

const BankGeometry kGeometry = bank_geometry(Hertz{2.4e6});  // 240 samples a block, 180 a hop, lead 30

struct Block {
  std::vector<cf32> samples;
  std::int64_t block;
  std::int64_t first, end;
  bool gap;
  bool operator==(const Block&) const = default;
};

struct Fixture {
  std::vector<Block> blocks;
  BlockAssembler assembler{kGeometry, SampleFormat::cf32_le, [this](const AssembledBlock& b) {
                             blocks.push_back({{b.samples, b.samples + kGeometry.fft_size},
                                               b.block,
                                               b.first_valid.value,
                                               b.end_valid.value,
                                               b.gap});
                           }};
  void feed(std::span<const cf32> samples, std::int64_t first, bool gap = false) {
    assembler.feed(std::as_bytes(samples), {first}, gap);
  }
};

// Sample n is (n + 1, −n): tells where it came from and is never zero.
std::vector<cf32> counting(std::int64_t first, std::size_t n) {
  std::vector<cf32> samples(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto at = static_cast<float>(first + static_cast<std::int64_t>(i));
    samples[i] = {at + 1, -at};
  }
  return samples;
}

}  // namespace

BOOST_AUTO_TEST_CASE(blocks_hold_the_samples_of_their_place_on_the_grid) {
  Fixture f;
  f.feed(counting(0, 1000), 0);
  f.assembler.flush();
  BOOST_REQUIRE(f.blocks.size() == 6);  // 1000 samples in hops of 180
  std::int64_t covered = 0;
  for (const Block& block : f.blocks) {
    BOOST_TEST(block.first == covered);
    covered = block.end;
    BOOST_TEST(block.gap == (block.block == 0));
    for (std::size_t i = 0; i < block.samples.size(); ++i) {
      const std::int64_t at = kGeometry.block_start(block.block) + static_cast<std::int64_t>(i);
      const bool inside = at >= 0 && at < 1000;
      BOOST_TEST(block.samples[i].real() == (inside ? static_cast<float>(at + 1) : 0.0f));
    }
  }
  BOOST_TEST(covered == 1000);
}

BOOST_AUTO_TEST_CASE(any_split_of_the_stream_gives_the_same_blocks) {
  Fixture whole;
  const auto stream = counting(0, 3000);
  whole.feed(stream, 0);
  whole.assembler.flush();
  std::mt19937 random(5);
  for (int round = 0; round < 20; ++round) {
    Fixture pieces;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t n = std::min<std::size_t>(1 + random() % 700, stream.size() - at);
      pieces.feed(std::span(stream).subspan(at, n), static_cast<std::int64_t>(at));
      at += n;
    }
    pieces.assembler.flush();
    BOOST_TEST((pieces.blocks == whole.blocks));
  }
}

BOOST_AUTO_TEST_CASE(a_hole_ends_the_block_and_the_next_starts_after_it_on_the_same_grid) {
  Fixture f;
  f.feed(counting(0, 500), 0);
  f.feed(counting(600, 400), 600);
  f.assembler.flush();
  std::int64_t received = 0;
  for (const Block& block : f.blocks) {
    received += block.end - block.first;
    for (std::size_t i = 0; i < block.samples.size(); ++i) {
      const std::int64_t at = kGeometry.block_start(block.block) + static_cast<std::int64_t>(i);
      if (block.samples[i] != cf32{}) BOOST_TEST((at < 500 || at >= 600));
    }
  }
  BOOST_TEST(received == 900);
  int gaps = 0;
  for (const Block& block : f.blocks) {
    if (!block.gap) continue;
    BOOST_TEST((block.first == 0 || block.first == 600));
    ++gaps;
  }
  BOOST_TEST(gaps == 2);
}

BOOST_AUTO_TEST_CASE(a_marked_gap_without_a_jump_of_the_index_also_starts_anew) {
  Fixture f;
  f.feed(counting(0, 270), 0);
  f.feed(counting(270, 270), 270, true);
  f.assembler.flush();
  int gaps = 0;
  for (const Block& block : f.blocks) gaps += block.gap;
  BOOST_TEST(gaps == 2);
}

BOOST_AUTO_TEST_CASE(samples_that_are_not_finite_are_counted_and_left_out_as_a_hole) {
  Fixture f;
  auto stream = counting(0, 1000);
  for (const std::size_t bad : {0u, 400u, 401u, 402u, 777u, 999u})
    stream[bad] = {std::numeric_limits<float>::quiet_NaN(), 1};
  stream[500] = {1, std::numeric_limits<float>::infinity()};
  f.feed(stream, 0);
  f.assembler.flush();
  BOOST_TEST(f.assembler.nonfinite_samples() == 7u);
  std::int64_t received = 0;
  for (const Block& block : f.blocks) {
    received += block.end - block.first;
    for (const cf32 x : block.samples) BOOST_TEST((std::isfinite(x.real()) && std::isfinite(x.imag())));
  }
  BOOST_TEST(received == 1000 - 7);
}

// Whatever the pieces that they come in, each saturated sample lies in a span that its block or one before
// has told, and no span reaches farther than the samples of one hop.
BOOST_AUTO_TEST_CASE(saturated_samples_are_told_with_their_place) {
  std::mt19937 random(5);
  constexpr std::int64_t kSamples = 5000;
  for (int round = 0; round < 50; ++round) {
    std::vector<std::int16_t> components(2 * kSamples, 100);
    std::vector<std::int64_t> places;
    for (std::int64_t at = random() % 300; at < kSamples; at += 1 + random() % 700) {
      components[2 * static_cast<std::size_t>(at)] = 32767;
      places.push_back(at);
    }
    std::vector<SampleSpan> spans;
    BlockAssembler assembler{kGeometry, SampleFormat::ci16_le, [&](const AssembledBlock& block) {
                               for (const std::int64_t at : places)
                                 if (at >= block.first_valid.value && at < block.end_valid.value) {
                                   auto told = spans;
                                   told.push_back(block.saturated);
                                   BOOST_TEST(std::ranges::any_of(told, [&](const SampleSpan& span) {
                                     return span.first.value <= at && at < span.end.value;
                                   }));
                                 }
                               if (!block.saturated.empty()) spans.push_back(block.saturated);
                             }};
    for (std::int64_t at = 0; at < kSamples;) {
      const auto n = std::min<std::int64_t>(1 + random() % 400, kSamples - at);
      assembler.feed(std::as_bytes(std::span(components)).subspan(4 * at, 4 * n), {at}, false);
      at += n;
    }
    assembler.flush();
    for (const SampleSpan& span : spans) {
      BOOST_TEST(std::ranges::count(places, span.first.value) == 1);
      BOOST_TEST(std::ranges::count(places, span.end.value - 1) == 1);
      BOOST_TEST((span.end - span.first) <= static_cast<std::int64_t>(kGeometry.fft_size));
    }
    BOOST_TEST(assembler.saturated_samples() == places.size());
  }
}
