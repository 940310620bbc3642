// Figures of the gateway, with the real program in a process of its own.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>
#include <zmq.hpp>

#include "sensor/feed.hpp"
#include "sensor/feed_stage.hpp"
#include "tests/bench/child_process.hpp"
#include "tests/bench/figures.hpp"
#include "tests/support/scratch_folder.hpp"

namespace windhover::bench {
namespace {

using namespace std::chrono;
using Clock = steady_clock;

constexpr int kGatewayAircraft = 200;  // numbered by an octet
constexpr seconds kPromisedRestart{2};
constexpr seconds kGatewayPatience{20};

/// For the feed's sockets.
struct Folder {
  std::string feed() const { return "ipc://" + (scratch / "feed").string(); }
  synth::ScratchFolder scratch;
};

/// The first of three TCP ports that are free now.
int three_free_ports() {
  const auto is_free = [](int port) {
    const int file = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const bool bound = bind(file, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(file);
    return bound;
  };
  for (int port = 20'000 + getpid() % 10'000; port < 60'000; port += 3)
    if (is_free(port) && is_free(port + 1) && is_free(port + 2)) return port;
  throw std::runtime_error("no three free ports");
}

/// Aircraft that say nothing new: the feed repeats each every 5 s, so whoever has them all sooner has them
/// from the snapshot.
class QuietSky {
 public:
  explicit QuietSky(std::string feed) : thread_([this, feed](std::stop_token stop) { run(feed, stop); }) {}

 private:
  static sensor::TimedFrame frame(int number, double start_s, sensor::UtcTime at) {
    decoders::messages::DjiTelemetry telemetry;
    telemetry.serial = "AIRCRAFT" + std::to_string(number);
    telemetry.position = decoders::messages::DjiPosition{54 + number * 1e-4, 6.5};
    sensor::TimedFrame frame;
    frame.frame.protocol = "dji_droneid";
    frame.frame.transport = "ocusync";
    frame.frame.message = decoders::messages::DjiDroneId{0x58, 0x10, telemetry};
    frame.frame.payload = {static_cast<std::uint8_t>(number)};
    frame.at.time = at;
    frame.at.start_s = start_s;
    return frame;
  }
  void run(const std::string& endpoint, const std::stop_token& stop) {
    sensor::Feed feed({.endpoint = endpoint, .node = "figure"});
    sensor::FeedStage stage({.node = "figure", .boot = sensor::new_boot_id()}, {&feed});
    double stream_s = 0;
    const auto start = Clock::now();
    while (!stop.stop_requested()) {
      if (Clock::now() >= start + duration<double>(stream_s)) {
        const auto now = floor<sensor::UtcTime::duration>(system_clock::now());
        for (int i = 0; i < kGatewayAircraft; ++i) stage.on_frame(frame(i, stream_s, now), now);
        stage.on_status({}, now);
        stream_s += 1;
      }
      feed.serve();
      std::this_thread::sleep_for(milliseconds(5));
    }
  }

  std::jthread thread_;
};

/// A client of port 4224 that was there before and stays.
class DragonSyncClient {
 public:
  explicit DragonSyncClient(int port) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.connect("tcp://127.0.0.1:" + std::to_string(port));
    socket_.set(zmq::sockopt::subscribe, "");
  }
  /// Serial numbers that come until there are `enough`, but no longer than `patience`.
  std::set<std::string> serials(std::size_t enough, milliseconds patience) {
    std::set<std::string> serials;
    const auto deadline = Clock::now() + patience;
    zmq::message_t message;
    while (serials.size() < enough) {
      const auto left = ceil<milliseconds>(deadline - Clock::now()).count();
      socket_.set(zmq::sockopt::rcvtimeo, static_cast<int>(std::max<std::int64_t>(left, 0)));
      if (left <= 0 || !socket_.recv(message)) break;
      serials.insert(nlohmann::json::parse(message.to_string()).at(0).at("Basic ID").at("id"));
    }
    return serials;
  }

 private:
  zmq::context_t context_{1};
  zmq::socket_t socket_{context_, zmq::socket_type::sub};
};

ChildProcess start_gateway(const std::string& feed, int port) {
  return ChildProcess({windhover_program().string(), "gateway", "--feed", feed, "--http", "none",
                       "--dragonsync", "127.0.0.1:" + std::to_string(port)});
}

}  // namespace

bool gateway_restart(std::ostream& out, Effort effort) {
  const int kills = effort == Effort::full ? 30 : 5;
  const Folder folder;
  const QuietSky sky(folder.feed());
  const int port = three_free_ports();
  DragonSyncClient client(port);
  ChildProcess gateway = start_gateway(folder.feed(), port);
  bool complete = client.serials(kGatewayAircraft, kGatewayPatience).size() == kGatewayAircraft;
  std::vector<double> took_s;
  for (int i = 0; i < kills && complete; ++i) {
    // At any time: anywhere in the sensor's rhythm of a second.
    std::this_thread::sleep_for(milliseconds(37 * i % 1000));
    gateway.kill_now();
    client.serials(SIZE_MAX, milliseconds(100));  // what was under way
    const auto start = Clock::now();
    gateway = start_gateway(folder.feed(), port);
    complete = client.serials(kGatewayAircraft, kGatewayPatience).size() == kGatewayAircraft;
    took_s.push_back(duration<double>(Clock::now() - start).count());
  }
  std::sort(took_s.begin(), took_s.end());
  if (!complete || took_s.empty()) {
    out << "Not all of " << kGatewayAircraft << " aircraft came back.\n";
    return false;
  }
  out << "| kill -9 | aircraft | all there again: median | latest |\n|---|---|---|---|\n| " << kills << " | "
      << kGatewayAircraft << std::fixed << std::setprecision(2) << " | " << took_s[took_s.size() / 2]
      << " s | " << took_s.back() << " s |\n";
  return took_s.back() <= duration<double>(kPromisedRestart).count();
}

bool dragonsync_scene(std::ostream& out, Effort) {
  const std::set<std::string> expected{"FICTION0000A01", "FICTION0000B02", "ZZZZ9FAKE00C03", "ZZZZ9FAKE00D04",
                                       "ZZZZ9FAKE00E05", "ZZZZ9FAKE00F06", "ZZZZ9FAKE00G07"};
  const Folder folder;
  const int port = three_free_ports();
  DragonSyncClient client(port);
  const ChildProcess gateway = start_gateway(folder.feed(), port);
  ChildProcess sensor({windhover_program().string(), "replay", "captures/rooftop.sigmf-meta", "--feed",
                       folder.feed(), "--wait-subscriber", "10000"});
  std::set<std::string> heard = client.serials(expected.size(), kGatewayPatience);
  const int code = sensor.wait();
  heard.merge(client.serials(SIZE_MAX, seconds(2)));  // an eighth would be one too many
  out << "| aircraft on 4224 | in the scene |\n|---|---|\n";
  for (const std::string& serial : heard)
    out << "| " << serial << " | " << (expected.contains(serial) ? "yes" : "**no**") << " |\n";
  for (const std::string& serial : expected)
    if (!heard.contains(serial)) out << "| **missing** | " << serial << " |\n";
  return code == 0 && heard == expected;
}

}  // namespace windhover::bench
