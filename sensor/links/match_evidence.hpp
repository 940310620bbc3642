#pragma once
// What one transmitter's signals have in common, each as a log likelihood ratio (natural logarithm): of "the
// same transmitter" against "another one, of which nothing is known". Pure functions. The constants are
// models, not measurements of real aircraft: docs/links.md says where they come from and how they were tried.

#include <cstddef>
#include <optional>
#include <span>

namespace windhover::sensor::links {

/// One value each second.
struct SecondLevel {
  double second = 0;
  double db = 0;
};

/// difference_ppm  of two carriers' offsets from their nominal frequencies
/// error_ppm       standard deviation of that as measured
/// sharing         probability that one aircraft derives both carriers from one oscillator, 0 to 1
double oscillator_evidence(double difference_ppm, double error_ppm, double sharing);

struct LevelEvidence {
  double log_ratio = 0;
  double correlation = 0;
  std::size_t seconds = 0;  ///< in common
};

/// Whether two levels rise and fall together beside their steady trend. nullopt: too few seconds in common,
/// or one of them hardly moves. Both ascending in time.
std::optional<LevelEvidence> level_evidence(std::span<const SecondLevel> a, std::span<const SecondLevel> b);

/// Both began, or both ended, `apart_s` apart, within a time of observation of `observed_s`.
double together_evidence(double apart_s, double observed_s);

/// What a link of this kind says about the aircraft's radio family.
enum class RadioFamily { unknown, dji, other_maker };
double family_evidence(bool kind_is_ocusync, bool kind_is_other_drone_link, RadioFamily aircraft);

}  // namespace windhover::sensor::links
