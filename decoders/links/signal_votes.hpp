#pragma once
// What many snapshots of one link agree on. Any of them may be wrong: kinds are summed as likelihoods,
// numbers are medians of the latest.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "decoders/links/signal.hpp"

namespace windhover::decoders::links {

/// Values of which the median is wanted: the latest few.
class Median {
 public:
  void add(double value);
  std::optional<double> value() const;
  std::size_t count() const { return count_; }

 private:
  static constexpr std::size_t kKept = 31;
  std::array<float, kKept> values_{};
  std::size_t count_ = 0;  // of all that were added
};

/// How often a Zadoff-Chu sequence was found.
struct RootVotes {
  std::uint16_t length = 0, root = 0;
  std::uint32_t votes = 0;
};

/// In the order of Signal::modulation.
enum class Family : std::uint8_t { unknown, ofdm, chirp, fsk, fm_video, zigbee, dsss, carrier };
inline constexpr std::size_t kFamilies = 8;
constexpr std::string_view to_string(Family family) {
  constexpr std::string_view names[kFamilies] = {"unknown",  "ofdm",   "chirp", "fsk",
                                                 "fm_video", "zigbee", "dsss",  "carrier"};
  return names[static_cast<std::size_t>(family)];
}

class SignalVotes {
 public:
  void add(const Signal& signal);

  std::uint32_t count() const { return count_; }
  /// Of the families that are known, the one that explains the snapshots best; unknown: none was seen.
  Family family() const;
  /// Natural logarithm of how much better `family` explains the snapshots than the best of the others,
  /// limited to ±8; 0 without snapshots.
  double evidence(Family family) const;
  /// Share of the snapshots of a known family that have `family`.
  double share(Family family) const;

  // Of those snapshots that have the family.
  Median spacing_hz, carriers, deviation_hz, symbol_rate_hz, chirp_bandwidth_hz, line_rate_hz, field_rate_hz,
      video_deviation_hz, video_mean_hz, drift_hz_per_s;
  Median occupied_hz, envelope_variation, snr_db;  ///< of all
  std::uint32_t lte_primary = 0, wifi_training = 0;

  std::optional<int> spreading_factor() const;
  /// Highest order that at least a fifth of the snapshots with a known one show; unknown below two of these.
  Constellation constellation() const;
  /// Most voted first; those that were seen once are left out.
  std::vector<RootVotes> roots() const;
  /// Votes for sequences of that length.
  std::uint32_t root_votes(std::uint16_t length) const;

 private:
  void take(const std::monostate&) {}
  void take(const Ofdm& ofdm);
  void take(const Chirp& chirp);
  void take(const Fsk& fsk);
  void take(const FmVideo& video);
  void take(const Zigbee&) {}
  void take(const Dsss&) {}
  void take(const Carrier& carrier);

  std::uint32_t count_ = 0;
  std::array<std::uint32_t, kFamilies> seen_{};
  std::array<double, kFamilies> log_likelihood_{};
  std::array<std::uint32_t, 16> spreading_factors_{};
  std::array<std::uint32_t, 6> constellations_{};
  std::vector<RootVotes> roots_;  // bounded
};

}  // namespace windhover::decoders::links
