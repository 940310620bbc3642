#pragma once
// A UDP socket of the tests: bound on loopback, perhaps a member of a multicast group.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <string>

namespace windhover::gateway::test {

class UdpReceiver {
 public:
  /// `group`: IPv4 multicast, joined on the loopback interface.
  explicit UdpReceiver(const std::string& group = {}) : socket_(socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(group.empty() ? INADDR_LOOPBACK : INADDR_ANY);
    socklen_t size = sizeof address;
    is_open_ = bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0;
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    const int on = 1;
    setsockopt(socket_, IPPROTO_IP, IP_RECVTTL, &on, sizeof on);
    if (group.empty()) return;
    ip_mreq request{};
    inet_pton(AF_INET, group.c_str(), &request.imr_multiaddr);
    request.imr_interface.s_addr = htonl(INADDR_LOOPBACK);
    is_open_ &= setsockopt(socket_, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request) == 0;
  }
  UdpReceiver(const UdpReceiver&) = delete;
  UdpReceiver& operator=(const UdpReceiver&) = delete;
  ~UdpReceiver() { close(socket_); }

  bool is_open() const { return is_open_; }
  std::uint16_t port() const { return port_; }

  /// nullopt if nothing comes in `patience`.
  std::optional<std::string> receive(std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    pollfd item{socket_, POLLIN, 0};
    if (poll(&item, 1, static_cast<int>(patience.count())) != 1) return std::nullopt;
    std::string datagram(65536, '\0');
    iovec part{datagram.data(), datagram.size()};
    alignas(cmsghdr) char control[256];
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t count = recvmsg(socket_, &message, 0);
    if (count < 0) return std::nullopt;
    for (const cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr;
         each = CMSG_NXTHDR(&message, const_cast<cmsghdr*>(each)))
      if (each->cmsg_level == IPPROTO_IP && each->cmsg_type == IP_TTL)
        ttl_ = *reinterpret_cast<const int*>(CMSG_DATA(each));
    datagram.resize(static_cast<std::size_t>(count));
    return datagram;
  }
  /// Of the last datagram.
  int ttl() const { return ttl_; }

 private:
  int socket_;
  bool is_open_ = false;
  std::uint16_t port_ = 0;
  int ttl_ = 0;
};

}  // namespace windhover::gateway::test
