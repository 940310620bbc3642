#pragma once
// One accepted TCP connection with a deadline for all that happens on it, whatever the peer does.

#include <chrono>
#include <cstddef>
#include <span>

namespace windhover::gateway::http {

class Connection {
 public:
  /// Takes the socket over.
  Connection(int socket, std::chrono::steady_clock::time_point deadline)
      : socket_(socket), deadline_(deadline) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  /// Closes it so that what was sent arrives.
  ~Connection();

  /// Bytes read, at least one; 0 at the peer's end, at the deadline, or beyond kMostRequestBytes in all.
  std::size_t read(std::span<char> into);
  /// False if not all could be sent in time.
  bool write(std::span<const char> bytes);
  /// False at the deadline.
  bool wait(short events) const;
  int socket() const { return socket_; }

 private:
  static constexpr std::size_t kMostRequestBytes = 16 * 1024;

  int socket_;
  std::chrono::steady_clock::time_point deadline_;
  std::size_t received_ = 0;
};

}  // namespace windhover::gateway::http
