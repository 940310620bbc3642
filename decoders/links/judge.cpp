#include "decoders/links/judge.hpp"

namespace windhover::decoders::links {

std::array<Case, kLinkKinds - 1> Judge::cases() const {
  return {ocusync_video(),
          ocusync_standby(),
          ocusync_control(),
          lora_control(),
          lora(),
          sik(),
          frsky(),
          gfsk_hopper(),
          fm_video(),
          bluetooth(),
          ble(),
          wifi(),
          Case{LinkKind::wifi_video, kExcluded},  // frames tell that
          lte(),
          nr(),
          zigbee(),
          oven(),
          carrier()};
}

Case Judge::unknown() const {
  Case found{LinkKind::unknown, kUnknown};
  if (votes_.family() != Family::unknown)
    found.add(1e-9, to_string(votes_.family()), votes_.share(votes_.family()), "of its snapshots");
  if (shape_.period_s) found.add(1e-9, "keeps a period", shape_.period_s, "s");
  return found;
}

bool Judge::keeps(double period_s) const {
  return is_near(shape_.period_s, period_s, 0.005) && shape_.period_share > 0.5;
}

bool Judge::is_in(double low_hz, double high_hz) const {
  return !shape_.channels_hz.empty() && shape_.channels_hz.front() >= low_hz &&
         shape_.channels_hz.back() <= high_hz;
}

double Judge::share_on_raster(double first_hz, double step_hz, double within_hz) const {
  double on = 0;
  for (const double channel : shape_.channels_hz)
    on += std::abs(std::remainder(channel - first_hz, step_hz)) < within_hz;
  return shape_.channels_hz.empty() ? 0 : on / static_cast<double>(shape_.channels_hz.size());
}

void Judge::family(Case& found, Family family, std::string_view text) const {
  const double evidence = kFamilyWeight * votes_.evidence(family);
  found.add(evidence, text, votes_.share(family), "of its snapshots");
}

void Judge::spacing(Case& found, double hz, std::string_view text) const {
  const auto measured = votes_.spacing_hz.value();
  if (!measured) return;
  found.add(is_near(*measured, hz, 0.05) ? kFair : 1.5 * kAgainst, text, measured, "Hz");
}

void Judge::roots(Case& found, std::uint16_t length) const {
  const std::uint32_t votes = votes_.root_votes(length);
  found.has_roots = votes >= 2 && 4 * votes >= votes_.count();
  if (found.has_roots)
    found.prove(kStrong, "Zadoff-Chu symbols of a length that only this kind has", length, "carriers + 1");
}

void Judge::no_cell(Case& found) const {
  if (4 * votes_.lte_primary > votes_.count()) found.score += kExcluded;
  if (!shape_.pauses) found.score += 1.5 * kAgainst;
  if (hops() && found.kind != LinkKind::ocusync_control) found.score += kExcluded;
}

bool Judge::fsk(Case& found, std::span<const double> rates_hz, double least_index, double most_index) const {
  family(found, Family::fsk, "frequency-shift keying");
  const auto rate = votes_.symbol_rate_hz.value(), deviation = votes_.deviation_hz.value();
  if (!rate || !deviation || *rate <= 0) return false;
  const bool is_rate = std::ranges::any_of(rates_hz, [&](double each) { return is_near(*rate, each, 0.06); });
  found.add(is_rate ? kFair : 1.5 * kAgainst, "symbol rate", rate, "Bd");
  const bool is_index = is_within(*deviation / *rate, least_index, most_index);
  found.add(is_index ? kFair : kAgainst, "deviation", deviation, "Hz");
  return is_rate && is_index && votes_.symbol_rate_hz.count() >= 2;
}

}  // namespace windhover::decoders::links
