#include "sensor/ring.hpp"

#include <array>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using windhover::sensor::Overrun;
using windhover::sensor::Ring;
using windhover::sensor::RingShape;

// A block that can tell whether two writes are mixed in it.
struct Block {
  std::uint64_t index = 0;
  std::vector<std::uint64_t> words = std::vector<std::uint64_t>(64);
  std::uint64_t sum = 0;

  void fill(std::uint64_t i) {
    index = i;
    for (std::size_t k = 0; k < words.size(); ++k) words[k] = i * 0x9e3779b97f4a7c15u + k;
    sum = std::accumulate(words.begin(), words.end(), index);
  }
  bool whole() const { return sum == std::accumulate(words.begin(), words.end(), index); }
};

using BlockRing = Ring<Block>;

BlockRing make_ring(RingShape shape) {
  return BlockRing(shape, [] { return Block{}; });
}

// Writes blocks first, first+1, … and returns how many the ring took.
std::uint64_t write(BlockRing& ring, std::uint64_t first, std::uint64_t count) {
  std::uint64_t taken = 0;
  for (std::uint64_t i = first; i < first + count; ++i) {
    Block* block = ring.acquire();
    if (block == nullptr) continue;
    block->fill(i);
    ring.publish();
    ++taken;
  }
  return taken;
}

// The indices of all blocks that the reader can have now.
std::vector<std::uint64_t> drain(BlockRing& ring, std::size_t reader) {
  std::vector<std::uint64_t> indices;
  while (const auto lease = ring.try_read(reader)) indices.push_back(lease->index);
  return indices;
}

std::vector<std::uint64_t> from_to(std::uint64_t first, std::uint64_t end) {
  std::vector<std::uint64_t> indices(end - first);
  std::iota(indices.begin(), indices.end(), first);
  return indices;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ring)

BOOST_AUTO_TEST_CASE(every_reader_gets_every_block_in_order) {
  auto ring = make_ring({.slots = 7, .readers = 2});
  for (std::uint64_t first = 0; first < 100; first += 4) {
    BOOST_TEST(write(ring, first, 4) == 4u);
    BOOST_TEST(drain(ring, 0) == from_to(first, first + 4), boost::test_tools::per_element());
    BOOST_TEST(drain(ring, 1) == from_to(first, first + 4), boost::test_tools::per_element());
  }
  BOOST_TEST(ring.published() == 100u);
  BOOST_TEST(ring.lost(0) + ring.lost(1) + ring.drops() == 0u);
}

BOOST_AUTO_TEST_CASE(slots_are_made_once_and_keep_their_buffers) {
  int made = 0;
  BlockRing ring({.slots = 5, .readers = 1}, [&made] { return ++made, Block{}; });
  std::vector<const std::uint64_t*> buffers;
  for (std::uint64_t i = 0; i < 10; ++i) {
    Block* block = ring.acquire();
    BOOST_REQUIRE(block != nullptr);
    buffers.push_back(block->words.data());
    ring.publish();
    drain(ring, 0);
  }
  BOOST_TEST(made == 5);
  for (std::size_t i = 0; i < 5; ++i) BOOST_TEST(buffers[i] == buffers[i + 5]);
}

BOOST_AUTO_TEST_CASE(an_idle_laggard_learns_exactly_how_many_blocks_it_lost) {
  auto ring = make_ring({.slots = 8, .readers = 1});
  BOOST_TEST(write(ring, 0, 50) == 50u);
  std::uint64_t read = 0, lost = 0, next = 0;
  while (const auto lease = ring.try_read(0)) {
    lost += lease.lost();
    BOOST_TEST(lease->index == next + lease.lost());
    BOOST_TEST(lease.number() == lease->index);
    next = lease->index + 1;
    ++read;
  }
  BOOST_TEST(read + lost == 50u);
  BOOST_TEST(next == 50u);
  BOOST_TEST(lost == ring.lost(0));
  BOOST_TEST(read >= 3u);  // half the ring at least is left to it
  BOOST_TEST(ring.drops() == 0u);
}

BOOST_AUTO_TEST_CASE(a_slow_reader_hurts_only_itself) {
  auto ring = make_ring({.slots = 8, .readers = 2});
  std::uint64_t slow_read = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    BOOST_REQUIRE(write(ring, i, 1) == 1u);
    BOOST_REQUIRE(drain(ring, 0) == std::vector<std::uint64_t>{i});
    if (i % 3 == 0 && ring.try_read(1)) ++slow_read;
  }
  BOOST_TEST(ring.lost(0) == 0u);
  BOOST_TEST(ring.drops() == 0u);
  BOOST_TEST(slow_read == 334u);
  BOOST_TEST(slow_read + ring.lost(1) + ring.backlog(1) == 1000u);
}

BOOST_AUTO_TEST_CASE(a_reader_that_is_never_idle_is_slow_without_dropping_blocks) {
  // It takes its next lease the moment that it gives one back, and each lasts one and a half blocks.
  auto ring = make_ring({.slots = 16, .readers = 1});
  write(ring, 0, 1);
  auto lease = ring.try_read(0);
  std::uint64_t read = 1;
  for (std::uint64_t i = 1; i < 3000; ++i) {
    BOOST_REQUIRE(write(ring, i, 1) == 1u);
    if (i % 3 == 0) continue;
    lease.release();
    lease = ring.try_read(0);
    if (lease) ++read;
  }
  lease.release();
  BOOST_TEST(ring.drops() == 0u);
  BOOST_TEST(ring.lost(0) > 500u);
  BOOST_TEST(read + ring.lost(0) + ring.backlog(0) == 3000u);
}

BOOST_AUTO_TEST_CASE(a_laggard_that_is_busy_in_the_slot_makes_the_new_block_drop) {
  auto ring = make_ring({.slots = 4, .readers = 2});
  write(ring, 0, 1);
  auto lease = ring.try_read(0);
  BOOST_REQUIRE(lease);
  BOOST_TEST(write(ring, 1, 3) == 3u);
  BOOST_TEST(ring.lost(1) == 0u);
  BOOST_TEST(write(ring, 4, 5) == 0u);
  BOOST_TEST(ring.drops() == 5u);
  BOOST_TEST(ring.lost(1) == 0u);  // nobody is moved for a block that does not come
  BOOST_TEST(lease->index == 0u);
  BOOST_TEST(lease->whole());

  lease.release();
  BOOST_TEST(write(ring, 9, 1) == 1u);
  const auto indices = drain(ring, 0);
  BOOST_TEST(indices.back() == 9u);  // the hole shows in the blocks' own index
  BOOST_TEST(ring.published() == 5u);
  BOOST_TEST(1 + indices.size() + ring.lost(0) == 5u);
}

BOOST_AUTO_TEST_CASE(a_lease_elsewhere_in_the_ring_drops_nothing) {
  auto ring = make_ring({.slots = 4, .readers = 1});
  write(ring, 0, 2);
  drain(ring, 0);
  write(ring, 2, 1);
  const auto lease = ring.try_read(0);
  BOOST_REQUIRE(lease);
  BOOST_TEST(write(ring, 3, 3) == 3u);  // slots 3, 0, 1; the lease is in slot 2
  BOOST_TEST(write(ring, 6, 1) == 0u);
}

BOOST_AUTO_TEST_CASE(the_writer_fills_ahead_of_what_it_publishes) {
  auto ring = make_ring({.slots = 6, .readers = 1, .max_ahead = 3});
  for (std::uint64_t i = 0; i < 3; ++i) ring.acquire()->fill(i);
  BOOST_TEST(ring.held() == 3u);
  BOOST_CHECK_THROW(ring.acquire(), std::logic_error);
  BOOST_TEST(!ring.try_read(0));
  BOOST_TEST(ring.acquired(0).index == 0u);
  BOOST_TEST(ring.acquired(2).index == 2u);
  BOOST_CHECK_THROW(ring.acquired(3), std::logic_error);
  for (std::uint64_t i = 3; i < 40; ++i) {
    ring.acquired(0).fill(i - 3);  // still the writer's to change
    ring.publish();
    ring.acquire()->fill(i);
    BOOST_TEST(drain(ring, 0) == std::vector<std::uint64_t>{i - 3});
  }
  ring.publish(3);
  BOOST_TEST(drain(ring, 0) == from_to(37, 40), boost::test_tools::per_element());
  BOOST_CHECK_THROW(ring.publish(), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_laggard_is_never_moved_into_what_the_writer_holds) {
  auto ring = make_ring({.slots = 4, .readers = 1, .max_ahead = 3});  // one published block is safe
  std::uint64_t written = 0;
  for (; written < 3; ++written) ring.acquire()->fill(written);
  for (std::uint64_t i = 0; i < 50; ++i, ++written) {
    ring.publish();
    Block* block = ring.acquire();
    BOOST_REQUIRE(block != nullptr);
    block->fill(written);
    if (i % 7 != 0) continue;
    const auto lease = ring.try_read(0);
    BOOST_REQUIRE(lease);
    BOOST_TEST(lease->index == i);
    BOOST_TEST(lease->whole());
  }
}

BOOST_AUTO_TEST_CASE(close_lets_readers_drain_and_then_tells_them) {
  auto ring = make_ring({.slots = 8, .readers = 1});
  write(ring, 0, 3);
  ring.close();
  for (std::uint64_t i = 0; i < 3; ++i) BOOST_TEST(ring.read(0)->index == i);
  for (int again = 0; again < 2; ++again) {
    const auto lease = ring.read(0);
    BOOST_TEST(!lease);
    BOOST_TEST(lease.end());
  }
}

BOOST_AUTO_TEST_CASE(nothing_yet_is_not_the_end) {
  auto ring = make_ring({.slots = 2, .readers = 1});
  const auto lease = ring.try_read(0);
  BOOST_TEST(!lease);
  BOOST_TEST(!lease.end());
}

BOOST_AUTO_TEST_CASE(cancel_ends_at_once_and_leaves_leases_valid) {
  auto ring = make_ring({.slots = 4, .readers = 1, .overrun = Overrun::wait});
  write(ring, 0, 4);
  const auto lease = ring.read(0);
  ring.cancel();
  BOOST_TEST(lease->whole());
  BOOST_TEST(ring.acquire() == nullptr);
}

BOOST_AUTO_TEST_CASE(after_cancel_readers_get_no_more_blocks) {
  auto ring = make_ring({.slots = 4, .readers = 1});
  write(ring, 0, 2);
  ring.cancel();
  BOOST_TEST(ring.read(0).end());
  BOOST_TEST(ring.acquire() == nullptr);
  BOOST_TEST(ring.drops() == 0u);
}

BOOST_AUTO_TEST_CASE(a_second_lease_of_one_reader_is_a_bug_that_is_told) {
  auto ring = make_ring({.slots = 4, .readers = 1});
  write(ring, 0, 2);
  const auto lease = ring.try_read(0);
  BOOST_CHECK_THROW(ring.try_read(0), std::logic_error);
}

BOOST_AUTO_TEST_CASE(an_impossible_shape_is_refused) {
  BOOST_CHECK_THROW(make_ring({.slots = 0, .readers = 1}), std::invalid_argument);
  BOOST_CHECK_THROW(make_ring({.slots = 3, .readers = 1, .max_ahead = 3}), std::invalid_argument);
  BOOST_CHECK_THROW(make_ring({.slots = 3, .readers = 1, .max_ahead = 0}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(a_writer_that_only_tries_neither_waits_nor_moves_a_reader) {
  Ring<int> ring({3, 2, 1, Overrun::wait}, [] { return 0; });
  for (int i = 0; i < 3; ++i) {
    int* const slot = ring.try_acquire();
    BOOST_REQUIRE(slot != nullptr);
    *slot = i;
    ring.publish();
  }
  BOOST_TEST(ring.try_acquire() == nullptr);
  BOOST_TEST(*ring.read(0) == 0);
  BOOST_TEST(ring.try_acquire() == nullptr);  // the other reader has not
  {
    const auto lease = ring.read(1);
    BOOST_TEST(*lease == 0);
    BOOST_TEST(ring.try_acquire() == nullptr);  // it is still looking
  }
  BOOST_TEST(ring.try_acquire() != nullptr);
  BOOST_TEST(ring.lost(0) + ring.lost(1) == 0U);
  ring.publish();
  ring.cancel();
  BOOST_TEST(ring.try_acquire() == nullptr);
}

BOOST_AUTO_TEST_SUITE(threads)
BOOST_AUTO_TEST_SUITE(ring)

namespace {

struct Tally {
  std::uint64_t read = 0;
  std::uint64_t lost = 0;
  std::uint64_t torn = 0;
  std::uint64_t out_of_order = 0;
};

// Work of random length that nothing can sleep through: it keeps the lease busy.
void work(std::mt19937& random, unsigned most) {
  std::atomic<std::uint64_t> sink{0};
  for (auto n = random() % (most + 1); n > 0; --n) sink.fetch_add(n, std::memory_order_relaxed);
}

Tally read_all(BlockRing& ring, std::size_t reader, unsigned most_work) {
  Tally tally;
  std::mt19937 random(static_cast<unsigned>(reader) + 1);
  std::uint64_t next = 0;
  for (;;) {
    const auto lease = ring.read(reader);
    tally.lost += lease.lost();
    if (!lease) return tally;
    ++tally.read;
    if (lease.number() != next + lease.lost()) ++tally.out_of_order;
    next = lease.number() + 1;
    if (!lease->whole()) ++tally.torn;
    work(random, most_work);
    if (!lease->whole()) ++tally.torn;
  }
}

struct Outcome {
  std::array<Tally, 3> readers;
  std::uint64_t offered = 0;
};

// Three readers, the last of them slow, against a writer that keeps `ahead` blocks to itself.
Outcome stress(BlockRing& ring, std::size_t ahead, std::chrono::milliseconds time) {
  Outcome outcome;
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < 3; ++i)
      threads.emplace_back([&, i] { outcome.readers[i] = read_all(ring, i, i == 2 ? 20'000 : 300); });
    std::mt19937 random(99);
    const auto until = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < until) {
      Block* block = ring.acquire();
      if (block != nullptr) block->fill(outcome.offered);
      ++outcome.offered;
      if (ring.held() > ahead) ring.publish(1 + random() % ring.held());
      work(random, 500);
    }
    ring.publish(ring.held());
    ring.close();
  }
  return outcome;
}

}  // namespace

BOOST_AUTO_TEST_CASE(three_readers_under_stress_account_for_every_block) {
  auto ring = make_ring({.slots = 13, .readers = 3, .max_ahead = 5});
  const Outcome outcome = stress(ring, 4, std::chrono::milliseconds{1000});
  for (std::size_t i = 0; i < 3; ++i) {
    const Tally& reader = outcome.readers[i];
    BOOST_TEST(reader.torn == 0u);
    BOOST_TEST(reader.out_of_order == 0u);
    BOOST_TEST(reader.read + reader.lost == ring.published());
    BOOST_TEST(reader.lost == ring.lost(i));
    BOOST_TEST(reader.read > 0u);
  }
  BOOST_TEST(outcome.readers[2].lost > 0u);  // else nothing was stressed
  BOOST_TEST(ring.published() + ring.drops() == outcome.offered);
}

BOOST_AUTO_TEST_CASE(a_ring_that_waits_loses_nothing_under_stress) {
  auto ring = make_ring({.slots = 7, .readers = 3, .max_ahead = 3, .overrun = Overrun::wait});
  const Outcome outcome = stress(ring, 2, std::chrono::milliseconds{1000});
  for (const Tally& reader : outcome.readers) {
    BOOST_TEST(reader.torn == 0u);
    BOOST_TEST(reader.out_of_order == 0u);
    BOOST_TEST(reader.lost == 0u);
    BOOST_TEST(reader.read == outcome.offered);
  }
  BOOST_TEST(ring.published() == outcome.offered);
  BOOST_TEST(ring.drops() == 0u);
}

BOOST_AUTO_TEST_CASE(the_smallest_ring_hands_over_one_by_one) {
  auto ring = make_ring({.slots = 2, .readers = 1, .overrun = Overrun::wait});
  Tally tally;
  {
    const std::jthread reader([&] { tally = read_all(ring, 0, 0); });
    BOOST_TEST(write(ring, 0, 5'000) == 5'000u);
    ring.close();
  }
  BOOST_TEST(tally.read == 5'000u);
  BOOST_TEST(tally.torn + tally.lost + tally.out_of_order == 0u);
}

BOOST_AUTO_TEST_CASE(close_wakes_a_waiting_reader) {
  auto ring = make_ring({.slots = 4, .readers = 1});
  bool ended = false;
  {
    const std::jthread reader([&] { ended = ring.read(0).end(); });
    ring.close();
  }
  BOOST_TEST(ended);
}

BOOST_AUTO_TEST_CASE(cancel_wakes_a_waiting_writer_and_a_waiting_reader) {
  auto ring = make_ring({.slots = 2, .readers = 2, .overrun = Overrun::wait});
  bool ended = false;
  std::uint64_t taken = 0;
  {
    const std::jthread reader([&] {  // reader 0; nobody reads as reader 1, so the writer gets stuck
      while (ring.read(0)) {
      }
      ended = true;
    });
    std::atomic<bool> full{false};
    const std::jthread writer([&] {
      taken = write(ring, 0, 2);
      full = true;
      full.notify_one();
      taken += write(ring, 2, 1);
    });
    full.wait(false);
    ring.cancel();
  }
  BOOST_TEST(ended);
  BOOST_TEST(taken == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()
