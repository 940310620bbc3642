#pragma once
// Between the receivers of the 802.11 PHYs and the MAC layer: one PPDU, what its PHY header says and what was
// measured of it, and who decides how much of it is read.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "decoders/frame.hpp"

namespace windhover::decoders::wifi {

inline constexpr dsp::Hertz kChannelRate{20e6};  ///< samples per second of a 20 MHz channel

enum class Phy : std::uint8_t { dsss, cck, ofdm, ht_mixed, vht, he, eht };
inline constexpr std::size_t kPhys = 7;
constexpr std::string_view to_string(Phy phy) {
  constexpr std::string_view names[kPhys] = {"dsss", "cck", "ofdm", "ht_mixed", "vht", "he", "eht"};
  return names[static_cast<std::size_t>(phy)];
}

/// One PPDU whose PHY header passed its parity or CRC.
struct Ppdu {
  Phy phy = Phy::ofdm;
  std::uint8_t width_mhz = 20;    ///< as the header states it: 20, 40, 80 or 160; 10 or 5 where clocked down
  bool aggregated = false;        ///< the PSDU is an A-MPDU
  bool octets_exact = true;       ///< `psdu_octets` is stated; else it is the most that the airtime can hold,
                                  ///< 0 where not even the rate is known
  float rate_mbps = 0;            ///< of the PSDU; 0 where the header does not say
  std::uint32_t psdu_octets = 0;  ///< length of the PSDU
  RfFacts rf;  ///< first_sample: start of the preamble; length_samples: the whole PPDU; SNR in 20 MHz
};

/// Octets of a PSDU that tell a frame's kind and its addresses: a four-address header, or the three-address
/// header and the first octets of an action frame.
inline constexpr std::size_t kHeadOctets = 36;

/// The MAC layer behind a channel's receivers.
class PpduSink {
 public:
  PpduSink() = default;
  PpduSink(const PpduSink&) = delete;
  PpduSink& operator=(const PpduSink&) = delete;
  virtual ~PpduSink() = default;

  /// Whether the PSDU is to be read to its end.
  /// head  its first kHeadOctets octets, or all of a shorter one; unverified
  virtual bool read_on(const Ppdu& ppdu, std::span<const std::uint8_t> head) = 0;

  /// Once for each PPDU, in the order in which they end.
  /// octets  the whole PSDU with its FCS (unverified), or its head where nobody wanted more or the stream
  ///         broke off, or nothing where this PHY is measured only
  virtual void take(const Ppdu& ppdu, std::span<const std::uint8_t> octets) = 0;

  /// A preamble that led to no PPDU.
  virtual void reject(RejectReason reason, const RfFacts& rf) = 0;
};

}  // namespace windhover::decoders::wifi
