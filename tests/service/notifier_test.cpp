#include "sensor/service/notifier.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "sensor/service/service_sink.hpp"
#include "tests/sensor/temporary_folder.hpp"

using namespace windhover::sensor;
using windhover::sensor::testing::TemporaryFolder;

namespace {

/// A service manager's end: a datagram socket that NOTIFY_SOCKET names; one that begins with @ is abstract.
class Manager {
 public:
  explicit Manager(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    BOOST_TEST_REQUIRE(name.size() < sizeof(address.sun_path));
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    BOOST_TEST_REQUIRE(bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  ~Manager() {
    unsetenv("NOTIFY_SOCKET");
    close(socket_);
  }

  /// All that has come; a datagram is whole once it was sent.
  std::vector<std::string> told() const {
    std::vector<std::string> all;
    std::array<char, 4096> text{};
    for (ssize_t n = 0; (n = recv(socket_, text.data(), text.size(), MSG_DONTWAIT)) >= 0;)
      all.emplace_back(text.data(), static_cast<std::size_t>(n));
    return all;
  }

 private:
  int socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

using Texts = std::vector<std::string>;

StatusMessage status_with(std::uint64_t samples) {
  StatusMessage status;
  status.stream.samples = samples;
  status.stream.rate_hz = 20e6;
  status.stream.center_hz = 2437e6;
  status.stream.gaps = 2;
  status.stream.drops = {{"iq", 3}, {"spectra", 4}};
  status.counts.aircraft = 5;
  return status;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(notifier)

BOOST_AUTO_TEST_CASE(tells_a_socket_in_the_file_system) {
  const TemporaryFolder folder;
  const Manager manager((folder / "notify").string());
  BOOST_TEST(notify_ready("all is well"));
  BOOST_TEST(notify_watchdog());
  BOOST_TEST(notify_stopping());
  BOOST_TEST(manager.told() == (Texts{"READY=1\nSTATUS=all is well", "WATCHDOG=1", "STOPPING=1"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(tells_an_abstract_socket) {
  const Manager manager("@windhover-notifier-test-" + std::to_string(getpid()));
  BOOST_TEST(notify_state("busy"));
  BOOST_TEST(manager.told() == Texts{"STATUS=busy"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(without_a_manager_nothing_is_told) {
  unsetenv("NOTIFY_SOCKET");
  BOOST_TEST(!notify_ready("x"));
  setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
  BOOST_TEST(!notify_watchdog());
  unsetenv("NOTIFY_SOCKET");
}

BOOST_AUTO_TEST_CASE(a_state_is_one_line) {
  const Manager manager("@windhover-notifier-test-" + std::to_string(getpid()));
  notify_state("one\nERRNO=5");
  BOOST_TEST(manager.told() == Texts{"STATUS=one ERRNO=5"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_reload_says_when) {
  const Manager manager("@windhover-notifier-test-" + std::to_string(getpid()));
  notify_reloading();
  const Texts told = manager.told();
  BOOST_TEST_REQUIRE(told.size() == 1U);
  BOOST_TEST(told[0].starts_with("RELOADING=1\nMONOTONIC_USEC="));
}

BOOST_AUTO_TEST_CASE(ready_with_the_first_samples_and_the_watchdog_fed_by_samples_alone) {
  const Manager manager("@windhover-notifier-test-" + std::to_string(getpid()));
  ServiceSink sink;
  sink.on_status(status_with(0));
  const std::string facts = "5 aircraft, 20.00 MS/s at 2437.00 MHz, 2 gaps, 7 dropped";
  BOOST_TEST(manager.told() == Texts{"STATUS=NO SAMPLES; " + facts}, boost::test_tools::per_element());
  sink.reloaded();
  BOOST_TEST(manager.told().empty());  // never was ready
  sink.on_status(status_with(1000));
  BOOST_TEST(manager.told() == (Texts{"READY=1\nSTATUS=" + facts, "WATCHDOG=1"}),
             boost::test_tools::per_element());
  sink.on_status(status_with(2000));
  BOOST_TEST(manager.told() == (Texts{"STATUS=" + facts, "WATCHDOG=1"}), boost::test_tools::per_element());
  for (const std::string prefix : {"", "", "NO SAMPLES; "}) {
    sink.on_status(status_with(2000));
    BOOST_TEST(manager.told() == Texts{"STATUS=" + prefix + facts}, boost::test_tools::per_element());
  }
  sink.reloaded();
  BOOST_TEST(manager.told() == Texts{"READY=1\nSTATUS=NO SAMPLES; " + facts},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_device_that_is_being_brought_back_is_no_reason_to_start_anew) {
  const Manager manager("@windhover-notifier-test-" + std::to_string(getpid()));
  ServiceSink sink;
  sink.on_status(status_with(1000));
  manager.told();
  StatusMessage away = status_with(1000);
  away.stream.live.emplace();
  away.stream.live->device.emplace();
  away.stream.live->device->state = DeviceState::away;
  const auto fed = [&](std::uint64_t turns) {
    away.stream.live->device->turns = turns;
    sink.on_status(away);
    const Texts told = manager.told();
    return std::ranges::find(told, "WATCHDOG=1") != told.end();
  };
  BOOST_TEST(fed(7));
  BOOST_TEST(fed(9));
  BOOST_TEST(!fed(9));  // the driver has not come back from its last call
  BOOST_TEST(fed(10));
  away.stream.live->device->state = DeviceState::streaming;
  BOOST_TEST(!fed(11));  // it says that it streams, and nothing comes through
}

BOOST_AUTO_TEST_CASE(of_several_devices_each_must_move) {
  const Manager manager("@windhover-notifier-test-" + std::to_string(getpid()));
  ServiceSink sink;
  StreamStatus streams[2];
  const auto tell = [&](std::size_t device) {
    ++streams[device].samples;
    StatusMessage status = status_with(0);
    status.devices.push_back({"mast", streams[0]});
    status.devices.push_back({"hut", streams[1]});
    sink.from(device);
    sink.on_status(status);
    return manager.told();
  };
  const std::string one = "0.00 MS/s at 0.00 MHz, 0 gaps, 0 dropped";
  const std::string both = "5 aircraft; mast: " + one + "; hut: " + one;
  BOOST_TEST(tell(0) == Texts{"STATUS=NO SAMPLES from hut; " + both}, boost::test_tools::per_element());
  BOOST_TEST(tell(0) == Texts{"STATUS=NO SAMPLES from hut; " + both}, boost::test_tools::per_element());
  BOOST_TEST(tell(1) == (Texts{"READY=1\nSTATUS=" + both, "WATCHDOG=1"}), boost::test_tools::per_element());
  BOOST_TEST(tell(0) == Texts{"STATUS=" + both}, boost::test_tools::per_element());
  BOOST_TEST(tell(0) == Texts{"STATUS=" + both}, boost::test_tools::per_element());  // the other hangs
  BOOST_TEST(tell(1) == (Texts{"STATUS=" + both, "WATCHDOG=1"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
