#pragma once
// Finds OFDM preambles: short training by its repetition seen through a matched filter, long training by
// correlation, which also tells a PPDU of this channel from one 5 MHz beside it. IEEE 802.11 17.3.3.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "decoders/wifi/ofdm_tables.hpp"
#include "dsp/aligned.hpp"

namespace windhover::decoders::wifi {

/// Where short training may begin.
struct StfHit {
  std::int64_t position = 0;  ///< sample, ±16 at low SNR
  float strength = 0;         ///< squared metric
  float turn = 0;             ///< of the carrier, radians a sample, within ±π/16

  /// A cut preamble's hit has strength 0 and lies so much before the edge of its power that synchronise()
  /// looks for long training behind the edge.
  static constexpr std::int64_t kCutBefore = 60;
  bool is_cut() const { return strength == 0; }
  std::int64_t edge() const { return position + kCutBefore; }
};

/// Looks at positions one after the other, in steps of kStep.
class StfSearch {
 public:
  static constexpr std::size_t kStep = 1024;
  /// Samples beyond the last position that are looked at.
  static constexpr std::size_t kAhead = 160 + 16;

  StfSearch();

  /// x      kStep + kAhead samples from sample `first` on
  /// Returns the strongest position of a preamble that is complete within this step or was begun in the one
  /// before; the search goes on behind it with the next step. Where no training repeats, but the power leaps
  /// up as if only the end of a preamble had been recorded, that is a hit too, is_cut().
  std::optional<StfHit> step(std::span<const cf32> x, std::int64_t first, std::int64_t from);

  /// Forgets what was begun.
  void reset() noexcept;

 private:
  // Blocks of 16 samples, and places where a row of them may begin; samples that vector loops touch.
  static constexpr std::size_t kBlocks = 80, kPlaces = kStep / 16 + 1, kHeld = 16 * kBlocks + 32;

  void look_at(std::span<const cf32> x, std::int64_t first) noexcept;
  void correlate(std::size_t begin, std::size_t n) noexcept;
  std::optional<StfHit> leap(std::int64_t first, std::int64_t from) const noexcept;

  std::optional<StfHit> best_;             // seen, but a better one may follow
  std::optional<std::int64_t> looked_at_;  // first sample of what is below
  dsp::AlignedVector<float> re_, im_, filtered_re_, filtered_im_, period_power_;
  dsp::AlignedVector<float> sum_re_, sum_im_, strength_;
  std::array<float, kBlocks> repeated_re_{}, repeated_im_{};
  std::array<float, 2 * kBlocks> eights_{};  // power of eight samples each
  bool leaps_ = false;                       // somewhere
  std::int64_t begin_ = 0, end_ = 0;         // positions whose strength_ is known
};

/// The long training symbols of a PPDU.
struct LtfSync {
  std::int64_t position = 0;  ///< first sample of the first symbol, a little before the first path
  float turn = 0;             ///< radians a sample
};

/// How much earlier than the first path a symbol's samples are taken.
inline constexpr std::int64_t kEarly = 3;

/// Samples around `hit.position` that synchronise() looks at.
inline constexpr std::int64_t kLtfBefore = 0, kLtfBehind = 192 + 40 + 128 + 64;

/// x  samples from hit.position on, kLtfBehind of them
/// nullopt where no long training follows.
std::optional<LtfSync> synchronise(std::span<const cf32> x, const StfHit& hit);

/// First path of the training symbol `symbol` near x[expected], ±`range` samples. `x` holds
/// expected + range + 64 samples.
std::int64_t first_path(std::span<const cf32> x, std::int64_t expected, std::int64_t range,
                        std::span<const cf32, kFft> symbol, float turn);

}  // namespace windhover::decoders::wifi
