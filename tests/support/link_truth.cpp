#include "tests/support/link_truth.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace windhover::synth {

bool touches_band(const Transmission& sent, const Scene& scene) {
  const double gap = std::abs(sent.carrier.value - scene.centre.value) - sent.noise_bandwidth.value / 2;
  return gap < scene.rate.value / 2;
}

std::vector<LinkSummary> link_summaries(const Scene& scene) {
  std::vector<LinkSummary> out;
  for (const auto& sent : scene.transmissions) {
    if (!sent.part_of || !touches_band(sent, scene)) continue;
    auto found = std::ranges::find(out, sent.part_of, &LinkSummary::link);
    if (found == out.end()) found = out.insert(out.end(), {sent.part_of, {}, sent.start_s});
    found->carriers_hz.insert(sent.carrier.value);
    found->bursts += sent.continues ? 0 : 1;
    const double end_s = std::min(sent.start_s + sent.duration_s, scene.duration_s);
    found->airtime_s += end_s - sent.start_s;
    found->last_s = std::max(found->last_s, end_s);
    found->bits += sent.bits;
  }
  return out;
}

std::vector<Transmission> whole_transmissions(const Scene& scene) {
  std::vector<Transmission> out;
  std::map<const LinkTruth*, std::size_t> latest;
  for (const auto& sent : scene.transmissions) {
    if (!touches_band(sent, scene)) continue;
    if (sent.continues) {
      Transmission& whole = out[latest.at(sent.part_of.get())];
      whole.duration_s = sent.start_s + sent.duration_s - whole.start_s;
      whole.bits += sent.bits;
      continue;
    }
    if (sent.part_of) latest[sent.part_of.get()] = out.size();
    out.push_back(sent);
  }
  return out;
}

}  // namespace windhover::synth
