#include "sensor/links/burst_chains.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace windhover::sensor::links {
namespace {

constexpr std::size_t kMostChains = 96;
constexpr double kMostSlots = 500;  // between two bursts of a chain: hops outside of the band
constexpr double kPeriodError_s = 3e-6, kMostDrift = 0.12;
constexpr double kMostChainCost = 24;  // squared deviations
constexpr double kOtherFamily = 6;
constexpr double kClockDrift = 5e-6, kEdge_hz = 25e3;

/// How a burst fits a chain.
struct Fit {
  double cost = kMostChainCost;
  double slots = 0;  // since the chain's last burst
};

Fit fit_of(const Burst& burst, std::size_t family, const BurstChain& chain, double period_s) {
  const double since_s = burst.start_s - chain.phase_s, own_s = chain.period_s(period_s);
  const double slots = std::round(since_s / own_s);
  if (slots < 1 || slots > kMostSlots || burst.start_s < chain.end_s - kOverlap_s) return {};
  const double miss_s = std::abs(since_s - slots * own_s);
  const double drift_s = slots * (chain.period_error_s() + kClockDrift * own_s);
  if (miss_s > kStartGate_s + drift_s || drift_s > kMostDrift * own_s) return {};
  const double late = miss_s / (kStartSpread_s + drift_s);
  const double louder = (static_cast<double>(burst.level_dbfs) - chain.level_dbfs) / kLevelSpread_db;
  const double young = chain.bursts.size() < 4 ? 2 : 0;
  const double other = family != 0 && chain.family != 0 && family != chain.family ? kOtherFamily : 0;
  const double shape = std::min(chain.log_duration.deviation2(std::log(burst.duration_s)), 16.0) +
                       std::min(chain.log_width.deviation2(std::log(burst.width_hz)), 16.0);
  return {late * late + std::min(louder * louder, 16.0) + young + other + shape, slots};
}

// Chains that nothing can join any more make room first.
BurstChain& begin_chain(const Burst& burst, double period_s, std::vector<BurstChain>& chains,
                        std::vector<BurstChain>& ended) {
  std::erase_if(chains, [&](BurstChain& chain) {
    if (burst.start_s - chain.phase_s < (kMostSlots + 1) * period_s) return false;
    if (chain.bursts.size() >= kLeastBursts) ended.push_back(std::move(chain));
    return true;
  });
  if (chains.size() >= kMostChains)
    chains.erase(std::ranges::min_element(
        chains, [](const BurstChain& a, const BurstChain& b) { return a.bursts.size() < b.bursts.size(); }));
  BurstChain& fresh = chains.emplace_back();
  fresh.phase_s = fresh.begin_s = burst.start_s;
  fresh.level_dbfs = static_cast<double>(burst.level_dbfs);
  fresh.log_width.least_spread = std::max(fresh.log_width.least_spread, kEdge_hz / burst.width_hz);
  return fresh;
}

}  // namespace

double BurstChain::period_error_s() const {
  return slots >= 12 ? std::min(kPeriodError_s, 60e-6 / slots) : kPeriodError_s;
}

std::vector<BurstChain> chains_of(const WindowBursts& all, const Indices& bursts, double period_s) {
  std::vector<BurstChain> chains, ended;
  for (const std::uint32_t at : bursts) {
    const Burst& burst = all[at];
    BurstChain* best = nullptr;
    Fit fit;
    const std::size_t family = all.family_of(at);
    for (BurstChain& chain : chains) {
      const Fit tried = fit_of(burst, family, chain, period_s);
      if (tried.cost < fit.cost) best = &chain, fit = tried;
    }
    if (best == nullptr) {
      fit.slots = 0;
      best = &begin_chain(burst, period_s, chains, ended);
    }
    const double expected_s = best->phase_s + fit.slots * best->period_s(period_s);
    best->phase_s = expected_s + (fit.slots > 5 ? 0.7 : 0.3) * (burst.start_s - expected_s);
    best->level_dbfs += 0.15 * (static_cast<double>(burst.level_dbfs) - best->level_dbfs);
    best->slots += fit.slots;
    best->end_s = burst.end_s();
    best->log_duration.add(std::log(burst.duration_s));
    best->log_width.add(std::log(burst.width_hz));
    if (best->family == 0) best->family = family;
    best->bursts.push_back(at);
  }
  chains.insert(chains.end(), std::make_move_iterator(ended.begin()), std::make_move_iterator(ended.end()));
  return chains;
}

ChainQuality quality_of(const std::vector<BurstChain>& chains) {
  double regular = 0, covered = 0, count = 0;
  for (const BurstChain& chain : chains) {
    if (chain.bursts.size() < kLeastBursts) continue;
    const auto n = static_cast<double>(chain.bursts.size());
    regular += n * n / (chain.slots + 1);
    covered += n;
    ++count;
  }
  return {regular, count > 0 ? regular * covered / (count * count) : 0};
}

}  // namespace windhover::sensor::links
