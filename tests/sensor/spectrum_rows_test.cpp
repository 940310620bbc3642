// Rows of the waterfall through the whole pipeline, of signals whose levels are known.

#include "sensor/spectrum_rows.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <numbers>

#include "tests/sensor/pipeline_fixture.hpp"
#include "tests/support/random.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;
using dsp::cf32;
using dsp::Hertz;

namespace {

constexpr Hertz kRate{0.96e6};
constexpr std::int64_t kHop = 72;
constexpr double kCentre_hz = 2440e6, kTone_hz = kCentre_hz + 95e3;  // the middle of a column
constexpr double kTone_dbfs = -20, kNoise_dbfs = -60;

/// A stretch of samples that are all there.
struct Stretch {
  std::int64_t first, end;
  double centre_hz = kCentre_hz;
  float gain_db = 10;
};

/// A tone of fixed frequency on air, and noise; what lies between stretches is missing.
class Tone final : public Source {
 public:
  explicit Tone(std::vector<Stretch> stretches) : stretches_(std::move(stretches)) {
    info_.format = dsp::SampleFormat::cf32_le;
    info_.rate = kRate;
    info_.centre = {stretches_.front().centre_hz};
    next_ = stretches_.front().first;
  }
  const SourceInfo& info() const override { return info_; }
  SourceChunk read(std::span<std::byte> native) override {
    SourceChunk chunk;
    while (at_ < stretches_.size() && next_ == stretches_[at_].end)
      if (++at_ < stretches_.size()) next_ = stretches_[at_].first;
    if (at_ == stretches_.size()) {
      chunk.state = SourceChunk::State::end;
      return chunk;
    }
    const Stretch& stretch = stretches_[at_];
    chunk.samples = std::min(native.size() / sizeof(cf32), static_cast<std::size_t>(stretch.end - next_));
    chunk.first = {next_};
    chunk.centre = {stretch.centre_hz};
    chunk.gain.db = stretch.gain_db;
    const double turns = (kTone_hz - stretch.centre_hz) / kRate.value;
    iq_.resize(chunk.samples);
    for (std::size_t i = 0; i < chunk.samples; ++i) {
      const double turn = turns * static_cast<double>(next_++);
      iq_[i] = std::polar(static_cast<float>(std::pow(10, kTone_dbfs / 20)),
                          static_cast<float>(2 * std::numbers::pi * (turn - std::floor(turn))));
    }
    random_.add_noise(iq_, std::pow(10, kNoise_dbfs / 10));
    std::memcpy(native.data(), iq_.data(), chunk.samples * sizeof(cf32));
    return chunk;
  }

 private:
  std::vector<Stretch> stretches_;
  std::size_t at_ = 0;
  std::int64_t next_ = 0;
  std::vector<cf32> iq_;
  synth::Random random_{1};
  SourceInfo info_;
};

struct Row {
  json body;
  std::vector<std::uint8_t> levels;

  std::int64_t first() const { return body.at("sample_index"); }
  std::int64_t end() const {
    return first() + std::llround(body.at("duration_s").get<double>() * kRate.value);
  }
  std::size_t columns() const { return body.at("columns"); }
  double mean(std::size_t column) const { return dbfs(levels.at(column)); }
  double peak(std::size_t column) const { return dbfs(levels.at(columns() + column)); }
  std::size_t column_of(double hz) const {
    return static_cast<std::size_t>((hz - body.at("low_hz").get<double>()) /
                                    body.at("column_hz").get<double>());
  }
  double tone_dbfs() const {
    double sum = 0;
    for (std::size_t i = column_of(kTone_hz) - 1; i <= column_of(kTone_hz) + 1; ++i)
      sum += std::pow(10, mean(i) / 10);
    return 10 * std::log10(sum);
  }

 private:
  double dbfs(std::uint8_t octet) const {
    return body.at("level_min_dbfs").get<double>() + body.at("level_step_db").get<double>() * octet;
  }
};

class Waterfall final : public FeedSink {
 public:
  explicit Waterfall(bool wanted = true) : wanted_(wanted) {}
  bool wants_spectrum() const override { return wanted_; }
  void publish(const OutgoingMessage& message) override {
    lines.push_back(message.json);
    BOOST_TEST_REQUIRE(message.levels.empty() == (message.kind != "spectrum"));
    if (message.kind != "spectrum") return;
    BOOST_TEST_REQUIRE(message.topic == "wh1.spectrum.test");
    BOOST_TEST_REQUIRE(message.holds_for.count() == 0);
    rows.push_back({json::parse(message.json), {message.levels.begin(), message.levels.end()}});
    BOOST_TEST_REQUIRE(rows.back().levels.size() == 2 * rows.back().columns());
  }
  std::vector<std::string> lines;
  std::vector<Row> rows;

 private:
  bool wanted_;
};

void listen(const std::vector<FeedSink*>& sinks, const std::vector<Stretch>& stretches,
            std::size_t workers = 1) {
  FeedStage stage({.node = "test", .boot = "boot", .tracker = {}, .links = {.hash = AddressHash("test")}},
                  sinks);
  Sensor sensor(std::make_unique<Tone>(stretches), decoders::registry(), {.workers = workers});
  const std::atomic<bool> never{false};
  sensor.run(stage, never);
}

std::vector<Row> rows_of(const std::vector<Stretch>& stretches) {
  Waterfall waterfall;
  listen({&waterfall}, stretches);
  return waterfall.rows;
}

std::int64_t samples(double seconds) { return std::llround(seconds * kRate.value); }

/// Two seconds in which much happens.
std::vector<Stretch> eventful(std::uint64_t seed) {
  synth::Random random(seed);
  std::vector<Stretch> stretches;
  Stretch now{0, 0};
  while (now.end < samples(2)) {
    now.end = now.first + samples(random.uniform(0.003, 0.4));
    stretches.push_back(now);
    now.first = now.end;
    const double what = random.uniform();
    if (what < 0.3) now.centre_hz = kCentre_hz + 40e3 * std::floor(random.uniform(-3, 4));
    if (what > 0.25 && what < 0.6) now.first += samples(random.uniform(1e-5, 0.12));
    if (what > 0.8) now.gain_db += 3;
  }
  return stretches;
}

bool is_same_air(const Stretch& a, const Stretch& b) {
  return a.centre_hz == b.centre_hz && a.gain_db == b.gain_db;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(spectrum_rows)

BOOST_AUTO_TEST_CASE(a_tone_and_the_noise_stand_where_and_as_strong_as_they_are) {
  const auto rows = rows_of({{0, samples(1.05)}});
  BOOST_REQUIRE(rows.size() == 10U);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    BOOST_TEST(row.body.at("type") == "spectrum");
    BOOST_TEST(row.body.at("seq") == i + 1);
    BOOST_TEST(row.columns() == 24U);
    BOOST_TEST(row.body.at("column_hz") == 40e3);
    BOOST_TEST(row.body.at("center_hz") == kCentre_hz);
    BOOST_TEST(row.body.at("levels") == json({"mean", "peak"}));
    BOOST_TEST(!row.body.contains("gap"));
    BOOST_TEST(!row.body.contains("device"));
    // The tone is in the middle of its column.
    const std::size_t tone = row.column_of(kTone_hz);
    BOOST_TEST(std::abs(row.mean(tone) - kTone_dbfs) <= 0.5);
    BOOST_TEST(std::abs(row.peak(tone) - kTone_dbfs) <= 0.5);
    const double noise = kNoise_dbfs + 10 * std::log10(40e3 / kRate.value);
    for (const std::size_t column : {1U, 4U, 8U, 21U, 22U}) {
      BOOST_TEST(std::abs(row.mean(column) - noise) <= 0.5);
      BOOST_TEST(row.peak(column) > noise + 3);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_row_follows_the_other_and_there_are_never_more_than_ten_a_second) {
  const auto rows = rows_of({{0, samples(3)}});
  BOOST_REQUIRE(rows.size() == 29U);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    BOOST_TEST(rows[i].end() - rows[i].first() >= samples(0.1));
    BOOST_TEST(rows[i].end() - rows[i].first() < samples(0.1) + kHop);
    BOOST_TEST(rows[i].body.at("spectra").get<std::int64_t>() * kHop == rows[i].end() - rows[i].first());
    if (i > 0) BOOST_TEST(rows[i].first() == rows[i - 1].end());
    const double start_s = rows[i].body.at("start_s");
    BOOST_TEST(rows[i].body.at("time").get<std::string>() ==
               to_rfc3339(UtcTime{std::chrono::nanoseconds(std::llround(start_s * 1e9))}));
  }
}

BOOST_AUTO_TEST_CASE(rows_lie_within_one_tuning_and_gain_and_tell_their_gaps) {
  std::size_t told = 0, with_gap = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const auto stretches = eventful(seed);
    const auto rows = rows_of(stretches);
    told += rows.size();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Row& row = rows[i];
      std::vector<Stretch> within;
      for (const Stretch& each : stretches)
        if (each.first < row.end() && row.first() < each.end) within.push_back(each);
      BOOST_TEST_REQUIRE(!within.empty());
      bool gap = false;
      for (std::size_t k = 1; k < within.size(); ++k) {
        BOOST_TEST(is_same_air(within[k], within[0]), "seed " << seed << ", row " << i);
        gap |= within[k].first > within[k - 1].end;
      }
      BOOST_TEST(row.body.contains("gap") == gap, "seed " << seed << ", row " << i);
      with_gap += gap;
      const std::int64_t spectra = row.body.at("spectra");
      BOOST_TEST((spectra * kHop == row.end() - row.first()) == !gap);
      BOOST_TEST(row.body.at("center_hz") == within[0].centre_hz);
      BOOST_TEST(row.end() - row.first() < samples(0.1) + kHop);
      BOOST_TEST(std::abs(row.tone_dbfs() - kTone_dbfs) <= 0.5, "seed " << seed << ", row " << i);
      if (i > 0) BOOST_TEST(row.first() - rows[i - 1].first() >= samples(0.1));
      if (i > 0) BOOST_TEST(row.first() >= rows[i - 1].end());
    }
    // No long stretch goes without.
    for (const Stretch& each : stretches) {
      const auto begun = std::ranges::count_if(
          rows, [&](const Row& row) { return row.first() >= each.first && row.first() < each.end; });
      BOOST_TEST(begun >= (each.end - each.first) / (samples(0.1) + 2 * kHop) - 1);
    }
  }
  BOOST_TEST(told > 50U);
  BOOST_TEST(with_gap > 5U);
}

BOOST_AUTO_TEST_CASE(rows_and_their_place_among_the_messages_depend_on_the_samples_alone) {
  const auto stretches = eventful(99);
  Waterfall first;
  listen({&first}, stretches);
  for (const std::size_t workers : {1U, 3U}) {
    Waterfall again;
    listen({&again}, stretches, workers);
    BOOST_TEST(again.lines == first.lines, boost::test_tools::per_element());
    BOOST_REQUIRE(again.rows.size() == first.rows.size());
    for (std::size_t i = 0; i < first.rows.size(); ++i)
      BOOST_TEST((again.rows[i].levels == first.rows[i].levels));
  }
}

BOOST_AUTO_TEST_CASE(rows_go_only_to_who_wants_them_and_change_nothing_else) {
  Waterfall nobody(false), one(true), other(false);
  listen({&nobody}, {{0, samples(1)}});
  BOOST_TEST(nobody.rows.empty());
  listen({&other, &one}, {{0, samples(1)}});
  BOOST_TEST(other.lines == nobody.lines, boost::test_tools::per_element());
  BOOST_TEST(one.rows.size() == 9U);
  BOOST_TEST(one.lines.size() == other.lines.size() + 9);
}

BOOST_AUTO_TEST_CASE(rows_of_several_devices_say_whose_they_are) {
  class Topics final : public FeedSink {
   public:
    bool wants_spectrum() const override { return true; }
    void publish(const OutgoingMessage& message) override {
      if (message.kind == "spectrum")
        told.emplace_back(message.topic, json::parse(message.json).at("device"));
    }
    std::vector<std::pair<std::string, std::string>> told;
  } topics;
  FeedStage several({.node = "roof", .boot = "boot", .tracker = {}}, {&topics});
  several.name_devices({"low", "high.band"});
  TimedSpectrum row;
  row.levels.resize(4);
  for (const std::size_t device : {0U, 1U}) {
    several.from(device);
    several.on_spectrum(row, {});
  }
  BOOST_REQUIRE(topics.told.size() == 2U);
  BOOST_TEST(topics.told[0].first == "wh1.spectrum.roof.low");
  BOOST_TEST(topics.told[0].second == "low");
  BOOST_TEST(topics.told[1].first == "wh1.spectrum.roof.high_band");
  BOOST_TEST(topics.told[1].second == "high.band");
}

BOOST_AUTO_TEST_SUITE_END()
