#include "tests/support/wifi_ht.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "tests/support/wifi_ppdu.hpp"

namespace windhover::synth {
namespace {

struct Mcs {
  std::size_t bits_per_carrier;
  CodeRate code;
};
constexpr std::array<Mcs, 8> kMcs{{{1, CodeRate::half},
                                   {2, CodeRate::half},
                                   {2, CodeRate::three_quarters},
                                   {4, CodeRate::half},
                                   {4, CodeRate::three_quarters},
                                   {6, CodeRate::two_thirds},
                                   {6, CodeRate::three_quarters},
                                   {6, CodeRate::five_sixths}}};

/// Carriers of DATA, the pilots' signs rotate by one place from symbol to symbol.
struct HtBand {
  CarrierPlan plan;
  int innermost, outermost;
  std::span<const int> pilots, pilot_signs;
};

constexpr std::array kPilots20{-21, -7, 7, 21};
constexpr std::array kPilotSigns20{1, 1, 1, -1};
constexpr std::array kPilots40{-53, -25, -11, 11, 25, 53};
constexpr std::array kPilotSigns40{1, 1, 1, -1, -1, 1};
constexpr HtBand kBand20{kHt20Plan, 1, 28, kPilots20, kPilotSigns20};
constexpr HtBand kBand40{kHt40Plan, 2, 58, kPilots40, kPilotSigns40};

constexpr std::size_t kHeadersEnd = 3;  ///< pilot polarity of the first DATA symbol, behind L-SIG and HT-SIG
constexpr std::string_view kLeft = "++--++-+-++++++--++-+-++++";
constexpr std::string_view kRight = "+--++-+-+-----++--+-+-++++";

const HtBand& band(const HtOptions& options) { return options.forty_mhz ? kBand40 : kBand20; }

/// The upper half of 40 MHz is turned by 90°, which holds the peaks down.
void turn_upper_half(Carriers& carriers) {
  for (auto& [index, value] : carriers)
    if (index >= 0) value *= cf64(0, 1);
}

void put(Carriers& out, int first, std::string_view signs) {
  for (std::size_t i = 0; i < signs.size(); ++i)
    out.push_back({first + static_cast<int>(i), signs[i] == '+' ? 1.0 : -1.0});
}

Carriers ht_long_training(bool forty_mhz) {
  Carriers out;
  if (!forty_mhz) {
    put(out, -28, "++");
    put(out, -26, kLeft);
    put(out, 1, kRight);
    put(out, 27, "--");
    return out;
  }
  put(out, -58, kLeft);
  put(out, -32, "+");
  put(out, -31, kRight);
  put(out, -5, "---+");
  put(out, 2, "-++-");
  put(out, 6, kLeft);
  put(out, 32, "+");
  put(out, 33, kRight);
  turn_upper_half(out);
  return out;
}

Carriers ht_symbol(std::span<const cf64> values, std::size_t n, const HtOptions& options) {
  const HtBand& in = band(options);
  Carriers out;
  std::size_t next = 0;
  for (int index = -in.outermost; index <= in.outermost; ++index) {
    if (std::abs(index) < in.innermost) continue;
    const auto pilot = std::ranges::find(in.pilots, index);
    if (pilot == in.pilots.end()) {
      out.push_back({index, values[next++]});
      continue;
    }
    const auto number = static_cast<std::size_t>(pilot - in.pilots.begin());
    out.push_back({index, in.pilot_signs[(number + n) % in.pilots.size()] * pilot_polarity(n + kHeadersEnd)});
  }
  if (options.forty_mhz) turn_upper_half(out);
  return out;
}

const Mcs& checked_mcs(int mcs) {
  if (mcs < 0 || mcs > 7) throw std::invalid_argument("a single stream's MCS is 0 to 7");
  return kMcs[static_cast<std::size_t>(mcs)];
}

std::size_t coded_bits(const HtOptions& options) {
  return band(options).plan.data_carriers * checked_mcs(options.mcs).bits_per_carrier;
}

std::size_t data_bits(const HtOptions& options) {
  const auto [numerator, denominator] = fraction(checked_mcs(options.mcs).code);
  return coded_bits(options) * numerator / denominator;
}

/// HT-SIG, HT-STF, HT-LTF and DATA.
double after_signal_s(std::size_t psdu_bytes, const HtOptions& options) {
  const auto symbols = static_cast<double>(data_symbols(psdu_bytes, data_bits(options)));
  return 16e-6 + symbols * (options.short_guard_interval ? 3.6e-6 : 4e-6);
}

}  // namespace

std::size_t spoofed_length(double after_signal_s) {
  return static_cast<std::size_t>(std::ceil(after_signal_s / 4e-6 - 1e-6)) * 3 - 3;
}

Bits ht_signal_field(std::size_t psdu_bytes, const HtOptions& options) {
  if (psdu_bytes < 1 || psdu_bytes > 65535) throw std::invalid_argument("an HT PSDU has 1 to 65535 octets");
  (void)checked_mcs(options.mcs);
  Bits out;
  append_field(out, static_cast<std::uint64_t>(options.mcs), 7);
  append_field(out, options.forty_mhz, 1);
  append_field(out, psdu_bytes, 16);
  append_field(out, 0b111, 3);  // smoothing, not sounding, reserved
  append_field(out, options.aggregated, 1);
  append_field(out, 0, 3);  // no STBC, no LDPC
  append_field(out, options.short_guard_interval, 1);
  append_field(out, 0, 2);  // no extension streams
  const Bits crc = wifi_crc8(out);
  out.insert(out.end(), crc.begin(), crc.end());
  append_field(out, 0, 6);
  return out;
}

double wifi_ht_duration_s(std::size_t psdu_bytes, const HtOptions& options) {
  return 20e-6 + after_signal_s(psdu_bytes, options);
}

Waveform modulate_wifi_ht(std::span<const std::uint8_t> psdu, const HtOptions& options) {
  const auto header = ht_signal_field(psdu.size(), options);
  const auto& [bits_per_carrier, code] = checked_mcs(options.mcs);
  PpduWriter out(options.forty_mhz);
  out.append_legacy_preamble(6, spoofed_length(after_signal_s(psdu.size(), options)));
  constexpr std::array kBothRotated{true, true};
  out.append_bpsk_header(header, 1, kBothRotated);
  out.append(short_training(), 0, 80);
  out.append_wide(ht_long_training(options.forty_mhz), 16, 80);

  const std::size_t guard = options.short_guard_interval ? 8 : 16, bits = coded_bits(options);
  const Bits coded =
      convolutional_code(scrambled_data(psdu, data_bits(options), options.scrambler_seed), code);
  for (std::size_t n = 0; n * bits < coded.size(); ++n) {
    const auto symbol =
        interleave(std::span(coded).subspan(n * bits, bits), band(options).plan, bits_per_carrier);
    out.append_wide(ht_symbol(map_symbol(symbol, bits_per_carrier), n, options), guard, 64 + guard);
  }
  return out.finish();
}

}  // namespace windhover::synth
