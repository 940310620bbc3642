// Prints the aircraft that a Windhover sensor hears, from the present state on: an example that needs cppzmq
// and nlohmann-json and nothing of Windhover.
//
//     g++ -std=c++17 subscribe.cpp -o subscribe -lzmq
//     ./subscribe [ENDPOINT [SNAPSHOT_ENDPOINT]]
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <zmq.hpp>

using nlohmann::json;

constexpr const char* kTopic = "wh1.aircraft.";  // a prefix: all aircraft of all nodes

struct Message {
  std::string topic;
  json body;
};

/// The next message of a socket, nullopt after its receive timeout.
std::optional<Message> receive(zmq::socket_t& socket) {
  zmq::message_t topic, body, more;
  if (!socket.recv(topic) || !topic.more() || !socket.recv(body)) return std::nullopt;
  for (bool rest = body.more(); rest; rest = more.more())
    if (!socket.recv(more)) return std::nullopt;
  return Message{topic.to_string(), json::parse(body.to_string())};
}

/// What has been told of each topic, and how far the numbers go.
class Known {
 public:
  void snapshot_ends(const json& end) {
    for (const auto& [type, seq] : end.at("seq").items())
      raise(end.at("boot").get<std::string>() + type, seq.get<std::uint64_t>());
  }
  /// How many messages of its kind were lost before this one; nullopt if it is known already.
  std::optional<std::uint64_t> take(const Message& message) {
    const auto seq = message.body.at("seq").get<std::uint64_t>();
    const auto boot = message.body.at("boot").get<std::string>();
    const std::uint64_t before = raise(boot + message.body.at("type").get<std::string>(), seq);
    auto& last = last_[message.topic];
    if (last.boot == boot && seq <= last.seq) return std::nullopt;
    last = {boot, seq};
    if (message.body.value("state", "") == "gone") last_.erase(message.topic);
    return before > 0 && seq > before ? seq - before - 1 : 0;
  }

 private:
  struct Last {
    std::string boot;
    std::uint64_t seq = 0;
  };
  // The highest number before, 0 if there was none.
  std::uint64_t raise(const std::string& counter, std::uint64_t seq) {
    std::uint64_t& highest = highest_[counter];
    const std::uint64_t before = highest;
    highest = std::max(before, seq);
    return before;
  }
  std::map<std::string, std::uint64_t> highest_;
  std::map<std::string, Last> last_;
};

void show(const Message& message) {
  const json& claimed = message.body.at("claimed");
  std::cout << message.body.at("id").get<std::string>() << ' ' << message.body.at("state").get<std::string>();
  if (claimed.contains("position"))
    std::cout << " at " << claimed["position"]["lat_deg"] << ' ' << claimed["position"]["lon_deg"];
  std::cout << std::endl;
}

void show_snapshot(zmq::context_t& context, const std::string& endpoint, Known& known) {
  zmq::socket_t asking(context, zmq::socket_type::dealer);
  asking.set(zmq::sockopt::linger, 0);
  asking.set(zmq::sockopt::rcvtimeo, 2000);
  asking.connect(endpoint);
  asking.send(zmq::str_buffer("WH1.SNAPSHOT"), zmq::send_flags::sndmore);
  asking.send(zmq::buffer(std::string(kTopic)), zmq::send_flags::none);
  while (const auto message = receive(asking)) {
    if (message->topic == "WH1.END") return known.snapshot_ends(message->body);
    if (known.take(*message)) show(*message);
  }
  std::cerr << "no snapshot; is " << endpoint << " right?\n";
}

int main(int argc, char** argv) {
  const std::string endpoint = argc > 1 ? argv[1] : "tcp://127.0.0.1:7301";
  const std::string snapshots = argc > 2 ? argv[2] : "tcp://127.0.0.1:7302";
  zmq::context_t context;
  zmq::socket_t updates(context, zmq::socket_type::sub);
  updates.connect(endpoint);
  updates.set(zmq::sockopt::subscribe, kTopic);  // before the snapshot, so that nothing lies between
  Known known;
  show_snapshot(context, snapshots, known);
  while (const auto message = receive(updates)) {
    const auto missing = known.take(*message);
    if (!missing) continue;
    show(*message);
    if (*missing > 0) show_snapshot(context, snapshots, known);
  }
}
