#pragma once
// The words of the snapshot socket (ROUTER), first frame of a request or an answer.
//
//     client: WH1.SNAPSHOT, topic prefix      sensor: topic, body; …; WH1.END, body
//     client: WH1.PING                        sensor: WH1.PONG, body

#include <string_view>

namespace windhover::sensor {

inline constexpr std::string_view kSnapshotRequest = "WH1.SNAPSHOT";
inline constexpr std::string_view kSnapshotEnd = "WH1.END";
inline constexpr std::string_view kPing = "WH1.PING";
inline constexpr std::string_view kPong = "WH1.PONG";

}  // namespace windhover::sensor
