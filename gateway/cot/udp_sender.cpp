#include "gateway/cot/udp_sender.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "sensor/config_error.hpp"

namespace windhover::gateway::cot {
namespace {

constexpr int kSendBuffer_bytes = 1 << 20;  // for the moment when all aircraft are told at once

unsigned interface_index(const std::string& name) {
  if (name.empty()) return 0;  // the system's choice
  const unsigned index = if_nametoindex(name.c_str());
  if (index == 0)
    throw sensor::ConfigError("there is no network interface '" + name + "'; name one that 'ip link' lists");
  return index;
}

}  // namespace

UdpSender::UdpSender(const CotTarget& target, const std::string& interface, int multicast_ttl) {
  auto& v4 = reinterpret_cast<sockaddr_in&>(to_);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(to_);
  bool is_multicast = false;
  if (inet_pton(AF_INET, target.address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(target.port);
    to_size_ = sizeof v4;
    is_multicast = IN_MULTICAST(ntohl(v4.sin_addr.s_addr));
  } else if (inet_pton(AF_INET6, target.address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(target.port);
    to_size_ = sizeof v6;
    is_multicast = IN6_IS_ADDR_MULTICAST(&v6.sin6_addr);
  } else {
    throw sensor::ConfigError("'" + target.address + "' is no address; give one such as 239.2.3.1");
  }
  socket_ = socket(to_.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0)
    throw sensor::ConfigError("cannot send to '" + target.address + "' (" + std::strerror(errno) + ")");
  setsockopt(socket_, SOL_SOCKET, SO_SNDBUF, &kSendBuffer_bytes, sizeof kSendBuffer_bytes);
  if (is_multicast) use_multicast(interface, multicast_ttl);
}

UdpSender::UdpSender(UdpSender&& other) noexcept
    : to_(other.to_),
      to_size_(other.to_size_),
      socket_(std::exchange(other.socket_, -1)),
      sent_(other.sent_),
      lost_(other.lost_) {}

UdpSender::~UdpSender() {
  if (socket_ >= 0) close(socket_);
}

void UdpSender::use_multicast(const std::string& interface, int multicast_ttl) {
  const unsigned index = interface_index(interface);
  if (to_.ss_family == AF_INET) {
    ip_mreqn request{};
    request.imr_ifindex = static_cast<int>(index);
    if (index != 0) setsockopt(socket_, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof request);
    setsockopt(socket_, IPPROTO_IP, IP_MULTICAST_TTL, &multicast_ttl, sizeof multicast_ttl);
    return;
  }
  if (index != 0) setsockopt(socket_, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof index);
  setsockopt(socket_, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &multicast_ttl, sizeof multicast_ttl);
}

void UdpSender::send(std::string_view datagram) {
  ssize_t written = -1;
  do {
    written = sendto(socket_, datagram.data(), datagram.size(), MSG_NOSIGNAL,
                     reinterpret_cast<const sockaddr*>(&to_), to_size_);
  } while (written < 0 && errno == EINTR);
  ++(written < 0 ? lost_ : sent_);
}

}  // namespace windhover::gateway::cot
