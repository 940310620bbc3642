#pragma once
// Soft bits of DATA symbols to octets: deinterleaver, depuncturing, Viterbi decoder, descrambler (IEEE 802.11
// 17.3.5), as a stream.

#include <cstdint>
#include <span>
#include <vector>

#include "decoders/wifi/ofdm_tables.hpp"
#include "decoders/wifi/viterbi_k7.hpp"

namespace windhover::decoders::wifi {

class PsduReader {
 public:
  PsduReader();

  /// octets  of the PSDU
  void start(const RateFormat& rate, bool ht, std::size_t octets);

  std::size_t symbols() const { return symbols_; }  ///< that DATA takes
  /// Soft bits of the next symbol, coded_bits of them in the order of transmission.
  void take_symbol(std::span<const std::int8_t> soft);
  bool complete() const { return taken_ == symbols_; }

  /// What is decided so far; all after the last symbol.
  std::span<const std::uint8_t> octets() const { return {octets_.data(), octets_.size()}; }

 private:
  void collect();

  const RateFormat* rate_ = nullptr;
  const std::vector<std::uint16_t>* places_ = nullptr;
  std::size_t length_ = 0, symbols_ = 0, taken_ = 0;
  ViterbiK7 viterbi_;
  std::size_t pattern_ = 0;         // next place in the puncturing pattern
  std::vector<std::int8_t> coded_;  // of one symbol, with erasures
  std::vector<std::uint8_t> bits_;  // decided, not yet in octets
  std::size_t used_bits_ = 0;
  unsigned scrambler_ = 0;
  bool seeded_ = false;
  std::vector<std::uint8_t> octets_;
};

/// Octets that a PSDU can have: HT says it in 16 bits.
inline constexpr std::size_t kMostPsduOctets = 65535;

}  // namespace windhover::decoders::wifi
