#include "sensor/service/config_file.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <string>

#include "sensor/config_error.hpp"
#include "tests/sensor/temporary_folder.hpp"

using namespace windhover::sensor;
using windhover::sensor::testing::TemporaryFolder;

namespace {

using enum ConfigType;

void refuse_odd(const std::string& value) {
  if (value == "odd") throw ConfigError("'odd' is odd; give even");
}

constexpr std::array kKeys{
    ConfigKey{"run", "device.args", "--device", text, 0, 0, refuse_odd},
    ConfigKey{"run", "device.rate_hz", "--rate", number, 1, 1e9},
    ConfigKey{"run", "device.workers", "--workers", integer, 0, 64},
    ConfigKey{"run", "feed.insecure", "--insecure", boolean},
    ConfigKey{"run", "feed.key", "--key", path},
    ConfigKey{"run", "feed.allow", "--allow", paths},
    ConfigKey{"run", "privacy.protocol", "--protocol", assignments},
    ConfigKey{"run", "position.fixed", "--position", coordinates},
};

struct Fixture {
  std::vector<ConfigSetting> read(const std::string& text) const {
    std::ofstream(folder / "w.toml") << text;
    return read_config_file(folder / "w.toml", kKeys);
  }
  /// What is said of the file, without its folder; empty if nothing is wrong.
  std::string complaint(const std::string& text) const {
    try {
      read(text);
    } catch (const ConfigError& error) {
      const std::string what = error.what();
      BOOST_TEST(what.starts_with((folder / "w.toml").string()), what);
      return what.substr((folder / "w.toml").string().size());
    }
    return {};
  }
  TemporaryFolder folder;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(config_file, Fixture)

BOOST_AUTO_TEST_CASE(gives_values_as_the_command_line_would_have_them) {
  const auto settings = read(R"(
[position]
fixed = [52.5, -4, 12.25]
[device]
args = "driver=rtlsdr"
rate_hz = 30.72e6
workers = 3
[feed]
insecure = true
key = "keys/roof"
allow = ["/a", "b"]
[privacy.protocol]
odid = "off"
all = "presence"
)");
  BOOST_TEST_REQUIRE(settings.size() == kKeys.size());
  const auto values = [&](std::size_t key) {
    BOOST_TEST(settings[key].key == &kKeys[key]);
    return settings[key].values;
  };
  using Texts = std::vector<std::string>;
  BOOST_TEST(values(0) == Texts{"driver=rtlsdr"}, boost::test_tools::per_element());
  BOOST_TEST(std::stod(values(1).at(0)) == 30.72e6);
  BOOST_TEST(values(2) == Texts{"3"}, boost::test_tools::per_element());
  BOOST_TEST(values(3) == Texts{"true"}, boost::test_tools::per_element());
  BOOST_TEST(values(4) == Texts{(folder / "keys/roof").string()}, boost::test_tools::per_element());
  BOOST_TEST(values(5) == (Texts{"/a", (folder / "b").string()}), boost::test_tools::per_element());
  BOOST_TEST(values(6) == (Texts{"all=presence", "odid=off"}), boost::test_tools::per_element());
  BOOST_TEST(values(7) == Texts{"52.5,-4,12.25"}, boost::test_tools::per_element());
  BOOST_TEST(settings[0].place.ends_with("w.toml:5"), settings[0].place);
}

BOOST_AUTO_TEST_CASE(an_empty_file_sets_nothing) { BOOST_TEST(read("# nothing\n").empty()); }

BOOST_AUTO_TEST_CASE(an_unknown_key_is_told_with_line_and_the_nearest_that_exists) {
  BOOST_TEST(complaint("[device]\nargs = \"a\"\nrate = 20e6\n") ==
             ":3: there is no key 'device.rate'; did you mean 'device.rate_hz'?");
  BOOST_TEST(complaint("\n[devise]\nargs = \"a\"\n") ==
             ":2: there is no key 'devise'; did you mean 'device'?");
  BOOST_TEST(complaint("[feed]\ninsecure = true\nalow = []\n") ==
             ":3: there is no key 'feed.alow'; did you mean 'feed.allow'?");
  BOOST_TEST(complaint("xyzzy = 1\n") ==
             ":1: there is no key 'xyzzy'; the installed file shows all that exist");
  BOOST_TEST(complaint("device = 3\n") == ":1: 'device' is a section, [device]");
}

BOOST_AUTO_TEST_CASE(wrong_types_are_told_with_what_is_wanted) {
  BOOST_TEST(complaint("[device]\nargs = 7\n") == ":2: 'device.args' must be a text in quotes");
  BOOST_TEST(complaint("[device]\nrate_hz = \"20e6\"\n") == ":2: 'device.rate_hz' must be a number");
  BOOST_TEST(complaint("[device]\nworkers = 1.5\n") == ":2: 'device.workers' must be a whole number");
  BOOST_TEST(complaint("[feed]\ninsecure = 1\n") == ":2: 'feed.insecure' must be true or false");
  BOOST_TEST(complaint("[feed]\nallow = \"clients\"\n") ==
             ":2: 'feed.allow' must be an array of texts in quotes");
  BOOST_TEST(complaint("[feed]\nallow = [\"a\", 1]\n") ==
             ":2: 'feed.allow' must be an array of texts in quotes");
  BOOST_TEST(complaint("[privacy]\nprotocol = \"off\"\n") ==
             ":2: 'privacy.protocol' must be a table of names and texts");
  BOOST_TEST(complaint("[position]\nfixed = [1]\n") ==
             ":2: 'position.fixed' must be an array of two or three numbers");
  BOOST_TEST(complaint("[position]\nfixed = [1, \"2\"]\n") ==
             ":2: 'position.fixed' must be an array of two or three numbers");
  BOOST_TEST(complaint("[device]\nargs = \"a\\u0000b\"\n") == ":2: 'device.args' must be a text in quotes");
}

BOOST_AUTO_TEST_CASE(ranges_and_checks_hold) {
  BOOST_TEST(complaint("[device]\nworkers = 65\n") == ":2: 'device.workers' is out of range: 0 to 64");
  BOOST_TEST(complaint("[device]\nworkers = -1\n") == ":2: 'device.workers' is out of range: 0 to 64");
  BOOST_TEST(complaint("[device]\nrate_hz = nan\n") == ":2: 'device.rate_hz' is out of range: 1 to 1e+09");
  BOOST_TEST(complaint("[device]\nrate_hz = inf\n") == ":2: 'device.rate_hz' is out of range: 1 to 1e+09");
  BOOST_TEST(complaint("[device]\nargs = \"odd\"\n") == ":2: 'odd' is odd; give even");
}

BOOST_AUTO_TEST_CASE(what_is_no_toml_is_told_with_its_line) {
  BOOST_TEST(complaint("[device]\nargs = \n").starts_with(":2: this is no TOML: "));
  BOOST_TEST(complaint("[device]\nargs = \"a\"\nargs = \"b\"\n").starts_with(":3: this is no TOML: "));
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_read_are_refused) {
  BOOST_CHECK_THROW(read_config_file(folder / "missing.toml", kKeys), ConfigError);
  BOOST_CHECK_THROW(read_config_file(folder.path(), kKeys), ConfigError);
  BOOST_CHECK_THROW(read_config_file("/dev/zero", kKeys), ConfigError);
  BOOST_CHECK_THROW(read(std::string(2 << 20, '#')), ConfigError);
}

BOOST_AUTO_TEST_CASE(edit_distance_counts_single_changes) {
  BOOST_TEST(edit_distance("", "") == 0U);
  BOOST_TEST(edit_distance("abc", "") == 3U);
  BOOST_TEST(edit_distance("", "abc") == 3U);
  BOOST_TEST(edit_distance("kitten", "sitting") == 3U);
  BOOST_TEST(edit_distance("rate", "rate_hz") == 3U);
}

BOOST_AUTO_TEST_CASE(a_section_may_come_several_times_where_that_means_something) {
  const auto settings =
      read("[[device]]\nargs = \"a\"\n[[device]]\nrate_hz = 2\nargs = \"b\"\n[feed]\ninsecure = true\n");
  BOOST_TEST_REQUIRE(settings.size() == 4U);
  BOOST_TEST(settings[0].values.front() == "a");
  BOOST_TEST(settings[0].table == 0U);
  BOOST_TEST(settings[1].values.front() == "b");
  BOOST_TEST(settings[1].table == 1U);
  BOOST_TEST(settings[2].key->key == "device.rate_hz");
  BOOST_TEST(settings[2].table == 1U);
  BOOST_TEST(settings[3].table == 0U);
  BOOST_TEST(
      complaint("[[device]]\nargs = \"a\"\n[[device]]\nrats_hz = 2\n").starts_with(":4: there is no key"));
  BOOST_TEST(complaint("[[device]]\nargs = \"odd\"\n").starts_with(":2: 'odd' is odd"));
  BOOST_TEST(complaint("[[feed]]\ninsecure = true\n").find("'feed' is a section") != std::string::npos);
  BOOST_TEST(complaint("device = [1, 2]\n").find("'device' is a section") != std::string::npos);
  BOOST_TEST(complaint("device = []\n").find("'device' is a section") != std::string::npos);
  std::string many;
  for (std::size_t i = 0; i <= kMostTables; ++i) many += "[[device]]\nargs = \"a\"\n";
  BOOST_TEST(complaint(many).find("too many") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
