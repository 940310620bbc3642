// Whose link it is: skies of aircraft and links as numbers, without samples. How well carriers and levels are
// measured is an input here; the figure link-attribution-air renders a few of them.

#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>
#include <random>
#include <string>
#include <vector>

#include "sensor/links/transmitter_match.hpp"
#include "tests/bench/figures.hpp"

namespace windhover::bench {
namespace {

using sensor::UtcTime;
using sensor::links::AttributionResult;

UtcTime at(double seconds) {
  return UtcTime{std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9))};
}

struct SkyOfLinks {
  std::size_t aircraft = 3;
  double oscillator_ppm = 2;       // standard deviation between transmitters
  double carrier_error_ppm = 0.1;  // of a link's measured offset, at most
  double strangers = 0;            // links of nobody who is known, for each aircraft
  double remote_id_alone = 0;      // share of aircraft that are heard over Bluetooth
  double lasts_s = 30;
};

/// Level of one transmitter: path loss that drifts, shadowing with a memory of some seconds.
class Shadowing {
 public:
  explicit Shadowing(std::mt19937_64& random)
      : random_(random),
        mean_db_(std::uniform_real_distribution(-70.0, -40.0)(random)),
        drift_db_(std::normal_distribution(0.0, 0.2)(random)),
        sigma_db_(std::uniform_real_distribution(1.0, 5.0)(random)),
        memory_(std::exp(-1 / std::uniform_real_distribution(2.0, 10.0)(random))) {}
  std::vector<double> path(int seconds) {
    std::normal_distribution<double> normal;
    std::vector<double> levels;
    double shadow = sigma_db_ * normal(random_);
    for (int s = 0; s < seconds; ++s) {
      levels.push_back(mean_db_ + drift_db_ * s + shadow);
      shadow = memory_ * shadow + std::sqrt(1 - memory_ * memory_) * sigma_db_ * normal(random_);
    }
    return levels;
  }

 private:
  std::mt19937_64& random_;
  double mean_db_, drift_db_, sigma_db_, memory_;
};

struct Transmitter {
  double ppm, begins_s;
  std::vector<double> levels_db;
  bool over_bluetooth = false;
};

Transmitter make_transmitter(const SkyOfLinks& sky, std::mt19937_64& random) {
  const bool was_there = std::bernoulli_distribution(0.5)(random);
  const double begins_s =
      was_there ? 0 : std::floor(std::uniform_real_distribution(6.0, sky.lasts_s / 2)(random));
  return {std::normal_distribution(0.0, sky.oscillator_ppm)(random), begins_s,
          Shadowing(random).path(static_cast<int>(sky.lasts_s)),
          std::bernoulli_distribution(sky.remote_id_alone)(random)};
}

void hear_aircraft(const Transmitter& from, const std::string& id, const SkyOfLinks& sky,
                   std::mt19937_64& random, sensor::links::TransmitterMatch& match) {
  std::normal_distribution<double> normal;
  // A Bluetooth module has a crystal of its own in half of the aircraft.
  const double own_ppm =
      std::bernoulli_distribution(0.5)(random) ? sky.oscillator_ppm * normal(random) : from.ppm;
  const double period_s = from.over_bluetooth ? 1.0 : 0.64;
  for (double t = from.begins_s + std::uniform_real_distribution(0.0, period_s)(random); t < sky.lasts_s;
       t += period_s) {
    sensor::TimedFrame frame;
    frame.at.time = at(t);
    frame.frame.transport = from.over_bluetooth ? "bluetooth_legacy" : "ocusync";
    if (from.over_bluetooth) frame.frame.message = decoders::messages::RemoteId{};
    frame.frame.rf.centre = dsp::Hertz{from.over_bluetooth ? 2402e6 : 2459.5e6};
    const double ppm = (from.over_bluetooth ? own_ppm : from.ppm) + 0.05 * normal(random);
    frame.frame.rf.cfo_hz = static_cast<float>(ppm * frame.frame.rf.centre.value * 1e-6);
    frame.frame.rf.rssi_dbfs =
        static_cast<float>(from.levels_db[static_cast<std::size_t>(t)] + 2 * normal(random));
    match.on_frame(id, frame);
  }
}

AttributionResult whose_video(const Transmitter& from, const SkyOfLinks& sky, std::mt19937_64& random,
                              sensor::links::TransmitterMatch& match) {
  std::normal_distribution<double> normal;
  const double error = std::uniform_real_distribution(0.01, sky.carrier_error_ppm)(random);
  std::vector<sensor::links::LevelPoint> levels;
  for (auto s = static_cast<std::size_t>(from.begins_s); s < from.levels_db.size(); ++s)
    levels.push_back(
        {at(static_cast<double>(s)), static_cast<float>(from.levels_db[s] + 6 + normal(random))});
  const double begins_s = from.begins_s > 0 ? from.begins_s + std::exponential_distribution(0.5)(random) : 0;
  const std::array presence{sensor::links::Presence{at(begins_s), at(sky.lasts_s)}};
  sensor::links::LinkFeatures link;
  link.id = "ocusync-video-1";
  link.kind = "ocusync_video";
  link.drone_like = true;
  link.center_hz = 2440e6;
  link.offset_ppm = from.ppm + error * normal(random);
  link.offset_error_ppm = error;
  link.levels = levels;
  link.presence = presence;
  return match.attribute(link, at(sky.lasts_s));
}

/// Told likelihoods against what came true.
class Reliability {
 public:
  void add(double likelihood, bool is_true) {
    Bin& bin = bins_[std::min<std::size_t>(static_cast<std::size_t>(likelihood * kBins), kBins - 1)];
    bin.told += likelihood;
    bin.came_true += is_true;
    ++bin.n;
  }
  /// Weighted mean of the difference.
  double error() const {
    double sum = 0, n = 0;
    for (const Bin& bin : bins_) sum += std::abs(bin.told - bin.came_true), n += bin.n;
    return n > 0 ? sum / n : 0;
  }
  void print(std::ostream& out) const {
    out << "| told, mean | came true | claims |\n|---|---|---|\n";
    for (const Bin& bin : bins_)
      if (bin.n > 0)
        out << "| " << bin.told / bin.n << " | " << bin.came_true / bin.n << " | " << bin.n << " |\n";
  }

 private:
  static constexpr std::size_t kBins = 10;
  struct Bin {
    double told = 0, came_true = 0;
    int n = 0;
  };
  std::array<Bin, kBins> bins_{};
};

struct AttributionTally {
  int links = 0, first_right = 0, wrong_above_even = 0, strangers = 0, strangers_left_alone = 0;
  Reliability reliability;
};

void judge_attribution(const AttributionResult& result, const std::string& truth, AttributionTally& tally) {
  const bool has_name = !result.aircraft.empty();
  const bool is_right = has_name && result.aircraft.front().aircraft == truth;
  if (truth.empty()) {
    ++tally.strangers;
    tally.strangers_left_alone += !has_name || result.aircraft.front().likelihood <= 0.5;
  } else {
    ++tally.links;
    tally.first_right += is_right;
  }
  tally.wrong_above_even += has_name && !is_right && result.aircraft.front().likelihood > 0.5;
  for (const auto& each : result.aircraft) tally.reliability.add(each.likelihood, each.aircraft == truth);
}

void fly_in_numbers(const SkyOfLinks& sky, std::mt19937_64& random, AttributionTally& tally) {
  sensor::links::TransmitterMatch match;
  std::vector<Transmitter> aircraft;
  for (std::size_t i = 0; i < sky.aircraft; ++i) {
    aircraft.push_back(make_transmitter(sky, random));
    hear_aircraft(aircraft.back(), "aircraft-" + std::to_string(i), sky, random, match);
  }
  for (std::size_t i = 0; i < sky.aircraft; ++i) {
    judge_attribution(whose_video(aircraft[i], sky, random, match), "aircraft-" + std::to_string(i), tally);
    if (!std::bernoulli_distribution(sky.strangers)(random)) continue;
    judge_attribution(whose_video(make_transmitter(sky, random), sky, random, match), "", tally);
  }
}

double percent(int part, int whole) { return whole > 0 ? 100.0 * part / whole : 0; }

}  // namespace

bool link_attribution(std::ostream& out, Effort effort) {
  const int skies = effort == Effort::full ? 4000 : 400;
  constexpr double kLeastFirst = 90, kMostWrong = 5, kMostMiscalibrated = 0.05;
  struct Row {
    std::string_view name;
    SkyOfLinks sky;
    bool promised;
  };
  const std::array rows{Row{"three aircraft with DroneID", {}, true},
                        Row{"the same, carriers measured to 1 ppm", {.carrier_error_ppm = 1}, false},
                        Row{"the same, oscillators alike to 0.5 ppm", {.oscillator_ppm = 0.5}, false},
                        Row{"six, and as many links of strangers", {.aircraft = 6, .strangers = 1}, false},
                        Row{"six, half of them over Bluetooth alone, strangers",
                            {.aircraft = 6, .strangers = 0.5, .remote_id_alone = 0.5},
                            false}};
  out << "One video link for each aircraft, heard for 30 s; " << skies
      << " synthetic skies a row, as numbers: oscillators 2 ppm apart (standard deviation), offsets of links "
         "known "
         "to 0.01 to 0.1 ppm, shadowing of 1 to 5 dB, half of them on the air from the begin.\n\n"
      << "| sky | right aircraft first | wrong above even odds | strangers' links left unattributed | "
         "likelihoods off by |\n|---|---|---|---|---|\n"
      << std::fixed << std::setprecision(1);
  bool kept = true;
  AttributionTally all;
  std::mt19937_64 random(20260);
  for (const Row& row : rows) {
    AttributionTally tally;
    for (int i = 0; i < skies; ++i) fly_in_numbers(row.sky, random, tally);
    const double first = percent(tally.first_right, tally.links);
    const double wrong = percent(tally.wrong_above_even, tally.links + tally.strangers);
    out << "| " << row.name << " | " << first << " % | " << wrong << " % | ";
    if (tally.strangers > 0) out << percent(tally.strangers_left_alone, tally.strangers) << " %";
    out << " | " << std::setprecision(3) << tally.reliability.error() << std::setprecision(1) << " |\n";
    if (row.promised) kept &= first >= kLeastFirst && wrong <= kMostWrong;
  }
  SkyOfLinks mixed{.aircraft = 4, .carrier_error_ppm = 0.5, .strangers = 0.4, .remote_id_alone = 0.3};
  AttributionTally tally;
  for (int i = 0; i < skies; ++i) fly_in_numbers(mixed, random, tally);
  out << "\nReliability, four aircraft, three in ten over Bluetooth alone, strangers, carriers known to 0.5 "
         "ppm:\n\n"
      << std::setprecision(2);
  tally.reliability.print(out);
  kept &= tally.reliability.error() <= kMostMiscalibrated;
  return kept;
}

}  // namespace windhover::bench
