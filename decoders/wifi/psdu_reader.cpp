#include "decoders/wifi/psdu_reader.hpp"

#include <algorithm>

namespace windhover::decoders::wifi {
namespace {

constexpr std::size_t kServiceBits = 16, kTailBits = 6, kSeedBits = 7;
// A period of the puncturing pattern and what one symbol's bits become.
constexpr std::size_t kMostCoded = 2 * 312 + 16;

}  // namespace

PsduReader::PsduReader() {
  coded_.reserve(kMostCoded);
  bits_.reserve(2 * ViterbiK7::kBatch + 2 * ViterbiK7::kDepth + 64);
  octets_.reserve(kMostPsduOctets);
}

void PsduReader::start(const RateFormat& rate, bool ht, std::size_t octets) {
  rate_ = &rate;
  places_ = &deinterleaver(rate, ht);
  length_ = octets;
  const std::size_t bits = kServiceBits + 8 * octets + kTailBits;
  symbols_ = (bits + rate.data_bits - 1) / rate.data_bits;
  taken_ = pattern_ = used_bits_ = 0;
  seeded_ = false;
  bits_.clear();
  octets_.clear();
  viterbi_.start();
}

void PsduReader::take_symbol(std::span<const std::int8_t> soft) {
  const auto pattern = sent_pattern(rate_->puncturing);
  const auto advance = [&] { pattern_ = pattern_ + 1 == pattern.size() ? 0 : pattern_ + 1; };
  coded_.clear();
  for (const std::uint16_t place : *places_) {
    for (; pattern[pattern_] == 0; advance()) coded_.push_back(0);
    coded_.push_back(soft[place]);
    advance();
  }
  // The encoder gives bits in pairs; those that are not sent at the end of a period belong to this symbol.
  for (; pattern_ != 0 && pattern[pattern_] == 0; advance()) coded_.push_back(0);
  ++taken_;
  // Behind the tail comes padding, which the decoder needs no more than the tail's end.
  const std::size_t wanted = 2 * (kServiceBits + 8 * length_ + kTailBits);
  const std::size_t before = 2 * (taken_ - 1) * rate_->data_bits;
  viterbi_.feed(std::span(coded_).first(std::min(coded_.size(), wanted - std::min(wanted, before))), bits_);
  if (complete()) viterbi_.finish(true, bits_);
  collect();
}

void PsduReader::collect() {
  if (!seeded_) {
    if (bits_.size() < kServiceBits) return;
    // The first seven bits of SERVICE are zeros: what they became is the scrambler's state.
    scrambler_ = 0;
    for (std::size_t i = 0; i < kSeedBits; ++i) scrambler_ = scrambler_ << 1U | bits_[i];
    for (std::size_t i = kSeedBits; i < kServiceBits; ++i) {
      const unsigned bit = (scrambler_ >> 6U ^ scrambler_ >> 3U) & 1U;
      scrambler_ = (scrambler_ << 1U | bit) & 0x7FU;
    }
    seeded_ = true;
    used_bits_ = kServiceBits;
  }
  while (bits_.size() - used_bits_ >= 8 && octets_.size() < length_) {
    unsigned octet = 0;
    for (unsigned k = 0; k < 8; ++k) {
      const unsigned bit = (scrambler_ >> 6U ^ scrambler_ >> 3U) & 1U;
      scrambler_ = (scrambler_ << 1U | bit) & 0x7FU;
      octet |= (bits_[used_bits_ + k] ^ bit) << k;
    }
    octets_.push_back(static_cast<std::uint8_t>(octet));
    used_bits_ += 8;
  }
  bits_.erase(bits_.begin(), bits_.begin() + static_cast<std::ptrdiff_t>(used_bits_));
  used_bits_ = 0;
}

}  // namespace windhover::decoders::wifi
