#include "sensor/service/gpsd_position.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sensor/config_error.hpp"

namespace windhover::sensor {
namespace {

using ParsedJson = nlohmann::json;
using namespace std::chrono_literals;

constexpr auto kFixHolds = 10s;
constexpr auto kBetweenTries = 5s;
constexpr auto kSilence = 30s;  // a gpsd without a receiver says nothing; asking it again harms nobody
// A SKY report of 140 satellites, gpsd's most, has 16 kB.
constexpr std::size_t kMostReportOctets = 64 << 10;
constexpr std::size_t kMostOctetsALook = 256 << 10;
constexpr int kMostDepth = 8;
constexpr std::string_view kWatch = "?WATCH={\"enable\":true,\"json\":true};\n";

socklen_t socket_address(const GpsdAddress& to, sockaddr_storage& storage) {
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&storage);
  if (inet_pton(AF_INET, to.address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(to.port);
    return sizeof(*v4);
  }
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (inet_pton(AF_INET6, to.address.c_str(), &v6->sin6_addr) != 1) return 0;
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(to.port);
  return sizeof(*v6);
}

/// Nothing if it is absent, no number, or beyond `limit`.
std::optional<double> bounded_number(const ParsedJson& report, const char* name, double limit) {
  const auto at = report.find(name);
  if (at == report.end() || !at->is_number()) return std::nullopt;
  const double value = at->get<double>();
  return std::abs(value) <= limit ? std::optional(value) : std::nullopt;
}

// Nesting costs the parser stack; no report of gpsd nests deeper than three.
bool is_deep(std::string_view line) {
  int depth = 0;
  for (const char c : line) {
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (depth > kMostDepth) return true;
  }
  return false;
}

}  // namespace

GpsdAddress parse_gpsd_address(std::string_view text) {
  GpsdAddress result;
  std::string_view host = text, port{};
  const std::size_t closing = text.find(']');
  if (text.starts_with('[') && closing != std::string_view::npos) {
    host = text.substr(1, closing - 1);
    port = text.substr(closing + 1);
  } else if (const std::size_t colon = text.find(':');
             colon == text.rfind(':') && colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon);
  }
  result.address = host;
  bool ok = true;
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data() + 1, port.data() + port.size(), result.port);
    ok = port.front() == ':' && error == std::errc{} && end == port.data() + port.size() && result.port > 0;
  }
  sockaddr_storage scratch{};
  if (!ok || socket_address(result, scratch) == 0)
    throw ConfigError("'" + std::string(text) +
                      "' is no address of gpsd; give a numeric one such as 127.0.0.1 or 127.0.0.1:2947");
  return result;
}

std::optional<SensorPosition> parse_tpv(std::string_view line) {
  if (is_deep(line)) return std::nullopt;
  const ParsedJson report = ParsedJson::parse(line, nullptr, false);
  if (!report.is_object()) return std::nullopt;
  const auto kind = report.find("class");
  const auto mode = report.find("mode");
  if (kind == report.end() || *kind != "TPV" || mode == report.end() || !mode->is_number_integer())
    return std::nullopt;
  const auto lat_deg = bounded_number(report, "lat", 90), lon_deg = bounded_number(report, "lon", 180);
  if (*mode < 2 || !lat_deg || !lon_deg) return std::nullopt;
  SensorPosition position{*lat_deg, *lon_deg};
  const auto positive = [&](const char* name) {
    const auto value = bounded_number(report, name, 1e7);
    return value && *value >= 0 ? value : std::nullopt;
  };
  position.uncertainty_m = positive("eph");
  if (!position.uncertainty_m)
    if (const auto x = positive("epx"), y = positive("epy"); x && y)
      position.uncertainty_m = std::hypot(*x, *y);
  if (*mode < 3) return position;
  position.hae_m = bounded_number(report, "altHAE", 10'000);
  if (position.hae_m) position.vertical_uncertainty_m = positive("epv");
  return position;
}

GpsdPosition::GpsdPosition(GpsdAddress address) : address_(std::move(address)) {}

GpsdPosition::~GpsdPosition() {
  if (socket_ >= 0) close(socket_);
}

std::optional<SensorPosition> GpsdPosition::look(Instant now) {
  if (socket_ < 0 && now >= next_try_) connect(now);
  if (socket_ >= 0) read(now);
  if (socket_ >= 0 && now - last_heard_ > kSilence) hang_up(now);
  if (!fix_ || now - fixed_at_ > kFixHolds) return std::nullopt;
  SensorPosition position = *fix_;
  position.age_s = std::chrono::duration<double>(now - fixed_at_).count();
  return position;
}

void GpsdPosition::connect(Instant now) {
  next_try_ = now + kBetweenTries;
  sockaddr_storage to{};
  const socklen_t size = socket_address(address_, to);
  socket_ = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return;
  last_heard_ = now;
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), size) != 0 && errno != EINPROGRESS)
    hang_up(now);
}

void GpsdPosition::read(Instant now) {
  if (!connected_) {
    pollfd ready{socket_, POLLOUT, 0};
    if (poll(&ready, 1, 0) == 0) return;
    // A new connection takes forty octets whole, or has failed.
    if (send(socket_, kWatch.data(), kWatch.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(kWatch.size()))
      return hang_up(now);
    connected_ = true;
  }
  std::array<char, 16 << 10> octets{};
  for (std::size_t taken = 0; taken < kMostOctetsALook;) {
    const ssize_t count = recv(socket_, octets.data(), octets.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return hang_up(now);
    last_heard_ = now;
    taken += static_cast<std::size_t>(count);
    take({octets.data(), static_cast<std::size_t>(count)}, now);
  }
}

void GpsdPosition::take(std::string_view octets, Instant now) {
  for (const char c : octets) {
    if (c != '\n') {
      too_long_ = too_long_ || line_.size() >= kMostReportOctets;
      if (!too_long_) line_.push_back(c);
      continue;
    }
    // Satellites are most of what comes; they need no parsing.
    const bool may_be_position = !too_long_ && line_.find("\"TPV\"") != std::string::npos;
    if (may_be_position) {
      if (auto position = parse_tpv(line_)) {
        fix_ = std::move(position);
        fixed_at_ = now;
      }
    }
    line_.clear();
    too_long_ = false;
  }
}

void GpsdPosition::hang_up(Instant now) {
  close(socket_);
  socket_ = -1;
  connected_ = false;
  line_.clear();
  too_long_ = false;
  next_try_ = now + kBetweenTries;
}

}  // namespace windhover::sensor
