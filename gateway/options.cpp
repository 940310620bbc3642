#include "gateway/options.hpp"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "sensor/config_error.hpp"

namespace windhover::gateway {
namespace {

using sensor::ConfigError;

constexpr std::uint16_t kDragonSyncPort = 4224;
constexpr int kMostPort = 65535;
constexpr std::size_t kMostNameCharacters = 64;
constexpr const char* kKitMarks = "._-";

struct Endpoint {
  std::string address;
  std::optional<std::uint16_t> port;
};

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> octets{};
  return inet_pton(AF_INET, text.c_str(), octets.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), octets.data()) == 1;
}

// "ADDRESS", "ADDRESS:PORT" or "[ADDRESS]:PORT"; nullopt if it is none of them.
std::optional<Endpoint> endpoint(std::string_view text) {
  Endpoint found;
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  found.address = bracket == std::string_view::npos ? text.substr(0, colon) : text.substr(1, bracket - 1);
  if (!is_address(found.address)) return std::nullopt;
  const std::size_t after = bracket == std::string_view::npos ? found.address.size() : bracket + 1;
  if (after == text.size()) return found;
  found.port = number<std::uint16_t>(text.substr(after + 1));
  return text[after] == ':' && found.port ? std::optional(found) : std::nullopt;
}

std::string tcp(const std::string& address, int port) {
  const bool v6 = address.find(':') != std::string::npos;
  std::string endpoint = v6 ? "tcp://[" : "tcp://";
  return endpoint.append(address).append(v6 ? "]:" : ":").append(std::to_string(port));
}

bool has_only(std::string_view text, std::string_view marks) {
  const auto fits = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

std::string quoted(std::string_view text) { return std::string("'").append(text).append("'"); }

}  // namespace

DragonSyncOptions parse_dragonsync(std::string_view text) {
  const auto at = endpoint(text);
  const int port = at ? at->port.value_or(kDragonSyncPort) : 0;
  if (port < 1 || port + 2 > kMostPort)
    throw ConfigError(quoted(text) +
                      " is no address for DragonSync; give one of this machine such as 127.0.0.1 or "
                      "127.0.0.1:4224, which takes 4224, 4225 and 4226");
  return {tcp(at->address, port), tcp(at->address, port + 1), tcp(at->address, port + 2)};
}

CotTarget parse_cot_target(std::string_view text) {
  constexpr std::string_view scheme = "udp://";
  const auto at = text.starts_with(scheme) ? endpoint(text.substr(scheme.size())) : std::nullopt;
  if (!at || at->port.value_or(0) == 0)
    throw ConfigError(quoted(text) + " is no CoT address; give one such as udp://239.2.3.1:6969");
  return {at->address, *at->port};
}

HttpOptions parse_http(std::string_view text) {
  const auto at = endpoint(text);
  if (!at || !at->port)
    throw ConfigError(quoted(text) + " is no address to serve at; give one such as 127.0.0.1:7380");
  return {at->address, *at->port};
}

std::string parse_cot_type(std::string_view text) {
  if (!has_only(text, "-.") || text.size() > kMostNameCharacters)
    throw ConfigError(quoted(text) + " is no CoT type; give one such as a-u-A-M-H-Q");
  return std::string(text);
}

std::string parse_kit(std::string_view text) {
  if (!has_only(text, kKitMarks) || text.size() > kMostNameCharacters)
    throw ConfigError(quoted(text) + " cannot name the sensor; give 1 to 64 characters of A-Z a-z 0-9 . _ -");
  return std::string(text);
}

std::string host_kit() {
  std::array<char, kMostNameCharacters + 1> name{};
  // A longer name is cut, and then need not end in 0.
  gethostname(name.data(), name.size() - 1);
  const std::string text = name.data();
  return has_only(text, kKitMarks) ? text : "windhover";
}

}  // namespace windhover::gateway
