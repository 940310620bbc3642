#pragma once
// Max-log turbo decoder for the DroneID block, 8 trellis states of 16 bits in one 128-bit vector.

#include <array>
#include <cstdint>
#include <span>

#include "decoders/ocusync/turbo_code.hpp"

namespace windhover::decoders::ocusync {

/// Extrinsic values are scaled by 0.75. Stops as soon as CRC24A is right after a half iteration. Never
/// allocates; reuse the object.
class TurboDecoder {
 public:
  static constexpr int kIterations = 8;
  /// Largest soft bit that is used; larger ones are clipped.
  static constexpr std::int16_t kMaxSoft = 800;

  struct Outcome {
    bool crc_ok = false;
    int half_iterations = 0;
  };

  /// soft  positive = 0, in the order of rate_matching_map(); 0 = not received. Only ratios matter: a mean
  /// size
  ///       of 10 to 100 keeps rounding and clipping harmless.
  /// After it bytes() holds the hard decision, right or wrong.
  Outcome decode(std::span<const std::int16_t, 3 * kStreamBits> soft, int max_iterations = kIterations);

  /// Brings soft bits of any scale to the one above and decodes.
  Outcome decode(std::span<const float, 3 * kStreamBits> soft, int max_iterations = kIterations);

  const std::array<std::uint8_t, kInfoBytes>& bytes() const { return bytes_; }

 private:
  using States = std::int16_t __attribute__((vector_size(16)));
  static constexpr std::size_t kSteps = kInfoBits;

  /// One constituent code: what it knows of its bits, in its own order.
  struct Constituent {
    alignas(16) std::array<std::int16_t, kSteps> systematic{};
    alignas(16) std::array<std::int16_t, kSteps> parity{};
    alignas(16) std::array<std::int16_t, kSteps> a_priori{};
    std::array<std::int16_t, 3> tail_systematic{}, tail_parity{};
    States end{};  ///< backward metrics at the end of the information bits, from the tail
  };

  void load(std::span<const std::int16_t, 3 * kStreamBits> soft);
  void run(Constituent& code);
  bool decide(const Constituent& code, bool interleaved);

  std::array<Constituent, 2> codes_{};
  alignas(
      64) std::array<States, kSteps + 1> metrics_{};  ///< forward in the first half, backward in the second
  alignas(16) std::array<std::int16_t, kSteps> branch_a_{}, branch_b_{}, half_parity_{};
  alignas(16) std::array<std::int16_t, kSteps> extrinsic_{};
  std::array<std::int16_t, 3 * kStreamBits> scaled_{};
  std::array<std::uint8_t, kInfoBytes> bytes_{};
};

}  // namespace windhover::decoders::ocusync
