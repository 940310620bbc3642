#include "tests/support/wifi_dsss.hpp"

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace windhover::synth {
namespace {

using cf64 = std::complex<double>;

constexpr double kChip_hz = 11e6;
constexpr double kDsssPassband_hz = 22e6;
constexpr double kNoiseBandwidth_hz = 20e6;
constexpr std::size_t kHeaderBits = 48;

struct PreambleForm {
  std::size_t sync_bits;
  std::uint8_t sync_bit;
  unsigned sfd;   ///< LSB first
  unsigned seed;  ///< bit k - 1 is Z_k
  DsssRate header_rate;
  double duration_us;  ///< with header

  std::size_t bits() const { return sync_bits + 16; }
};
constexpr PreambleForm kLong{128, 1, 0xf3a0, 0b0011011, DsssRate::mbps_1, 192};
constexpr PreambleForm kShort{56, 0, 0x05cf, 0b1101100, DsssRate::mbps_2, 96};

const PreambleForm& form(bool short_preamble) { return short_preamble ? kShort : kLong; }

double microseconds(DsssRate rate, std::size_t bytes) {
  return 80.0 * static_cast<double>(bytes) / static_cast<int>(rate);
}

/// x¹⁶ + x¹² + x⁵ + 1, preset to ones, complemented, highest power first.
void append_crc16(Bits& header) {
  unsigned crc = 0xffff;
  for (const auto bit : header) {
    const bool feedback = ((crc >> 15) ^ bit) & 1;
    crc = (crc << 1 & 0xffff) ^ (feedback ? 0x1021 : 0);
  }
  for (int power = 15; power >= 0; --power) header.push_back(static_cast<std::uint8_t>(~crc >> power & 1));
}

/// Quarter turns of a differential dibit, first bit first.
int gray_quarters(std::uint8_t first, std::uint8_t second) {
  return first == 0 ? (second == 0 ? 0 : 1) : (second == 0 ? 3 : 2);
}

cf64 quarter_turns(int count) {
  constexpr std::array<cf64, 4> kTurns{cf64(1, 0), cf64(0, 1), cf64(-1, 0), cf64(0, -1)};
  return kTurns[static_cast<std::size_t>(count & 3)];
}

/// Chips with the phase that each symbol hands to the next, in quarter turns.
class ChipWriter {
 public:
  void barker(std::span<const std::uint8_t> bits, std::size_t bits_per_symbol) {
    for (std::size_t at = 0; at < bits.size(); at += bits_per_symbol) {
      phase_ += bits_per_symbol == 1 ? 2 * bits[at] : gray_quarters(bits[at], bits[at + 1]);
      for (const int chip : kBarker) chips_.push_back(quarter_turns(phase_) * static_cast<double>(chip));
    }
  }

  void cck(std::span<const std::uint8_t> bits, std::size_t bits_per_symbol) {
    for (std::size_t at = 0, symbol = 0; at < bits.size(); at += bits_per_symbol, ++symbol) {
      phase_ += gray_quarters(bits[at], bits[at + 1]) + (symbol % 2 == 1 ? 2 : 0);
      const auto rest = bits.subspan(at + 2, bits_per_symbol - 2);
      const auto dibit = [&](std::size_t i) { return 2 * rest[2 * i] + rest[2 * i + 1]; };
      if (rest.size() == 2)
        append_cck(2 * rest[0] + 1, 0, 2 * rest[1]);
      else
        append_cck(dibit(0), dibit(1), dibit(2));
    }
  }

  std::vector<cf64> chips() { return std::move(chips_); }

 private:
  void append_cck(int p2, int p3, int p4) {
    constexpr int kHalf = 2;
    for (const int turns : {p2 + p3 + p4, p3 + p4, p2 + p4, p4 + kHalf, p2 + p3, p3, p2 + kHalf, 0})
      chips_.push_back(quarter_turns(phase_ + turns));
  }

  std::vector<cf64> chips_;
  int phase_ = 0;
};

/// Root raised cosine, t in chips.
double pulse(double t, double roll_off) {
  using std::numbers::pi;
  if (std::abs(t) < 1e-9) return 1 + roll_off * (4 / pi - 1);
  const double r = 4 * roll_off * t;
  if (std::abs(std::abs(r) - 1) < 1e-9)
    return roll_off / std::numbers::sqrt2 *
           ((1 + 2 / pi) * std::sin(pi / (4 * roll_off)) + (1 - 2 / pi) * std::cos(pi / (4 * roll_off)));
  return (std::sin(pi * t * (1 - roll_off)) + r * std::cos(pi * t * (1 + roll_off))) / (pi * t * (1 - r * r));
}

/// Chips as pulses that end, under a raised cosine, within kDsssLead samples of their middle.
std::vector<cf64> shaped(std::span<const cf64> chips, double roll_off) {
  constexpr std::size_t kReach = kDsssLead - 2;
  std::vector<double> taps;
  for (std::size_t i = 0; i <= 2 * kReach; ++i) {
    const double n = static_cast<double>(i) - kReach;
    const double window = 0.5 + 0.5 * std::cos(std::numbers::pi * n / (kReach + 1));
    taps.push_back(window * pulse(n / kDsssSamplesPerChip, roll_off));
  }
  std::vector<cf64> out(2 * kDsssLead + chips.size() * kDsssSamplesPerChip);
  for (std::size_t k = 0; k < chips.size(); ++k) {
    const std::size_t first = kDsssLead + kDsssSamplesPerChip * k + 2 - kReach;
    for (std::size_t i = 0; i < taps.size(); ++i) out[first + i] += chips[k] * taps[i];
  }
  return out;
}

}  // namespace

Bits plcp_header(DsssRate rate, std::size_t psdu_bytes) {
  const auto length_us = static_cast<std::uint64_t>(std::ceil(microseconds(rate, psdu_bytes) - 1e-9));
  if (length_us < 1 || length_us > 65535) throw std::invalid_argument("a PSDU takes 1 to 65535 µs");
  // A microsecond holds more than one octet of 11 Mb/s: this says that the last one is not there.
  const bool extended = rate == DsssRate::mbps_11 && 11 * length_us - 8 * psdu_bytes >= 8;
  Bits out;
  append_field(out, static_cast<std::uint64_t>(rate), 8);
  append_field(out, extended ? 0x80 : 0, 8);
  append_field(out, length_us, 16);
  append_crc16(out);
  return out;
}

Bits dsss_bits(std::span<const std::uint8_t> psdu, DsssRate rate, bool short_preamble) {
  const PreambleForm& preamble = form(short_preamble);
  Bits out(preamble.sync_bits, preamble.sync_bit);
  append_field(out, preamble.sfd, 16);
  for (const auto& part : {plcp_header(rate, psdu.size()), lsb_first_bits(psdu)})
    out.insert(out.end(), part.begin(), part.end());
  unsigned state = preamble.seed;
  for (auto& bit : out) {
    bit = static_cast<std::uint8_t>((bit ^ state >> 3 ^ state >> 6) & 1);
    state = (state << 1 | bit) & 0x7f;
  }
  return out;
}

std::vector<cf64> dsss_chips(std::span<const std::uint8_t> psdu, DsssRate rate, bool short_preamble) {
  if (short_preamble && rate == DsssRate::mbps_1)
    throw std::invalid_argument("1 Mb/s has the long preamble only");
  const PreambleForm& preamble = form(short_preamble);
  const Bits bits = dsss_bits(psdu, rate, short_preamble);
  const auto header = std::span(bits).subspan(preamble.bits(), kHeaderBits);
  const auto body = std::span(bits).subspan(preamble.bits() + kHeaderBits);
  ChipWriter out;
  out.barker(std::span(bits).first(preamble.bits()), 1);
  out.barker(header, preamble.header_rate == DsssRate::mbps_1 ? 1 : 2);
  if (rate == DsssRate::mbps_1 || rate == DsssRate::mbps_2)
    out.barker(body, rate == DsssRate::mbps_1 ? 1 : 2);
  else
    out.cck(body, rate == DsssRate::mbps_5_5 ? 4 : 8);
  return out.chips();
}

double wifi_dsss_duration_s(std::size_t psdu_bytes, DsssRate rate, bool short_preamble) {
  return (form(short_preamble).duration_us + microseconds(rate, psdu_bytes)) * 1e-6;
}

Waveform modulate_wifi_dsss(std::span<const std::uint8_t> psdu, DsssRate rate, const DsssOptions& options) {
  const auto chips = dsss_chips(psdu, rate, options.short_preamble);
  const auto shape = shaped(chips, options.roll_off);
  double energy = 0;
  for (const cf64 x : shape) energy += std::norm(x);
  const double scale = std::sqrt(static_cast<double>(chips.size() * kDsssSamplesPerChip) / energy);
  Waveform wave{{}, {kChip_hz * kDsssSamplesPerChip}, {kDsssPassband_hz}, {kNoiseBandwidth_hz}};
  wave.samples.reserve(shape.size());
  for (const cf64 x : shape) wave.samples.emplace_back(scale * x);
  return wave;
}

}  // namespace windhover::synth
