#include "tests/support/wifi_ht.hpp"

#include <array>
#include <cmath>
#include <stdexcept>

#include "tests/support/wifi_ht_symbol.hpp"
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

constexpr std::size_t kHeadersEnd = 3;  ///< pilot polarity of the first DATA symbol, behind L-SIG and HT-SIG

const Mcs& checked_mcs(int mcs) {
  if (mcs < 0 || mcs > 7) throw std::invalid_argument("a single stream's MCS is 0 to 7");
  return kMcs[static_cast<std::size_t>(mcs)];
}

std::size_t coded_bits(const HtOptions& options) {
  return ht_plan(options.forty_mhz).data_carriers * checked_mcs(options.mcs).bits_per_carrier;
}

/// HT-SIG, HT-STF, HT-LTF and DATA.
double after_signal_s(std::size_t psdu_bytes, const HtOptions& options) {
  const auto symbols = static_cast<double>(data_symbols(psdu_bytes, ht_data_bits(options)));
  return 16e-6 + symbols * (options.short_guard_interval ? 3.6e-6 : 4e-6);
}

}  // namespace

std::size_t ht_bits_per_carrier(int mcs) { return checked_mcs(mcs).bits_per_carrier; }

std::size_t ht_data_bits(const HtOptions& options) {
  const auto [numerator, denominator] = fraction(checked_mcs(options.mcs).code);
  return coded_bits(options) * numerator / denominator;
}

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
      convolutional_code(scrambled_data(psdu, ht_data_bits(options), options.scrambler_seed), code);
  for (std::size_t n = 0; n * bits < coded.size(); ++n) {
    const auto symbol =
        interleave(std::span(coded).subspan(n * bits, bits), ht_plan(options.forty_mhz), bits_per_carrier);
    out.append_wide(ht_symbol(map_symbol(symbol, bits_per_carrier), n, n + kHeadersEnd, options.forty_mhz),
                    guard, 64 + guard);
  }
  return out.finish();
}

}  // namespace windhover::synth
