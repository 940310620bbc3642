#include "sensor/links/hop_set.hpp"

#include <algorithm>
#include <cmath>

namespace windhover::sensor::links {
namespace {

// Edges are good to 40 kHz; a packet's bits may draw the middle of a wider one aside.
double same_channel_hz(double width_hz) { return std::max(45e3, 0.2 * width_hz); }

constexpr double kMeanOver = 64;  // bursts, so that a channel follows a drift

}  // namespace

std::size_t HopSet::find(double center_hz, double width_hz) const {
  const auto above = std::ranges::lower_bound(channels_, center_hz, {}, &Channel::center_hz);
  std::size_t best = npos;
  double away = same_channel_hz(width_hz);
  const auto look = [&](auto at) {
    const double apart = std::abs(at->center_hz - center_hz);
    if (apart < away) away = apart, best = static_cast<std::size_t>(at - channels_.begin());
  };
  if (above != channels_.end()) look(above);
  if (above != channels_.begin()) look(above - 1);
  return best;
}

void HopSet::add(double center_hz, double width_hz) {
  if (const std::size_t at = find(center_hz, width_hz); at != npos) {
    Channel& channel = channels_[at];
    ++channel.bursts;
    channel.center_hz +=
        (center_hz - channel.center_hz) / std::min(static_cast<double>(channel.bursts), kMeanOver);
    return;
  }
  if (channels_.size() >= kMost) return;
  channels_.insert(std::ranges::lower_bound(channels_, center_hz, {}, &Channel::center_hz), {center_hz, 1});
}

std::vector<double> HopSet::channels_hz() const {
  std::vector<std::uint64_t> bursts;
  for (const Channel& channel : channels_) bursts.push_back(channel.bursts);
  std::uint64_t least = 1;
  if (bursts.size() > 2) {
    std::ranges::nth_element(bursts, bursts.begin() + static_cast<std::ptrdiff_t>(bursts.size() / 2));
    least = std::max<std::uint64_t>(1, bursts[bursts.size() / 2] / 8);
  }
  std::vector<double> found;
  for (const Channel& channel : channels_)
    if (channel.bursts >= least) found.push_back(channel.center_hz);
  return found;
}

}  // namespace windhover::sensor::links
