#pragma once
// Receives every packet with a known access address on one channel, LE 1M or LE 2M, from samples at two a
// symbol.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "decoders/bluetooth/known_sync.hpp"
#include "decoders/bluetooth/link_layer_bits.hpp"
#include "decoders/bluetooth/packet.hpp"
#include "decoders/bluetooth/pattern_search.hpp"
#include "decoders/bluetooth/sequence_detector.hpp"
#include "decoders/decoder.hpp"

namespace windhover::decoders::bluetooth {

struct UncodedConfig {
  int channel_index = 37;  ///< seeds the whitening
  Phy phy = Phy::le_1m;    ///< or le_2m
  std::uint32_t access_address = kAdvertisingAddress;
  std::uint32_t crc_init = kAdvertisingCrcInit;
};

/// Symbols of preamble and access address.
std::vector<std::uint8_t> sync_symbols(Phy phy, std::uint32_t access_address);

/// Memory is bounded by the longest packet; whatever is on air, so are the attempts to decode. Packets may
/// overlap: the search goes on while one is received.
class LeUncodedReceiver {
 public:
  explicit LeUncodedReceiver(const UncodedConfig& config);

  /// Appends packets as they end. An empty block with `gap` gives those under way as they are.
  void process(const IqBlock& in, std::vector<Packet>& out);

 private:
  struct Hit {
    double position = 0;  // of the preamble's first symbol
    float level = 0;      // |sum|² over its mean in noise
    double turn = 0;      // of the carrier, radians a symbol
    double needed = 0;    // sample before which nothing can be done
    // Once synchronised and the header is known:
    std::optional<DetectorStart> start{};
    std::size_t pdu_bytes = 0;
  };

  // Everything happens on a grid that starts with the window, so that the cut into blocks changes nothing.
  static constexpr std::size_t kGrid = 512;
  static constexpr std::size_t kCapacity =
      8192;  // samples: the longest packet, 2.12 ms, and what is under way
  static constexpr std::size_t kMostHits = 12;
  static constexpr std::int64_t kHistory = 256;  // samples kept before what is searched: preamble, noise
  static constexpr int kMostAttempts = 8;
  static constexpr double kMostCredit = kCapacity;

  std::int64_t end() const { return first_ + static_cast<std::int64_t>(held_); }
  void restart(std::int64_t first);
  void drop_old_samples();
  void advance(bool final, std::vector<Packet>& out);
  void search(bool final);
  void search(std::int64_t from, std::size_t positions);
  void add(const Hit& hit);
  bool may_attempt(const Hit& hit);
  bool may_decode(const Hit& hit);
  bool synchronise(Hit& hit);
  bool read_header(Hit& hit, bool final);
  void decode(const Hit& hit, std::vector<Packet>& out);
  std::span<const cf32> held() const { return {samples_.data(), held_}; }
  std::size_t detect(const Hit& hit, std::size_t bits);
  void measure(const Hit& hit, Packet& packet) const;

  UncodedConfig config_;
  std::vector<std::uint8_t> sync_symbols_;
  PatternSearch search_;
  KnownSync sync_;
  SequenceDetector detector_;
  dsp::AlignedVector<cf32> samples_;
  std::size_t held_ = 0;
  std::int64_t first_ = 0;
  std::int64_t origin_ = 0;       // of the grid
  std::int64_t search_next_ = 0;  // the first position not searched yet
  SplitSamples turns_, sums_;
  std::vector<float> levels_;
  std::array<Hit, kMostHits> hits_{};
  std::size_t hit_count_ = 0;
  int attempts_left_ = kMostAttempts;
  std::int64_t refill_at_ = 0;
  double credit_ = kMostCredit;  // samples of packets that may be decoded
  std::array<std::uint8_t, SequenceDetector::kMostBits + 8> bits_{};
};

}  // namespace windhover::decoders::bluetooth
