#pragma once
// One LE Coded packet from the start of its block 1 on: carrier, symbol clock, decisions and FEC.

#include <array>
#include <cstdint>
#include <optional>

#include "decoders/bluetooth/coded_patterns.hpp"
#include "decoders/bluetooth/coded_search.hpp"
#include "decoders/bluetooth/coded_viterbi.hpp"
#include "decoders/bluetooth/packet.hpp"
#include "decoders/bluetooth/sequence_detector.hpp"

namespace windhover::decoders::bluetooth {

/// Where a packet is, to a fraction of everything.
struct CodedSync {
  double block1 = 0;    ///< start of block 1's first symbol, in samples
  double cfo_rad = 0;   ///< a sample
  float amplitude = 0;  ///< of the carrier
  double modulation_index = kNominalIndex;
};

/// Looks closer at a hit. `view` holds the packet from kPreambleSamples before the hit to kAcquireSamples
/// after it, or less. Nothing if that is no block 1.
inline constexpr std::int64_t kAcquireSamples = (kBlock1Patterns + 1) * kPatternSamples;
std::optional<CodedSync> acquire(const SampleView& view, const CodedHit& hit);

class CodedTrack {
 public:
  bool active() const { return active_; }
  float amplitude() const { return sync_.amplitude; }
  double block1() const { return sync_.block1; }
  /// First sample that is still needed.
  std::int64_t needs() const { return static_cast<std::int64_t>(time_) - kPatternSamples; }

  /// `view` as for acquire().
  void start(const SampleView& view, const CodedSync& sync, int whitening_channel);
  /// Uses what has come. True when the packet is over, which is in `packet` then.
  bool advance(const SampleView& view, Packet& packet);
  /// What follows is lost. True if there is something to tell, as far as it was received.
  bool stop(const SampleView& view, Packet& packet);

 private:
  static constexpr std::size_t kGroup = 8;  ///< patterns between two looks at carrier and clock
  struct Group {
    std::array<cf32, kGroup> data{};
    cf32 pilot{}, timing{};
    std::size_t size = 0;
  };

  bool run(const SampleView& view, std::int64_t end, Packet& packet);
  bool run_symbols(const SampleView& view, Packet& packet);
  std::size_t symbol_bits(const SampleView& view, std::size_t most);
  bool take_group(const Group& now, Packet& packet);
  Group correlate(const SampleView& view, std::size_t size) const;
  void steer(const Group& before, const Group& now);
  void retune(double step);
  bool decide(const Group& before, const Group& now, const Group& after, Packet& packet);
  bool take_soft(float soft, Packet& packet);
  double samples_per_bit() const;
  void finish_block1();
  void begin_symbols();
  bool take_block2_bit(Packet& packet);
  void read_header(std::span<const std::uint8_t> bits);
  void tell(bool complete, std::span<const std::uint8_t> bits, Packet& packet) const;
  void measure(const SampleView& view);

  bool active_ = false;
  CodedSync sync_;
  int channel_ = 0;
  Carrier carrier_;
  double time_ = 0;     ///< start of the next pattern
  double drift_ = 0;    ///< radians a sample, each group
  double cfo_sum_ = 0;  ///< of the groups' carriers
  std::size_t groups_ = 0;
  std::size_t patterns_ = 0;  ///< correlated
  std::size_t decided_ = 0;   ///< patterns of which the soft bit was taken
  Group older_, newer_;       ///< groups whose decisions wait for the one behind
  cf32 reference_{};          ///< carrier that the last decisions were made against
  float held_soft_ = 0;       ///< first of a pair
  std::array<float, 2> indicator_level_{};
  CodedViterbi viterbi_;
  bool block2_ = false;
  SequenceDetector symbols_;         ///< S=2, block 2
  std::int64_t symbols_origin_ = 0;  ///< sample that its positions count from
  Phy phy_ = Phy::le_coded_s8;
  std::size_t bits_expected_ = 0;  ///< of block 2; 0: the length is not known yet
  float snr_db_ = 0;
};

}  // namespace windhover::decoders::bluetooth
