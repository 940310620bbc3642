#pragma once
// Scenes of links, and what the sensor tells of them: of rendered samples through the whole pipeline, or of
// emissions and snapshots that are made from the truth.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/bench/link_streams.hpp"
#include "tests/support/link_truth.hpp"

namespace windhover::bench {

struct LinkCase {
  std::string kind;  ///< as the feed should name it
  bool drone_like = false;
  nlohmann::json emitters;
  double centre_hz = 2440e6, rate_hz = 30.72e6;
};

/// One link each, of every kind that the generator has; what hops stays within the band.
std::vector<LinkCase> link_cases();

struct LinkRun {
  synth::Scene scene;
  std::vector<nlohmann::json> told;  ///< bodies of `link`, in order

  /// The last body of each link, the one with most airtime first.
  std::vector<nlohmann::json> links() const;
};

struct LinkTrial {
  double seconds = 1, snr_db = 10;
  std::uint64_t seed = 1;
};

/// Renders the scene and runs all of the sensor on it.
LinkRun run_rendered(const LinkCase& link, const LinkTrial& trial);
/// The same from the truth; nothing is rendered.
LinkRun run_truth(const LinkCase& link, const LinkTrial& trial);

/// Emissions and snapshots from the truth, with bursts of chance on Wi-Fi's channels until there are so many.
LinkStream crowded_stream(const LinkCase& link, const LinkTrial& trial, double each_second);

}  // namespace windhover::bench
