#include "sensor/evidence/snippet_store.hpp"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <set>

#include "sensor/evidence/snippet_file.hpp"
#include "sensor/recording_source.hpp"
#include "tests/sensor/recording_fixture.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;
using namespace std::chrono_literals;

namespace {

const UtcTime kNow = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());

struct Fixture {
  Fixture() {
    options.folder = folder / "evidence";
    options.least_free_bytes = 0;
    source.format = dsp::SampleFormat::ci16_le;
    source.rate = {1e6};
    source.centre = {2450e6};
    source.description = "a device";
  }
  void append(SnippetFile& file, std::size_t samples, std::int64_t first = 0) const {
    const auto octets = random_octets(4 * samples);
    file.append({{first}, samples, source.centre, false, false, kNow}, octets);
  }
  /// A snippet of a kilosample.
  std::string write(SnippetStore& store, UtcTime time, const std::string& reason = "test") const {
    SnippetFile file(options, store, source, {0, 10, time, reason});
    append(file, 1000);
    const std::string name = file.finish({});
    store.look();
    return name;
  }
  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(options.folder)) names.insert(entry.path().filename());
    return names;
  }

  TemporaryFolder folder;
  EvidenceOptions options;
  SourceInfo source;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(snippet_store, Fixture)

BOOST_AUTO_TEST_CASE(a_snippet_is_a_recording_that_can_be_read_by_its_owner_and_group_only) {
  const mode_t before = ::umask(0);
  SnippetStore store(options);
  const std::string name = write(store, kNow);
  ::umask(before);
  auto recording = open_recording(options.folder / name, {});
  BOOST_TEST((recording->info().format == source.format));
  BOOST_TEST(recording->info().rate.value == 1e6);
  BOOST_TEST((recording->info().start == kNow));
  BOOST_TEST((read_through(*recording, 4096).octets == random_octets(4000)));
  for (const std::string& file : files()) {
    struct stat facts {};
    BOOST_REQUIRE(::stat((options.folder / file).c_str(), &facts) == 0);
    BOOST_TEST((facts.st_mode & 0777U) == 0640U);
  }
  BOOST_TEST(store.snippets() == 1U);
  BOOST_TEST(store.octets() == fs::file_size(options.folder / name) + 4000);
}

BOOST_AUTO_TEST_CASE(reasons_from_the_air_lead_nowhere_else) {
  const std::string names[] = {"../../etc/passwd",     std::string("a\0b", 3), "\xff\xfe\n\x1b[2J", ".", "",
                               std::string(5000, 'x'), "a b;rm -rf $(x)",      "con.sigmf-meta"};
  SnippetStore store(options);
  for (const std::string& reason : names) {
    const std::string name = snippet_name(kNow, reason);
    BOOST_TEST(name.size() < 100U);
    BOOST_TEST(name.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.") ==
               std::string::npos);
    BOOST_TEST(name.find("..") == std::string::npos);
    write(store, kNow, reason);
  }
  BOOST_TEST(store.snippets() == std::size(names));
  BOOST_TEST(files().size() == 2 * std::size(names));
  for (const auto& entry : fs::directory_iterator(folder.path())) BOOST_TEST(entry.path() == options.folder);
}

BOOST_AUTO_TEST_CASE(the_oldest_goes_when_the_quota_is_full) {
  SnippetStore store(options);
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) names.push_back(write(store, kNow + i * 1s));
  options.quota_bytes = store.octets() + 100;
  SnippetStore again(options);
  names.push_back(write(again, kNow + 3s));
  BOOST_TEST(again.removed() == 1U);
  BOOST_TEST(again.octets() <= options.quota_bytes);
  BOOST_TEST(!files().contains(names[0]));
  for (const int i : {1, 2, 3}) BOOST_TEST(files().contains(names[static_cast<std::size_t>(i)]));
}

BOOST_AUTO_TEST_CASE(a_snippet_larger_than_the_quota_is_refused_and_leaves_nothing) {
  options.quota_bytes = 3000;
  SnippetStore store(options);
  BOOST_CHECK_THROW(write(store, kNow), std::runtime_error);
  BOOST_TEST(files().empty());
}

BOOST_AUTO_TEST_CASE(a_disk_that_others_have_filled_gets_the_snippets_room_and_then_no_more) {
  {
    SnippetStore store(options);
    write(store, kNow);
  }
  options.least_free_bytes = fs::space(folder.path()).capacity;
  SnippetStore store(options);
  BOOST_TEST(store.snippets() == 1U);
  BOOST_CHECK_THROW(write(store, kNow + 1s), std::runtime_error);
  BOOST_TEST(store.removed() == 1U);
  BOOST_TEST(files().empty());
}

BOOST_AUTO_TEST_CASE(what_is_too_old_goes) {
  options.keep_for = 48h;
  SnippetStore store(options);
  write(store, kNow - 49h);
  write(store, kNow - 47h);
  store.remove_expired(kNow);
  BOOST_TEST(store.snippets() == 1U);
  store.remove_expired(kNow + 2h);
  BOOST_TEST(files().empty());
}

BOOST_AUTO_TEST_CASE(a_crash_leaves_what_the_next_start_removes_and_files_of_others_stay) {
  std::string whole;
  {
    SnippetStore store(options);
    whole = write(store, kNow);
  }
  const std::string other = snippet_name(kNow, "crashed");
  for (const std::string& name : {other + ".sigmf-data.part", other + ".sigmf-meta.part",
                                  snippet_name(kNow, "no_meta") + ".sigmf-data"})
    write_file(options.folder / name, "half");
  const std::set<std::string> foreign{"flight.sigmf-data", "flight.sigmf-data.part", "notes.txt",
                                      "windhover_2026.sigmf-data.part", "windhover_.sigmf-data"};
  for (const std::string& name : foreign) write_file(options.folder / name, "of somebody else");
  SnippetStore store(options);
  BOOST_TEST(store.snippets() == 1U);
  std::set<std::string> expected = foreign;
  expected.insert({whole, whole.substr(0, whole.size() - 4) + "data"});
  BOOST_TEST(files() == expected, boost::test_tools::per_element());
  store.remove_expired(kNow + options.keep_for + 1h);
  BOOST_TEST(files() == foreign, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(until_it_is_finished_a_snippet_has_another_name_and_without_that_nothing_remains) {
  SnippetStore store(options);
  {
    SnippetFile file(options, store, source, {0, 10, kNow, "test"});
    append(file, 1000);
    for (const std::string& name : files()) BOOST_TEST(name.ends_with(".part"));
  }
  BOOST_TEST(files().empty());
}

BOOST_AUTO_TEST_CASE(a_disk_that_fails_at_the_end_leaves_nothing) {
  SnippetStore store(options);
  int writes = 0;
  options.before_write = [&](std::size_t) {
    if (++writes == 2) throw std::system_error(ENOSPC, std::generic_category());
  };
  BOOST_CHECK_THROW(write(store, kNow), std::system_error);
  BOOST_TEST(files().empty());
}

BOOST_AUTO_TEST_CASE(a_name_that_is_taken_is_not_taken_again) {
  SnippetStore store(options);
  const std::string one = write(store, kNow), two = write(store, kNow);
  BOOST_TEST(one != two);
  BOOST_TEST(store.snippets() == 2U);
}

BOOST_AUTO_TEST_CASE(a_link_in_the_place_of_a_new_file_is_not_followed) {
  SnippetStore store(options);
  const fs::path victim = folder / "victim";
  fs::create_symlink(victim, options.folder / (snippet_name(kNow, "test") + ".sigmf-data.part"));
  BOOST_CHECK_THROW(write(store, kNow), std::system_error);
  BOOST_TEST(!fs::exists(victim));
}

BOOST_AUTO_TEST_SUITE_END()
