#include "gateway/http/server.hpp"

#include <arpa/inet.h>
#include <httplib.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/http/connection.hpp"
#include "sensor/config_error.hpp"

namespace windhover::gateway::http {
namespace {

using sensor::ConfigError;
using Clock = std::chrono::steady_clock;

constexpr int kBacklog = 16;
constexpr int kAfterFailure_ms = 100;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  sockaddr_in& v4() { return reinterpret_cast<sockaddr_in&>(storage); }
  sockaddr_in6& v6() { return reinterpret_cast<sockaddr_in6&>(storage); }
};

SocketAddress address_of(const HttpOptions& options) {
  SocketAddress address;
  if (inet_pton(AF_INET, options.address.c_str(), &address.v4().sin_addr) == 1) {
    address.v4().sin_family = AF_INET;
    address.v4().sin_port = htons(options.port);
    address.size = sizeof(sockaddr_in);
    return address;
  }
  if (inet_pton(AF_INET6, options.address.c_str(), &address.v6().sin6_addr) != 1)
    throw ConfigError("'" + options.address + "' is no address to serve at; give one such as 127.0.0.1");
  address.v6().sin6_family = AF_INET6;
  address.v6().sin6_port = htons(options.port);
  address.size = sizeof(sockaddr_in6);
  return address;
}

void listen_at(int listener, const HttpOptions& options) {
  SocketAddress address = address_of(options);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, address.get(), address.size) == 0 && listen(listener, kBacklog) == 0) return;
  throw ConfigError("cannot serve at " + options.address + " port " + std::to_string(options.port) + " (" +
                    std::strerror(errno) + "); give a free address of this machine, or --http none");
}

/// A connection as cpp-httplib reads and writes it.
class BoundedStream : public httplib::Stream {
 public:
  explicit BoundedStream(Connection& connection) : connection_(connection) {}

  bool is_readable() const override { return at_ < end_ || connection_.wait(POLLIN); }
  bool is_writable() const override { return connection_.wait(POLLOUT); }
  ssize_t read(char* into, std::size_t size) override {
    // The library asks for single bytes.
    if (at_ == end_) {
      at_ = 0;
      end_ = connection_.read(buffer_);
    }
    const std::size_t count = std::min(size, end_ - at_);
    std::copy_n(buffer_.data() + at_, count, into);
    at_ += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* bytes, std::size_t size) override {
    return connection_.write({bytes, size}) ? static_cast<ssize_t>(size) : -1;
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return connection_.socket(); }

 private:
  Connection& connection_;
  std::array<char, 4096> buffer_{};
  std::size_t at_ = 0, end_ = 0;
};

}  // namespace

class Server::Workers {
  /// A file descriptor that is closed at the end.
  class Descriptor {
   public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
      if (number_ >= 0) close(number_);
    }
    operator int() const { return number_; }

   private:
    int number_;
  };

  /// Parses requests, finds the handler, writes answers. The library's own loop, which lets a client hold a
  /// thread for hours byte by byte, is not used.
  class Protocol : public httplib::Server {
   public:
    explicit Protocol(const std::map<std::string, http::Handler>& handlers) {
      for (const auto& [path, handler] : handlers)
        Get(path, [&handler](const httplib::Request& request, httplib::Response& response) {
          const Response answer = handler({request.get_header_value("Accept")});
          response.status = answer.status;
          response.set_content(answer.body, answer.type);
        });
      set_default_headers({{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}});
      set_payload_max_length(0);
    }

    void serve(Connection& connection) {
      BoundedStream stream(connection);
      bool closed = false;
      // A request for a thousand overlapping ranges would be answered with a thousand copies.
      process_request(stream, /*close_connection=*/true, closed,
                      [](httplib::Request& request) { request.ranges.clear(); });
    }
  };

 public:
  Workers(const HttpOptions& options, std::map<std::string, Handler> handlers, Limits limits)
      : handlers_(std::move(handlers)), protocol_(handlers_), limits_(limits) {
    // The socket's family is that of the address.
    const int family = options.address.find(':') == std::string::npos ? AF_INET : AF_INET6;
    listener_ = std::make_unique<Descriptor>(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    listen_at(*listener_, options);
    for (int i = 0; i < limits_.workers; ++i) threads_.emplace_back([this] { run(); });
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(stop_, &one, sizeof one);
  }

  std::string url() const {
    SocketAddress address;
    getsockname(*listener_, address.get(), &address.size);
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.storage.ss_family == AF_INET) {
      inet_ntop(AF_INET, &address.v4().sin_addr, text.data(), text.size());
      return "http://" + std::string(text.data()) + ":" + std::to_string(ntohs(address.v4().sin_port));
    }
    inet_ntop(AF_INET6, &address.v6().sin6_addr, text.data(), text.size());
    return "http://[" + std::string(text.data()) + "]:" + std::to_string(ntohs(address.v6().sin6_port));
  }

 private:
  void run() {
    for (;;) {
      std::array<pollfd, 2> items{pollfd{*listener_, POLLIN, 0}, pollfd{stop_, POLLIN, 0}};
      if (poll(items.data(), items.size(), -1) < 0 && errno != EINTR) return;
      if ((items[1].revents & POLLIN) != 0) return;
      const int accepted = accept4(*listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (accepted < 0) {
        // Another worker was faster; anything else, such as no more descriptors, takes time to pass.
        if (errno != EAGAIN) poll(&items[1], 1, kAfterFailure_ms);
        continue;
      }
      Connection connection(accepted, Clock::now() + limits_.connection);
      protocol_.serve(connection);
    }
  }

  std::map<std::string, Handler> handlers_;
  Protocol protocol_;
  Limits limits_;
  std::unique_ptr<Descriptor> listener_;
  Descriptor stop_{eventfd(0, EFD_CLOEXEC)};
  std::vector<std::jthread> threads_;  // last up, first down
};

Server::Server(const HttpOptions& options, std::map<std::string, Handler> handlers, Limits limits)
    : workers_(std::make_unique<Workers>(options, std::move(handlers), limits)) {}

Server::~Server() = default;

std::string Server::url() const { return workers_->url(); }

}  // namespace windhover::gateway::http
