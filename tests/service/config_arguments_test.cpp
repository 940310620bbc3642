// The command line together with the config file.

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <variant>

#include "sensor/cli/arguments.hpp"
#include "sensor/cli/config_keys.hpp"
#include "sensor/config_error.hpp"
#include "tests/sensor/temporary_folder.hpp"

using namespace windhover::sensor;
using windhover::sensor::testing::TemporaryFolder;

namespace {

const std::string kAnnotated = std::string(WINDHOVER_SOURCE_DIR) + "/packaging/windhover.toml";

template <typename What>
What parsed(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "windhover");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  Command command = parse_arguments(static_cast<int>(argv.size()), argv.data());
  BOOST_TEST_REQUIRE(std::holds_alternative<What>(command));
  return std::get<What>(std::move(command));
}

struct Fixture {
  std::string file(const std::string& text) const {
    std::ofstream(folder / "w.toml") << text;
    return (folder / "w.toml").string();
  }
  RunCommand run(const std::string& text, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"run", "-c", file(text)});
    return parsed<RunCommand>(more);
  }
  TemporaryFolder folder;
};

const std::string kDevice = "[device]\nargs = \"driver=x\"\nrate_hz = 20e6\nfreq_hz = 2437e6\n";

/// The annotated file with all that it only shows taken as said.
std::string all_of_the_annotated_file() {
  std::ifstream in(kAnnotated);
  std::string text;
  for (std::string line; std::getline(in, line);) {
    const bool shows_a_key = line.size() > 2 && line[0] == '#' && line[1] != ' ';
    text += (shows_a_key ? line.substr(1) : line) + "\n";
  }
  return text;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(config_arguments, Fixture)

BOOST_AUTO_TEST_CASE(a_file_is_enough_to_run) {
  const RunCommand command = run(kDevice + R"(
gain_db = 31.5
[decoders]
with = ["bluetooth_2m"]
wifi_fcs = "all"
workers = 2
[position]
fixed = [52, 4.5, 7]
gpsd = "127.0.0.1"
[feed]
node = "roof"
endpoint = "tcp://127.0.0.1:9"
rejects = true
insecure = false
[privacy]
retention_s = 30
[privacy.protocol]
odid = "presence"
)");
  BOOST_TEST(command.devices.front().soapy.args == "driver=x");
  BOOST_TEST(command.devices.front().soapy.rate.value == 20e6);
  BOOST_TEST(command.devices.front().soapy.centre.value == 2437e6);
  BOOST_TEST(command.devices.front().soapy.gain_db.value() == 31.5);
  BOOST_TEST(!command.devices.front().soapy.antenna);
  BOOST_TEST(command.decoders.with.size() == 2U);  // and the Wi-Fi decoder that reads all
  BOOST_TEST(command.sensor.workers == 2U);
  BOOST_TEST(command.output.position.value().lon_deg == 4.5);
  BOOST_TEST(command.output.gpsd.value().port == 2947);
  BOOST_TEST(command.output.node == "roof");
  BOOST_TEST(command.output.feed.value() == "tcp://127.0.0.1:9");
  BOOST_TEST(command.output.rejects);
  BOOST_TEST(!command.output.insecure_feed);
  BOOST_TEST(command.output.privacy.retention.count() == 30);
  BOOST_TEST((disclosure_of(command.output.privacy, "odid") == Disclosure::presence));
  BOOST_TEST(command.output.wait_subscriber.count() == 0);
}

BOOST_AUTO_TEST_CASE(flags_win_over_the_file) {
  const RunCommand command =
      run(kDevice + "[feed]\nnode = \"roof\"\n[decoders]\nwithout = [\"dji_droneid\", \"wifi\"]\n",
          {"--freq", "5.8e9", "--without", "wifi", "--node", "cellar", "--sensor-position", "1,2"});
  BOOST_TEST(command.devices.front().soapy.centre.value == 5.8e9);
  BOOST_TEST(command.devices.front().soapy.rate.value == 20e6);
  BOOST_TEST(command.decoders.without == std::vector<std::string>{"wifi"}, boost::test_tools::per_element());
  BOOST_TEST(command.output.node == "cellar");
  BOOST_TEST(command.output.position.value().lat_deg == 1);
}

BOOST_AUTO_TEST_CASE(the_gain_is_fixed_or_controlled_by_one_of_two) {
  BOOST_TEST(run(kDevice).devices.front().soapy.gain_control);
  BOOST_TEST(!run(kDevice).devices.front().soapy.gain_db);
  BOOST_TEST(run(kDevice + "gain = \"auto\"\n").devices.front().soapy.gain_control);
  BOOST_TEST(!run(kDevice + "gain = \"device\"\n").devices.front().soapy.gain_control);
  BOOST_TEST(!run(kDevice + "gain_db = 30\n").devices.front().soapy.gain_control);
  BOOST_TEST(!run(kDevice + "gain = \"auto\"\ngain_db = 30\n").devices.front().soapy.gain_control);
  BOOST_CHECK_THROW(run(kDevice + "gain = \"loud\"\n"), ConfigError);
  const RunCommand fixed = run(kDevice + "gain = \"auto\"\n", {"--gain", "20"});
  BOOST_TEST(fixed.devices.front().soapy.gain_db.value() == 20);
  BOOST_TEST(!fixed.devices.front().soapy.gain_control);
  const RunCommand controlled = run(kDevice + "gain_db = 30\n", {"--gain-mode", "auto"});
  BOOST_TEST(!controlled.devices.front().soapy.gain_db);
  BOOST_TEST(controlled.devices.front().soapy.gain_control);
  BOOST_TEST(run(kDevice + "calibration = \"/t.csv\"\n").devices.front().calibration.value() == "/t.csv");
}

BOOST_AUTO_TEST_CASE(what_neither_says_is_asked_for) {
  BOOST_CHECK_EXCEPTION(run("[device]\nargs = \"driver=x\"\nfreq_hz = 1e9\n"), ConfigError,
                        [](const auto& error) {
                          return std::string(error.what()).find("device.rate_hz") != std::string::npos;
                        });
  BOOST_CHECK_THROW(parsed<RunCommand>({"run"}), ConfigError);
}

BOOST_AUTO_TEST_CASE(the_whole_file_is_checked_also_for_other_commands) {
  BOOST_CHECK_THROW(run(kDevice + "[gateway]\nhtpp = \"none\"\n"), ConfigError);
  BOOST_CHECK_THROW(run(kDevice + "[gateway]\nhttp = \"nowhere\"\n"), ConfigError);
  BOOST_CHECK_THROW(run(kDevice + "[gateway.cot]\nttl = 0\n"), ConfigError);
  BOOST_CHECK_THROW(run(kDevice + "[decoders]\nwith = [\"nonesuch\"]\n"), ConfigError);
  BOOST_CHECK_THROW(run(kDevice + "[privacy.protocol]\nodid = \"perhaps\"\n"), ConfigError);
  BOOST_CHECK_THROW(run(kDevice + "[position]\nfixed = [91, 0]\n"), ConfigError);
  BOOST_CHECK_THROW(parsed<GatewayCommand>({"gateway", "-c", file("[device]\nrate_hz = 0\n")}), ConfigError);
}

BOOST_AUTO_TEST_CASE(the_gateway_takes_its_own_section) {
  const auto options = parsed<GatewayCommand>({"gateway", "-c", file(kDevice + R"(
[gateway]
feed = "tcp://127.0.0.1:9"
http = "none"
position = [52, 4]
full_scale_dbm = -20
dragonsync = "127.0.0.1:5000"
[gateway.cot]
targets = ["udp://239.2.3.1:6969", "udp://127.0.0.1:4242"]
ttl = 3
)"),
                                               "--feed", "tcp://127.0.0.1:10"})
                           .options;
  BOOST_TEST(options.feed == "tcp://127.0.0.1:10");
  BOOST_TEST(!options.http);
  BOOST_TEST(options.position.value().lat_deg == 52);
  BOOST_TEST(options.full_scale_dbm.value() == -20);
  BOOST_TEST(options.dragonsync.value().status == "tcp://127.0.0.1:5001");
  BOOST_TEST(options.cot.value().targets.size() == 2U);
  BOOST_TEST(options.cot.value().multicast_ttl == 3);
}

BOOST_AUTO_TEST_CASE(a_reload_sees_what_has_changed) {
  const RunCommand before = run(kDevice + "[feed]\nnode = \"roof\"\n");
  file(kDevice + "gain_db = 3\n[position]\nfixed = [1, 2]\n");
  const RunCommand after = parse_run_again(before);
  BOOST_TEST(after.output.position.value().lon_deg == 2);
  BOOST_TEST(changed_keys(before.settings, after.settings) ==
                 (std::vector<std::string>{"device.gain_db", "feed.node", "position.fixed"}),
             boost::test_tools::per_element());
  BOOST_TEST(changed_keys(before.settings, before.settings).empty());
  file("[device]\nargs = 3\n");
  BOOST_CHECK_THROW(parse_run_again(before), ConfigError);
}

BOOST_AUTO_TEST_CASE(the_annotated_file_can_be_used_and_shows_every_key) {
  BOOST_TEST(parsed<RunCommand>({"run", "-c", kAnnotated}).devices.front().soapy.rate.value > 0);
  parsed<GatewayCommand>({"gateway", "-c", kAnnotated});
  std::set<std::string_view> shown;
  for (const ConfigSetting& each : read_config_file(file(all_of_the_annotated_file()), config_keys()))
    shown.insert(each.key->key);
  for (const ConfigKey& key : config_keys())
    BOOST_TEST(shown.contains(key.key), key.key << " is not documented");
  // Every option exists: the command would not take the file otherwise.
  std::ofstream(folder / "roof.key_secret") << "";
  BOOST_CHECK_NO_THROW(parsed<RunCommand>({"run", "-c", file(all_of_the_annotated_file())}));
}

BOOST_AUTO_TEST_CASE(without_a_frequency_the_plan_decides_what_is_heard) {
  const std::string device = "[device]\nargs = \"driver=x\"\nrate_hz = 20e6\n";
  BOOST_TEST(!run(kDevice).devices.front().soapy.anywhere);
  const RunCommand all = run(device);
  BOOST_TEST(all.devices.front().soapy.anywhere);
  BOOST_TEST(all.devices.front().tuning.hear.empty());
  BOOST_TEST(all.devices.front().tuning.longest_absence.count() == 15);
  const RunCommand some =
      run(device + "[tuning]\nhear = [\"dji_droneid=3\", \"5650e6-5950e6\"]\nlongest_absence_s = 40\n");
  BOOST_TEST(some.devices.front().tuning.hear == (std::vector<std::string>{"dji_droneid=3", "5650e6-5950e6"}),
             boost::test_tools::per_element());
  BOOST_TEST(some.devices.front().tuning.longest_absence.count() == 40);
  BOOST_TEST(run(device, {"--hear", "2.4ghz", "--hear", "odid_wifi"}).devices.front().tuning.hear.size() ==
             2U);
  BOOST_CHECK_EXCEPTION(run(device, {"--hear", "wifi"}), ConfigError, [](const ConfigError& error) {
    return std::string(error.what()).find("'wifi' is neither a protocol nor a band that is known") == 0;
  });
}

BOOST_AUTO_TEST_CASE(hostile_tuning_values_are_told_with_their_line) {
  for (const char* wrong : {"hear = [\"2.4\"]", "hear = [\"\"]", "hear = [\"dji_droneid=99\"]",
                            "hear = [\"9e9-1e9\"]", "hear = [\"nan-inf\"]", "hear = \"2.4ghz\"", "hear = [1]",
                            "longest_absence_s = 0", "longest_absence_s = 3601", "longest_absence_s = 1.5",
                            "longest_absence_s = -9223372036854775808", "heer = []"})
    BOOST_CHECK_EXCEPTION(run(kDevice + "[tuning]\n" + wrong + "\n"), ConfigError,
                          [&](const ConfigError& error) {
                            const std::string sentence = error.what();
                            BOOST_TEST(sentence.find("w.toml:6: ") != std::string::npos, sentence);
                            return sentence.find('\n') == std::string::npos;
                          });
}

BOOST_AUTO_TEST_CASE(a_file_may_name_several_devices) {
  const std::string two = R"([[device]]
name = "mast"
args = "driver=a"
rate_hz = 20e6
freq_hz = 2437e6
gain_db = 30
[[device]]
name = "hut"
args = "driver=b"
rate_hz = 30.72e6
hear = ["5.8ghz"]
[tuning]
hear = ["2.4ghz"]
longest_absence_s = 40
)";
  const auto devices = run(two, {"--workers", "3"}).devices;
  BOOST_TEST_REQUIRE(devices.size() == 2U);
  BOOST_TEST(devices[0].name == "mast");
  BOOST_TEST(devices[0].soapy.args == "driver=a");
  BOOST_TEST(devices[0].soapy.gain_db.value() == 30);
  BOOST_TEST(!devices[0].soapy.anywhere);
  BOOST_TEST(devices[0].tuning.hear == std::vector<std::string>{"2.4ghz"}, boost::test_tools::per_element());
  BOOST_TEST(devices[1].name == "hut");
  BOOST_TEST(devices[1].soapy.rate.value == 30.72e6);
  BOOST_TEST(!devices[1].soapy.gain_db);
  BOOST_TEST(devices[1].soapy.gain_control);
  BOOST_TEST(devices[1].soapy.anywhere);
  BOOST_TEST(devices[1].tuning.hear == std::vector<std::string>{"5.8ghz"}, boost::test_tools::per_element());
  BOOST_TEST(devices[1].tuning.longest_absence.count() == 40);

  const auto complaint = [&](const std::string& text, std::vector<std::string> more = {}) -> std::string {
    try {
      run(text, more);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return {};
  };
  BOOST_TEST(complaint(two, {"--rate", "1e6"}).starts_with("--rate cannot be given"));
  BOOST_TEST(complaint(two + "[[device]]\nargs = \"driver=c\"\nrate_hz = 1e6\n")
                 .starts_with("of several [[device]] number 3"));
  BOOST_TEST(complaint(two + "[[device]]\nname = \"c\"\nrate_hz = 1e6\n")
                 .starts_with("device 'c': --device is missing"));
  BOOST_TEST(complaint(two + "[[device]]\nname = \"hut\"\nargs = \"x\"\nrate_hz = 1e6\n")
                 .find("two devices are called 'hut'") != std::string::npos);
  BOOST_TEST(complaint("[[device]]\nname = \"a.b\"\n").find("'a.b' can be no device's name") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_device_may_stand_in_an_array_too) {
  const RunCommand command = run("[[device]]\nargs = \"driver=x\"\nrate_hz = 20e6\n", {"--freq", "1e9"});
  BOOST_TEST_REQUIRE(command.devices.size() == 1U);
  BOOST_TEST(command.devices.front().soapy.centre.value == 1e9);
}

BOOST_AUTO_TEST_SUITE_END()
