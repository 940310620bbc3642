#include "sensor/evidence/evidence_stage.hpp"

#include <boost/test/unit_test.hpp>
#include <cstring>
#include <set>
#include <thread>

#include "tests/sensor/recording_fixture.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kChunk = 400;  // 4 ms at 100 kS/s
const UtcTime kStart = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());

/// A radio, a bank that takes everything, recorder and evidence thread. Each sample names its index.
class Pipeline {
 public:
  explicit Pipeline(EvidenceOptions options)
      : evidence_(std::move(options)),
        iq_({64, 2, 1, Overrun::drop}, [] { return slot(); }),
        stage_(source(), slot(), iq_, 1, evidence_) {}
  ~Pipeline() { finish(); }

  static SourceInfo source() {
    SourceInfo info;
    info.description = "a test";
    info.format = dsp::SampleFormat::ci16_le;
    info.rate = {100e3};
    info.centre = {2450e6};
    info.live = true;
    return info;
  }
  static IqSlot slot() { return {std::vector<std::byte>(4 * kChunk), {}, {}}; }

  /// Waits for bank and recorder after each chunk, so that it is not the machine that loses any; for the
  /// evidence thread too, unless `stalled`.
  void play(double seconds, const std::atomic<bool>& stalled) {
    for (double played = 0; played < seconds; played += 0.02) {
      play(0.02);
      while (!stalled && stage_.behind() > 8 * kChunk) std::this_thread::sleep_for(100us);
    }
  }
  void play(double seconds) {
    const auto end = index_ + static_cast<std::int64_t>(seconds * 100e3);
    while (index_ < end) {
      IqSlot* slot = iq_.acquire();
      if (slot != nullptr) fill(*slot);
      if (slot != nullptr) iq_.publish();
      index_ += kChunk;
      while (iq_.backlog(0) > 0 || iq_.backlog(1) > 0) std::this_thread::sleep_for(100us);
    }
  }
  void note(double start_s, const std::string& reason = {}) {
    EvidenceNote note;
    note.start_s = start_s;
    note.duration_s = 0.001;
    note.time = kStart + std::chrono::milliseconds(std::llround(start_s * 1000));
    note.label = "a frame";
    note.json = R"({"type":"frame"})";
    note.reason = reason;
    evidence_.note(std::move(note));
  }
  /// As the sensor does: the radio ends, then the feed.
  void finish() {
    if (finished_) return;
    finished_ = true;
    iq_.close();
    evidence_.close();
    for (std::jthread& thread : threads_) thread.join();
  }
  template <typename Done>
  void wait_until(Done done) const {
    while (!done(evidence_.status())) std::this_thread::sleep_for(1ms);
  }
  EvidenceStatus status() const { return evidence_.status(); }
  const IqRing& iq() const { return iq_; }
  std::int64_t bank_chunks() const { return bank_chunks_; }
  double seconds() const { return static_cast<double>(index_) / 100e3; }

 private:
  void fill(IqSlot& slot) {
    for (std::int64_t i = 0; i < kChunk; ++i) {
      const auto index = static_cast<std::uint32_t>(index_ + i);
      std::memcpy(slot.native.data() + 4 * i, &index, sizeof index);
    }
    slot.chunk = {};
    slot.chunk.samples = kChunk;
    slot.chunk.first = {index_};
    slot.chunk.centre = {2450e6};
    slot.anchor = ClockAnchor{{0}, kStart};
  }
  void run_bank() {
    while (const auto lease = iq_.read(0)) {
      if (lease.lost() > 0) bank_lost_ = true;
      ++bank_chunks_;
    }
  }

  Evidence evidence_;
  IqRing iq_;
  EvidenceStage stage_;
  std::int64_t index_ = 0;
  std::atomic<std::int64_t> bank_chunks_{0};
  std::atomic<bool> bank_lost_{false};
  bool finished_ = false;
  std::vector<std::jthread> threads_ = start();

  std::vector<std::jthread> start() {
    std::vector<std::jthread> threads;
    threads.emplace_back([this] { run_bank(); });
    threads.emplace_back([this] { stage_.record(); });
    threads.emplace_back([this] { stage_.write(); });
    return threads;
  }
};

struct Fixture {
  Fixture() {
    options.folder = folder / "evidence";
    options.least_free_bytes = 0;
  }
  std::vector<fs::path> snippets() const {
    std::set<fs::path> found;
    for (const auto& entry : fs::directory_iterator(options.folder)) {
      BOOST_TEST(entry.path().extension() != ".part");
      if (entry.path().extension() == ".sigmf-meta") found.insert(entry.path());
    }
    return {found.begin(), found.end()};
  }
  /// First and end of the samples, which must follow one another; -1 if they do not.
  struct Span {
    std::int64_t first, end;
  };
  static Span span_of(const fs::path& meta) {
    auto recording = open_recording(meta, {});
    const auto read = read_through(*recording, 1 << 20);
    Span span{-1, -1};
    for (std::size_t at = 0; at < read.octets.size(); at += 4) {
      std::uint32_t index = 0;
      std::memcpy(&index, read.octets.data() + at, sizeof index);
      if (at == 0) span.first = span.end = index;
      if (static_cast<std::int64_t>(index) != span.end++) return {-1, -1};
    }
    return span;
  }

  TemporaryFolder folder;
  EvidenceOptions options;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(threads)
BOOST_FIXTURE_TEST_SUITE(evidence_stage, Fixture)

BOOST_AUTO_TEST_CASE(a_snippet_holds_what_was_before_its_cause_though_the_cause_is_told_later) {
  Pipeline pipeline(options);
  pipeline.play(1.5);
  pipeline.note(1.3, "new_aircraft-x");
  pipeline.note(1.35);
  pipeline.play(2);
  pipeline.wait_until([](const EvidenceStatus& status) { return status.written == 1; });
  pipeline.finish();
  const auto files = snippets();
  BOOST_REQUIRE(files.size() == 1U);
  const Span span = span_of(files[0]);
  BOOST_TEST(span.first <= 110'000);
  BOOST_TEST(span.first > 110'000 - kChunk);
  BOOST_TEST(span.end >= 160'100);
  BOOST_TEST(span.end < 160'100 + 2 * kChunk);
  const json meta = json::parse(read_text_file(files[0], 1 << 20));
  BOOST_TEST(meta.at("annotations").size() == 2U);
  BOOST_TEST(meta.at("annotations")[0].at("core:sample_start") == 130'000 - span.first);
  const UtcTime time = parse_rfc3339(meta.at("captures")[0].at("core:datetime"));
  BOOST_TEST((time == kStart + std::chrono::microseconds(10 * span.first)));
  BOOST_TEST(pipeline.status().last == files[0].filename().string());
  BOOST_TEST(pipeline.status().lost_chunks == 0U);
}

BOOST_AUTO_TEST_CASE(a_disk_that_stands_still_costs_the_bank_nothing) {
  std::atomic<bool> blocked{true};
  std::atomic<bool> reached{false};
  options.before_write = [&](std::size_t) {
    reached = true;
    blocked.wait(true);
  };
  Pipeline pipeline(options);
  pipeline.play(1);
  pipeline.note(0.8, "new_aircraft-x");
  while (!reached) pipeline.play(0.1);
  pipeline.play(4 * options.history_s());
  const std::int64_t played = std::llround(pipeline.seconds() * 100e3) / kChunk;
  BOOST_TEST(pipeline.iq().drops() == 0U);
  BOOST_TEST(pipeline.iq().lost(0) == 0U);
  BOOST_TEST(pipeline.bank_chunks() == played);
  blocked = false;
  blocked.notify_all();
  pipeline.wait_until([](const EvidenceStatus& status) { return status.written == 1; });
  pipeline.finish();
  BOOST_TEST(pipeline.status().lost_chunks > 0U);
  BOOST_TEST(snippets().size() == 1U);
  BOOST_TEST(open_recording(snippets()[0], {})->info().rate.value == 100e3);
}

BOOST_AUTO_TEST_CASE(a_short_stall_of_the_disk_costs_nothing_at_all) {
  std::atomic<bool> blocked{true};
  std::atomic<bool> reached{false};
  options.before_write = [&](std::size_t) {
    reached = true;
    blocked.wait(true);
  };
  Pipeline pipeline(options);
  pipeline.play(0.5);
  pipeline.note(0.4, "new_aircraft-x");
  while (!reached) pipeline.play(0.02, reached);
  pipeline.play(EvidenceOptions::kStall_s * 0.75);
  blocked = false;
  blocked.notify_all();
  pipeline.play(1, blocked);
  pipeline.wait_until([](const EvidenceStatus& status) { return status.written == 1; });
  pipeline.finish();
  BOOST_TEST(pipeline.status().lost_chunks == 0U);
  BOOST_TEST(span_of(snippets().at(0)).first >= 0);
}

BOOST_AUTO_TEST_CASE(a_snippet_that_is_open_at_the_end_is_closed_and_valid) {
  Pipeline pipeline(options);
  pipeline.play(1);
  pipeline.note(0.95, "new_aircraft-x");
  pipeline.finish();
  BOOST_REQUIRE(snippets().size() == 1U);
  const Span span = span_of(snippets()[0]);
  BOOST_TEST(span.first > 0);
  BOOST_TEST(span.end == 100'000);
  BOOST_TEST(pipeline.status().written == 1U);
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_told_and_the_next_snippet_is_tried_again) {
  std::atomic<bool> full{true};
  options.before_write = [&](std::size_t) {
    if (full) throw std::system_error(ENOSPC, std::generic_category(), "cannot write");
  };
  Pipeline pipeline(options);
  pipeline.play(1);
  pipeline.note(0.8, "new_aircraft-x");
  pipeline.play(1.5);
  pipeline.wait_until([](const EvidenceStatus& status) { return status.errors == 1; });
  BOOST_TEST(pipeline.status().failing);
  BOOST_TEST(!pipeline.status().trouble.empty());
  BOOST_TEST(snippets().empty());
  full = false;
  pipeline.note(pipeline.seconds() - 0.1, "new_aircraft-y");
  pipeline.play(2);
  pipeline.wait_until([](const EvidenceStatus& status) { return status.written == 1; });
  BOOST_TEST(!pipeline.status().failing);
  pipeline.finish();
  BOOST_TEST(snippets().size() == 1U);
}

BOOST_AUTO_TEST_CASE(somebody_may_ask_for_a_snippet_of_now) {
  std::atomic<bool> asked{false};
  options.asked = &asked;
  Pipeline pipeline(options);
  pipeline.play(1);
  asked = true;
  while (asked) std::this_thread::sleep_for(1ms);
  pipeline.play(2);
  pipeline.wait_until([](const EvidenceStatus& status) { return status.written == 1; });
  pipeline.finish();
  const Span span = span_of(snippets().at(0));
  BOOST_TEST(span.first <= 100'000 - 20'000);
  BOOST_TEST(span.end >= 100'000 + 30'000 - kChunk);
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()
