#pragma once
// How kinds of links are weighed against each other. For link_kind.cpp and those that hold the kinds' cases.

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "decoders/links/link_kind.hpp"

namespace windhover::decoders::links {

// Weights are logarithms of likelihood ratios against a link of no known kind, set by judgement and checked
// on streams that the generator's truth gives; none was fitted to a recording.
inline constexpr double kUnknown = 2;  // the least that speaks for a kind before it is named
inline constexpr double kFamilyWeight = 0.75;
inline constexpr double kStrong = 3, kFair = 2, kWeak = 1, kAgainst = -4, kExcluded = -9;
inline constexpr float kDroneConfidence = 0.7F;

inline constexpr double kPacket_s = 1.0719e-3;  // OcuSync's video packet of 15 symbols
inline constexpr double kStandby_s = 0.714e-3;  // ten symbols
inline constexpr double kControl_s = 0.4995e-3;

inline bool is_near(double value, double wanted, double share) {
  return std::abs(value - wanted) <= share * wanted;
}
inline bool is_near(const std::optional<double>& value, double wanted, double share) {
  return value && is_near(*value, wanted, share);
}

template <std::size_t N>
inline bool is_near_any(const std::optional<double>& value, const std::array<double, N>& wanted,
                        double share) {
  return std::ranges::any_of(wanted, [&](double each) { return is_near(value, each, share); });
}

inline bool is_within(double value, double low, double high) { return value >= low && value <= high; }

/// What speaks for one kind.
struct Case {
  LinkKind kind = LinkKind::unknown;
  double score = 0;
  unsigned proofs = 0;     // independent ones that only this kind has
  bool has_roots = false;  // Zadoff-Chu symbols of its length were seen
  std::vector<Evidence> evidence{};

  void add(double weight, std::string_view text, std::optional<double> value = {},
           std::string_view unit = {}) {
    score += weight;
    if (weight > 0) evidence.push_back({text, value, unit});
  }
  void prove(double weight, std::string_view text, std::optional<double> value = {},
             std::string_view unit = {}) {
    add(weight, text, value, unit);
    ++proofs;
  }
};

/// Looks at one shape, kind by kind.
class Judge {
 public:
  explicit Judge(const LinkShape& shape) : shape_(shape), votes_(*shape.votes) {}

  std::array<Case, kLinkKinds - 1> cases() const;
  Case unknown() const;

 private:
  double width() const { return votes_.occupied_hz.value().value_or(shape_.width_hz); }
  /// Noise makes the width of 99 % of the power too large, and that of half the level is nearly as large as
  /// it.
  bool is_as_wide(double hz, double share) const {
    return is_near(shape_.width_hz, hz, share) || is_near(votes_.occupied_hz.value(), hz, share);
  }
  bool hops() const { return shape_.channels_hz.size() >= 4; }
  bool keeps_any() const { return shape_.period_s && shape_.period_share > 0.5; }
  bool is_in_2g4() const { return is_in(2399e6, 2484e6); }
  bool keeps(double period_s) const;
  bool is_in(double low_hz, double high_hz) const;
  double share_on_raster(double first_hz, double step_hz, double within_hz) const;

  // What several kinds ask.
  void family(Case& found, Family family, std::string_view text) const;
  void spacing(Case& found, double hz, std::string_view text) const;
  void roots(Case& found, std::uint16_t length) const;
  void no_cell(Case& found) const;
  /// Adds what a symbol rate and a deviation say, where they were measured; whether both are as wanted.
  bool fsk(Case& found, std::span<const double> rates_hz, double least_index, double most_index) const;

  // link_cases.cpp
  Case ocusync(LinkKind kind, double width_hz, double share, std::string_view carriers) const;
  Case ocusync_video() const;
  Case ocusync_standby() const;
  Case ocusync_control() const;
  Case lora_control() const;
  Case lora() const;
  Case sik() const;
  Case frsky() const;
  Case gfsk_hopper() const;
  Case fm_video() const;
  // other_cases.cpp
  Case bluetooth() const;
  Case ble() const;
  Case wifi() const;
  Case lte() const;
  Case nr() const;
  Case zigbee() const;
  Case oven() const;
  Case carrier() const;

  const LinkShape& shape_;
  const SignalVotes& votes_;
};

}  // namespace windhover::decoders::links
