#include "sensor/service/journal.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <ostream>
#include <sstream>
#include <string>

using namespace windhover::sensor;
using namespace std::chrono_literals;

namespace {

std::chrono::steady_clock::time_point g_now{};

struct Fixture {
  Fixture() { g_now = {}; }
  std::string taken() {
    std::string text = journal.str();
    journal.str({});
    return text;
  }
  std::ostringstream journal;
  JournalLines lines{journal, {3, 10s}, [] { return g_now; }};
  std::ostream log{&lines};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(journal, Fixture)

BOOST_AUTO_TEST_CASE(lines_get_a_priority_and_keep_their_own) {
  log << "one " << 2 << std::flush << " three\n<3>wrong\n<9>odd\n";
  BOOST_TEST(taken() == "<6>one 2 three\n<3>wrong\n<6><9>odd\n");
}

BOOST_AUTO_TEST_CASE(half_a_line_waits) {
  log << "half" << std::flush;
  BOOST_TEST(taken().empty());
  log << '\n';
  BOOST_TEST(taken() == "<6>half\n");
}

BOOST_AUTO_TEST_CASE(a_flood_is_kept_back_but_for_errors_and_then_counted) {
  for (int i = 0; i < 10; ++i) log << i << '\n';
  BOOST_TEST(taken() == "<6>0\n<6>1\n<6>2\n");
  log << "<3>broken\n";
  BOOST_TEST(taken() == "<5>7 more lines were left out\n<3>broken\n");
  log << "still\n";
  BOOST_TEST(taken().empty());
  g_now += 11s;
  log << "again\n";
  BOOST_TEST(taken() == "<5>1 more lines were left out\n<6>again\n");
}

BOOST_AUTO_TEST_CASE(a_line_without_end_is_cut) {
  log << std::string(1 << 20, 'x') << '\n';
  BOOST_TEST(taken().size() < 5000U);
}

BOOST_AUTO_TEST_CASE(the_journal_is_known_by_device_and_inode) {
  struct stat facts {};
  BOOST_TEST_REQUIRE(fstat(STDERR_FILENO, &facts) == 0);
  setenv("JOURNAL_STREAM", (std::to_string(facts.st_dev) + ":" + std::to_string(facts.st_ino)).c_str(), 1);
  BOOST_TEST(stderr_is_journal());
  BOOST_TEST(error_priority() == "<3>");
  setenv("JOURNAL_STREAM", "1:2", 1);
  BOOST_TEST(!stderr_is_journal());
  unsetenv("JOURNAL_STREAM");
  BOOST_TEST(!stderr_is_journal());
  BOOST_TEST(error_priority().empty());
}

BOOST_AUTO_TEST_SUITE_END()
