#include "decoders/ocusync/drone_id.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "decoders/messages/dji_droneid.hpp"
#include "decoders/ocusync/burst_receiver.hpp"
#include "decoders/ocusync/burst_search.hpp"

namespace windhover::decoders::ocusync {
namespace {

constexpr std::string_view kProtocol = "dji_droneid";
constexpr std::string_view kTransport = "ocusync";

constexpr double kCarrierLimitHz = 1.05e6;
/// Peaks that find no partner are counted only if they are clearly no noise.
constexpr float kReportedLevel = 40.0F;
/// Samples from a root-600 peak to the end of the segment around it.
constexpr std::int64_t kSegmentTail = static_cast<std::int64_t>(kSegment) - kSegmentLead;
constexpr std::int64_t kDeadTime = 96;

struct PendingHit {
  double peak = 0;  ///< in samples of the stream
  float level = 0;
};

std::int64_t rounded(double samples) { return std::llround(samples); }

RejectReason reason_of(messages::DjiReject reject) {
  switch (reject) {
    case messages::DjiReject::length:
      return RejectReason::length;
    case messages::DjiReject::crc16:
      return RejectReason::crc16;
    case messages::DjiReject::sanity:
      break;
  }
  return RejectReason::sanity;
}

class DroneIdDecoder final : public Decoder {
 public:
  explicit DroneIdDecoder(const ChannelSpec& spec)
      : centre_(spec.centre), buffer_(kCapacity), segment_(kSegment) {}

  void process(const IqBlock& in, DecoderOutput& out) override {
    if (in.gap || in.first.value != end()) {
      advance(true, out);
      restart(in.first.value);
    }
    std::span<const cf32> rest = in.iq;
    while (!rest.empty()) {
      if (held_ == kCapacity) drop_old_samples();
      const std::size_t n = std::min(rest.size(), kCapacity - held_);
      std::copy_n(rest.begin(), n, buffer_.begin() + static_cast<std::ptrdiff_t>(held_));
      held_ += n;
      rest = rest.subspan(n);
      advance(false, out);
    }
  }

 private:
  /// A segment whose burst is still coming in, or the reach before the first lag not searched yet.
  static constexpr std::size_t kCapacity = 16384;
  static_assert(kCapacity > kSegment + kSearchBlock - kDeadTime);
  static constexpr std::size_t kMaxPending = 16;

  std::int64_t end() const { return first_ + static_cast<std::int64_t>(held_); }

  void restart(std::int64_t first) {
    first_ = search_next_ = first;
    held_ = 0;
    pending_count_ = 0;
    attempts_left_ = kMaxAttempts;
    refill_at_ = first;
  }

  void drop_old_samples() {
    std::int64_t keep = search_next_;
    for (const PendingHit& hit : pending()) keep = std::min(keep, rounded(hit.peak));
    keep = std::max(first_, keep - kSegmentLead - 1);
    const auto n = keep - first_;
    std::copy(buffer_.begin() + n, buffer_.begin() + static_cast<std::ptrdiff_t>(held_), buffer_.begin());
    first_ = keep;
    held_ -= static_cast<std::size_t>(n);
  }

  std::span<PendingHit> pending() { return {pending_.data(), pending_count_}; }

  /// The search runs on a grid that starts with the window, so that the cut into blocks changes nothing. With
  /// `final` everything held is searched and decoded.
  void advance(bool final, DecoderOutput& out) {
    while (search_next_ + static_cast<std::int64_t>(kSearchBlock) <= end()) {
      search(search_next_, kSearchLags);
      search_next_ += kSearchLags;
    }
    if (final) search_rest();
    std::size_t done = 0;
    for (const PendingHit& hit : pending()) {
      if (!final && rounded(hit.peak) + kSegmentTail > end()) break;
      attempt(hit, out);
      ++done;
    }
    std::move(pending_.begin() + static_cast<std::ptrdiff_t>(done),
              pending_.begin() + static_cast<std::ptrdiff_t>(pending_count_), pending_.begin());
    pending_count_ -= done;
  }

  /// The last lags of a window, in a block that reaches back far enough to know the local mean.
  void search_rest() {
    const std::int64_t end_of_lags = end() - static_cast<std::int64_t>(kFftSize) + 1;
    if (end_of_lags <= search_next_) return;
    const std::int64_t start = std::max(first_, end_of_lags - static_cast<std::int64_t>(kSearchLags));
    search(start, static_cast<std::size_t>(end_of_lags - start));
    search_next_ = end_of_lags;
  }

  void search(std::int64_t start, std::size_t lags) {
    const auto from = static_cast<std::size_t>(start - first_);
    const std::size_t n = std::min(kSearchBlock, held_ - from);
    std::fill(segment_.begin(), segment_.end(), cf32{});
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(from), n, segment_.begin());
    for (const SearchHit& hit : search_.search({segment_.data(), kSearchBlock}, lags))
      if (const double peak = static_cast<double>(start) + hit.lag; rounded(peak) >= search_next_ - kDeadTime)
        add({peak, hit.level});
  }

  void add(const PendingHit& hit) {
    for (PendingHit& other : pending()) {
      if (std::abs(other.peak - hit.peak) > static_cast<double>(kDeadTime)) continue;
      if (other.level < hit.level) other = hit;
      return;
    }
    if (pending_count_ < kMaxPending) pending_[pending_count_++] = hit;
  }

  /// Whatever is on air, attempts stay below a share of the time: 8 at once, then one every 130 µs.
  bool may_attempt(const PendingHit& hit) {
    constexpr std::int64_t kRefill = 2000;
    while (refill_at_ + kRefill <= rounded(hit.peak)) {
      refill_at_ += kRefill;
      attempts_left_ = std::min(attempts_left_ + 1, kMaxAttempts);
    }
    if (attempts_left_ == 0) return false;
    --attempts_left_;
    return true;
  }

  void attempt(const PendingHit& hit, DecoderOutput& out) {
    if (!may_attempt(hit)) return;
    const std::int64_t start = rounded(hit.peak) - kSegmentLead;
    const std::int64_t from = std::max(start, first_),
                       to = std::min(start + static_cast<std::int64_t>(kSegment), end());
    std::fill(segment_.begin(), segment_.end(), cf32{});
    std::copy(buffer_.begin() + (from - first_), buffer_.begin() + (to - first_),
              segment_.begin() + (from - start));
    const SegmentView view{segment_, static_cast<int>(from - start), static_cast<int>(to - start)};
    const Attempt attempt = receiver_.receive(view, hit.peak - static_cast<double>(start), kCarrierLimitHz);
    publish(attempt, hit, start, out);
  }

  void publish(const Attempt& attempt, const PendingHit& hit, std::int64_t start, DecoderOutput& out) const {
    const RfFacts rf = facts(attempt, start);
    const auto reject = [&](RejectReason reason) { out.rejects.push_back({kProtocol, reason, rf}); };
    switch (attempt.stage) {
      case AttemptStage::elsewhere:
        return;
      case AttemptStage::no_partner:
        if (hit.level >= kReportedLevel) reject(RejectReason::no_sync);
        return;
      case AttemptStage::repeated:
        if (hit.level >= kReportedLevel) reject(RejectReason::unsupported);
        return;
      case AttemptStage::truncated:
        if (hit.level >= kReportedLevel) reject(RejectReason::truncated);
        return;
      case AttemptStage::crc24:
        return reject(RejectReason::crc24);
      case AttemptStage::decoded:
        break;
    }
    const auto block = std::span(receiver_.block()).first<kDataBytes>();
    const auto message = messages::parse_dji_droneid(block);
    if (!message) return reject(reason_of(message.error()));
    const auto logical = block.first(std::min<std::size_t>(message->length + 3U, kDataBytes));
    out.frames.push_back({kProtocol, kTransport, rf, {logical.begin(), logical.end()}, *message});
  }

  RfFacts facts(const Attempt& attempt, std::int64_t start) const {
    const Hertz carrier = centre_ + Hertz{attempt.carrier_hz};
    RfFacts rf;
    rf.centre = nearest_dji_carrier(carrier);
    rf.first_sample = static_cast<double>(start) + attempt.first_sample;
    rf.length_samples = attempt.end_sample - attempt.first_sample;
    rf.snr_db = attempt.snr_db;
    // Before both Zadoff-Chu symbols agree neither level nor carrier is known.
    const bool synchronised = attempt.stage == AttemptStage::crc24 || attempt.stage == AttemptStage::decoded;
    constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
    rf.rssi_dbfs = synchronised ? attempt.rssi_dbfs : kUnknown;
    rf.cfo_hz = synchronised ? static_cast<float>(carrier.value - rf.centre.value) : kUnknown;
    return rf;
  }

  static constexpr int kMaxAttempts = 8;

  Hertz centre_;
  BurstSearch search_;
  BurstReceiver receiver_;
  dsp::AlignedVector<cf32> buffer_;  ///< the window's samples from first_ on
  dsp::AlignedVector<cf32> segment_;
  std::size_t held_ = 0;
  std::int64_t first_ = 0;
  std::int64_t search_next_ = 0;  ///< the first lag not searched yet
  std::array<PendingHit, kMaxPending> pending_{};
  std::size_t pending_count_ = 0;
  int attempts_left_ = kMaxAttempts;
  std::int64_t refill_at_ = 0;
};

}  // namespace

std::unique_ptr<Decoder> make_drone_id(const ChannelSpec& spec) {
  return std::make_unique<DroneIdDecoder>(spec);
}

}  // namespace windhover::decoders::ocusync
