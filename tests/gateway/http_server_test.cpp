#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "gateway/http/server.hpp"
#include "http_client.hpp"
#include "sensor/config_error.hpp"

using namespace windhover::gateway;
using namespace windhover::gateway::http;
using namespace windhover::gateway::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

const HttpOptions kAnyPort{"127.0.0.1", 0};

std::map<std::string, Handler> handlers() {
  return {{"/hello",
           [](const Request& request) {
             return Response{200, "text/plain", "hello " + request.accept};
           }},
          {"/sick",
           [](const Request&) {
             return Response{503, "application/json", "{}"};
           }},
          {"/long",
           [](const Request&) {
             return Response{200, "text/plain", std::string(2'000'000, 'x')};
           }},
          {"/throws", [](const Request&) -> Response { throw std::runtime_error("oh"); }}};
}

}  // namespace

// Not among the thread tests: the HTTP library is not built for the thread sanitizer, which then misses
// hand-overs.
BOOST_AUTO_TEST_SUITE(served)
BOOST_AUTO_TEST_SUITE(http_server)

BOOST_AUTO_TEST_CASE(a_path_is_answered_and_the_connection_closed) {
  const Server server(kAnyPort, handlers());
  BOOST_TEST(server.url().starts_with("http://127.0.0.1:"));
  const Answer answer = get(server.url(), "/hello", "Accept: text/x\r\n");
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.body == "hello text/x");
  BOOST_TEST(answer.head.find("Content-Type: text/plain\r\n") != std::string::npos);
  BOOST_TEST(answer.head.find("Connection: close\r\n") != std::string::npos);
  BOOST_TEST(answer.head.find("Cache-Control: no-store\r\n") != std::string::npos);
  BOOST_TEST(get(server.url(), "/sick").status == 503);
  BOOST_TEST(get(server.url(), "/nothing").status == 404);
  BOOST_TEST(get(server.url(), "/throws").status == 500);
  BOOST_TEST(get(server.url(), "/long").body.size() == 2'000'000U);
}

BOOST_AUTO_TEST_CASE(other_methods_and_bodies_are_refused) {
  const Server server(kAnyPort, handlers());
  TcpClient post(server.url());
  post.send("POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  BOOST_TEST(answer_of(post.receive()).status >= 400);
  TcpClient garbage(server.url());
  garbage.send("\x16\x03\x01\x02 what\r\n\r\n");
  BOOST_TEST(answer_of(garbage.receive()).status >= 400);
}

BOOST_AUTO_TEST_CASE(a_thousand_ranges_are_not_a_thousand_copies) {
  const Server server(kAnyPort, handlers());
  std::string ranges = "Range: bytes=0-";
  for (int i = 0; i < 1000; ++i) ranges += ",0-";
  const Answer answer = get(server.url(), "/long", ranges + "\r\n");
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.body.size() == 2'000'000U);
}

BOOST_AUTO_TEST_CASE(a_request_without_end_is_cut_off) {
  const Server server(kAnyPort, handlers());
  TcpClient client(server.url());
  client.send("GET /hello HTTP/1.1\r\n");
  std::size_t sent = 0;
  while (sent < 50'000'000 && client.send("X: " + std::string(1000, 'x') + "\r\n")) sent += 1000;
  BOOST_TEST(sent < 10'000'000U);  // what the kernel's buffers took
  BOOST_TEST(get(server.url(), "/hello").status == 200);
}

BOOST_AUTO_TEST_CASE(clients_that_say_nothing_hold_the_workers_for_the_time_limit_only) {
  const Server server(kAnyPort, handlers(), {.workers = 2, .connection = 300ms});
  std::vector<TcpClient> silent;
  for (int i = 0; i < 8; ++i) silent.emplace_back(server.url());
  const auto start = Clock::now();
  BOOST_TEST(get(server.url(), "/hello").status == 200);
  BOOST_TEST((Clock::now() - start < 8s));
}

BOOST_AUTO_TEST_CASE(a_client_that_sends_byte_by_byte_is_cut_off) {
  const Server server(kAnyPort, handlers(), {.workers = 1, .connection = 300ms});
  TcpClient drip(server.url());
  drip.send("GET /hello HTTP/1.1\r\nX: ");
  const auto start = Clock::now();
  while (Clock::now() - start < 10s && drip.receive(20ms).empty() && drip.send("x")) {
  }
  BOOST_TEST((Clock::now() - start < 5s));
  BOOST_TEST(get(server.url(), "/hello").status == 200);
}

BOOST_AUTO_TEST_CASE(a_client_that_reads_nothing_is_cut_off) {
  const Server server(kAnyPort,
                      {{"/huge",
                        [](const Request&) {
                          return Response{200, "text/plain", std::string(30'000'000, 'x')};
                        }}},
                      {.workers = 1, .connection = 300ms});
  TcpClient deaf(server.url());
  deaf.send("GET /huge HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_TEST(get(server.url(), "/nothing").status == 404);
}

BOOST_AUTO_TEST_CASE(an_end_waits_for_no_more_than_the_time_limit) {
  auto server = std::make_unique<Server>(kAnyPort, handlers(), Limits{.workers = 2, .connection = 300ms});
  const TcpClient silent(server->url());
  const auto start = Clock::now();
  server.reset();
  BOOST_TEST((Clock::now() - start < 5s));
}

BOOST_AUTO_TEST_CASE(an_address_that_is_taken_or_none_is_told_in_one_sentence) {
  using windhover::sensor::ConfigError;
  const Server server(kAnyPort, handlers());
  const auto port = static_cast<std::uint16_t>(std::stoi(server.url().substr(server.url().rfind(':') + 1)));
  BOOST_CHECK_THROW(Server({"127.0.0.1", port}, handlers()), ConfigError);
  BOOST_CHECK_THROW(Server({"192.0.2.1", 0}, handlers()), ConfigError);
  BOOST_CHECK_THROW(Server({"nonsense", 0}, handlers()), ConfigError);
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()
