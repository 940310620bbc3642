#pragma once
// Bodies of the snapshot socket's answers.

#include <cstddef>
#include <string>
#include <string_view>

#include "sensor/last_values.hpp"

namespace windhover::sensor {

/// Whose feed it is, as in the head of every message.
struct FeedIdentity {
  std::string node, boot;
};

/// WH1.END: how many messages the snapshot for `prefix` had, and how far it goes.
std::string snapshot_end_json(const FeedIdentity& feed, std::string_view prefix, std::size_t topics,
                              const LastValues::Numbers& numbers);
/// WH1.PONG.
std::string pong_json(const FeedIdentity& feed);

}  // namespace windhover::sensor
