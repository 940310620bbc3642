#include "sensor/links/byte_bounds.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace windhover::sensor::links {
namespace {

using decoders::links::Constellation;
using decoders::links::Family;
using decoders::links::LinkKind;

// Bursts are counted to 2 %, so that is how far a count may be off to either side.
constexpr double kFewest = 0.98, kMost = 1.02;

constexpr double kPacket_s = 1.0719e-3;
constexpr double kDataSymbols = 12;        // of a packet's 15
constexpr double kStandbyDataSymbols = 8;  // of ten, where the reference symbols are not counted out: at most
constexpr double kStandbyLeastSymbols = 6;
constexpr double kControlBits = 1008;

double bits_per_cell(Constellation constellation) {
  constexpr std::array<double, 6> bits{6, 1, 2, 4, 6, 8};
  return bits[static_cast<std::size_t>(constellation)];
}

std::string_view order_text(Constellation constellation) {
  constexpr std::array<std::string_view, 6> names{
      "64-QAM, not measured", "BPSK", "QPSK", "16-QAM", "64-QAM", "256-QAM"};
  return names[static_cast<std::size_t>(constellation)];
}

std::string upper_basis(Constellation constellation) {
  return constellation == Constellation::unknown
             ? "upper with 64-QAM, the highest order reported, for no constellation was measured"
             : "upper with " + std::string(order_text(constellation)) + ", the highest order measured";
}

constexpr const char* kCoded = "; coded bits on the air, of a code whose rate is unknown: not user data";

/// Bursts that were heard, and those that may have been sent: each period that passed.
double sent_at_most(const EmissionSums& sums) {
  return static_cast<double>(std::max(sums.slots, sums.bursts));
}

ByteBounds of_video(const EmissionLink& link, const EmissionSums& sums) {
  const double carriers = link.width_hz() < 13e6 ? 600 : link.width_hz() < 27e6 ? 1200 : 2400;
  const Constellation constellation = link.votes().constellation();
  const double cell_bits = std::max(2.0, bits_per_cell(constellation));
  // The first data symbol is always QPSK, as reported; the upper bound does not rest on that.
  const double cells = kDataSymbols * carriers / kPacket_s;
  return {kFewest * sums.airtime_s * cells * 2 / 8, kMost * sums.whole_s * cells * cell_bits / 8,
          "cells of 12 data symbols in each packet of 15: lower with QPSK; " + upper_basis(constellation) +
              kCoded};
}

ByteBounds of_standby(const EmissionLink& link, const EmissionSums& sums) {
  const Constellation constellation = link.votes().constellation();
  const double cell_bits = std::max(2.0, bits_per_cell(constellation));
  return {kFewest * static_cast<double>(sums.bursts) * kStandbyLeastSymbols * 600 * 2 / 8,
          kMost * sent_at_most(sums) * kStandbyDataSymbols * 600 * cell_bits / 8,
          "cells of bursts of ten symbols: lower with six data symbols of QPSK, " +
              std::string("with up to eight; ") + upper_basis(constellation) + kCoded};
}

ByteBounds of_control(const EmissionSums& sums) {
  return {kFewest * static_cast<double>(sums.bursts) * kControlBits / 8,
          kMost * sent_at_most(sums) * kControlBits / 8,
          std::string("1008 bits in each burst: three symbols of QPSK and two of 16-QAM") + kCoded};
}

ByteBounds of_chirps(const EmissionLink& link, const EmissionSums& sums) {
  const auto factor = link.votes().spreading_factor();
  const auto bandwidth_hz = link.votes().chirp_bandwidth_hz.value();
  if (!factor || !bandwidth_hz || !(*bandwidth_hz > 0)) return {{}, {}, "chirps that were not measured"};
  const double symbol_s = std::exp2(*factor) / *bandwidth_hz;
  return {{},
          kMost * sums.whole_s / symbol_s * *factor / 8,
          std::string("all chirps times spreading factor, preambles too") + kCoded};
}

ByteBounds of_fsk(const EmissionLink& link, const EmissionSums& sums) {
  const auto rate = link.votes().symbol_rate_hz.value();
  if (!rate || !(*rate > 0)) return {{}, {}, "frequency-shift keying whose symbol rate was not measured"};
  return {{}, kMost * sums.whole_s * *rate / 8, "airtime times symbol rate, one bit each, preambles too"};
}

ByteBounds of_zigbee(const EmissionSums& sums) {
  constexpr double kByte_s = 32e-6, kHeader_bytes = 6, kEdge_bytes = 5;
  const double all = sums.airtime_s / kByte_s;
  const auto bursts = static_cast<double>(sums.bursts);
  return {std::max(0.0, kFewest * (all - (kHeader_bytes + kEdge_bytes) * bursts)),
          kMost * std::max(0.0, all - (kHeader_bytes - kEdge_bytes) * bursts),
          "airtime less six octets of header each at 250 kbit/s, ends of packets known to five octets"};
}

}  // namespace

ByteBounds byte_bounds(const EmissionLink& link, const EmissionSums& sums) {
  switch (link.verdict().kind) {
    case LinkKind::ocusync_video:
      return of_video(link, sums);
    case LinkKind::ocusync_standby:
      return of_standby(link, sums);
    case LinkKind::ocusync_control:
      return of_control(sums);
    case LinkKind::lora_control:
    case LinkKind::lora:
      return of_chirps(link, sums);
    case LinkKind::sik_like:
    case LinkKind::frsky_like:
    case LinkKind::gfsk_hopper:
    case LinkKind::classic_bluetooth:
    case LinkKind::ble:
      return of_fsk(link, sums);
    case LinkKind::zigbee:
      return of_zigbee(sums);
    case LinkKind::fm_video:
      return {{}, {}, "analogue: it carries no bytes"};
    case LinkKind::microwave_oven:
    case LinkKind::carrier:
      return {{}, {}, "carries nothing"};
    default:
      return {{}, {}, "nothing is known of its structure that would bound it"};
  }
}

}  // namespace windhover::sensor::links
