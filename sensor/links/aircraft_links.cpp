#include "sensor/links/aircraft_links.hpp"

namespace windhover::sensor::links {
namespace {

constexpr double kOwn = 0.5;

ByteBounds bounds_of(const LinkCounts& counts) {
  const auto lower = static_cast<double>(counts.octets);
  if (counts.unmeasured > 0) return {lower, {}, {}};
  return {lower, lower + static_cast<double>(counts.octets_estimated), {}};
}

std::optional<double> rate_bps(const std::optional<double>& bytes, double window_s) {
  return bytes && window_s > 0 ? std::optional(8 * *bytes / window_s) : std::nullopt;
}

}  // namespace

ByteBounds bytes_of(const LinkMessage& link) {
  return link.emitted ? link.emitted->bytes : bounds_of(link.window);
}
ByteBounds total_bytes_of(const LinkMessage& link) {
  return link.emitted ? link.emitted->total_bytes : bounds_of(link.total);
}

void AircraftLinks::take(const LinkMessage& link) {
  const auto& owners = link.attribution.aircraft;
  if (link.state == AircraftState::gone || owners.empty() || owners.front().likelihood <= kOwn) {
    links_.erase(link.id);
    return;
  }
  const ByteBounds window = bytes_of(link), total = total_bytes_of(link);
  links_.insert_or_assign(link.id, Owned{owners.front().aircraft,
                                         {link.id, link.kind, owners.front().likelihood, link.total.airtime_s,
                                          total.lower, total.upper, rate_bps(window.lower, link.window_s),
                                          rate_bps(window.upper, link.window_s)}});
}

std::vector<AircraftLink> AircraftLinks::of(const std::string& aircraft) const {
  std::vector<AircraftLink> found;
  for (const auto& [id, owned] : links_)
    if (owned.aircraft == aircraft) found.push_back(owned.link);
  return found;
}

}  // namespace windhover::sensor::links
