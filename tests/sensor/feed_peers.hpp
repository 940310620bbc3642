#pragma once
// The other side of the feed, for tests with real sockets.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>
#include <zmq.hpp>

#include "sensor/feed.hpp"

namespace windhover::sensor::test {

inline constexpr std::chrono::seconds kPatience{10};

/// Serves the feed until `done()`; false after kPatience, or `longest`.
template <typename Done>
bool serve_until(Feed& feed, Done done, std::chrono::milliseconds longest = kPatience) {
  const auto deadline = std::chrono::steady_clock::now() + longest;
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    feed.serve();
    std::this_thread::yield();
  }
  return true;
}

/// A TCP connection that says nothing of its own accord.
class RawConnection {
 public:
  explicit RawConnection(const std::string& endpoint) { BOOST_REQUIRE(connect_to(endpoint)); }
  /// While a feed is being opened anew nobody can connect: null.
  static std::unique_ptr<RawConnection> attempt(const std::string& endpoint) {
    std::unique_ptr<RawConnection> made(new RawConnection);
    return made->connect_to(endpoint) ? std::move(made) : nullptr;
  }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;
  ~RawConnection() { close(socket_); }
  /// The peer gets a reset whenever the connection ends.
  void end_by_reset() const {
    const linger now{.l_onoff = 1, .l_linger = 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  /// Until nothing more goes through for a while; false when the connection has ended.
  bool send_as_much_as_possible(const std::string& bytes) const {
    const timeval patience{.tv_sec = 0, .tv_usec = 200'000};
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t n = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return errno == EAGAIN || errno == EWOULDBLOCK;
      sent += static_cast<std::size_t>(n);
    }
    return true;
  }
  void send(const std::string& bytes) const { ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  std::string received() const {
    std::string bytes(10'000, '\0');
    const ssize_t size = recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return bytes;
  }

 private:
  RawConnection() = default;
  bool connect_to(const std::string& endpoint) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
    return connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }

  int socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
};

/// A plain ZeroMQ socket that is read without waiting.
class Peer {
 public:
  Peer(zmq::socket_type type, const std::string& endpoint, const std::optional<CurveClientKeys>& keys = {},
       int queue = 0)
      : socket_(context_, type) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::rcvhwm, queue);
    if (keys) {
      socket_.set(zmq::sockopt::curve_serverkey, keys->server_public_key);
      socket_.set(zmq::sockopt::curve_publickey, keys->own.public_key);
      socket_.set(zmq::sockopt::curve_secretkey, keys->own.secret_key);
    }
    socket_.connect(endpoint);
  }
  zmq::socket_t& socket() { return socket_; }
  void subscribe(const std::string& topic) { socket_.set(zmq::sockopt::subscribe, topic); }
  void send(const std::vector<std::string>& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i)
      socket_.send(zmq::buffer(parts[i]),
                   i + 1 < parts.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
  }
  /// Empty if nothing is there.
  std::vector<std::string> receive() {
    std::vector<std::string> parts;
    zmq::message_t part;
    do {
      if (!socket_.recv(part, zmq::recv_flags::dontwait)) return {};
      parts.push_back(part.to_string());
    } while (part.more());
    return parts;
  }

 private:
  zmq::context_t context_{1};
  zmq::socket_t socket_;
};

/// What the peer gets within kPatience, empty if nothing.
inline std::vector<std::string> receive(Feed& feed, Peer& peer) {
  std::vector<std::string> parts;
  serve_until(feed, [&] { return !(parts = peer.receive()).empty(); });
  return parts;
}

/// A subscriber; the feed knows of it when it has been served.
inline Peer subscribe(Feed& feed, const std::string& topic, int queue = 0) {
  Peer peer(zmq::socket_type::sub, feed.last_endpoint(), {}, queue);
  peer.subscribe(topic);
  return peer;
}

inline bool has_pyzmq() { return std::system("/usr/bin/python3 -c 'import zmq' >/dev/null 2>&1") == 0; }

/// A program of ours, its output readable line by line; killed at the end.
class Child {
 public:
  explicit Child(const std::vector<std::string>& command) {
    // Built before the fork: the child of a program with threads may not allocate.
    std::vector<char*> arguments;
    for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
    arguments.push_back(nullptr);
    int ends[2];
    BOOST_REQUIRE(pipe(ends) == 0);
    pid_ = fork();
    BOOST_REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      dup2(ends[1], STDERR_FILENO);
      close(ends[0]);
      close(ends[1]);
      execv(arguments[0], arguments.data());
      _exit(127);
    }
    close(ends[1]);
    output_ = fdopen(ends[0], "r");
    setvbuf(output_, nullptr, _IONBF, 0);  // so that has_output() sees all
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) kill(pid_, SIGKILL);
    wait();
    std::fclose(output_);
  }
  bool has_output() const {
    pollfd ready{fileno(output_), POLLIN, 0};
    return poll(&ready, 1, 0) > 0;
  }
  /// Waits for it; empty at the end.
  std::string line() {
    std::string text;
    for (int c = std::fgetc(output_); c != EOF && c != '\n'; c = std::fgetc(output_))
      text += static_cast<char>(c);
    return text;
  }
  /// Its exit code once it has ended; -1 if by a signal.
  int wait() {
    if (pid_ > 0) waitpid(pid_, &status_, 0);
    pid_ = -1;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
  }

 private:
  pid_t pid_ = -1;
  int status_ = 0;
  std::FILE* output_ = nullptr;
};

/// The next line of a child while the feed is served.
inline std::string line_of(Child& child, Feed& feed) {
  BOOST_REQUIRE(serve_until(feed, [&] { return child.has_output(); }));
  return child.line();
}

/// Debian's Python, for which the packages are.
inline int run_python(const std::string& script, std::vector<std::string> arguments) {
  std::vector<std::string> command{"/usr/bin/python3", "-c", script};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Child child(command);
  for (std::string line = child.line(); !line.empty(); line = child.line()) BOOST_TEST_MESSAGE(line);
  return child.wait();
}

}  // namespace windhover::sensor::test
