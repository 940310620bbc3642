#pragma once
// A subscriber as DragonSync makes it: connects, takes everything, expects one frame a message.

#include <chrono>
#include <string>
#include <vector>
#include <zmq.hpp>

namespace windhover::gateway::test {

class ZmqSubscriber {
 public:
  explicit ZmqSubscriber(const std::string& endpoint) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.connect(endpoint);
    socket_.set(zmq::sockopt::subscribe, "");
  }
  /// The frames of one message; none if none comes in time.
  std::vector<std::string> receive(std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    socket_.set(zmq::sockopt::rcvtimeo, static_cast<int>(patience.count()));
    std::vector<std::string> frames;
    zmq::message_t frame;
    do {
      if (!socket_.recv(frame)) return {};
      frames.push_back(frame.to_string());
    } while (frame.more());
    return frames;
  }
  /// Messages that have come, until nothing comes for a moment.
  std::vector<std::string> drain(std::chrono::milliseconds moment = std::chrono::milliseconds(50)) {
    std::vector<std::string> messages;
    for (auto frames = receive(moment); !frames.empty(); frames = receive(moment))
      messages.push_back(frames[0]);
    return messages;
  }

 private:
  zmq::context_t context_{1};
  zmq::socket_t socket_{context_, zmq::socket_type::sub};
};

}  // namespace windhover::gateway::test
