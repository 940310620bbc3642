#pragma once
// From Barker symbols to a PPDU: is it SYNC, on which carrier, and where does its SFD end?

#include <array>
#include <cstdint>
#include <optional>

#include "decoders/wifi/dsss_samples.hpp"
#include "decoders/wifi/dsss_tables.hpp"

namespace windhover::decoders::wifi {

/// Some symbols that are surely SYNC.
struct SyncStretch {
  DsssPreamble preamble = DsssPreamble::long_sync;
  std::int64_t position = 0;  ///< where the first of them starts, ±1 sample
  std::size_t place = 0;      ///< of its bit in the period
  float turn = 0;             ///< of the carrier, radians a symbol, within ±π/2
};

/// Symbols before and behind a hit that find_sync() looks at; those before as far as they are there.
inline constexpr std::int64_t kSyncBefore = 44, kSyncBehind = 56;

/// position  where a Barker symbol starts
std::optional<SyncStretch> find_sync(const DsssSamples& samples, std::int64_t position);

inline constexpr std::size_t kMostKnownSymbols = 128 + kSfdBits;

/// SYNC and SFD, each symbol of which is known.
struct KnownPreamble {
  DsssPreamble preamble = DsssPreamble::long_sync;
  std::int64_t position = 0;  ///< where the first symbol of SYNC starts, ±1 sample
  double turn = 0;            ///< of the carrier, radians a symbol
  std::size_t symbols = 0;
  unsigned last_bits = 0;                        ///< the scrambler's register behind SFD
  std::array<float, kMostKnownSymbols> signs{};  ///< of the symbols

  std::uint8_t last_quarter() const { return signs[symbols - 1] < 0 ? 2 : 0; }
  std::int64_t header() const { return position + static_cast<std::int64_t>(symbols * kBarkerSymbol); }
};

/// Symbols from a stretch's first one on that find_sfd() looks at.
constexpr std::int64_t sfd_reach(DsssPreamble preamble) {
  return static_cast<std::int64_t>(sync_symbols(preamble) + 2 * kSfdBits);
}

std::optional<KnownPreamble> find_sfd(const DsssSamples& samples, const SyncStretch& stretch);

}  // namespace windhover::decoders::wifi
