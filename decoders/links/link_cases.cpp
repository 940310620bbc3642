// The links of drones, and those that are built alike.

#include "decoders/links/judge.hpp"

namespace windhover::decoders::links {

// What its three kinds share.
Case Judge::ocusync(LinkKind kind, double width_hz, double share, std::string_view carriers) const {
  Case found{kind};
  found.add(is_as_wide(width_hz, share) ? kWeak : 1.5 * kAgainst, carriers, width(), "Hz");
  family(found, Family::ofdm, "OFDM");
  spacing(found, 15e3, "carrier spacing of the 15 kHz family");
  roots(found, static_cast<std::uint16_t>(std::lround(width_hz / 15e3)));  // one more than carriers
  no_cell(found);
  return found;
}

Case Judge::ocusync_video() const {
  constexpr std::array<double, 3> kWidths{9.015e6, 18.015e6, 36.015e6};
  const auto nearest =
      std::ranges::min_element(kWidths, {}, [&](double each) { return std::abs(each - width()); });
  Case found = ocusync(LinkKind::ocusync_video, *nearest, 0.05, "width of 600, 1200 or 2400 carriers");
  if (keeps(5e-3))
    found.prove(kStrong, "frames of 5 ms", shape_.period_s, "s");
  else if (shape_.period_s)
    found.score += kAgainst / 2;
  const double packets = shape_.burst_s / kPacket_s;
  found.add(packets > 0.85 && std::abs(packets - std::round(packets)) < 0.15 ? 1.5 : -2,
            "bursts of whole 15-symbol packets", std::round(packets), "packets");
  return found;
}

Case Judge::ocusync_standby() const {
  Case found = ocusync(LinkKind::ocusync_standby, 9.015e6, 0.05, "width of 600 carriers");
  if (keeps(2.5e-3))
    found.prove(kStrong, "bursts each 2.5 ms", shape_.period_s, "s");
  else if (shape_.period_s)
    found.score += kAgainst / 2;
  found.add(std::abs(shape_.burst_s - kStandby_s) < 0.12e-3 ? 1.5 : 1.5 * kAgainst, "bursts of ten symbols",
            shape_.burst_s, "s");
  return found;
}

Case Judge::ocusync_control() const {
  Case found = ocusync(LinkKind::ocusync_control, 1.095e6, 0.15, "width of 72 carriers");
  found.add(std::abs(shape_.burst_s - kControl_s) < 0.12e-3 ? 1.5 : 1.5 * kAgainst, "bursts of seven symbols",
            shape_.burst_s, "s");
  if (std::abs(shape_.burst_s - kControl_s) > 0.2e-3) found.score += kExcluded;
  if (keeps(5e-3) || keeps(2.5e-3)) found.prove(kFair, "one burst a frame", shape_.period_s, "s");
  return found;
}

Case Judge::lora_control() const {
  Case found{LinkKind::lora_control};
  family(found, Family::chirp, "chirps");
  constexpr std::array<double, 9> kRates_hz{25, 50, 100, 150, 200, 250, 333.33, 500, 1000};
  const auto rate = shape_.period_s ? std::optional(1 / *shape_.period_s) : std::nullopt;
  if (is_near_any(rate, kRates_hz, 0.01) && shape_.period_share > 0.5)
    found.prove(kFair, "packet rate of a control link", rate, "Hz");
  found.add(hops() ? kFair : kAgainst, "hops", static_cast<double>(shape_.channels_hz.size()), "channels");
  constexpr std::array<double, 2> kBandwidths_hz{812.5e3, 500e3};
  if (is_near_any(votes_.chirp_bandwidth_hz.value(), kBandwidths_hz, 0.05))
    found.add(kWeak, "chirps as wide as a control link's", votes_.chirp_bandwidth_hz.value(), "Hz");
  if (votes_.family() != Family::chirp) found.proofs = 0, found.score += kAgainst;
  return found;
}

Case Judge::lora() const {
  Case found{LinkKind::lora, -0.5};
  family(found, Family::chirp, "chirps");
  if (votes_.spreading_factor())
    found.add(kWeak, "spreading factor", static_cast<double>(*votes_.spreading_factor()));
  return found;
}

Case Judge::sik() const {
  Case found{LinkKind::sik_like};
  constexpr std::array<double, 9> kRates{16e3, 19.2e3, 24e3, 32e3, 48e3, 64e3, 96e3, 128e3, 192e3};
  if (fsk(found, kRates, 0.3, 1.05)) ++found.proofs;
  const bool is_band = is_in(433e6, 435e6) || is_in(863e6, 870e6) || is_in(902e6, 929e6);
  found.add(is_band ? kFair : kExcluded, "band of telemetry radios", shape_.center_hz, "Hz");
  found.add(hops() ? 1.5 : kAgainst, "hops", static_cast<double>(shape_.channels_hz.size()), "channels");
  if (keeps_any()) found.add(kWeak, "keeps a period", shape_.period_s, "s");
  if (!votes_.symbol_rate_hz.count()) found.proofs = 0;
  return found;
}

Case Judge::frsky() const {
  Case found{LinkKind::frsky_like};
  constexpr std::array<double, 1> kRates{70e3};
  if (fsk(found, kRates, 0.58, 0.9)) ++found.proofs;
  if (!is_in_2g4()) found.score += kExcluded;
  found.add(hops() ? 1.5 : kAgainst, "hops", static_cast<double>(shape_.channels_hz.size()), "channels");
  if (keeps(9e-3)) found.add(kFair, "a packet each 9 ms", shape_.period_s, "s");
  if (!votes_.symbol_rate_hz.count() && !is_within(width(), 100e3, 260e3)) found.score += kAgainst;
  return found;
}

Case Judge::gfsk_hopper() const {
  Case found{LinkKind::gfsk_hopper, -0.5};
  family(found, Family::fsk, "frequency-shift keying");
  found.add(hops() ? 1.5 : 1.5 * kAgainst, "hops", static_cast<double>(shape_.channels_hz.size()),
            "channels");
  if (keeps_any()) found.add(kWeak, "keeps a period", shape_.period_s, "s");
  return found;
}

Case Judge::fm_video() const {
  Case found{LinkKind::fm_video};
  family(found, Family::fm_video, "demodulated frequency has lines of video");
  if (const auto line = votes_.line_rate_hz.value())
    found.prove(kFair, *line < 15680 ? "PAL line rate" : "NTSC line rate", line, "Hz");
  found.add(!shape_.pauses && is_within(width(), 4e6, 40e6) ? kWeak : -2, "does not pause", width(), "Hz");
  if (!fpv_channel(shape_.center_hz).empty())
    found.add(kWeak, "centre of an FPV channel", shape_.center_hz, "Hz");
  if (votes_.family() != Family::fm_video) found.score += kAgainst;
  return found;
}

}  // namespace windhover::decoders::links
