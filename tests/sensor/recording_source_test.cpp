#include "sensor/recording_source.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "tests/sensor/recording_fixture.hpp"
#include "tests/support/shared_data.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;

namespace {

constexpr std::array kDatatypes{"ci8", "cu8", "ci16_le", "ci16_be", "cf32_le", "cf32_be"};
const RecordingOptions kRawOptions{
    .rate_hz = 2e6, .freq_hz = 433e6, .format = dsp::SampleFormat::ci8, .verify_sha512 = false, .name = {}};

json capture(std::uint64_t sample_start, double frequency) {
  return {{"core:sample_start", sample_start}, {"core:frequency", frequency}};
}

json indexed_capture(std::uint64_t sample_start, double frequency, std::uint64_t global_index) {
  json out = capture(sample_start, frequency);
  out["core:global_index"] = global_index;
  return out;
}

// SHA-512 of "abc", FIPS 180-2 appendix C.1.
const std::string kDigestOfAbc =
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
    "454d4423643ce80e2a9ac94fa54ca49f";

}  // namespace

BOOST_AUTO_TEST_CASE(every_datatype_arrives_as_it_lies_in_the_file) {
  for (const char* datatype : kDatatypes) {
    const TemporaryFolder folder;
    json metadata = good_metadata();
    metadata["global"]["core:datatype"] = datatype;
    const auto octets = random_octets(800);
    const auto source = open_recording(write_pair(folder, metadata, octets), {});
    const std::size_t size = dsp::bytes_per_sample(source->info().format);
    BOOST_TEST(dsp::to_string(source->info().format) == datatype);
    BOOST_TEST(*source->info().total_samples == 800 / size);
    BOOST_TEST((read_through(*source, 4096).octets == octets));
  }
}

BOOST_AUTO_TEST_CASE(twins_of_either_byte_order_give_equal_samples) {
  const std::array<std::array<const char*, 2>, 2> twins{{{"ci16_le", "ci16_be"}, {"cf32_le", "cf32_be"}}};
  for (const auto& [little, big] : twins) {
    const TemporaryFolder folder;
    auto octets = random_octets(160);
    for (auto& octet : octets) octet &= std::byte{0x3f};  // finite floats
    std::vector<std::vector<dsp::cf32>> iq;
    for (const char* datatype : {little, big}) {
      json metadata = good_metadata();
      metadata["global"]["core:datatype"] = datatype;
      const auto source = open_recording(write_pair(folder, metadata, octets), {});
      iq.emplace_back(*source->info().total_samples);
      dsp::convert(read_through(*source, 4096).octets, source->info().format, iq.back());
      const std::size_t word = dsp::bytes_per_sample(source->info().format) / 2;
      for (std::size_t at = 0; at < octets.size(); at += word) std::reverse(&octets[at], &octets[at] + word);
    }
    BOOST_TEST((iq[0] == iq[1]));
  }
}

BOOST_AUTO_TEST_CASE(info_tells_what_the_metadata_tell) {
  const TemporaryFolder folder;
  json metadata = good_metadata();
  const auto octets = random_octets(400);
  const auto timeless = open_recording(write_pair(folder, metadata, octets), {});
  BOOST_TEST(timeless->info().description == "a.sigmf-meta");
  BOOST_TEST(timeless->info().rate.value == 1e6);
  BOOST_TEST(timeless->info().centre.value == 2450e6);
  BOOST_TEST(!timeless->info().live);
  BOOST_TEST(!timeless->info().start.has_value());

  metadata["captures"][0]["core:datetime"] = "2026-01-31T12:00:00.5Z";
  const auto timed = open_recording(write_pair(folder, metadata, octets), {});
  BOOST_TEST(to_rfc3339(timed->info().start.value()) == "2026-01-31T12:00:00.500000Z");
  const ReadThrough read = read_through(*timed, 40);
  BOOST_TEST((read.chunks.front().time == timed->info().start));
  BOOST_TEST(!read.chunks.front().gap);
  BOOST_TEST(!read.chunks.front().retuned);
  BOOST_TEST(!read.chunks.back().time.has_value());
}

BOOST_AUTO_TEST_CASE(a_pair_is_found_by_either_file_or_the_common_stem) {
  const TemporaryFolder folder;
  const auto octets = random_octets(400);
  write_pair(folder, good_metadata(), octets, "flight.2");
  for (const char* name : {"flight.2.sigmf-meta", "flight.2.sigmf-data", "flight.2"})
    BOOST_TEST((read_through(*open_recording(folder / name, {}), 100).octets == octets), name);
}

BOOST_AUTO_TEST_CASE(the_size_of_the_buffer_changes_nothing) {
  const TemporaryFolder folder;
  json metadata = good_metadata();
  metadata["captures"] = {capture(0, 1e9), capture(33, 2e9), capture(70, 1e9)};
  const auto octets = random_octets(400);
  const fs::path path = write_pair(folder, metadata, octets);
  for (const std::size_t buffer : {4, 5, 7, 13, 101, 399, 400, 4096}) {
    const ReadThrough read = read_through(*open_recording(path, {}), buffer);
    BOOST_TEST((read.octets == octets), "buffer of " << buffer);
    std::int64_t expected = 0;
    for (const SourceChunk& chunk : read.chunks) {
      BOOST_TEST(chunk.first.value == expected);
      expected += static_cast<std::int64_t>(chunk.samples);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_buffer_below_one_sample_gets_nothing_and_loses_nothing) {
  const TemporaryFolder folder;
  const auto octets = random_octets(8);
  const auto source = open_recording(write_pair(folder, good_metadata(), octets), {});
  std::array<std::byte, 3> small{};
  BOOST_TEST((source->read(small).state == SourceChunk::State::nothing));
  BOOST_TEST((read_through(*source, 8).octets == octets));
  BOOST_TEST((source->read(small).state == SourceChunk::State::end));
}

BOOST_AUTO_TEST_CASE(segments_retune_and_a_chunk_never_spans_two) {
  const TemporaryFolder folder;
  json metadata = good_metadata();
  metadata["captures"] = {indexed_capture(0, 1e9, 0), indexed_capture(30, 2e9, 30),
                          indexed_capture(60, 2e9, 60)};
  metadata["captures"][1]["core:datetime"] = "2026-01-31T12:00:01Z";
  const auto source = open_recording(write_pair(folder, metadata, random_octets(400)), {});
  const ReadThrough read = read_through(*source, 4096);
  BOOST_REQUIRE(read.chunks.size() == 3U);
  BOOST_TEST(read.chunks[0].samples == 30U);
  BOOST_TEST(read.chunks[1].samples == 30U);
  BOOST_TEST(read.chunks[2].samples == 40U);
  BOOST_TEST(read.chunks[0].centre.value == 1e9);
  BOOST_TEST(read.chunks[1].centre.value == 2e9);
  BOOST_TEST(read.chunks[1].retuned);
  BOOST_TEST(!read.chunks[2].retuned);
  BOOST_TEST(to_rfc3339(read.chunks[1].time.value()) == "2026-01-31T12:00:01.000000Z");
  for (const SourceChunk& chunk : read.chunks)
    BOOST_TEST(!chunk.gap);  // the indices prove that they follow on
}

BOOST_AUTO_TEST_CASE(a_jump_of_the_global_index_counts_what_was_lost) {
  const TemporaryFolder folder;
  json metadata = good_metadata();
  metadata["captures"] = {indexed_capture(0, 1e9, 5000), indexed_capture(30, 1e9, 5130),
                          indexed_capture(60, 1e9, 5160)};
  const auto octets = random_octets(400);
  const auto source = open_recording(write_pair(folder, metadata, octets), {});
  const ReadThrough read = read_through(*source, 80);
  BOOST_TEST((read.octets == octets));
  BOOST_REQUIRE(read.chunks.size() == 6U);
  BOOST_TEST(!read.chunks[0].gap);
  BOOST_TEST(read.chunks[2].first.value == 130);
  BOOST_TEST(read.chunks[2].gap);
  BOOST_TEST(read.chunks[3].first.value == 150);
  BOOST_TEST(!read.chunks[3].gap);
  BOOST_TEST(read.chunks[4].first.value == 160);
  BOOST_TEST(!read.chunks[4].gap);
  BOOST_TEST(*source->info().total_samples == 100U);
}

BOOST_AUTO_TEST_CASE(joined_snippets_without_an_index_are_apart_by_an_unknown_gap) {
  const TemporaryFolder folder;
  json metadata = good_metadata();
  metadata["captures"] = {capture(0, 1e9), indexed_capture(50, 1e9, 50)};
  const ReadThrough read =
      read_through(*open_recording(write_pair(folder, metadata, random_octets(400)), {}), 4096);
  BOOST_REQUIRE(read.chunks.size() == 2U);
  BOOST_TEST(read.chunks[1].gap);
  BOOST_TEST(read.chunks[1].first.value == 50);
}

BOOST_AUTO_TEST_CASE(octets_that_are_no_samples_are_left_out) {
  const TemporaryFolder folder;
  json metadata = good_metadata();
  metadata["global"]["core:dataset"] = "capture.iq";
  metadata["global"]["core:trailing_bytes"] = 5;
  metadata["captures"] = {capture(0, 1e9), capture(10, 1e9)};
  metadata["captures"][0]["core:header_bytes"] = 3;
  metadata["captures"][1]["core:header_bytes"] = 9;
  const auto octets = random_octets(3 + 40 + 9 + 80 + 5);
  const fs::path meta = write_pair(folder, metadata, {});
  write_file(folder / "capture.iq", octets);
  std::vector<std::byte> expected(octets.begin() + 3, octets.begin() + 43);
  expected.insert(expected.end(), octets.begin() + 52, octets.begin() + 132);
  BOOST_TEST((read_through(*open_recording(meta, {}), 16).octets == expected));
}

BOOST_AUTO_TEST_CASE(an_offset_counts_the_samples_of_files_before_this_one) {
  for (const std::uint64_t base : {0, 1000}) {
    const TemporaryFolder folder;
    json metadata = good_metadata();
    metadata["global"]["core:offset"] = 1000;
    metadata["captures"] = {capture(base, 1e9), capture(base + 60, 2e9)};
    const ReadThrough read =
        read_through(*open_recording(write_pair(folder, metadata, random_octets(400)), {}), 4096);
    BOOST_REQUIRE(read.chunks.size() == 2U);
    BOOST_TEST(read.chunks[0].first.value == 0);
    BOOST_TEST(read.chunks[1].first.value == 60);
    BOOST_TEST(read.chunks[1].samples == 40U);
  }
}

BOOST_AUTO_TEST_CASE(samples_before_the_first_capture_are_left_out) {
  const TemporaryFolder folder;
  json metadata = good_metadata();
  metadata["captures"][0]["core:sample_start"] = 25;
  metadata["captures"][0]["core:datetime"] = "2026-01-31T12:00:00.000025Z";
  const auto octets = random_octets(400);
  const auto source = open_recording(write_pair(folder, metadata, octets), {});
  const ReadThrough read = read_through(*source, 4096);
  BOOST_TEST(read.chunks.front().first.value == 25);
  BOOST_TEST(*source->info().total_samples == 75U);
  BOOST_TEST(to_rfc3339(source->info().start.value()) == "2026-01-31T12:00:00.000000Z");
  BOOST_TEST((read.octets == std::vector<std::byte>(octets.begin() + 100, octets.end())));
}

BOOST_AUTO_TEST_CASE(flags_supply_only_what_metadata_leave_out) {
  const TemporaryFolder folder;
  json bare = good_metadata();
  bare["captures"] = json::array();
  bare["global"].erase("core:sample_rate");
  bare["global"].erase("core:datatype");
  const auto octets = random_octets(400);
  const auto flagged = open_recording(write_pair(folder, bare, octets), kRawOptions);
  BOOST_TEST(flagged->info().rate.value == 2e6);
  BOOST_TEST(flagged->info().centre.value == 433e6);
  BOOST_TEST((flagged->info().format == dsp::SampleFormat::ci8));

  const auto stated = open_recording(write_pair(folder, good_metadata(), octets), kRawOptions);
  BOOST_TEST(stated->info().rate.value == 1e6);
  BOOST_TEST(stated->info().centre.value == 2450e6);
  BOOST_TEST((stated->info().format == dsp::SampleFormat::ci16_le));
}

BOOST_AUTO_TEST_CASE(a_raw_file_is_read_by_flags) {
  const TemporaryFolder folder;
  const auto octets = random_octets(100);
  for (const char* name : {"capture.iq", "alone.sigmf-data"}) {
    const auto source = open_recording(write_file(folder / name, octets), kRawOptions);
    BOOST_TEST(source->info().description == name);
    BOOST_TEST(*source->info().total_samples == 50U);
    BOOST_TEST((read_through(*source, 64).octets == octets));
  }
}

BOOST_AUTO_TEST_CASE(a_raw_file_needs_all_three_flags_and_each_in_range) {
  const TemporaryFolder folder;
  const fs::path path = write_file(folder / "capture.iq", random_octets(100));
  RecordingOptions options = kRawOptions;
  options.rate_hz.reset();
  check_sentence(refusal_to_open(path, options), "give --rate HZ");
  options = kRawOptions;
  options.freq_hz.reset();
  check_sentence(refusal_to_open(path, options), "give --freq HZ");
  options = kRawOptions;
  options.format.reset();
  check_sentence(refusal_to_open(path, options), "give --format");
  for (const double bad : {0.0, -1.0, 1e13, std::nan(""), std::numeric_limits<double>::infinity()}) {
    options = kRawOptions;
    options.rate_hz = bad;
    check_sentence(refusal_to_open(path, options), "--rate must lie from 1 to 1e9");
    options = kRawOptions;
    options.freq_hz = bad;
    check_sentence(refusal_to_open(path, options), "--freq must lie above 0");
  }
}

BOOST_AUTO_TEST_CASE(files_that_are_not_there_are_named) {
  const TemporaryFolder folder;
  check_sentence(refusal_to_open(folder / "none.iq", kRawOptions), "there is no file");
  check_sentence(refusal_to_open(folder / "none.sigmf-meta"), "none.sigmf-meta'; check the path");
  check_sentence(refusal_to_open(folder / "none.sigmf"), "none.sigmf'; check the path");
  check_sentence(refusal_to_open(folder / std::string(5000, 'x')), "there is no file");
  check_sentence(refusal_to_open(folder / ""), "is not a file of samples");
  fs::create_directory(folder / "d.sigmf-meta");
  check_sentence(refusal_to_open(folder / "d.sigmf-meta"), "is not a file of samples");
  write_file(folder / "m.sigmf-meta", good_metadata().dump());
  check_sentence(refusal_to_open(folder / "m"), "no data file 'm.sigmf-data'");
  write_file(folder / "o.sigmf-data", random_octets(4));
  for (const char* name : {"o", "o.sigmf-data"})
    check_sentence(refusal_to_open(folder / name), "has no .sigmf-meta file beside it");
}

BOOST_AUTO_TEST_CASE(a_file_cut_inside_a_sample_or_empty_is_refused) {
  const TemporaryFolder folder;
  for (const std::size_t octets : {1, 399, 401, 402})
    check_sentence(refusal_to_open(write_pair(folder, good_metadata(), random_octets(octets))),
                   "no multiple of the 4");
  check_sentence(refusal_to_open(write_pair(folder, good_metadata(), {})), "has no samples");
}

BOOST_AUTO_TEST_CASE(a_file_that_shrinks_while_it_is_read_is_an_error_not_an_end) {
  const TemporaryFolder folder;
  const fs::path meta = write_pair(folder, good_metadata(), random_octets(400'000));
  const auto source = open_recording(meta, {});
  std::vector<std::byte> buffer(40);
  BOOST_TEST(source->read(buffer).samples == 10U);
  fs::resize_file(folder / "a.sigmf-data", 40'006);
  check_sentence(refusal([&] { read_through(*source, 40); }), "ends after 10001 of 100000 samples");
}

BOOST_AUTO_TEST_CASE(the_digest_is_checked_when_asked) {
  const TemporaryFolder folder;
  const RecordingOptions verify{
      .rate_hz = {}, .freq_hz = {}, .format = {}, .verify_sha512 = true, .name = {}};
  json metadata = good_metadata();
  metadata["global"]["core:datatype"] = "ci8";
  metadata["global"]["core:trailing_bytes"] = 1;
  const std::string abc = "abc";
  const auto octets = std::as_bytes(std::span(abc));
  check_sentence(refusal_to_open(write_pair(folder, metadata, octets), verify), "has no core:sha512");

  metadata["global"]["core:sha512"] = kDigestOfAbc;
  BOOST_TEST(read_through(*open_recording(write_pair(folder, metadata, octets), verify), 9).octets.size() ==
             2U);

  std::string other_digest = kDigestOfAbc;
  other_digest.front() = '0';
  metadata["global"]["core:sha512"] = other_digest;
  const fs::path bad = write_pair(folder, metadata, octets);
  check_sentence(refusal_to_open(bad, verify), "differ from its core:sha512");
  BOOST_TEST(refusal_to_open(bad).empty());
}

BOOST_AUTO_TEST_CASE(real_recordings_have_the_samples_that_their_truth_files_state) {
  const auto captures = synth::shared_path("captures");
  if (!captures) return;
  std::size_t seen = 0;
  for (const auto& file : fs::directory_iterator(*captures)) {
    if (!file.path().string().ends_with(".truth.json")) continue;
    const json truth = json::parse(std::ifstream(file.path()));
    const std::string name = truth["recording"];
    const RecordingOptions options{
        .rate_hz = {}, .freq_hz = 2450e6, .format = {}, .verify_sha512 = true, .name = {}};
    const auto source = open_recording(*captures / name, options);
    BOOST_TEST(*source->info().total_samples == truth["samples"].get<std::uint64_t>(), name);
    BOOST_TEST(source->info().rate.value == truth["sample_rate"].get<double>(), name);
    const auto& centre = truth["center_frequency"];
    BOOST_TEST(source->info().centre.value == (centre.is_null() ? 2450e6 : centre.get<double>()), name);
    BOOST_TEST(read_through(*source, 1U << 16U).octets.size() ==
               *source->info().total_samples * dsp::bytes_per_sample(source->info().format));
    if (centre.is_null()) check_sentence(refusal_to_open(*captures / name), "give --freq HZ");
    ++seen;
  }
  BOOST_TEST(seen >= 15U);
}
