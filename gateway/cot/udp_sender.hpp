#pragma once
// Datagrams to one address, of a host or of a multicast group. Never waits, never fails: what the network
// does not take is lost, as datagrams are, and counted.

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/options.hpp"

namespace windhover::gateway::cot {

class UdpSender {
 public:
  /// `interface` and `multicast_ttl` matter for multicast only. Throws ConfigError if there is no such
  /// interface.
  UdpSender(const CotTarget& target, const std::string& interface, int multicast_ttl);
  UdpSender(UdpSender&& other) noexcept;
  UdpSender& operator=(UdpSender&&) = delete;
  ~UdpSender();

  void send(std::string_view datagram);
  std::uint64_t sent() const { return sent_; }
  std::uint64_t lost() const { return lost_; }

 private:
  void use_multicast(const std::string& interface, int multicast_ttl);

  sockaddr_storage to_{};
  socklen_t to_size_ = 0;
  int socket_ = -1;
  std::uint64_t sent_ = 0, lost_ = 0;
};

}  // namespace windhover::gateway::cot
