#include "sensor/trust/emitters.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sensor/trust/odds.hpp"

namespace windhover::sensor {
namespace {

constexpr std::size_t kMostChannels = 128;

double normal_density(double difference, double variance) {
  return std::exp(-difference * difference / (2 * variance)) / std::sqrt(2 * std::numbers::pi * variance);
}

double log_choices(std::size_t of, std::size_t chosen) {
  const auto n = static_cast<double>(of), k = static_cast<double>(chosen);
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}

struct Spread {
  double mean = 0, variance = 0;
};

template <typename Samples, typename Value>
Spread spread_of(const Samples& samples, Value value) {
  Spread spread;
  const auto count = static_cast<double>(samples.size());
  for (const auto& each : samples) spread.mean += each.*value / count;
  for (const auto& each : samples)
    spread.variance += (each.*value - spread.mean) * (each.*value - spread.mean) / (count - 1);
  return spread;
}

}  // namespace

void Emitters::take(const std::string& id, const decoders::Frame& frame, UtcTime heard,
                    const Reception& reception) {
  const std::int64_t period = heard.time_since_epoch() / kEvery;
  if (!period_ || period != *period_) look(heard);
  period_ = period;
  const double centre_hz = frame.rf.centre.value;
  const float level_db = comparable_db(frame.rf.rssi_dbfs, reception);
  if (!std::isfinite(frame.rf.cfo_hz) || !std::isfinite(level_db) || !(centre_hz > 0)) return;
  const auto key = std::pair{frame.transport, centre_hz};
  if (channels_.size() >= kMostChannels && !channels_.contains(key)) return;
  auto& samples = channels_[key][id];
  if (samples.size() >= kMostFrames) samples.pop_front();
  samples.push_back(
      {heard, 1e6 * static_cast<double>(frame.rf.cfo_hz) / centre_hz, static_cast<double>(level_db)});
}

void Emitters::forget(const std::string& id) {
  for (auto& [key, channel] : channels_) channel.erase(id);
  reasons_.erase(id);
}

std::optional<Reason> Emitters::reason_of(const std::string& id) const {
  const auto known = reasons_.find(id);
  return known == reasons_.end() ? std::nullopt : std::optional(known->second);
}

void Emitters::look(UtcTime now) {
  reasons_.clear();
  for (auto& [key, channel] : channels_) {
    for (auto& [id, samples] : channel)
      while (!samples.empty() && now - samples.front().heard > kMemory) samples.pop_front();
    std::erase_if(channel, [](const auto& each) { return each.second.empty(); });
    const std::vector<Seen> seen = seen_on(channel, now);
    Group best;
    for (std::size_t seed = 0; seed < seen.size(); ++seed)
      if (Group group = group_around(seen, seed); group.weight > best.weight) best = std::move(group);
    if (best.weight < kNotice / 2) continue;
    for (const Seen* member : best.members) {
      const auto known = reasons_.find(*member->id);
      if (known != reasons_.end() && known->second.log_likelihood_ratio >= best.weight) continue;
      reasons_[*member->id] =
          weighed("one_emitter", best.weight, "Several identities are sent by what seems to be one radio.",
                  {{"identities", static_cast<double>(best.members.size())},
                   {"heard", static_cast<double>(seen.size())},
                   {"offset_ppm", member->ppm}});
    }
  }
}

std::vector<Emitters::Seen> Emitters::seen_on(const Channel& channel, UtcTime now) {
  std::vector<Seen> seen;
  for (const auto& [id, samples] : channel) {
    if (samples.size() < kFewestFrames || now - samples.back().heard > kPresent) continue;
    const auto count = static_cast<double>(samples.size());
    const Spread ppm = spread_of(samples, &Sample::ppm), level = spread_of(samples, &Sample::level_db);
    if (ppm.variance > kMostScatter_ppm * kMostScatter_ppm) continue;
    seen.push_back({&id, ppm.mean, ppm.variance / count + kWander_ppm * kWander_ppm, level.mean,
                    level.variance / count + kWander_db * kWander_db});
  }
  std::sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) { return a.ppm < b.ppm; });
  return seen;
}

// Those above the seed that one emitter explains better than chance. That they were chosen out of many costs
// the logarithm of the number of choices.
Emitters::Group Emitters::group_around(const std::vector<Seen>& seen, std::size_t seed) {
  constexpr double kFarthest = 5;  // standard deviations
  const Seen& first = seen[seed];
  Group group{0, {&first}};
  for (std::size_t i = seed + 1; i < seen.size(); ++i) {
    const Seen& other = seen[i];
    const double variance = first.ppm_variance + other.ppm_variance;
    const double apart = other.ppm - first.ppm;
    if (apart * apart > kFarthest * kFarthest * variance) continue;
    const double same_level =
        normal_density(other.level_db - first.level_db, first.level_variance + other.level_variance);
    const double gain = std::log(normal_density(apart, variance) / kMostDensity_per_ppm) +
                        std::log(0.5 * same_level / kMostDensity_per_db + 0.5);
    if (gain <= 0) continue;
    group.weight += gain;
    group.members.push_back(&other);
  }
  if (group.members.size() < kFewestIdentities) return {};
  group.weight -= log_choices(seen.size(), group.members.size()) + std::log(static_cast<double>(seen.size()));
  return group;
}

}  // namespace windhover::sensor
