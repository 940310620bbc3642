#include "decoders/links/link_kind.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace windhover::decoders::links {
namespace {

// Weights are logarithms of likelihood ratios against a link of no known kind, set by judgement and checked
// on streams that the generator's truth gives; none was fitted to a recording.
constexpr double kUnknown = 2;  // the least that speaks for a kind before it is named
constexpr double kFamilyWeight = 0.75;
constexpr double kStrong = 3, kFair = 2, kWeak = 1, kAgainst = -4, kExcluded = -9;
constexpr float kDroneConfidence = 0.7F;

constexpr double kPacket_s = 1.0719e-3;  // OcuSync's video packet of 15 symbols
constexpr double kStandby_s = 0.714e-3;  // ten symbols
constexpr double kControl_s = 0.4995e-3;

bool is_near(double value, double wanted, double share) { return std::abs(value - wanted) <= share * wanted; }
bool is_near(const std::optional<double>& value, double wanted, double share) {
  return value && is_near(*value, wanted, share);
}

template <std::size_t N>
bool is_near_any(const std::optional<double>& value, const std::array<double, N>& wanted, double share) {
  return std::ranges::any_of(wanted, [&](double each) { return is_near(value, each, share); });
}

bool is_within(double value, double low, double high) { return value >= low && value <= high; }

/// What speaks for one kind.
struct Case {
  LinkKind kind = LinkKind::unknown;
  double score = 0;
  unsigned proofs = 0;  // independent ones that only this kind has
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

class Judge {
 public:
  explicit Judge(const LinkShape& shape) : shape_(shape), votes_(*shape.votes) {}

  std::array<Case, kLinkKinds - 1> cases() const {
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
  Case unknown() const {
    Case found{LinkKind::unknown, kUnknown};
    if (votes_.family() != Family::unknown)
      found.add(1e-9, to_string(votes_.family()), votes_.share(votes_.family()), "of its snapshots");
    if (shape_.period_s) found.add(1e-9, "keeps a period", shape_.period_s, "s");
    return found;
  }

 private:
  double width() const { return votes_.occupied_hz.value().value_or(shape_.width_hz); }
  bool hops() const { return shape_.channels_hz.size() >= 4; }
  bool keeps(double period_s) const {
    return is_near(shape_.period_s, period_s, 0.005) && shape_.period_share > 0.5;
  }
  bool keeps_any() const { return shape_.period_s && shape_.period_share > 0.5; }
  bool is_in(double low_hz, double high_hz) const {
    return !shape_.channels_hz.empty() && shape_.channels_hz.front() >= low_hz &&
           shape_.channels_hz.back() <= high_hz;
  }
  bool is_in_2g4() const { return is_in(2399e6, 2484e6); }
  double share_on_raster(double first_hz, double step_hz, double within_hz) const {
    double on = 0;
    for (const double channel : shape_.channels_hz)
      on += std::abs(std::remainder(channel - first_hz, step_hz)) < within_hz;
    return shape_.channels_hz.empty() ? 0 : on / static_cast<double>(shape_.channels_hz.size());
  }

  void family(Case& found, Family family, std::string_view text) const {
    const double evidence = kFamilyWeight * votes_.evidence(family);
    found.add(evidence, text, votes_.share(family), "of its snapshots");
  }
  void spacing(Case& found, double hz, std::string_view text) const {
    const auto measured = votes_.spacing_hz.value();
    if (!measured) return;
    found.add(is_near(*measured, hz, 0.05) ? kFair : 1.5 * kAgainst, text, measured, "Hz");
  }
  void roots(Case& found, std::uint16_t length) const {
    const std::uint32_t votes = votes_.root_votes(length);
    if (votes >= 2 && 4 * votes >= votes_.count())
      found.prove(kStrong, "Zadoff-Chu symbols of a length that only this kind has", length, "carriers + 1");
  }
  void no_cell(Case& found) const {
    if (4 * votes_.lte_primary > votes_.count()) found.score += kExcluded;
    if (!shape_.pauses) found.score += 1.5 * kAgainst;
    if (hops() && found.kind != LinkKind::ocusync_control) found.score += kExcluded;
  }

  Case ocusync_video() const {
    Case found{LinkKind::ocusync_video};
    constexpr std::array<double, 3> kWidths{9.015e6, 18.015e6, 36.015e6};
    const auto nearest =
        std::ranges::min_element(kWidths, {}, [&](double each) { return std::abs(each - width()); });
    found.add(is_near(width(), *nearest, 0.05) ? kWeak : 1.5 * kAgainst,
              "width of 600, 1200 or 2400 carriers", width(), "Hz");
    family(found, Family::ofdm, "OFDM");
    spacing(found, 15e3, "carrier spacing of the 15 kHz family");
    roots(found, static_cast<std::uint16_t>(std::lround(*nearest / 15e3)));
    no_cell(found);
    if (keeps(5e-3))
      found.prove(kStrong, "frames of 5 ms", shape_.period_s, "s");
    else if (shape_.period_s)
      found.score += kAgainst / 2;
    const double packets = shape_.burst_s / kPacket_s;
    found.add(packets > 0.85 && std::abs(packets - std::round(packets)) < 0.15 ? 1.5 : -2,
              "bursts of whole 15-symbol packets", std::round(packets), "packets");
    return found;
  }

  Case ocusync_standby() const {
    Case found{LinkKind::ocusync_standby};
    found.add(is_near(width(), 9.015e6, 0.05) ? kWeak : 1.5 * kAgainst, "width of 600 carriers", width(),
              "Hz");
    family(found, Family::ofdm, "OFDM");
    spacing(found, 15e3, "carrier spacing of the 15 kHz family");
    roots(found, 601);
    no_cell(found);
    if (keeps(2.5e-3))
      found.prove(kStrong, "bursts each 2.5 ms", shape_.period_s, "s");
    else if (shape_.period_s)
      found.score += kAgainst / 2;
    found.add(std::abs(shape_.burst_s - kStandby_s) < 0.12e-3 ? 1.5 : 1.5 * kAgainst, "bursts of ten symbols",
              shape_.burst_s, "s");
    return found;
  }

  Case ocusync_control() const {
    Case found{LinkKind::ocusync_control};
    found.add(is_near(width(), 1.095e6, 0.15) ? kWeak : 1.5 * kAgainst, "width of 72 carriers", width(),
              "Hz");
    family(found, Family::ofdm, "OFDM");
    spacing(found, 15e3, "carrier spacing of the 15 kHz family");
    roots(found, 73);
    no_cell(found);
    found.add(std::abs(shape_.burst_s - kControl_s) < 0.12e-3 ? 1.5 : 1.5 * kAgainst,
              "bursts of seven symbols", shape_.burst_s, "s");
    if (std::abs(shape_.burst_s - kControl_s) > 0.2e-3) found.score += kExcluded;
    if (keeps(5e-3) || keeps(2.5e-3)) found.prove(kFair, "one burst a frame", shape_.period_s, "s");
    return found;
  }

  Case lora_control() const {
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

  Case lora() const {
    Case found{LinkKind::lora, -0.5};
    family(found, Family::chirp, "chirps");
    if (votes_.spreading_factor())
      found.add(kWeak, "spreading factor", static_cast<double>(*votes_.spreading_factor()));
    return found;
  }

  /// Adds what a symbol rate and a deviation say, where they were measured.
  bool fsk(Case& found, std::span<const double> rates_hz, double least_index, double most_index) const {
    family(found, Family::fsk, "frequency-shift keying");
    const auto rate = votes_.symbol_rate_hz.value(), deviation = votes_.deviation_hz.value();
    if (!rate || !deviation || *rate <= 0) return false;
    const bool is_rate =
        std::ranges::any_of(rates_hz, [&](double each) { return is_near(*rate, each, 0.06); });
    found.add(is_rate ? kFair : 1.5 * kAgainst, "symbol rate", rate, "Bd");
    const bool is_index = is_within(*deviation / *rate, least_index, most_index);
    found.add(is_index ? kFair : kAgainst, "deviation", deviation, "Hz");
    return is_rate && is_index && votes_.symbol_rate_hz.count() >= 2;
  }

  Case sik() const {
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

  Case frsky() const {
    Case found{LinkKind::frsky_like};
    constexpr std::array<double, 1> kRates{70e3};
    if (fsk(found, kRates, 0.58, 0.9)) ++found.proofs;
    if (!is_in_2g4()) found.score += kExcluded;
    found.add(hops() ? 1.5 : kAgainst, "hops", static_cast<double>(shape_.channels_hz.size()), "channels");
    if (keeps(9e-3)) found.add(kFair, "a packet each 9 ms", shape_.period_s, "s");
    if (!votes_.symbol_rate_hz.count() && !is_within(width(), 100e3, 260e3)) found.score += kAgainst;
    return found;
  }

  Case gfsk_hopper() const {
    Case found{LinkKind::gfsk_hopper, -0.5};
    family(found, Family::fsk, "frequency-shift keying");
    found.add(hops() ? 1.5 : 1.5 * kAgainst, "hops", static_cast<double>(shape_.channels_hz.size()),
              "channels");
    if (keeps_any()) found.add(kWeak, "keeps a period", shape_.period_s, "s");
    return found;
  }

  Case bluetooth() const {
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

  Case ble() const {
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

  Case fm_video() const {
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

  Case wifi() const {
    Case found{LinkKind::wifi};
    const bool is_dsss = votes_.evidence(Family::dsss) > votes_.evidence(Family::ofdm);
    family(found, is_dsss ? Family::dsss : Family::ofdm, is_dsss ? "Barker sequences" : "OFDM");
    if (!is_dsss) spacing(found, 312.5e3, "carrier spacing of 802.11");
    if (votes_.wifi_training > 0 && 5 * votes_.wifi_training >= votes_.count())
      found.add(kStrong, "training of 802.11", votes_.wifi_training, "snapshots");
    if (votes_.family() == Family::unknown) found.score += kAgainst;
    return found;
  }

  Case lte() const {
    Case found{LinkKind::lte};
    if (hops()) found.score += kExcluded;
    family(found, Family::ofdm, "OFDM");
    spacing(found, 15e3, "carrier spacing of the 15 kHz family");
    if (votes_.lte_primary > 0 && 10 * votes_.lte_primary >= votes_.count())
      found.add(kStrong + kWeak, "primary synchronisation signal", votes_.lte_primary, "snapshots");
    else
      found.score -= kWeak;
    found.add(shape_.pauses ? kAgainst : kFair, "does not pause", shape_.duty);
    return found;
  }

  Case nr() const {
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

  Case zigbee() const {
    Case found{LinkKind::zigbee};
    family(found, Family::zigbee, "chip sequences of 802.15.4");
    if (votes_.family() == Family::unknown) found.score += kAgainst;
    const bool is_on = is_in_2g4() && share_on_raster(2405e6, 5e6, 200e3) > 0.5;
    found.add(is_on ? kWeak : kAgainst, "centre of a channel", shape_.center_hz, "Hz");
    found.add(is_within(shape_.longest_s, 0.2e-3, 4.6e-3) ? 0.5 : -2, "length of its packets",
              shape_.longest_s, "s");
    return found;
  }

  Case oven() const {
    Case found{LinkKind::microwave_oven};
    const bool is_mains =
        is_near(shape_.period_s, 1 / 50.0, 0.01) || is_near(shape_.period_s, 1 / 60.0, 0.01);
    if (is_mains && shape_.period_share > 0.4)
      found.add(kFair, "keeps the mains' period", shape_.period_s, "s");
    else
      found.score += kAgainst;
    found.add(is_within(shape_.burst_s, 2e-3, 12e-3) ? kWeak : kAgainst, "on for half a cycle",
              shape_.burst_s, "s");
    if (!is_in(2400e6, 2500e6)) found.score += kExcluded;
    found.add(shape_.width_hz > 0.5e6 ? kWeak : -2, "sweeps", shape_.width_hz, "Hz");
    const double evidence = votes_.evidence(Family::carrier);
    found.add(std::clamp(0.5 * evidence, -3.0, 3.0), "a line that drifts", votes_.drift_hz_per_s.value(),
              "Hz/s");
    return found;
  }

  Case carrier() const {
    Case found{LinkKind::carrier};
    family(found, Family::carrier, "a line");
    found.add(shape_.width_hz < 200e3 ? kWeak : kAgainst, "narrow", shape_.width_hz, "Hz");
    found.add(!shape_.pauses ? kWeak : -2, "does not pause", shape_.duty);
    if (votes_.family() == Family::unknown) found.score += kAgainst;
    return found;
  }

  const LinkShape& shape_;
  const SignalVotes& votes_;
};

bool is_drone_like(const Case& found, float confidence, const LinkShape& shape) {
  if (confidence < kDroneConfidence) return false;
  switch (found.kind) {
    // Frames of cells that divide time have the same length and width: only a snapshot tells.
    case LinkKind::ocusync_video:
    case LinkKind::ocusync_standby:
    case LinkKind::ocusync_control:
      return found.proofs > 0 && shape.votes->spacing_hz.count() >= 2;
    case LinkKind::lora_control:
    case LinkKind::sik_like:
    case LinkKind::frsky_like:
      return found.proofs > 0 && shape.votes->family() != Family::unknown;
    case LinkKind::fm_video:
      return found.proofs > 0 && !fpv_channel(shape.center_hz).empty();
    default:
      return false;
  }
}

}  // namespace

std::string_view to_string(LinkKind kind) {
  constexpr std::string_view names[kLinkKinds] = {"unknown",
                                                  "ocusync_video",
                                                  "ocusync_standby",
                                                  "ocusync_control",
                                                  "lora_control",
                                                  "lora",
                                                  "sik_like",
                                                  "frsky_like",
                                                  "gfsk_hopper",
                                                  "fm_video",
                                                  "classic_bluetooth",
                                                  "ble",
                                                  "wifi",
                                                  "wifi_video",
                                                  "lte",
                                                  "nr",
                                                  "zigbee",
                                                  "microwave_oven",
                                                  "carrier"};
  return names[static_cast<std::size_t>(kind)];
}

KindVerdict kind_of(const LinkShape& shape) {
  const Judge judge(shape);
  const auto cases = judge.cases();
  Case best = judge.unknown();
  for (const Case& each : cases)
    if (each.score > best.score) best = each;
  double sum = std::exp(kUnknown - best.score);
  for (const Case& each : cases) sum += std::exp(each.score - best.score);
  const auto confidence = static_cast<float>(1 / sum);
  const bool drone_like = is_drone_like(best, confidence, shape);
  return {best.kind, confidence, drone_like, std::move(best.evidence)};
}

}  // namespace windhover::decoders::links
