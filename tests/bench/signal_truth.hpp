#pragma once
// What a classified snapshot must say of a signal of each kind that the generator makes.

#include <cmath>
#include <string>
#include <string_view>

#include "decoders/links/signal.hpp"
#include "tests/support/signal_snapshot.hpp"

namespace windhover::bench {

enum class Verdict : std::uint8_t { right, wrong, unknown };

namespace signal_truth {

using namespace decoders::links;

inline bool near(double value, double wanted, double tolerance) {
  return std::abs(value / wanted - 1) <= tolerance;
}

inline bool is_ofdm_15khz(const Ofdm& ofdm, unsigned carriers, bool cell,
                          const synth::SignalSnapshot& truth) {
  if (ofdm.spacing_hz != 15e3 || ofdm.carriers != carriers || ofdm.lte_primary != cell) return false;
  if (cell) return ofdm.zadoff_chu.empty();
  for (const ZadoffChu& zc : ofdm.zadoff_chu)
    if (zc.length != carriers + 1 || (zc.root != truth.roots[0] && zc.root != truth.roots[1])) return false;
  return !ofdm.zadoff_chu.empty();
}

inline bool is_wifi(const Ofdm& ofdm, double spacing_hz, double carriers) {
  return ofdm.spacing_hz == spacing_hz && near(ofdm.carriers, carriers, 0.12) && !ofdm.lte_primary &&
         ofdm.zadoff_chu.empty();
}

inline bool is_right(std::string_view kind, const Ofdm& ofdm, const synth::SignalSnapshot& truth) {
  if (kind == "ocusync_10" || kind == "ocusync_standby" || kind == "droneid")
    return is_ofdm_15khz(ofdm, 600, false, truth);
  if (kind == "ocusync_20") return is_ofdm_15khz(ofdm, 1200, false, truth);
  if (kind == "ocusync_40") return is_ofdm_15khz(ofdm, 2400, false, truth);
  if (kind == "ocusync_control") return is_ofdm_15khz(ofdm, 72, false, truth);
  if (kind == "lte_1.4") return is_ofdm_15khz(ofdm, 72, true, truth);
  if (kind == "lte_3") return is_ofdm_15khz(ofdm, 180, true, truth);
  if (kind == "lte_5") return is_ofdm_15khz(ofdm, 300, true, truth);
  if (kind == "lte_10") return is_ofdm_15khz(ofdm, 600, true, truth);
  if (kind == "lte_15") return is_ofdm_15khz(ofdm, 900, true, truth);
  if (kind == "lte_20") return is_ofdm_15khz(ofdm, 1200, true, truth);
  if (kind == "wifi_20") return is_wifi(ofdm, 312.5e3, 53);
  if (kind == "wifi_10") return is_wifi(ofdm, 156.25e3, 53);
  if (kind == "wifi_5") return is_wifi(ofdm, 78.125e3, 53);
  if (kind == "wifi_ht20") return is_wifi(ofdm, 312.5e3, 57);
  return kind == "wifi_ht40" && is_wifi(ofdm, 312.5e3, 117);
}

inline bool is_right(std::string_view kind, const Chirp& chirp, const synth::SignalSnapshot& truth) {
  if (!kind.starts_with("lora_") || chirp.spreading_factor != truth.roots[0]) return false;
  const std::string_view name = kind.substr(5);
  const double khz = name == "812" ? 812.5 : name == "203" ? 203.125 : std::stod(std::string(name));
  return chirp.bandwidth_hz == khz * 1e3;
}

inline bool is_right(std::string_view kind, const Fsk& fsk, const synth::SignalSnapshot&) {
  const auto is = [&](double rate_hz, double least_hz, double most_hz) {
    return near(fsk.symbol_rate_hz, rate_hz, 0.02) && fsk.deviation_hz > least_hz &&
           fsk.deviation_hz < most_hz;
  };
  if (kind == "sik") return is(64e3, 25e3, 40e3);
  if (kind == "frsky") return is(70e3, 41e3, 62e3);
  if (kind == "bluetooth_classic") return is(1e6, 120e3, 205e3);
  if (kind == "ble_1m") return is(1e6, 205e3, 310e3);
  return kind == "ble_2m" && is(2e6, 400e3, 620e3);
}

inline bool is_right(std::string_view kind, const FmVideo& video, const synth::SignalSnapshot&) {
  return (kind == "fm_pal" && near(video.line_rate_hz, 15625, 1e-3)) ||
         (kind == "fm_ntsc" && near(video.line_rate_hz, 15734.27, 1e-3));
}
inline bool is_right(std::string_view kind, const Zigbee&, const synth::SignalSnapshot&) {
  return kind == "zigbee";
}
inline bool is_right(std::string_view kind, const Dsss&, const synth::SignalSnapshot&) {
  return kind.starts_with("dsss") || kind.starts_with("cck");
}
inline bool is_right(std::string_view kind, const Carrier&, const synth::SignalSnapshot&) {
  return kind == "oven" || kind == "tone";
}
inline bool is_right(std::string_view, const std::monostate&, const synth::SignalSnapshot&) { return false; }

inline std::string name_of(const Ofdm& ofdm) {
  std::string out =
      "OFDM " + std::to_string(static_cast<long>(ofdm.spacing_hz)) + " Hz × " + std::to_string(ofdm.carriers);
  if (ofdm.lte_primary) out += " cell";
  if (ofdm.zadoff_chu.empty()) return out;
  return out + " ZC " + std::to_string(ofdm.zadoff_chu[0].length) + "/" +
         std::to_string(ofdm.zadoff_chu[0].root);
}
inline std::string name_of(const Chirp& chirp) {
  return "chirp " + std::to_string(static_cast<long>(chirp.bandwidth_hz)) + " SF" +
         std::to_string(chirp.spreading_factor);
}
inline std::string name_of(const Fsk& fsk) {
  return "FSK " + std::to_string(static_cast<long>(fsk.symbol_rate_hz / 1e3)) + " kBd ± " +
         std::to_string(static_cast<long>(fsk.deviation_hz / 1e3)) + " kHz";
}
inline std::string name_of(const FmVideo& video) {
  return "FM video " + std::to_string(static_cast<long>(video.line_rate_hz));
}
inline std::string name_of(const Zigbee&) { return "ZigBee"; }
inline std::string name_of(const Dsss&) { return "DSSS"; }
inline std::string name_of(const Carrier&) { return "carrier"; }
inline std::string name_of(const std::monostate&) { return "nothing"; }

}  // namespace signal_truth

inline Verdict judge(std::string_view kind, const decoders::links::Signal& signal,
                     const synth::SignalSnapshot& truth) {
  const bool nothing = std::holds_alternative<std::monostate>(signal.modulation);
  if (kind == "noise_band" || kind == "single_carrier") return nothing ? Verdict::right : Verdict::wrong;
  if (nothing) return Verdict::unknown;
  const bool right = std::visit([&](const auto& found) { return signal_truth::is_right(kind, found, truth); },
                                signal.modulation);
  return right ? Verdict::right : Verdict::wrong;
}

inline std::string shown_as(const decoders::links::Signal& signal) {
  return std::visit([](const auto& found) { return signal_truth::name_of(found); }, signal.modulation);
}

}  // namespace windhover::bench
