#include "gateway/http/connection.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace windhover::gateway::http {

using namespace std::chrono;

Connection::~Connection() {
  shutdown(socket_, SHUT_WR);
  close(socket_);
}

bool Connection::wait(short events) const {
  for (;;) {
    const auto left = ceil<milliseconds>(deadline_ - steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd item{socket_, events, 0};
    const int ready = poll(&item, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

std::size_t Connection::read(std::span<char> into) {
  const std::size_t most = std::min(into.size(), kMostRequestBytes - received_);
  while (most > 0 && wait(POLLIN)) {
    const ssize_t count = recv(socket_, into.data(), most, MSG_DONTWAIT);
    if (count > 0) {
      received_ += static_cast<std::size_t>(count);
      return static_cast<std::size_t>(count);
    }
    if (count == 0 || (errno != EINTR && errno != EAGAIN)) return 0;
  }
  return 0;
}

bool Connection::write(std::span<const char> bytes) {
  while (!bytes.empty()) {
    if (!wait(POLLOUT)) return false;
    const ssize_t count = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (count > 0) bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace windhover::gateway::http
