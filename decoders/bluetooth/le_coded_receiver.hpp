#pragma once
// Receiver of advertising packets on LE Coded, S=8 and S=2, on one channel. Core Specification Vol 6 Part
// B 2.2 and 3.3.

#include <array>
#include <vector>

#include "decoders/bluetooth/coded_search.hpp"
#include "decoders/bluetooth/coded_track.hpp"
#include "decoders/bluetooth/packet.hpp"
#include "decoders/decoder.hpp"

namespace windhover::decoders::bluetooth {

class LeCodedReceiver {
 public:
  /// `channel_index` as whitening uses it. The samples come at 2 MS/s, flat over ±0.8 MHz of the channel's
  /// centre.
  explicit LeCodedReceiver(int channel_index);

  /// Appends every packet whose block 1 was found, in the order in which they end, those without a good CRC
  /// too. The search goes on while packets are received.
  void process(const IqBlock& in, std::vector<Packet>& out);

 private:
  static constexpr std::size_t kTracks = 3;
  static constexpr std::int64_t kStep = CodedSearch::kMaxLags;
  /// Samples behind a lag that must be there when it is searched, and those before that are kept.
  static constexpr std::int64_t kAhead = kAcquireSamples + CodedSearch::kHoldOff + 4;
  static constexpr std::int64_t kBehind = kPreambleSamples + CodedSearch::kHoldOff + 20;
  static constexpr int kMaxAttempts = 16;

  SampleView view() const { return {{buffer_.data(), held_}, first_}; }
  void restart(std::int64_t first);
  void step(std::vector<Packet>& out);
  void finish(std::vector<Packet>& out);
  void search(std::int64_t lags);
  void follow_hits(std::vector<Packet>& out);
  bool may_attempt(std::int64_t at);
  void follow(const CodedSync& sync, std::vector<Packet>& out);
  void drop_old_samples();

  int channel_index_;
  CodedSearch search_;
  std::vector<CodedHit> hits_;
  std::array<CodedTrack, kTracks> tracks_;
  dsp::AlignedVector<cf32> buffer_;  ///< from sample first_ on
  std::size_t held_ = 0;
  std::int64_t first_ = 0;
  std::int64_t search_next_ = 0;  ///< first lag not searched yet
  int attempts_left_ = kMaxAttempts;
  std::int64_t refill_at_ = 0;
};

}  // namespace windhover::decoders::bluetooth
