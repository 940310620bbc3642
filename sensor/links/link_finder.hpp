#pragma once
// Bursts that no known link claims, sorted into links: those that hop by common shape and period, the others
// by where they are.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sensor/events.hpp"
#include "sensor/links/burst.hpp"
#include "sensor/links/emission_link.hpp"
#include "sensor/links/period_finder.hpp"
#include "sensor/links/window_bursts.hpp"

namespace windhover::sensor::links {

struct BurstGroup {
  LinkPattern pattern;
  Indices bursts;
};

class LinkFinder {
 public:
  /// bursts   by start; those with a link or an explanation are left alone
  /// signals  that Burst::signal points into
  /// Appends groups that are large enough for a link, in an order that depends on the bursts alone.
  void find(std::span<const Burst> bursts, std::span<const TimedSignal> signals,
            std::vector<BurstGroup>& out);

 private:
  struct Place;  // bursts of one middle and width

  void find_wide(const Indices& rest, std::vector<BurstGroup>& out);
  void find_narrow(const Indices& rest, std::vector<BurstGroup>& out);
  void split_component(Indices component, std::vector<BurstGroup>& out);
  void take_all_chains(Indices& component, std::vector<BurstGroup>& out);
  /// Takes the chains of one period out of `component`; false if there are none.
  bool take_chains(Indices& component, std::vector<BurstGroup>& out);
  double own_period(const Indices& chain, double period_s);
  void take_rest(const Indices& rest, std::vector<BurstGroup>& out);
  std::vector<Place> places_of(const Indices& bursts) const;
  void join_places(std::vector<Place>& places) const;
  void add_fixed(Place& place, std::vector<BurstGroup>& out);
  std::optional<PeriodFinder::Periods> period_of(const Indices& bursts, double shortest_s);
  bool is_enough(const Indices& bursts) const;
  bool may_be_one(const Place& a, const Place& b) const;
  double duration_of(const Indices& bursts, double share) const;

  PeriodFinder periods_;
  WindowBursts all_;
};

}  // namespace windhover::sensor::links
