#include "sensor/service/gpsd_position.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>

#include "sensor/config_error.hpp"

using namespace windhover::sensor;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

const std::string kTpv =
    R"({"class":"TPV","mode":3,"lat":52.25,"lon":4.5,"altHAE":58.5,"alt":12,"eph":19.0,"epv":34.5,"speed":0})";

/// One TCP listener on loopback and the connection that it last took. Reads time out after 5 s.
class Server {
 public:
  Server() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_TEST_REQUIRE(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    BOOST_TEST_REQUIRE(listen(listener_, 4) == 0);
    socklen_t size = sizeof(address);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    hang_up();
    close(listener_);
  }

  std::uint16_t port() const { return port_; }
  void take() {
    const timeval patience{5, 0};
    setsockopt(listener_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    connection_ = accept(listener_, nullptr, nullptr);
    BOOST_TEST_REQUIRE(connection_ >= 0);
    setsockopt(connection_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(connection_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  }
  bool send_text(const std::string& text) const {
    return send(connection_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  std::string line() const {
    std::string text;
    for (char c = 0; recv(connection_, &c, 1, 0) == 1 && c != '\n';) text.push_back(c);
    return text;
  }
  void hang_up() {
    if (connection_ >= 0) close(connection_);
    connection_ = -1;
  }

 private:
  int listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int connection_ = -1;
  std::uint16_t port_ = 0;
};

/// Looks until there is a position, or for 5 s of waiting; `now` stays what it is.
std::optional<SensorPosition> look_until(GpsdPosition& gpsd, Clock::time_point now) {
  for (int i = 0; i < 500; ++i) {
    if (auto position = gpsd.look(now)) return position;
    std::this_thread::sleep_for(10ms);
  }
  return std::nullopt;
}

std::uint16_t free_port() { return Server().port(); }

/// What a receiver says twice a second: 52°22.212' N, 4°53.712' E, 12 m above a geoid that is 46 m up.
std::string nmea(int second) {
  const auto sentence = [](const std::string& body) {
    unsigned sum = 0;
    for (const char c : body) sum ^= static_cast<unsigned char>(c);
    std::array<char, 8> tail{};
    std::snprintf(tail.data(), tail.size(), "*%02X\r\n", sum);
    return "$" + body + tail.data();
  };
  std::array<char, 16> time{};
  std::snprintf(time.data(), time.size(), "1200%02d.00", second);
  return sentence(std::string("GPGGA,") + time.data() +
                  ",5222.2120,N,00453.7120,E,1,08,1.0,12.0,M,46.0,M,,") +
         sentence("GPGSA,A,3,01,02,03,04,05,06,07,08,,,,,1.8,1.0,1.5") +
         sentence(std::string("GPRMC,") + time.data() + ",A,5222.2120,N,00453.7120,E,0.0,0.0,010626,,,A");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gpsd_position)

BOOST_AUTO_TEST_CASE(addresses_are_numeric) {
  BOOST_TEST(parse_gpsd_address("127.0.0.1").port == 2947);
  BOOST_TEST(parse_gpsd_address("10.0.0.7:99").address == "10.0.0.7");
  BOOST_TEST(parse_gpsd_address("10.0.0.7:99").port == 99);
  BOOST_TEST(parse_gpsd_address("::1").address == "::1");
  BOOST_TEST(parse_gpsd_address("[::1]:99").address == "::1");
  BOOST_TEST(parse_gpsd_address("[::1]:99").port == 99);
  for (const char* const wrong : {"", "localhost", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536",
                                  "127.0.0.1:9x", "[::1", "[::1]9", "1.2.3"})
    BOOST_CHECK_THROW(parse_gpsd_address(wrong), ConfigError);
}

BOOST_AUTO_TEST_CASE(a_report_gives_position_and_uncertainty) {
  const auto position = parse_tpv(kTpv).value();
  BOOST_TEST(position.lat_deg == 52.25);
  BOOST_TEST(position.lon_deg == 4.5);
  BOOST_TEST(position.hae_m.value() == 58.5);
  BOOST_TEST(position.uncertainty_m.value() == 19.0);
  BOOST_TEST(position.vertical_uncertainty_m.value() == 34.5);
  const auto flat =
      parse_tpv(R"({"class":"TPV","mode":2,"lat":-1,"lon":0,"altHAE":5,"epx":3,"epy":4})").value();
  BOOST_TEST(!flat.hae_m);
  BOOST_TEST(flat.uncertainty_m.value() == 5.0);
  BOOST_TEST(!parse_tpv(R"({"class":"TPV","mode":3,"lat":1,"lon":2})").value().uncertainty_m);
}

BOOST_AUTO_TEST_CASE(what_is_no_fix_is_none) {
  for (const std::string wrong :
       {R"({"class":"TPV","mode":1,"lat":1,"lon":2})", R"({"class":"TPV","lat":1,"lon":2})",
        R"({"class":"TPV","mode":"3","lat":1,"lon":2})", R"({"class":"SKY","mode":3,"lat":1,"lon":2})",
        R"({"class":"TPV","mode":3,"lat":91,"lon":2})", R"({"class":"TPV","mode":3,"lat":1,"lon":1e300})",
        R"({"class":"TPV","mode":3,"lat":"1","lon":2})", R"({"class":"TPV","mode":3,"lon":2})",
        R"({"class":7,"mode":3,"lat":1,"lon":2})", R"([1,2])", R"("TPV")",
        R"({"class":"TPV","mode":3,"lat":1,)", "", "\xff\xfe"})
    BOOST_TEST(!parse_tpv(wrong), wrong);
  BOOST_TEST(!parse_tpv(std::string(60'000, '[')));
  const auto odd = parse_tpv(R"({"class":"TPV","mode":3,"lat":1,"lon":2,"altHAE":1e9,"eph":-3})").value();
  BOOST_TEST(!odd.hae_m);
  BOOST_TEST(!odd.uncertainty_m);
}

BOOST_AUTO_TEST_CASE(asks_takes_a_fix_and_lets_it_age) {
  Server server;
  GpsdPosition gpsd({"127.0.0.1", server.port()});
  const Clock::time_point start = Clock::now();
  BOOST_TEST(!gpsd.look(start));
  server.take();
  gpsd.look(start);
  BOOST_TEST(server.line() == R"(?WATCH={"enable":true,"json":true};)");
  // In pieces, after other things.
  server.send_text(R"({"class":"VERSION","release":"3.22"})"
                   "\r\n" +
                   kTpv.substr(0, 30));
  gpsd.look(start);
  server.send_text(kTpv.substr(30) + "\r\n");
  BOOST_TEST(look_until(gpsd, start).value().lat_deg == 52.25);
  BOOST_TEST(gpsd.look(start + 9s).value().age_s.value() == 9.0);
  BOOST_TEST(!gpsd.look(start + 11s));
}

BOOST_AUTO_TEST_CASE(a_line_that_is_too_long_costs_only_itself) {
  Server server;
  GpsdPosition gpsd({"127.0.0.1", server.port()});
  const Clock::time_point start = Clock::now();
  gpsd.look(start);
  server.take();
  gpsd.look(start);
  std::thread flood([&] {
    BOOST_TEST(server.send_text(R"({"class":"TPV","mode":3,"lat":1,"lon":2,"x":")" +
                                std::string(1 << 20, 'x') + "\"}\n" + kTpv + "\n"));
  });
  const auto position = look_until(gpsd, start);
  flood.join();
  BOOST_TEST(position.value().lat_deg == 52.25);
}

BOOST_AUTO_TEST_CASE(connects_again_for_ever) {
  Server server;
  GpsdPosition gpsd({"127.0.0.1", server.port()});
  Clock::time_point now = Clock::now();
  for (int round = 0; round < 3; ++round) {
    gpsd.look(now);
    server.take();
    gpsd.look(now);
    server.send_text(kTpv + "\n");
    BOOST_TEST(look_until(gpsd, now).has_value());
    server.hang_up();
    now += 11s;  // the fix is too old, and the next try due
    for (int i = 0; i < 20; ++i) gpsd.look(now), std::this_thread::sleep_for(1ms);
    now += 6s;
  }
}

BOOST_AUTO_TEST_CASE(nobody_there_is_no_trouble) {
  GpsdPosition gpsd({"127.0.0.1", free_port()});
  Clock::time_point now = Clock::now();
  for (int i = 0; i < 20; ++i, now += 3s) BOOST_TEST(!gpsd.look(now));
}

BOOST_AUTO_TEST_CASE(a_real_gpsd_tells_where_a_receiver_is) {
  const std::string program = "/usr/sbin/gpsd";
  if (!std::filesystem::exists(program)) {
    std::cout << "SKIPPED: no " << program << ", so the position of a real gpsd is not tested\n";
    return;
  }
  Server receiver;
  const std::uint16_t port = free_port();
  const std::string source = "tcp://127.0.0.1:" + std::to_string(receiver.port()), at = std::to_string(port);
  std::array<const char*, 7> argv{program.c_str(), "-N", "-n", "-S", at.c_str(), source.c_str(), nullptr};
  posix_spawn_file_actions_t quiet{};
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  BOOST_TEST_REQUIRE(posix_spawn(&child, program.c_str(), &quiet, nullptr,
                                 const_cast<char* const*>(argv.data()), environ) == 0);
  posix_spawn_file_actions_destroy(&quiet);
  receiver.take();
  GpsdPosition gpsd({"127.0.0.1", port});
  std::optional<SensorPosition> position;
  const Clock::time_point start = Clock::now();
  // gpsd looks for the receiver's kind first; steps of time make tries to connect come at once.
  for (int i = 0; i < 60 && !position; ++i) {
    receiver.send_text(nmea(i));
    std::this_thread::sleep_for(250ms);
    position = gpsd.look(start + i * 5s);
  }
  kill(child, SIGTERM);
  waitpid(child, nullptr, 0);
  BOOST_TEST_REQUIRE(position.has_value());
  BOOST_TEST(position->lat_deg == 52.3702, boost::test_tools::tolerance(1e-7));
  BOOST_TEST(position->lon_deg == 4.8952, boost::test_tools::tolerance(1e-7));
  BOOST_TEST(position->hae_m.value() == 58.0, boost::test_tools::tolerance(0.01));
  BOOST_TEST(position->uncertainty_m.value() > 0);
}

BOOST_AUTO_TEST_SUITE_END()
