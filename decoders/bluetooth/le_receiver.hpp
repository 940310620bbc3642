#pragma once
// Receives every packet with a known access address on one channel, LE 1M (or 2M) and LE Coded at once, from
// samples at two a symbol.

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

struct ReceiverConfig {
  int channel_index = 37;    ///< seeds the whitening
  Phy uncoded = Phy::le_1m;  ///< or le_2m
  bool coded = true;         ///< LE Coded as well; only beside le_1m
  std::uint32_t access_address = kAdvertisingAddress;
  std::uint32_t crc_init = kAdvertisingCrcInit;
  double symbol_rate_hz = 1e6;
  double noise_bandwidth_hz = 1.8e6;  ///< of the channel's filter, for the signal-to-noise ratio
};

/// Symbols of preamble and access address as they are known to the receiver.
std::vector<std::uint8_t> uncoded_sync_symbols(Phy phy, std::uint32_t access_address);
std::vector<std::uint8_t> coded_sync_symbols(std::uint32_t access_address);

/// Memory is bounded by the longest packet; whatever is on air, so are the attempts to decode. Packets may
/// overlap: the search goes on while one is received.
class LeReceiver {
 public:
  explicit LeReceiver(const ReceiverConfig& config);

  /// Appends packets as they end. An empty block with `gap` gives those under way as they are.
  void process(const IqBlock& in, std::vector<Packet>& out);

 private:
  struct Hit {
    double position = 0;  // of the searched row's first symbol
    float level = 0;      // |sum|² over its mean in noise
    double turn = 0;      // of the carrier, radians a symbol
    bool coded = false;
    // Once synchronised and the header is known:
    std::optional<DetectorStart> start{};
    double first_sample = 0, payload_position = 0;
    float amplitude = 0;
    double carrier = 0;
    Coding coding = Coding::none;
    std::size_t pdu_bytes = 0;
    double needed = 0;  // sample before which nothing can be done
  };
  struct Row {
    PatternSearch search;
    KnownSync sync;
    double lead_samples;      // from the sync symbols' start to the searched row's
    std::uint32_t last_bits;  // of the access address
    std::uint8_t last_symbol;
    // LE Coded: the symbol before the address, and by how many π·index the carrier's base phase turns over
    // it.
    std::uint8_t before_address;
    double address_phase;
    bool coded;
  };

  static constexpr std::size_t kGrid = 512;  // samples between searches
  static constexpr std::size_t kCapacity =
      40960;  // samples: the longest packet, 17.04 ms, and what is under way
  static constexpr std::size_t kMostHits = 12;
  static constexpr std::int64_t kHistory = 256;  // samples kept before what is searched: preamble, noise
  static constexpr int kMostAttempts = 8;

  std::int64_t end() const { return first_ + static_cast<std::int64_t>(held_); }
  void restart(std::int64_t first);
  void drop_old_samples();
  void advance(bool final, std::vector<Packet>& out);
  void search(const Row& row, std::int64_t from, std::size_t positions);
  void search_all(bool final);
  void add(const Hit& hit);
  bool may_attempt(const Hit& hit);
  bool synchronise(Hit& hit);
  bool read_header(Hit& hit, bool final);
  void decode(const Hit& hit, std::vector<Packet>& out);
  std::span<const cf32> held() const { return {samples_.data(), held_}; }
  std::size_t detect(const Hit& hit, std::size_t bits);
  std::size_t payload_bits(const Hit& hit) const;
  std::size_t dewhiten(std::span<const std::uint8_t> bits, std::span<std::uint8_t> bytes) const;
  void measure(const Hit& hit, Packet& packet) const;

  ReceiverConfig config_;
  std::vector<Row> rows_;
  SequenceDetector detector_;
  dsp::AlignedVector<cf32> samples_;
  std::size_t held_ = 0;
  std::int64_t first_ = 0;
  std::vector<std::int64_t> search_next_;  // by row: the first position not searched yet
  SplitSamples turns_, sums_;
  std::vector<float> levels_;
  std::array<Hit, kMostHits> hits_{};
  std::size_t hit_count_ = 0;
  int attempts_left_ = kMostAttempts;
  std::int64_t refill_at_ = 0;
  std::array<std::uint8_t, SequenceDetector::kMostBits + 8> bits_{};
};

}  // namespace windhover::decoders::bluetooth
