#include "tests/support/wifi_vht_he.hpp"

#include <array>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "tests/support/random.hpp"
#include "tests/support/wifi_ht.hpp"
#include "tests/support/wifi_ht_symbol.hpp"

namespace windhover::synth {
namespace {

constexpr std::size_t kVhtHeadersEnd = 4;  ///< pilot polarity of the first DATA symbol
constexpr double kVhtAfterSignal_s = 20e-6;
/// RL-SIG, HE-SIG-A, HE-STF, HE-LTF.
constexpr double kHeAfterSignal_s = 4e-6 + 8e-6 + 4e-6 + 7.2e-6;
constexpr double kHeSymbol_s = 13.6e-6;
/// Carriers of HE are four times as dense.
constexpr std::size_t kHeDensity = 4;
constexpr int kHeOutermost = 122;

/// VHT and HE take HT's constellations and code rates for their first eight numbers.
HtOptions as_ht(const VhtOptions& options) {
  return {options.mcs, options.forty_mhz, options.short_guard_interval, false, 0};
}

std::size_t vht_data_symbols(std::size_t psdu_bytes, const VhtOptions& options) {
  return data_symbols(psdu_bytes, ht_data_bits(as_ht(options)));
}

double vht_after_signal_s(std::size_t psdu_bytes, const VhtOptions& options) {
  const double symbol_s = options.short_guard_interval ? 3.6e-6 : 4e-6;
  return kVhtAfterSignal_s + symbol_s * static_cast<double>(vht_data_symbols(psdu_bytes, options));
}

std::vector<cf64> random_values(Random& random, std::size_t count, std::size_t bits_per_carrier) {
  Bits bits(count * bits_per_carrier);
  for (auto& bit : bits) bit = static_cast<std::uint8_t>(random.next() & 1);
  return map_symbol(bits, bits_per_carrier);
}

Carriers he_carriers(std::span<const cf64> values) {
  Carriers out;
  std::size_t next = 0;
  for (int index = -kHeOutermost; index <= kHeOutermost; ++index)
    if (std::abs(index) >= 2) out.push_back({index, values[next++]});
  return out;
}

Carriers he_short_training() {
  constexpr std::string_view kSigns = "---+++-0++-++-+";  // one in 16, the middle one is empty
  Carriers out;
  for (std::size_t i = 0; i < kSigns.size(); ++i)
    if (kSigns[i] != '0')
      out.push_back(
          {16 * (static_cast<int>(i) - 7), (kSigns[i] == '+' ? 1.0 : -1.0) * cf64(1, 1) / std::sqrt(2)});
  return out;
}

}  // namespace

Bits vht_signal_a(std::size_t data_symbols, const VhtOptions& options) {
  constexpr std::uint64_t kReserved = 1;
  Bits out;
  append_field(out, options.forty_mhz, 2);
  append_field(out, kReserved, 1);
  append_field(out, 0, 1);  // no STBC
  append_field(out, options.group_id, 6);
  append_field(out, 0, 3);  // one stream
  append_field(out, options.partial_aid, 9);
  append_field(out, 0, 1);
  append_field(out, kReserved, 1);
  append_field(out, options.short_guard_interval, 1);
  append_field(out, options.short_guard_interval && data_symbols % 10 == 9, 1);
  append_field(out, 0, 2);  // no LDPC
  append_field(out, static_cast<std::uint64_t>(options.mcs), 4);
  append_field(out, 0, 1);  // not beamformed
  append_field(out, kReserved, 1);
  const Bits crc = wifi_crc8(out);
  out.insert(out.end(), crc.begin(), crc.end());
  append_field(out, 0, 6);
  return out;
}

Bits vht_signal_b(std::size_t psdu_bytes, bool forty_mhz) {
  const std::uint64_t words = (psdu_bytes + 3) / 4;
  const std::size_t length_bits = forty_mhz ? 19 : 17;
  if (words >> length_bits != 0) throw std::invalid_argument("so long a PSDU does not go into VHT-SIG-B");
  Bits out;
  append_field(out, words, length_bits);
  append_field(out, 0b111, forty_mhz ? 2 : 3);
  append_field(out, 0, 6);
  return out;
}

double wifi_vht_duration_s(std::size_t psdu_bytes, const VhtOptions& options) {
  return 20e-6 + vht_after_signal_s(psdu_bytes, options);
}

Waveform modulate_wifi_vht(std::size_t psdu_bytes, const VhtOptions& options) {
  const std::size_t symbols = vht_data_symbols(psdu_bytes, options);
  const std::size_t guard = options.short_guard_interval ? 8 : 16;
  const CarrierPlan& plan = ht_plan(options.forty_mhz);
  PpduWriter out(options.forty_mhz);
  out.append_legacy_preamble(6, spoofed_length(vht_after_signal_s(psdu_bytes, options)));
  constexpr std::array kSecondRotated{false, true};
  out.append_bpsk_header(vht_signal_a(symbols, options), 1, kSecondRotated);
  out.append(short_training(), 0, 80);
  out.append_wide(ht_long_training(options.forty_mhz), 16, 80);

  Bits header = vht_signal_b(psdu_bytes, options.forty_mhz);
  if (options.forty_mhz) header.insert(header.end(), header.begin(), header.begin() + 27);
  const Bits coded = interleave(convolutional_code(header, CodeRate::half), plan, 1);
  out.append_wide(ht_symbol(map_symbol(coded, 1), 0, kVhtHeadersEnd - 1, options.forty_mhz), 16, 80);

  Random random(options.seed);
  for (std::size_t n = 0; n < symbols; ++n) {
    const auto values = random_values(random, plan.data_carriers, ht_bits_per_carrier(options.mcs));
    out.append_wide(ht_symbol(values, n, n + kVhtHeadersEnd, options.forty_mhz), guard, 64 + guard);
  }
  return out.finish();
}

Bits he_signal_a(const HeOptions& options) {
  constexpr std::uint64_t kReserved = 1;
  Bits out;
  append_field(out, 1, 1);  // single user
  append_field(out, 0, 1);
  append_field(out, options.uplink, 1);
  append_field(out, static_cast<std::uint64_t>(options.mcs), 4);
  append_field(out, 0, 1);
  append_field(out, options.bss_colour, 6);
  append_field(out, kReserved, 1);
  append_field(out, 0, 4);
  append_field(out, 0, 2);     // 20 MHz
  append_field(out, 1, 2);     // training of 6.4 µs, guard 0.8 µs
  append_field(out, 0, 3);     // one stream
  append_field(out, 0x7f, 7);  // TXOP unknown
  append_field(out, 0, 7);
  append_field(out, kReserved, 1);
  append_field(out, 0, 1);
  const Bits crc = wifi_crc8(out);
  out.insert(out.end(), crc.begin(), crc.begin() + 4);
  append_field(out, 0, 6);
  return out;
}

double wifi_he_duration_s(std::size_t data_symbols) {
  return 20e-6 + kHeAfterSignal_s + kHeSymbol_s * static_cast<double>(data_symbols);
}

Waveform modulate_wifi_he(std::size_t data_symbols, const HeOptions& options) {
  constexpr std::size_t kCarriers = 242, kCarriersOfHeader = 52, kSingleUserLess = 2;
  const std::size_t length = spoofed_length(wifi_he_duration_s(data_symbols) - 20e-6) - kSingleUserLess;
  PpduWriter out;
  out.append_legacy_preamble(6, length);
  constexpr std::array kPlain{false};
  out.append_bpsk_header(signal_field(6, length), 1, kPlain);
  const Bits coded = convolutional_code(he_signal_a(options), CodeRate::half);
  for (std::size_t n = 0; n < 2; ++n) {
    const auto part = std::span(coded).subspan(kCarriersOfHeader * n, kCarriersOfHeader);
    out.append_wide(ht_symbol(map_symbol(interleave(part, kHt20Plan, 1), 1), 0, n + 2, false), 16, 80);
  }
  out.append_wide(he_short_training(), 0, 80, kHeDensity);
  constexpr std::uint64_t kTrainingSeed = 27;
  Random training(kTrainingSeed), random(options.seed);
  // On every other carrier, so that it repeats after 6.4 µs.
  Carriers long_training;
  for (const auto& carrier : he_carriers(random_values(training, kCarriers, 1)))
    if (carrier.index % 2 == 0) long_training.push_back(carrier);
  out.append_wide(long_training, 16, 144, kHeDensity);
  for (std::size_t n = 0; n < data_symbols; ++n)
    out.append_wide(he_carriers(random_values(random, kCarriers, ht_bits_per_carrier(options.mcs))), 16, 272,
                    kHeDensity);
  return out.finish();
}

}  // namespace windhover::synth
