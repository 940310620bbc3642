#include "sensor/sigmf_archive.hpp"

#include "tests/sensor/recording_fixture.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;

namespace {

constexpr std::size_t kDataOctets = 400'000;  // several read blocks of libarchive

std::vector<TarMember> pair_members(const std::string& stem, const json& metadata,
                                    const std::vector<std::byte>& octets) {
  return {text_member(stem + ".sigmf-meta", metadata.dump()), {stem + ".sigmf-data", octets}};
}

RecordingOptions named(const std::string& name) {
  return {.rate_hz = {}, .freq_hz = {}, .format = {}, .verify_sha512 = false, .name = name};
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_archive_reads_like_its_pair) {
  const TemporaryFolder folder;
  json metadata = good_metadata();
  metadata["captures"].push_back({{"core:sample_start", 777},
                                  {"core:frequency", 5.8e9},
                                  {"core:header_bytes", 10'000},
                                  {"core:datetime", "2026-01-31T12:00:00Z"}});
  const auto octets = random_octets(kDataOctets);
  const ReadThrough pair = read_through(*open_recording(write_pair(folder, metadata, octets), {}), 4100);
  auto members = pair_members("a/a", metadata, octets);
  for (const bool data_first : {false, true}) {
    if (data_first) std::swap(members[0], members[1]);
    for (const char* name : {"plain.sigmf", "zipped.sigmf.gz"}) {
      const fs::path path = write_tar(folder / name, members, std::string(name).ends_with("gz"));
      const auto source = open_recording(path, {});
      BOOST_TEST(source->info().description == std::string(name) + ":a/a");
      const ReadThrough read = read_through(*source, 4100);
      BOOST_TEST((read.octets == pair.octets), name);
      BOOST_REQUIRE(read.chunks.size() == pair.chunks.size());
      for (std::size_t i = 0; i < read.chunks.size(); ++i) {
        BOOST_TEST(read.chunks[i].samples == pair.chunks[i].samples);
        BOOST_TEST(read.chunks[i].first.value == pair.chunks[i].first.value);
        BOOST_TEST(read.chunks[i].retuned == pair.chunks[i].retuned);
        BOOST_TEST((read.chunks[i].time == pair.chunks[i].time));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(of_several_recordings_one_must_be_named) {
  const TemporaryFolder folder;
  const auto first = random_octets(400, 1), second = random_octets(800, 2);
  auto members = pair_members("x/one", good_metadata(), first);
  for (const TarMember& member : pair_members("x/two", good_metadata(), second)) members.push_back(member);
  const fs::path path = write_tar(folder / "both.sigmf", members);
  BOOST_TEST(recordings_in(path) == (std::vector<std::string>{"x/one", "x/two"}),
             boost::test_tools::per_element());
  check_sentence(refusal_to_open(path), "holds 2 recordings; name one of 'x/one', 'x/two'");
  check_sentence(refusal_to_open(path, named("three")), "none of them called 'three'");
  BOOST_TEST((read_through(*open_recording(path, named("one")), 64).octets == first));
  BOOST_TEST((read_through(*open_recording(path, named("x/two")), 64).octets == second));
}

BOOST_AUTO_TEST_CASE(what_is_no_archive_of_recordings_gets_a_sentence) {
  const TemporaryFolder folder;
  check_sentence(refusal_to_open(write_file(folder / "a.sigmf", random_octets(3000))), "no tar archive");
  check_sentence(refusal_to_open(write_file(folder / "b.sigmf", std::string())), "b.sigmf'");
  check_sentence(refusal_to_open(write_tar(folder / "c.sigmf", {text_member("readme", "hello")})),
                 "holds no .sigmf-meta file");
  check_sentence(
      refusal_to_open(write_tar(folder / "d.sigmf", {text_member("a.sigmf-meta", good_metadata().dump())})),
      "holds no data file 'a.sigmf-data'");
  check_sentence(refusal_to_open(write_tar(folder / "e.sigmf", pair_members("a", json(3), random_octets(4)))),
                 "no \"global\" object");
  fs::create_directory(folder / "f.sigmf");
  check_sentence(refusal_to_open(folder / "f.sigmf"), "is not a file of samples");
}

BOOST_AUTO_TEST_CASE(an_archive_cut_anywhere_is_an_error_and_never_a_shorter_recording) {
  const TemporaryFolder folder;
  const auto octets = random_octets(kDataOctets);
  for (const bool gzip : {false, true}) {
    const fs::path whole =
        write_tar(folder / "whole.sigmf", pair_members("a", good_metadata(), octets), gzip);
    const std::uint64_t size = fs::file_size(whole);
    const std::uint64_t data_end = gzip ? size - 100 : 3 * 512 + kDataOctets;
    for (const std::uint64_t kept : {std::uint64_t{100}, std::uint64_t{700}, std::uint64_t{1100},
                                     std::uint64_t{2000}, size / 2, data_end - 1}) {
      const fs::path cut = folder / "cut.sigmf";
      fs::copy_file(whole, cut, fs::copy_options::overwrite_existing);
      fs::resize_file(cut, kept);
      const std::string sentence = refusal([&] { read_through(*open_recording(cut, {}), 4096); });
      BOOST_TEST_CONTEXT("kept " << kept) { check_sentence(sentence, "cut"); }
    }
  }
}

BOOST_AUTO_TEST_CASE(an_archive_cut_while_it_is_read_throws_from_read) {
  const TemporaryFolder folder;
  const fs::path path =
      write_tar(folder / "a.sigmf", pair_members("a", good_metadata(), random_octets(4 * kDataOctets)));
  const auto source = open_recording(path, {});
  std::vector<std::byte> buffer(4096);
  BOOST_TEST(source->read(buffer).samples == 1024U);
  fs::resize_file(path, 3 * kDataOctets);
  check_sentence(refusal([&] { read_through(*source, 4096); }), "cut");
}

BOOST_AUTO_TEST_CASE(mutated_archives_are_read_or_refused_and_nothing_else) {
  const TemporaryFolder folder;
  const fs::path path = write_tar(folder / "a.sigmf", pair_members("a", good_metadata(), random_octets(400)));
  std::string whole(fs::file_size(path), '\0');
  std::ifstream(path, std::ios::binary).read(whole.data(), static_cast<std::streamsize>(whole.size()));
  std::mt19937 random(7);
  std::size_t refused = 0;
  for (int round = 0; round < 500; ++round) {
    std::string mutated = whole;
    for (int i = 0; i < 3; ++i) mutated[random() % 2048] = static_cast<char>(random());
    write_file(path, mutated);
    const std::string sentence = refusal([&] { read_through(*open_recording(path, {}), 64); });
    if (!sentence.empty()) ++refused;
    BOOST_TEST((sentence.empty() || sentence.ends_with('.')));
  }
  BOOST_TEST(refused > 50U);
}
