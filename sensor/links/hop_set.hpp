#pragma once
// The channels that a link was heard on. What it keeps is bounded.

#include <cstdint>
#include <vector>

namespace windhover::sensor::links {

class HopSet {
 public:
  static constexpr std::size_t kMost = 1024;

  /// Whether a burst with that middle lies on a known channel.
  bool contains(double center_hz, double width_hz) const { return find(center_hz, width_hz) != npos; }
  /// Adds it to the nearest channel, or as a new one; nothing when there is no room.
  void add(double center_hz, double width_hz);
  /// Middles of those that were heard more than by chance, ascending.
  std::vector<double> channels_hz() const;
  std::size_t size() const { return channels_.size(); }
  double low_hz() const { return channels_.empty() ? 0 : channels_.front().center_hz; }
  double high_hz() const { return channels_.empty() ? 0 : channels_.back().center_hz; }

 private:
  struct Channel {
    double center_hz = 0;
    std::uint64_t bursts = 0;
  };
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
  std::size_t find(double center_hz, double width_hz) const;

  std::vector<Channel> channels_;  // ascending
};

}  // namespace windhover::sensor::links
