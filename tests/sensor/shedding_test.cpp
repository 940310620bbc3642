// What the bank leaves undone when it is told to, and what a worker does whose feed stands still.

#include <boost/test/unit_test.hpp>
#include <cstring>
#include <functional>
#include <vector>

#include "sensor/bank_stage.hpp"
#include "sensor/channel_worker.hpp"
#include "sensor/slot_filler.hpp"
#include "tests/support/random.hpp"

using namespace windhover;
using namespace windhover::sensor;
using decoders::Priority;
using dsp::cf32;
using dsp::Hertz;

namespace {

constexpr Hertz kRate{960e3};
constexpr std::int64_t kChunk = 3840;  // 4 ms

/// What happens when so many blocks have been decoded.
struct Later {
  int blocks = 0;
  std::function<void()> happen;
} later;

/// Rejects something in every block.
class Complainer final : public decoders::Decoder {
  void process(const decoders::IqBlock& in, decoders::DecoderOutput& out) override {
    if (!in.iq.empty()) out.rejects.push_back({});
    if (later.happen && --later.blocks == 0) later.happen();
  }
};
std::vector<decoders::ChannelSpec> three_channels(decoders::Band band) {
  std::vector<decoders::ChannelSpec> specs;
  for (const Priority priority : {Priority::primary, Priority::secondary, Priority::spare}) {
    decoders::ChannelSpec spec{0.5 * (band.low + band.high), Hertz{300e3}, Hertz{800e3}};
    spec.priority = priority;
    specs.push_back(spec);
  }
  return specs;
}
std::unique_ptr<decoders::Decoder> make_complainer(const decoders::ChannelSpec&) {
  return std::make_unique<Complainer>();
}
constexpr decoders::DecoderEntry kRegistry[] = {{"complainer", three_channels, make_complainer}};

/// Noise through the bank, all of its spectra kept.
class Bank {
 public:
  explicit Bank(ShedLevel level, double seconds = 0.5, bool wants_rows = true)
      : chunks_(static_cast<std::int64_t>(seconds / 4e-3)),
        level_(level),
        iq_({static_cast<std::size_t>(chunks_) + 2, 1, 1, Overrun::wait},
            [] {
              return IqSlot{std::vector<std::byte>(kChunk * sizeof(cf32)), {}};
            }),
        spectra_({2 * static_cast<std::size_t>(seconds / 75e-6) + 400, 1,
                  BankStage::kHoldBack + BankStage::kBatch, Overrun::wait},
                 [] {
                   SpectrumSlot slot;
                   slot.bins.resize(dsp::bank_geometry(kRate).fft_size);
                   return slot;
                 }),
        rows_(dsp::bank_geometry(kRate), 1, Overrun::drop),
        bank_(info(), kRegistry, iq_, spectra_) {
    std::vector<cf32> noise(kChunk);
    synth::Random(3).add_noise(noise, 1e-3);
    for (std::int64_t i = 0; i < chunks_; ++i) {
      IqSlot& slot = *iq_.acquire();
      std::memcpy(slot.native.data(), noise.data(), kChunk * sizeof(cf32));
      slot.chunk = {};
      slot.chunk.samples = kChunk;
      slot.chunk.first = {i * kChunk};
      slot.chunk.centre = info().centre;
      iq_.publish();
    }
    iq_.close();
    rows_.want(wants_rows);
    bank_.make_rows(rows_);
    bank_.obey(level_);
    bank_.run();
  }
  static SourceInfo info() {
    SourceInfo info;
    info.format = dsp::SampleFormat::cf32_le;
    info.rate = kRate;
    info.centre = {2440e6};
    info.live = true;
    return info;
  }
  const StreamCounters counters() const { return bank_.counters(); }
  const ChannelPlan& plan() const { return bank_.first_plan(); }
  SpectrumRing& spectra() { return spectra_; }
  SpectrumRows& rows() { return rows_; }
  std::uint64_t samples() const { return static_cast<std::uint64_t>(chunks_ * kChunk); }

  template <typename Look>
  void each(Look look) {
    while (const auto lease = spectra_.try_read(0)) look(*lease);
  }

 private:
  std::int64_t chunks_;
  std::atomic<ShedLevel> level_;
  IqRing iq_;
  SpectrumRing spectra_;
  SpectrumRows rows_;
  BankStage bank_;
};

std::uint64_t shed(const Bank& bank, Work work) {
  return bank.counters().shed_samples[static_cast<std::size_t>(work)];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(shedding)

BOOST_AUTO_TEST_CASE(channels_are_given_up_by_their_priority) {
  for (ShedLevel level = 0; level <= 5; ++level) {
    Bank bank(level, 0.05);
    std::size_t spectra = 0;
    bank.each([&](const SpectrumSlot& slot) {
      ++spectra;
      BOOST_TEST_REQUIRE(slot.open[0] == 1);
      BOOST_TEST_REQUIRE(slot.open[1] == (level < 5));
      BOOST_TEST_REQUIRE(slot.open[2] == (level < 4));
    });
    BOOST_TEST(spectra > 600U);
    for (std::size_t work = 0; work < kWorks; ++work)
      BOOST_TEST(bank.counters().shed_samples[work] == (level > work ? bank.samples() : 0));
  }
}

BOOST_AUTO_TEST_CASE(where_the_stream_is_tuned_to_is_told_again_each_second) {
  Bank bank(0, 3.5);
  int seconds = 0;
  bank.each([&](const SpectrumSlot& slot) {
    if (!slot.facts.counters) return;
    ++seconds;
    BOOST_TEST_REQUIRE(slot.facts.retune.has_value());
    BOOST_TEST(slot.facts.retune->centre.value == Bank::info().centre.value);
    BOOST_TEST(slot.facts.retune->samples == 0U);
  });
  BOOST_TEST(seconds == 3);
}

BOOST_AUTO_TEST_CASE(rows_of_the_waterfall_go_first_and_are_made_only_for_somebody) {
  BOOST_TEST(Bank(0).rows().ring().published() == 4U);
  BOOST_TEST(Bank(1).rows().ring().published() == 0U);
  BOOST_TEST(Bank(0, 0.5, false).rows().ring().published() == 0U);
  Bank bank(1);
  for (std::size_t work = 0; work < kWorks; ++work)
    BOOST_TEST(bank.counters().shed_samples[work] == (work == 0 ? bank.samples() : 0));
}

BOOST_AUTO_TEST_CASE(rows_that_nobody_fetches_are_lost_and_counted_and_hold_nobody_up) {
  Bank bank(0, 4);
  std::size_t fetched = 0;
  while (bank.rows().ring().try_read(0)) ++fetched;
  BOOST_TEST(fetched > 0U);
  BOOST_TEST(bank.rows().lost() > 0U);
  BOOST_TEST(fetched + bank.rows().lost() == 39U);
}

BOOST_AUTO_TEST_CASE(slices_are_left_out_whole_and_what_is_taken_is_whole) {
  for (const ShedLevel level : {ShedLevel{6}, ShedLevel{7}, ShedLevel{8}}) {
    Bank bank(level, 4);
    std::int64_t taken = 0, run = 0;
    std::vector<std::int64_t> runs;
    dsp::SampleIndex expected{};
    bank.each([&](const SpectrumSlot& slot) {
      BOOST_TEST_REQUIRE((slot.gap || slot.first_valid == expected));
      if (slot.gap && run > 0) runs.push_back(std::exchange(run, 0));
      run += slot.end_valid - slot.first_valid;
      taken += slot.end_valid - slot.first_valid;
      expected = slot.end_valid;
    });
    BOOST_TEST(static_cast<std::uint64_t>(taken) + shed(bank, Work::everything) == bank.samples());
    BOOST_TEST(std::abs(static_cast<double>(taken) / static_cast<double>(bank.samples()) -
                        time_share(level)) < 0.05);
    BOOST_TEST(!runs.empty());
    for (const std::int64_t each : runs) {
      const double slices = static_cast<double>(each) / (kSlice_s * kRate.value);
      BOOST_TEST(std::abs(slices - std::round(slices)) < 1e-9, slices);
      BOOST_TEST(slices >= 1);
    }
    BOOST_TEST(bank.counters().gaps == 0U);  // nothing was lost
    BOOST_TEST(shed(bank, Work::snapshots) == bank.samples());
  }
}

BOOST_AUTO_TEST_CASE(a_worker_whose_feed_stands_still_keeps_a_bounded_number_of_events_and_counts_the_rest) {
  Bank bank(0, 0.5);
  EventRing events({2, 1, 1, Overrun::drop}, [] { return EventBatch{}; });
  // The feed sits on the first batch nearly to the end.
  events.acquire()->events.clear();
  events.publish();
  auto held = events.try_read(0);
  BOOST_REQUIRE(held);
  ChannelWorker worker({0, 1}, Bank::info(), bank.plan(), bank.spectra(), events);
  constexpr std::uint64_t kRejects = 18'000;  // of the three channels' 20,000
  later = {kRejects, [&] { held.release(); }};
  worker.run();
  later = {};
  std::uint64_t lost = 0;
  while (const auto batch = events.try_read(0)) lost = std::max(lost, batch->lost_events);
  BOOST_TEST(lost > 0U);
  BOOST_TEST(lost + ChannelWorker::kMostPending <= kRejects);
  BOOST_TEST(lost + ChannelWorker::kMostPending + 100 >= kRejects);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(slot_filler)

namespace {

constexpr std::size_t kSlotSamples = 1000;

struct Filling {
  IqRing ring{{16, 1, 1, Overrun::drop}, [] { return IqSlot{std::vector<std::byte>(kSlotSamples), {}}; }};
  IqSlot spare{std::vector<std::byte>(kSlotSamples), {}};
  SlotFiller filler{ring, 1, spare};
  std::int64_t next = 0;

  SourceChunk read(std::size_t samples, bool gap = false) {
    auto room = filler.room();
    SourceChunk chunk;
    chunk.samples = std::min(samples, room.size());
    chunk.first = {next};
    chunk.gap = gap;
    for (std::size_t i = 0; i < chunk.samples; ++i) room[i] = static_cast<std::byte>(next++ % 251);
    filler.take(chunk);
    return chunk;
  }
  struct Piece {
    std::int64_t first;
    std::size_t samples;
    bool gap;
  };
  /// What the reader gets; every octet is where it belongs.
  std::vector<Piece> pieces() {
    std::vector<Piece> found;
    while (const auto lease = ring.try_read(0)) {
      found.push_back({lease->chunk.first.value, lease->chunk.samples, lease->chunk.gap});
      for (std::size_t i = 0; i < lease->chunk.samples; ++i)
        BOOST_TEST_REQUIRE(std::to_integer<std::int64_t>(lease->native[i]) ==
                           (found.back().first + static_cast<std::int64_t>(i)) % 251);
    }
    return found;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(small_reads_share_a_slot) {
  Filling filling;
  for (int i = 0; i < 20; ++i) filling.read(100);
  const auto pieces = filling.pieces();
  BOOST_REQUIRE(pieces.size() == 2U);  // three quarters full is full
  BOOST_TEST(pieces[0].samples == 800U);
  BOOST_TEST(pieces[1].first == 800);
  filling.filler.hand_over();
  BOOST_TEST(filling.pieces()[0].samples == 400U);
  filling.filler.hand_over();
  BOOST_TEST(filling.pieces().empty());
}

BOOST_AUTO_TEST_CASE(a_gap_begins_a_slot_of_its_own) {
  Filling filling;
  filling.read(100);
  filling.read(100);
  filling.next += 5000;
  filling.read(100, true);
  filling.read(100);
  filling.filler.hand_over();
  const auto pieces = filling.pieces();
  BOOST_REQUIRE(pieces.size() == 2U);
  BOOST_TEST(pieces[0].samples == 200U);
  BOOST_TEST(!pieces[0].gap);
  BOOST_TEST(pieces[1].first == 5200);
  BOOST_TEST(pieces[1].samples == 200U);
  BOOST_TEST(pieces[1].gap);
}

BOOST_AUTO_TEST_CASE(samples_that_jump_or_bring_a_time_begin_one_too) {
  Filling filling;
  filling.read(100);
  filling.next += 7;  // a hole that nobody marked
  filling.read(100);
  SourceChunk timed;
  auto room = filling.filler.room();
  timed.samples = 50;
  timed.first = {filling.next};
  timed.time = UtcTime{};
  for (std::size_t i = 0; i < 50; ++i) room[i] = static_cast<std::byte>(filling.next++ % 251);
  filling.filler.take(timed);
  filling.filler.hand_over();
  const auto pieces = filling.pieces();
  BOOST_REQUIRE(pieces.size() == 3U);
  BOOST_TEST(pieces[1].first == 107);
  BOOST_TEST(pieces[2].first == 207);
}

BOOST_AUTO_TEST_SUITE_END()
