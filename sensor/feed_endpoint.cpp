#include "sensor/feed_endpoint.hpp"

#include <algorithm>
#include <charconv>

#include "sensor/config_error.hpp"

namespace windhover::sensor {
namespace {

constexpr std::string_view kTcp = "tcp://";
constexpr std::string_view kIpc = "ipc://";
constexpr unsigned kHighestPort = 65535;

struct HostAndPort {
  std::string_view host, port;
};

HostAndPort split(std::string_view endpoint) {
  const std::string_view address = endpoint.substr(kTcp.size());
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return {address, {}};
  return {address.substr(0, colon), address.substr(colon + 1)};
}

bool is_decimal(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// 127.a.b.c; anything else that begins so may be a name.
bool is_ipv4_loopback(std::string_view host) {
  if (!host.starts_with("127.") || std::count(host.begin(), host.end(), '.') != 3) return false;
  return host.find_first_not_of("0123456789.") == std::string_view::npos && host.back() != '.';
}

}  // namespace

std::string snapshot_endpoint_of(std::string_view endpoint) {
  if (endpoint.starts_with(kIpc) && endpoint.size() > kIpc.size()) return std::string(endpoint) + ".snapshot";
  if (endpoint.starts_with(kTcp)) {
    const auto [host, port] = split(endpoint);
    if (port == "*" || port == "0") return std::string(endpoint);
    unsigned number = 0;
    std::from_chars(port.data(), port.data() + port.size(), number);
    if (is_decimal(port) && number > 0 && number < kHighestPort)
      return std::string(kTcp).append(host).append(":").append(std::to_string(number + 1));
  }
  throw ConfigError("'" + std::string(endpoint) + "' is no feed address; give one such as " +
                    kDefaultFeedEndpoint + ", the next port is for snapshots");
}

bool is_local_endpoint(std::string_view endpoint) {
  if (endpoint.starts_with(kIpc)) return true;
  if (!endpoint.starts_with(kTcp)) return false;
  const std::string_view host = split(endpoint).host;
  return host == "lo" || host == "[::1]" || host == "::1" || is_ipv4_loopback(host);
}

bool is_ipv4_endpoint(std::string_view endpoint) {
  return endpoint.starts_with(kTcp) && endpoint.size() > kTcp.size() && endpoint[kTcp.size()] >= '0' &&
         endpoint[kTcp.size()] <= '9';
}

}  // namespace windhover::sensor
