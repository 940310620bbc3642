#pragma once
// `windhover listen`: subscribes to a feed and prints what comes.

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

#include "sensor/feed_client.hpp"

namespace windhover::sensor {

struct ListenOptions {
  std::string endpoint = kDefaultFeedEndpoint;
  std::string snapshot_endpoint{};  ///< empty: beside the feed's
  std::optional<CurveClientKeys> curve{};
  std::string topic = "wh1.";                          ///< prefix
  bool json = false;                                   ///< JSON lines even on a terminal
  std::optional<std::uint64_t> count{};                ///< end after so many messages
  std::optional<std::chrono::milliseconds> timeout{};  ///< end after so long without a message
};

/// Starts with the present state and goes on with what follows; see FeedClient. A live table if `json` is off
/// and standard output is a terminal, JSON lines otherwise; losses and garbled messages go to standard error
/// or to the table's head. Ends with 0 on SIGINT, SIGTERM or after `count` messages; on `timeout` with 0, or
/// 1 if there never was a message. Throws ConfigError if the endpoint is no address.
int run_listen(const ListenOptions& options);

/// The same without a look at the terminal: a table redrawn on `out`, or JSON lines.
int run_listen(const ListenOptions& options, bool as_table, std::ostream& out, std::ostream& err);

}  // namespace windhover::sensor
