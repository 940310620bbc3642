// What shares bands with drones.

#include "decoders/links/judge.hpp"

namespace windhover::decoders::links {

Case Judge::bluetooth() const {
  Case found{LinkKind::classic_bluetooth};
  constexpr std::array<double, 1> kRates{1e6};
  fsk(found, kRates, 0.11, 0.2);
  if (!is_in(2401e6, 2481e6)) found.score += kExcluded;
  found.add(hops() ? kWeak : -2, "hops", static_cast<double>(shape_.channels_hz.size()), "channels");
  found.add(share_on_raster(2402e6, 1e6, 150e3) > 0.8 ? kWeak : -2, "channels of whole MHz");
  constexpr double kSlot_s = 625e-6;
  if (keeps_any() && std::abs(std::remainder(*shape_.period_s, kSlot_s)) < 8e-6)
    found.add(kFair, "slots of 625 us", shape_.period_s, "s");
  found.add(is_within(width(), 0.45e6, 1.7e6) && shape_.longest_s < 3e-3 ? kWeak : kAgainst,
            "width and length of its packets", width(), "Hz");
  return found;
}

Case Judge::ble() const {
  Case found{LinkKind::ble};
  constexpr std::array<double, 2> kRates{1e6, 2e6};
  fsk(found, kRates, 0.2, 0.31);
  if (!is_in(2401e6, 2481e6)) found.score += kExcluded;
  const auto is_advertising = [](double channel) {
    return std::min({std::abs(channel - 2402e6), std::abs(channel - 2426e6), std::abs(channel - 2480e6)}) <
           150e3;
  };
  if (std::ranges::all_of(shape_.channels_hz, is_advertising))
    found.add(kFair + 0.5, "advertising channels only", static_cast<double>(shape_.channels_hz.size()),
              "channels");
  else
    found.add(share_on_raster(2402e6, 2e6, 150e3) > 0.8 ? 0.5 : -2, "channels of even MHz");
  found.add(is_within(width(), 0.45e6, 2.4e6) && is_within(shape_.burst_s, 40e-6, 18e-3) ? kWeak : kAgainst,
            "width and length of its packets", width(), "Hz");
  return found;
}

Case Judge::wifi() const {
  Case found{LinkKind::wifi};
  const bool is_dsss = votes_.evidence(Family::dsss) > votes_.evidence(Family::ofdm);
  family(found, is_dsss ? Family::dsss : Family::ofdm, is_dsss ? "Barker sequences" : "OFDM");
  if (!is_dsss) spacing(found, 312.5e3, "carrier spacing of 802.11");
  if (votes_.wifi_training > 0 && 5 * votes_.wifi_training >= votes_.count())
    found.add(kStrong, "training of 802.11", votes_.wifi_training, "snapshots");
  if (votes_.family() == Family::unknown) found.score += kAgainst;
  return found;
}

Case Judge::lte() const {
  Case found{LinkKind::lte};
  if (hops()) found.score += kExcluded;
  family(found, Family::ofdm, "OFDM");
  spacing(found, 15e3, "carrier spacing of the 15 kHz family");
  if (votes_.lte_primary > 0 && 10 * votes_.lte_primary >= votes_.count())
    found.add(kStrong + kWeak, "primary synchronisation signal", votes_.lte_primary, "snapshots");
  else
    found.score += shape_.pauses ? kExcluded : -kWeak;  // what pauses may be anything of that family
  found.add(shape_.pauses ? kAgainst : kFair, "does not pause", shape_.duty);
  return found;
}

Case Judge::nr() const {
  Case found{LinkKind::nr};
  if (hops()) found.score += kExcluded;
  family(found, Family::ofdm, "OFDM");
  const auto measured = votes_.spacing_hz.value();
  if (!measured || votes_.lte_primary > 0) return found.score += kExcluded, found;
  if (is_near(*measured, 30e3, 0.05))
    found.add(kFair, "carrier spacing of 30 kHz", measured, "Hz");
  else if (is_near(*measured, 15e3, 0.05) && !shape_.pauses)
    found.add(kWeak, "carrier spacing of the 15 kHz family, no primary synchronisation of LTE", measured,
              "Hz");
  else
    found.score += kExcluded;
  return found;
}

Case Judge::zigbee() const {
  Case found{LinkKind::zigbee};
  family(found, Family::zigbee, "chip sequences of 802.15.4");
  if (votes_.family() == Family::unknown) found.score += kAgainst;
  const bool is_on = is_in_2g4() && share_on_raster(2405e6, 5e6, 200e3) > 0.5;
  found.add(is_on ? kWeak : kAgainst, "centre of a channel", shape_.center_hz, "Hz");
  found.add(is_within(shape_.longest_s, 0.2e-3, 4.6e-3) ? 0.5 : -2, "length of its packets", shape_.longest_s,
            "s");
  return found;
}

Case Judge::oven() const {
  Case found{LinkKind::microwave_oven};
  const bool is_mains = is_near(shape_.period_s, 1 / 50.0, 0.01) || is_near(shape_.period_s, 1 / 60.0, 0.01);
  if (is_mains && shape_.period_share > 0.4)
    found.add(kFair, "keeps the mains' period", shape_.period_s, "s");
  else
    found.score += kAgainst;
  found.add(is_within(shape_.burst_s, 2e-3, 12e-3) ? kWeak : kAgainst, "on for half a cycle", shape_.burst_s,
            "s");
  if (!is_in(2400e6, 2500e6)) found.score += kExcluded;
  found.add(shape_.width_hz > 0.5e6 ? kWeak : -2, "sweeps", shape_.width_hz, "Hz");
  const double evidence = votes_.evidence(Family::carrier);
  found.add(std::clamp(0.5 * evidence, -3.0, 3.0), "a line that drifts", votes_.drift_hz_per_s.value(),
            "Hz/s");
  return found;
}

Case Judge::carrier() const {
  Case found{LinkKind::carrier};
  family(found, Family::carrier, "a line");
  found.add(shape_.width_hz < 200e3 ? kWeak : kAgainst, "narrow", shape_.width_hz, "Hz");
  found.add(!shape_.pauses ? kWeak : -2, "does not pause", shape_.duty);
  if (votes_.family() == Family::unknown) found.score += kAgainst;
  return found;
}

}  // namespace windhover::decoders::links
