#include "sensor/curve_keys.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>

#include "feed_peers.hpp"
#include "sensor/access_list.hpp"
#include "sensor/config_error.hpp"
#include "tests/sensor/temporary_folder.hpp"

using namespace windhover::sensor;
using namespace windhover::sensor::test;
using windhover::sensor::testing::TemporaryFolder;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

mode_t mode_of(const fs::path& file) {
  struct stat facts {};
  BOOST_REQUIRE(stat(file.c_str(), &facts) == 0);
  return facts.st_mode & 07777;
}

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

void write(const fs::path& file, const std::string& text, mode_t mode = 0600) {
  std::ofstream(file) << text;
  chmod(file.c_str(), mode);
}

void refused(const std::function<void()>& what, const std::string& because) {
  BOOST_CHECK_EXCEPTION(what(), ConfigError, [&](const ConfigError& error) {
    const std::string text = error.what();
    BOOST_TEST_MESSAGE(text);
    return text.find(because) != std::string::npos && text.find('\n') == std::string::npos;
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(curve_keys)

BOOST_AUTO_TEST_CASE(keys_are_new_each_time_and_come_back_from_their_files) {
  const TemporaryFolder folder;
  const CurveKeyPair keys = make_curve_key_pair();
  BOOST_TEST(keys.public_key.size() == 40U);
  BOOST_TEST(keys.secret_key.size() == 40U);
  BOOST_TEST(make_curve_key_pair().secret_key != keys.secret_key);
  const CurveKeyFiles files = write_curve_key_files(folder / "roof", keys);
  BOOST_TEST(files.public_file.filename() == "roof.key");
  BOOST_TEST(files.secret_file.filename() == "roof.key_secret");
  BOOST_TEST(mode_of(files.secret_file) == 0600U);
  const CurveKeyPair read = read_curve_secret_file(files.secret_file);
  BOOST_TEST(read.public_key == keys.public_key);
  BOOST_TEST(read.secret_key == keys.secret_key);
  BOOST_TEST(read_curve_public_file(files.public_file) == keys.public_key);
  BOOST_TEST(read_curve_public_file(files.secret_file) == keys.public_key);
  BOOST_TEST(text_of(files.public_file).find(keys.secret_key) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(keys_are_never_overwritten) {
  const TemporaryFolder folder;
  const fs::path stem = folder / "roof";
  const CurveKeyFiles files = write_curve_key_files(stem, make_curve_key_pair());
  const std::string before = text_of(files.secret_file);
  refused([&] { write_curve_key_files(stem, make_curve_key_pair()); }, "never overwritten");
  BOOST_TEST(text_of(files.secret_file) == before);
  refused([&] { write_curve_key_files(folder / "none/x", make_curve_key_pair()); }, "cannot be made");
}

BOOST_AUTO_TEST_CASE(a_secret_that_others_may_read_is_refused) {
  const TemporaryFolder folder;
  const CurveKeyFiles files = write_curve_key_files(folder / "roof", make_curve_key_pair());
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0601U, 0666U}) {
    chmod(files.secret_file.c_str(), mode);
    refused([&] { read_curve_secret_file(files.secret_file); }, "may be read by others");
  }
  chmod(files.secret_file.c_str(), 0400);
  read_curve_secret_file(files.secret_file);
}

BOOST_AUTO_TEST_CASE(what_is_no_certificate_is_refused) {
  const TemporaryFolder folder;
  const fs::path file = folder / "x";
  const CurveKeyPair keys = make_curve_key_pair();
  const std::string good = "curve\n    public-key = \"" + keys.public_key + "\"\n";
  const auto is_read = [&](const std::string& text) {
    write(file, text);
    try {
      return read_curve_public_file(file) == keys.public_key;
    } catch (const ConfigError&) {
      return false;
    }
  };
  BOOST_TEST(is_read(good));
  BOOST_TEST(is_read("# remark\r\nmetadata\r\n    name = \"roof\"\r\n\r\n" + good));
  BOOST_TEST(is_read("curve\n\tpublic-key='" + keys.public_key + "'"));
  for (const std::string& bad :
       {std::string(), std::string("curve\n"), std::string("curve\n    public-key = \"short\"\n"),
        "metadata\n    public-key = \"" + keys.public_key + "\"\n",
        "public-key = \"" + keys.public_key + "\"\n",
        "curve\n    public-key = \"" + keys.public_key.substr(1) + "~\"\n",
        "curve\n    public-key = \"" + keys.public_key + "0\"\n",
        "curve\n    # public-key = \"" + keys.public_key + "\"\n", std::string(100'000, 'x'),
        std::string("\0\xff\n", 3)})
    BOOST_TEST(!is_read(bad));
  refused([&] { read_curve_public_file(folder / "none"); }, "cannot be read");
  refused([&] { read_curve_public_file(folder.path()); }, "is no file");
  write(file, good);
  refused([&] { read_curve_secret_file(file); }, "no secret");
  BOOST_REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  refused([&] { read_curve_secret_file(folder / "fifo"); }, "is no file");
}

BOOST_AUTO_TEST_CASE(pyzmq_reads_our_files_and_we_read_its) {
  if (!has_pyzmq()) {
    std::cout << "SKIPPED: reading certificates of pyzmq needs the Debian package python3-zmq\n";
    return;
  }
  const TemporaryFolder folder;
  const CurveKeyPair keys = make_curve_key_pair();
  write_curve_key_files(folder / "ours", keys);
  const std::string script = R"(
import os, sys, zmq.auth
folder, public, secret = sys.argv[1:]
assert zmq.auth.load_certificate(folder + "/ours.key_secret") == (public.encode(), secret.encode())
assert zmq.auth.load_certificate(folder + "/ours.key") == (public.encode(), None)
os.umask(0o077)
zmq.auth.create_certificates(folder, "theirs")
)";
  BOOST_REQUIRE(run_python(script, {folder.path().string(), keys.public_key, keys.secret_key}) == 0);
  const CurveKeyPair theirs = read_curve_secret_file(folder / "theirs.key_secret");
  BOOST_TEST(read_curve_public_file(folder / "theirs.key") == theirs.public_key);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(access_list)

BOOST_AUTO_TEST_CASE(files_and_folders_name_who_is_allowed) {
  const TemporaryFolder folder;
  const CurveKeyPair alice = make_curve_key_pair(), bob = make_curve_key_pair(),
                     carol = make_curve_key_pair();
  fs::create_directory(folder / "clients");
  write_curve_key_files(folder / "clients/alice", alice);
  write_curve_key_files(folder / "bob", bob);
  // Only the secret half lies in the folder: somebody's own key, who is not meant to be let in.
  fs::remove(write_curve_key_files(folder / "clients/carol", carol).public_file);
  write(folder / "clients/README", "who may listen");
  fs::create_directory(folder / "clients/more");
  const AccessList list({folder / "clients", folder / "bob.key"});
  BOOST_TEST(list.name_of(alice.public_key).value() == "alice");
  BOOST_TEST(list.name_of(bob.public_key).value() == "bob");
  BOOST_TEST(!list.name_of(carol.public_key));
  BOOST_TEST(!list.name_of(make_curve_key_pair().public_key));
  BOOST_TEST(!list.name_of(""));
}

BOOST_AUTO_TEST_CASE(a_place_that_is_missing_or_no_certificate_is_told_at_the_start) {
  const TemporaryFolder folder;
  refused([&] { AccessList({folder / "none"}); }, "cannot be read");
  write(folder / "x", "no key");
  refused([&] { AccessList({folder / "x"}); }, "holds no CURVE certificate");
}

BOOST_AUTO_TEST_CASE(changes_are_seen_and_only_a_removal_is_told) {
  const TemporaryFolder folder;
  const CurveKeyPair alice = make_curve_key_pair(), bob = make_curve_key_pair();
  write_curve_key_files(folder / "alice", alice);
  AccessList list({folder.path()});
  AccessList::Instant now{};
  now += 10s;
  BOOST_TEST(!list.refresh(now));
  write_curve_key_files(folder / "bob", bob);
  BOOST_TEST(!list.refresh(now + 1s));  // looks every two seconds
  BOOST_TEST(!list.name_of(bob.public_key));
  BOOST_TEST(!list.refresh(now + 2s));
  BOOST_TEST(list.name_of(bob.public_key).has_value());
  // The same name with another key.
  fs::remove(folder / "alice.key");
  fs::remove(folder / "alice.key_secret");
  const CurveKeyPair other = make_curve_key_pair();
  write_curve_key_files(folder / "alice", other);
  BOOST_TEST(list.refresh(now + 4s));
  BOOST_TEST(!list.name_of(alice.public_key));
  BOOST_TEST(list.name_of(other.public_key).has_value());
  fs::remove_all(folder.path());
  BOOST_TEST(list.refresh(now + 6s));
  BOOST_TEST(!list.name_of(other.public_key));
}

BOOST_AUTO_TEST_CASE(other_places_take_over_whole_or_not_at_all) {
  const TemporaryFolder folder;
  const CurveKeyPair alice = make_curve_key_pair(), bob = make_curve_key_pair();
  write_curve_key_files(folder / "alice", alice);
  write_curve_key_files(folder / "bob", bob);
  AccessList list({folder / "alice.key"});
  BOOST_TEST(!list.replace({folder / "alice.key", folder / "bob.key"}));
  BOOST_TEST(list.name_of(bob.public_key).has_value());
  refused([&] { list.replace({folder / "bob.key", folder / "none"}); }, "cannot be read");
  BOOST_TEST(list.name_of(alice.public_key).has_value());
  BOOST_TEST(list.replace({folder / "bob.key"}));
  BOOST_TEST(!list.name_of(alice.public_key));
  BOOST_TEST(list.name_of(bob.public_key).has_value());
  BOOST_TEST(!list.refresh(AccessList::Instant{} + 10s));
}

BOOST_AUTO_TEST_SUITE_END()
