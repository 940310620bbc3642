#pragma once
// Emissions and snapshots as a good but not perfect detector would tell them, straight from a scene's truth:
// no samples are rendered. Signals that lie over each other are not joined, as a detector must do.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "sensor/events.hpp"
#include "tests/support/link_truth.hpp"
#include "tests/support/random.hpp"

namespace windhover::bench {

struct StreamFlaws {
  double missed = 0.01;           ///< of the bursts
  double start_jitter_s = 25e-6;  ///< standard deviations
  double edge_jitter_hz = 12e3;
  double level_jitter_db = 1;
  double snapshots = 0.3;         ///< of the bursts, at most 50 a second of each link
  double wrong_snapshots = 0.05;  ///< of those: another family, or unknown
  double false_a_second = 0.5;    ///< emissions that nobody sent
  double stretch_s = 0.1;         ///< pieces of what does not pause
  std::uint64_t seed = 1;
};

struct LinkStream {
  std::vector<sensor::TimedEmission> emissions;  ///< by end, as a detector tells them
  std::vector<sensor::TimedSignal> signals;      ///< by time
};

inline double detail_of(const synth::LinkTruth& link, const std::string& name, double otherwise = 0) {
  for (const auto& field : link.details) {
    if (field.name != name) continue;
    if (const auto* whole = std::get_if<std::int64_t>(&field.value)) return static_cast<double>(*whole);
    if (const auto* real = std::get_if<double>(&field.value)) return *real;
  }
  return otherwise;
}

/// What an ideal snapshot of a link's burst shows.
inline decoders::links::Signal true_signal(const synth::Transmission& sent) {
  using namespace decoders::links;
  const synth::LinkTruth& link = *sent.part_of;
  Signal signal;
  signal.occupied_hz = link.occupied.value;
  signal.snr_db = static_cast<float>(sent.snr_db.value_or(20));
  const auto number = [&](const char* name) { return detail_of(link, name); };
  if (link.kind == "ocusync_video" || link.kind == "ocusync_control") {
    Ofdm ofdm;
    ofdm.spacing_hz = 15e3;
    ofdm.prefix_match = 0.7F;
    const bool is_video = link.kind == "ocusync_video";
    ofdm.carriers = static_cast<std::uint16_t>(is_video ? number("carriers") : 72);
    const auto length = static_cast<std::uint16_t>(ofdm.carriers + 1);
    const auto root = [&](const char* name) { return static_cast<std::uint16_t>(number(name)); };
    ofdm.zadoff_chu.push_back({length, root(is_video ? "first_root" : "root"), 0.9F, 0});
    if (is_video) ofdm.zadoff_chu.push_back({length, root("second_root"), 0.9F, 7});
    const double bits = is_video ? number("bits_per_cell") : 4;
    ofdm.constellation = bits == 2   ? Constellation::qpsk
                         : bits == 4 ? Constellation::qam16
                                     : Constellation::qam64;
    signal.modulation = ofdm;
  } else if (link.kind == "lte_downlink") {
    Ofdm ofdm;
    ofdm.spacing_hz = 15e3;
    // The middle one is empty.
    ofdm.carriers = static_cast<std::uint16_t>(std::lround(link.occupied.value / ofdm.spacing_hz) - 1);
    ofdm.lte_primary = true;
    ofdm.constellation = Constellation::qam16;
    signal.modulation = ofdm;
  } else if (link.kind == "lora") {
    signal.modulation =
        Chirp{number("bandwidth_hz"), static_cast<std::uint8_t>(number("spreading_factor")), 0.8F};
  } else if (link.kind == "fm_video") {
    signal.modulation = FmVideo{15625, {}, 6e6};
  } else if (link.kind == "zigbee") {
    signal.modulation = Zigbee{2e6, 0.8F};
  } else if (link.kind == "microwave_oven") {
    signal.modulation = Carrier{1.6e9};
  } else {
    signal.modulation = Fsk{number("deviation_hz"), number("symbol_rate_hz"), 0.5F};
  }
  signal.confidence = 0.85F;
  return signal;
}

class StreamMaker {
 public:
  StreamMaker(const synth::Scene& scene, const StreamFlaws& flaws, sensor::UtcTime epoch)
      : scene_(scene), flaws_(flaws), epoch_(epoch), random_(flaws.seed, 77) {}

  LinkStream make() {
    for (const synth::Transmission& sent : synth::whole_transmissions(scene_))
      if (sent.part_of) add(sent);
    add_false();
    std::ranges::stable_sort(stream_.emissions, {},
                             [](const sensor::TimedEmission& e) { return e.at.start_s + e.at.duration_s; });
    std::ranges::stable_sort(stream_.signals, {}, [](const sensor::TimedSignal& s) { return s.at.start_s; });
    return std::move(stream_);
  }

 private:
  sensor::StreamPosition position(double start_s, double duration_s) const {
    return {std::llround(start_s * scene_.rate.value), start_s, duration_s,
            epoch_ + std::chrono::nanoseconds(std::llround(start_s * 1e9))};
  }

  void add(const synth::Transmission& sent) {
    const double end_s = std::min(sent.start_s + sent.duration_s, scene_.duration_s);
    for (double at_s = sent.start_s; at_s < end_s;) {
      const double piece_s = end_s - at_s > 2 * flaws_.stretch_s ? flaws_.stretch_s : end_s - at_s;
      const bool is_whole = at_s == sent.start_s && piece_s == end_s - at_s;
      if (random_.uniform() >= flaws_.missed)
        add_piece(sent, at_s, piece_s, !is_whole && at_s > sent.start_s, !is_whole && at_s + piece_s < end_s);
      at_s += piece_s;
    }
  }

  void add_piece(const synth::Transmission& sent, double start_s, double duration_s, bool goes_on,
                 bool will) {
    const double width = 0.97 * sent.part_of->occupied.value;
    const double jitter_s = flaws_.start_jitter_s;
    const double early_s = goes_on ? 0 : jitter_s * static_cast<double>(random_.normal());
    const double late_s = will ? 0 : jitter_s * static_cast<double>(random_.normal());
    const auto edge = [&] { return flaws_.edge_jitter_hz * static_cast<double>(random_.normal()); };
    sensor::TimedEmission emission;
    emission.emission.id = ++ids_;
    emission.emission.open_start = goes_on;
    emission.emission.open_end = will;
    emission.emission.mean_dbfs = static_cast<float>(
        10 * std::log10(sent.power) + flaws_.level_jitter_db * static_cast<double>(random_.normal()));
    emission.emission.peak_dbfs = emission.emission.mean_dbfs + 1;
    emission.emission.snr_db = static_cast<float>(sent.snr_db.value_or(20));
    const double carrier_hz = sent.carrier.value + sent.cfo_hz;
    emission.low_hz = carrier_hz - width / 2 + edge();
    emission.high_hz = carrier_hz + width / 2 + edge();
    emission.at = position(start_s - early_s, std::max(20e-6, duration_s + early_s + late_s));
    stream_.emissions.push_back(emission);
    if (random_.uniform() < flaws_.snapshots) add_snapshot(sent, emission);
  }

  void add_snapshot(const synth::Transmission& sent, const sensor::TimedEmission& emission) {
    double& next_s = next_snapshot_s_[sent.part_of.get()];
    if (emission.at.start_s < next_s) return;
    next_s = emission.at.start_s + 0.02;
    sensor::TimedSignal signal;
    signal.emission = emission.emission.id;
    signal.signal = true_signal(sent);
    signal.center_hz = 40e3 * std::round((emission.low_hz + emission.high_hz) / 2 / 40e3);
    signal.signal.carrier_error_hz = 100;
    signal.signal.carrier_hz =
        sent.carrier.value + sent.cfo_hz - signal.center_hz + 100 * static_cast<double>(random_.normal());
    if (random_.uniform() < flaws_.wrong_snapshots) {
      signal.signal.confidence = 0.5F;
      using namespace decoders::links;
      switch (random_.next() % 3) {
        case 0:
          signal.signal.modulation = std::monostate{};
          break;
        case 1:
          signal.signal.modulation = Fsk{120e3, 300e3, 0.5F};
          break;
        default:
          signal.signal.modulation = Ofdm{312.5e3};
          break;
      }
    }
    signal.at = emission.at;
    stream_.signals.push_back(signal);
  }

  void add_false() {
    const auto n = static_cast<std::size_t>(flaws_.false_a_second * scene_.duration_s);
    for (std::size_t i = 0; i < n; ++i) {
      sensor::TimedEmission emission;
      emission.emission.id = ++ids_;
      emission.emission.mean_dbfs = -60;
      const double low = scene_.centre.value + random_.uniform(-0.45, 0.45) * scene_.rate.value;
      emission.low_hz = low;
      emission.high_hz = low + 20e3 * std::exp2(random_.uniform(0, 7));
      emission.at = position(random_.uniform(0, scene_.duration_s), 75e-6 * std::exp2(random_.uniform(0, 5)));
      stream_.emissions.push_back(emission);
    }
  }

  const synth::Scene& scene_;
  StreamFlaws flaws_;
  sensor::UtcTime epoch_;
  synth::Random random_;
  LinkStream stream_;
  std::uint64_t ids_ = 0;
  std::map<const synth::LinkTruth*, double> next_snapshot_s_;
};

}  // namespace windhover::bench
