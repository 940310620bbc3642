#include "decoders/bluetooth/le_coded_receiver.hpp"

#include <algorithm>
#include <cmath>

namespace windhover::decoders::bluetooth {

LeCodedReceiver::LeCodedReceiver(int channel_index)
    : channel_index_(channel_index), buffer_(static_cast<std::size_t>(kBehind + kStep + kAhead)) {
  hits_.reserve(static_cast<std::size_t>(2 * kStep / CodedSearch::kHoldOff));
  prepare_patterns();
}

/// Everything happens when a step's samples are complete, so that the cut into blocks changes nothing.
void LeCodedReceiver::process(const IqBlock& in, std::vector<Packet>& out) {
  if (in.gap || in.first.value != first_ + static_cast<std::int64_t>(held_)) {
    finish(out);
    restart(in.first.value);
  }
  std::span<const cf32> rest = in.iq;
  while (!rest.empty()) {
    const auto full = static_cast<std::size_t>(search_next_ + kStep + kAhead - first_);
    const std::size_t n = std::min(rest.size(), full - held_);
    std::copy_n(rest.begin(), n, buffer_.begin() + static_cast<std::ptrdiff_t>(held_));
    held_ += n;
    rest = rest.subspan(n);
    if (held_ == full) step(out);
  }
}

void LeCodedReceiver::restart(std::int64_t first) {
  first_ = search_next_ = refill_at_ = first;
  held_ = 0;
  attempts_left_ = kMaxAttempts;
  search_.restart();
}

void LeCodedReceiver::step(std::vector<Packet>& out) {
  search(kStep);
  follow_hits(out);
  for (CodedTrack& track : tracks_)
    if (Packet packet; track.active() && track.advance(view(), packet)) out.push_back(packet);
  drop_old_samples();
}

void LeCodedReceiver::finish(std::vector<Packet>& out) {
  for (std::int64_t lags = 1; lags > 0;) {
    lags = std::min(kStep, view().end() - search_next_ - static_cast<std::int64_t>(CodedSearch::kReach));
    if (lags > 0) search(lags);
  }
  search_.finish(hits_);
  follow_hits(out);
  for (CodedTrack& track : tracks_)
    if (Packet packet; track.active() && track.stop(view(), packet)) out.push_back(packet);
}

void LeCodedReceiver::search(std::int64_t lags) {
  const auto from = static_cast<std::size_t>(search_next_ - first_), count = static_cast<std::size_t>(lags);
  search_.search({buffer_.data() + from, count + CodedSearch::kReach}, search_next_, count, hits_);
  search_next_ += lags;
}

void LeCodedReceiver::follow_hits(std::vector<Packet>& out) {
  for (const CodedHit& hit : hits_) {
    if (!may_attempt(hit.block1)) continue;
    if (const auto sync = acquire(view(), hit)) follow(*sync, out);
  }
  hits_.clear();
}

/// Whatever is on air, attempts stay below a share of the time: 16 at once, then one every 250 µs.
bool LeCodedReceiver::may_attempt(std::int64_t at) {
  constexpr std::int64_t kRefill = 500;
  while (refill_at_ + kRefill <= at) {
    refill_at_ += kRefill;
    attempts_left_ = std::min(attempts_left_ + 1, kMaxAttempts);
  }
  if (attempts_left_ == 0) return false;
  --attempts_left_;
  return true;
}

/// Where all tracks are busy the weakest packet gives way to a stronger one.
void LeCodedReceiver::follow(const CodedSync& sync, std::vector<Packet>& out) {
  CodedTrack* chosen = &tracks_[0];
  for (CodedTrack& track : tracks_) {
    if (track.active() && std::abs(track.block1() - sync.block1) < CodedSearch::kHoldOff) return;
    const auto rank = [](const CodedTrack& t) { return t.active() ? t.amplitude() : -1; };
    if (rank(track) < rank(*chosen)) chosen = &track;
  }
  if (chosen->active()) {
    if (chosen->amplitude() >= sync.amplitude) return;
    if (Packet packet; chosen->stop(view(), packet)) out.push_back(packet);
  }
  chosen->start(view(), sync, channel_index_);
}

void LeCodedReceiver::drop_old_samples() {
  std::int64_t keep = search_next_ - kBehind;
  for (const CodedTrack& track : tracks_)
    if (track.active()) keep = std::min(keep, track.needs());
  keep = std::max(keep, first_);
  const auto n = keep - first_;
  std::copy(buffer_.begin() + n, buffer_.begin() + static_cast<std::ptrdiff_t>(held_), buffer_.begin());
  first_ = keep;
  held_ -= static_cast<std::size_t>(n);
}

}  // namespace windhover::decoders::bluetooth
