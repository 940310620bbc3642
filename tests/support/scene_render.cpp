// A scene's samples, block by block.

#include <algorithm>
#include <cmath>
#include <list>

#include "tests/support/scene.hpp"

namespace windhover::synth {
namespace {

constexpr std::int64_t kBlockSamples = 65'536;

PlacedBurst placed(const Transmission& sent, const Scene& scene) {
  Waveform wave = sent.waveform();
  if (!sent.taps.empty()) wave.samples = apply_multipath(wave.samples, wave.rate, sent.taps);
  const dsp::Hertz offset{sent.carrier.value + sent.cfo_hz - scene.centre.value};
  return place_burst(wave, {sent.start_s, offset, sent.power, sent.phase_rad, sent.clock_ppm}, scene.rate);
}

/// The transmissions on air: each is placed when the first block that it can reach comes, and dropped after
/// its last.
class OnAir {
 public:
  explicit OnAir(const Scene& scene) : scene_(scene) {}

  void add_to(std::span<dsp::cf32> iq, std::int64_t first) {
    const std::int64_t end = first + static_cast<std::int64_t>(iq.size());
    for (; next_ < scene_.transmissions.size() && may_reach(scene_.transmissions[next_], end); ++next_)
      bursts_.push_back(placed(scene_.transmissions[next_], scene_));
    bursts_.remove_if([first](const PlacedBurst& burst) { return burst.end_sample() <= first; });
    for (const auto& burst : bursts_) add_burst(iq, first, burst);
  }

 private:
  /// Filters ring ahead of a burst's start; 100 µs is more than any of them does.
  bool may_reach(const Transmission& sent, std::int64_t end) const {
    return (sent.start_s - 100e-6) * scene_.rate.value < static_cast<double>(end);
  }

  const Scene& scene_;
  std::size_t next_ = 0;
  std::list<PlacedBurst> bursts_;
};

void apply_impairments(std::span<dsp::cf32> iq, const Impairments& faults) {
  if (faults.iq_gain_db != 0 || faults.iq_phase_deg != 0)
    apply_iq_imbalance(iq, faults.iq_gain_db, faults.iq_phase_deg);
  if (faults.dc != dsp::cf32{}) add_dc(iq, faults.dc);
  if (faults.clip_level) clip(iq, *faults.clip_level);
  if (faults.bits) quantise(iq, *faults.bits);
}

}  // namespace

std::vector<SceneWindow> scene_windows(const Scene& scene) {
  const std::int64_t total = scene.total_samples();
  if (!scene.gate_margin_s) return {{0, total}};
  std::vector<SceneWindow> windows;
  for (const auto& sent : scene.transmissions) {
    const double rate = scene.rate.value, margin_s = *scene.gate_margin_s;
    const auto first = static_cast<std::int64_t>(std::floor((sent.start_s - margin_s) * rate));
    const auto end = static_cast<std::int64_t>(std::ceil((sent.start_s + sent.duration_s + margin_s) * rate));
    const SceneWindow window{std::max<std::int64_t>(first, 0), std::min(end, total)};
    if (!windows.empty() && window.first <= windows.back().end)
      windows.back().end = std::max(windows.back().end, window.end);
    else
      windows.push_back(window);
  }
  return windows;
}

void render_blocks(const Scene& scene,
                   const std::function<void(std::size_t, std::span<const dsp::cf32>)>& take) {
  constexpr std::uint64_t kNoiseStream = 0;
  Random noise(scene.seed, kNoiseStream);
  OnAir on_air(scene);
  std::vector<dsp::cf32> block;
  const auto windows = scene_windows(scene);
  for (std::size_t w = 0; w < windows.size(); ++w)
    for (std::int64_t first = windows[w].first; first < windows[w].end; first += kBlockSamples) {
      block.assign(static_cast<std::size_t>(std::min(kBlockSamples, windows[w].end - first)), {});
      on_air.add_to(block, first);
      if (scene.noise_power) noise.add_noise(block, *scene.noise_power);
      apply_impairments(block, scene.impairments);
      take(w, block);
    }
}

}  // namespace windhover::synth
