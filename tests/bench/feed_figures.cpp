// Figures of the feed: load, restarts and rubbish at its sockets, all over loopback.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iomanip>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>
#include <zmq.hpp>

#include "sensor/feed_client.hpp"
#include "sensor/feed_protocol.hpp"
#include "tests/bench/child_process.hpp"
#include "tests/bench/cpu_time.hpp"
#include "tests/bench/feed_scene.hpp"
#include "tests/bench/figures.hpp"

namespace windhover::bench {
namespace {

using namespace std::chrono;
using sensor::FeedClient;
using sensor::FeedMessage;
using sensor::FeedSnapshot;

constexpr std::size_t kSwarmAircraft = 500;

sensor::FeedClientOptions beside(const sensor::Feed& feed) {
  return {.endpoint = feed.last_endpoint(), .snapshot_endpoint = feed.last_snapshot_endpoint()};
}

sensor::UtcTime time_in(const std::string& message) {
  constexpr std::string_view kKey = R"("time":")";
  const std::size_t at = message.find(kKey) + kKey.size();
  return sensor::parse_rfc3339(message.substr(at, message.find('"', at) - at));
}

/// A subscriber in a thread of its own: what it lost, and how old frames were when it had them.
class Reader {
 public:
  explicit Reader(const sensor::Feed& feed) : client_(beside(feed)), thread_([this] { run(); }) {}
  bool is_complete() const { return complete_; }
  void stop() {
    stop_ = true;
    thread_.join();
  }
  const sensor::FeedClientCounts& counts() const { return client_.counts(); }
  /// 0 to 1; after stop().
  double latency_ms(double share) const {
    const auto total =
        static_cast<double>(std::accumulate(latencies_.begin(), latencies_.end(), std::uint64_t{0}));
    double passed = 0;
    for (std::size_t bin = 0; bin < latencies_.size(); ++bin)
      if ((passed += static_cast<double>(latencies_[bin])) >= share * total)
        return kBin_ms * static_cast<double>(bin + 1);
    return NAN;
  }

 private:
  void run() {
    while (!stop_) {
      const auto event = client_.next(milliseconds(50));
      complete_ = client_.is_complete();
      const auto* message = event ? std::get_if<FeedMessage>(&*event) : nullptr;
      if (message == nullptr || message->type != "frame") continue;
      const double age_ms =
          duration<double, std::milli>(system_clock::now() - time_in(message->json)).count();
      const auto bin = static_cast<std::size_t>(std::max(0.0, age_ms / kBin_ms));
      ++latencies_[std::min(bin, latencies_.size() - 1)];
    }
  }
  FeedClient client_;
  std::atomic<bool> stop_{false}, complete_{false};
  static constexpr double kBin_ms = 0.1;
  std::vector<std::uint64_t> latencies_ =
      std::vector<std::uint64_t>(100'000);  // a histogram: memory stays flat
  std::thread thread_;
};

/// Connected and subscribed to everything, and never read.
struct StoppedSubscriber {
  explicit StoppedSubscriber(const sensor::Feed& feed) {
    socket.set(zmq::sockopt::linger, 0);
    socket.connect(feed.last_endpoint());
    socket.set(zmq::sockopt::subscribe, "");
  }
  zmq::context_t context{1};
  zmq::socket_t socket{context, zmq::socket_type::sub};
};

template <typename Done>
bool serve_until(FeedScene& scene, Done done, seconds longest) {
  const auto deadline = steady_clock::now() + longest;
  while (!done() && steady_clock::now() < deadline) {
    scene.stage.serve();
    std::this_thread::sleep_for(milliseconds(1));
  }
  return done();
}

/// `windhover listen --json` as another process.
class ListenProcess {
 public:
  explicit ListenProcess(const sensor::Feed& feed) {
    const std::string program = windhover_program(), endpoint = feed.last_endpoint(),
                      snapshots = feed.last_snapshot_endpoint();
    std::vector<const char*> command{program.c_str(), "listen",     endpoint.c_str(),  "--json", "--topic",
                                     "wh1.aircraft.", "--snapshot", snapshots.c_str(), nullptr};
    int ends[2];
    if (pipe(ends) != 0) return;
    began_ = steady_clock::now();
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      close(ends[1]);
      execv(command[0], const_cast<char**>(command.data()));
      _exit(127);
    }
    close(ends[1]);
    output_ = ends[0];
  }
  ListenProcess(const ListenProcess&) = delete;
  ListenProcess& operator=(const ListenProcess&) = delete;
  ~ListenProcess() {
    if (pid_ > 0) kill(pid_, SIGKILL);
    if (pid_ > 0) waitpid(pid_, nullptr, 0);
    if (output_ >= 0) close(output_);
  }
  /// Seconds from its start until it has told of so many aircraft; NaN if it ends before.
  double seconds_until(std::size_t aircraft) {
    std::set<std::string> ids;
    std::string text;
    char piece[65536];
    while (ids.size() < aircraft) {
      const ssize_t size = read(output_, piece, sizeof piece);
      if (size <= 0) return NAN;
      text.append(piece, static_cast<std::size_t>(size));
      for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
        const std::size_t at = text.find(R"("id":")");
        if (at < end) ids.insert(text.substr(at, text.find('"', at + 6) - at));
        text.erase(0, end + 1);
      }
    }
    return duration<double>(steady_clock::now() - began_).count();
  }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  steady_clock::time_point began_{};
};

/// Tells of the swarm in a thread of its own until stopped.
class Sensor {
 public:
  explicit Sensor(std::size_t frames_a_second) {
    std::atomic<FeedScene*> made{nullptr};
    thread_ = std::thread([this, frames_a_second, &made] {
      FeedScene scene;
      made = &scene;
      const auto begin = steady_clock::now();
      for (std::size_t frame = 0; !stop_; ++frame) {
        scene.hear(frame, kSwarmAircraft);
        while (!stop_ && steady_clock::now() < begin + frame * (nanoseconds(seconds(1)) / frames_a_second)) {
          scene.stage.serve();
          std::this_thread::sleep_for(microseconds(500));
        }
      }
    });
    while (made == nullptr) std::this_thread::yield();
    scene_ = made;
  }
  ~Sensor() {
    stop_ = true;
    thread_.join();
  }
  const sensor::Feed& feed() const { return scene_->feed; }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
  FeedScene* scene_ = nullptr;
};

/// Requests that are nearly right, half right and not at all.
class RequestFuzzer {
 public:
  explicit RequestFuzzer(std::uint64_t seed) : random_(seed) {}
  const std::vector<std::string>& next() {
    parts_.resize(1 + random_() % 3);
    for (std::string& part : parts_) part = text();
    return parts_;
  }

 private:
  std::string text() {
    static const std::string words[] = {std::string(sensor::kSnapshotRequest), std::string(sensor::kPing),
                                        "wh1.", "wh1.aircraft.roof.x", ""};
    std::string word = words[random_() % std::size(words)];
    for (std::uint64_t changes = random_() % 3; changes > 0 && !word.empty(); --changes)
      word[random_() % word.size()] = static_cast<char>(random_());
    if (random_() % 8 == 0) word.append(random_() % 600, static_cast<char>(random_()));
    return word;
  }
  std::mt19937_64 random_;
  std::vector<std::string> parts_;
};

bool may_be_answered(const std::vector<std::string>& parts) {
  return parts.front() == sensor::kPing || parts.front() == sensor::kSnapshotRequest;
}

void send(zmq::socket_t& dealer, const std::vector<std::string>& parts) {
  for (std::size_t n = 0; n < parts.size(); ++n)
    dealer.send(zmq::buffer(parts[n]),
                n + 1 < parts.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
}

/// Until all that was sent before has been taken in: a snapshot that is asked for now has ended.
void wait_until_read(zmq::socket_t& dealer) {
  dealer.set(zmq::sockopt::rcvtimeo, 100);
  zmq::message_t part;
  for (;;) {
    send(dealer, {std::string(sensor::kSnapshotRequest), "sync"});  // in vain while another is under way
    while (dealer.recv(part))
      if (part.to_string_view().find(R"("prefix":"sync")") != std::string_view::npos) return;
  }
}

/// Sends requests over one connection after the other and reads what comes; how many of them are certainly
/// none.
std::uint64_t send_rubbish(const std::string& endpoint, std::uint64_t requests, std::uint64_t seed) {
  constexpr std::uint64_t kAConnection = 5'000;
  RequestFuzzer fuzzer(seed);
  zmq::context_t context{1};
  zmq::message_t part;
  std::uint64_t bad = 0;
  for (std::uint64_t sent = 0; sent < requests;) {
    zmq::socket_t dealer(context, zmq::socket_type::dealer);
    dealer.set(zmq::sockopt::linger, 0);
    dealer.connect(endpoint);
    for (std::uint64_t i = 0; i < kAConnection && sent < requests; ++i, ++sent) {
      const auto& parts = fuzzer.next();
      bad += may_be_answered(parts) ? 0 : 1;
      send(dealer, parts);
      if (i % 2 == 0) (void)dealer.recv(part, zmq::recv_flags::dontwait);
    }
    wait_until_read(dealer);
  }
  return bad;
}

}  // namespace

bool feed_load(std::ostream& out, Effort effort) {
  const bool is_full = effort == Effort::full;
  constexpr std::size_t kFramesASecond = 1000;
  const std::size_t seconds_long = is_full ? 600 : 8, warm_up = is_full ? 20 : 4;
  FeedScene scene;
  const StoppedSubscriber stopped(scene.feed);
  Reader one(scene.feed), two(scene.feed);
  const bool joined = serve_until(
      scene, [&] { return one.is_complete() && two.is_complete(); }, seconds(10));
  double warm_mb = 0, cpu_s = thread_cpu_s();
  const auto begin = steady_clock::now();
  for (std::size_t frame = 0; frame < seconds_long * kFramesASecond; ++frame) {
    std::this_thread::sleep_until(begin + frame * (nanoseconds(seconds(1)) / kFramesASecond));
    scene.hear(frame, kSwarmAircraft);
    if (frame == warm_up * kFramesASecond) warm_mb = resident_megabytes();
  }
  cpu_s = thread_cpu_s() - cpu_s;
  serve_until(
      scene, [&] { return false; }, seconds(1));
  const double more_mb = resident_megabytes() - warm_mb;
  one.stop();
  two.stop();
  out << kFramesASecond << " frames a second of " << kSwarmAircraft << " aircraft for " << seconds_long
      << " s; a third subscriber is connected and never reads.\n\n| subscriber | messages | lost | latency "
         "p50 | p99 | longest |\n"
         "|---|---|---|---|---|---|\n";
  bool kept = joined && more_mb < 10;
  for (Reader* reader : {&one, &two}) {
    const double p99_ms = reader->latency_ms(0.99);
    out << "| reading | " << reader->counts().messages << " | " << reader->counts().lost << " | "
        << std::fixed << std::setprecision(2) << reader->latency_ms(0.5) << " ms | " << p99_ms << " ms | "
        << reader->latency_ms(1) << " ms |\n";
    kept &= reader->counts().lost == 0 && reader->counts().messages >= seconds_long * kFramesASecond;
    kept &= !is_full || p99_ms <= 20;
  }
  const auto full_queues = scene.feed.health()->full_queues;
  out << "\nMemory of all: " << more_mb << " MB more at the end than after " << warm_up
      << " s. The feed's thread took " << 100 * cpu_s / static_cast<double>(seconds_long)
      << " % of a core. The stopped one's queue ran full "
      << (full_queues.empty() ? "never" : "at " + full_queues.begin()->first) << ".\n";
  return kept && !full_queues.empty();
}

bool feed_restart(std::ostream& out, Effort effort) {
  const Sensor sensor(1000);
  const int rounds = effort == Effort::full ? 30 : 4;
  std::vector<double> took_s;
  for (int round = 0; round <= rounds; ++round) {
    ListenProcess process(sensor.feed());
    // The first one finds a sensor that has just begun; the others find one in flight.
    const double complete_s = process.seconds_until(kSwarmAircraft);
    if (round > 0) took_s.push_back(complete_s);
  }  // kill -9
  std::sort(took_s.begin(), took_s.end());
  out << "`windhover listen` killed with kill -9 and started again " << rounds << " times, " << kSwarmAircraft
      << " aircraft at 1000 frames a second: complete after " << std::fixed << std::setprecision(2)
      << took_s[took_s.size() / 2] << " s (median), " << took_s.back()
      << " s (longest), program start included.\n";
  return std::all_of(took_s.begin(), took_s.end(), [](double s) { return s <= 2; });
}

bool feed_fuzz(std::ostream& out, Effort effort) {
  const std::uint64_t requests = effort == Effort::full ? 10'000'000 : 200'000;
  FeedScene scene;
  constexpr std::size_t kFew = 20;  // the requests that are right by chance get answers too
  for (std::size_t frame = 0; frame < kFew; ++frame) scene.hear(frame, kFew);
  std::atomic<std::uint64_t> bad{0};
  std::atomic<int> senders{2};
  std::vector<std::thread> threads;
  const auto begin = steady_clock::now();
  for (std::uint64_t seed : {1, 2})
    threads.emplace_back([&, seed] {
      bad += send_rubbish(scene.feed.last_snapshot_endpoint(), requests / 2, seed);
      --senders;
    });
  const auto refused = [&] { return scene.feed.health()->bad_requests; };
  double warm_mb = 0;
  while (senders > 0) {
    scene.stage.serve();
    if (warm_mb == 0 && refused() > requests / 20) warm_mb = resident_megabytes();
  }
  for (std::thread& thread : threads) thread.join();
  const double took_s = duration<double>(steady_clock::now() - begin).count();
  const double more_mb = resident_megabytes() - warm_mb;
  Reader reader(scene.feed);
  const bool answers = serve_until(
      scene, [&] { return reader.is_complete(); }, seconds(20));
  reader.stop();
  out << requests << " requests in " << std::fixed << std::setprecision(1) << took_s << " s: " << bad
      << " are certainly none, " << refused() << " were refused, " << scene.feed.health()->snapshots
      << " snapshots sent whole; memory " << more_mb << " MB more at the end than after 5 %. "
      << (answers ? "Then a snapshot came as always.\n" : "Then no snapshot came.\n");
  return answers && more_mb < 30 && refused() >= bad;
}

}  // namespace windhover::bench
