#include "decoders/wifi/dsss_bits.hpp"

#include <algorithm>
#include <cstdlib>

#include "decoders/wifi/mac_frame.hpp"

namespace windhover::decoders::wifi {
namespace {

// Symbols of a header that may be decided the other way: at -6 dB one in 25 headers needs one.
constexpr std::size_t kMostFlipped = 8;
constexpr std::size_t kMostHeaderSymbols = 48;

using Quarters = std::array<std::uint8_t, kMostHeaderSymbols>;

Result<PlcpHeader, RejectReason> decode(const Quarters& quarters, std::size_t count, bool four,
                                        BitContext& context) {
  BitContext now = context;
  std::uint64_t bits = 0;
  unsigned filled = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const unsigned coded = phase_bits(now.quarter, quarters[k], four);
    now.quarter = quarters[k];
    for (unsigned i = 0; i < (four ? 2U : 1U); ++i)
      bits |= std::uint64_t{now.scrambler.descramble(coded >> i & 1U)} << filled++;
  }
  const auto header = parse_plcp_header(bits);
  if (header) context = now;
  return header;
}

}  // namespace

Result<PlcpHeader, RejectReason> decode_plcp_header(std::span<const PhaseDecision> symbols,
                                                    DsssPreamble preamble, BitContext& context) {
  const bool four = preamble == DsssPreamble::short_sync;
  const std::size_t count = std::min(symbols.size(), kMostHeaderSymbols);
  Quarters quarters{};
  for (std::size_t k = 0; k < count; ++k) quarters[k] = symbols[k].quarter;
  const auto decided = decode(quarters, count, four, context);
  if (decided || decided.error() != RejectReason::crc16) return decided;

  std::array<std::uint8_t, kMostHeaderSymbols> order;
  for (std::size_t k = 0; k < count; ++k) order[k] = static_cast<std::uint8_t>(k);
  const std::size_t tried = std::min(kMostFlipped, count);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(tried),
                    order.begin() + static_cast<std::ptrdiff_t>(count),
                    [&](auto a, auto b) { return symbols[a].margin < symbols[b].margin; });
  // Symbol a alone where b is a.
  for (std::size_t a = 0; a < tried; ++a)
    for (std::size_t b = 0; b <= a; ++b) {
      Quarters flipped = quarters;
      for (const std::size_t k : {order[a], order[b]}) flipped[k] = symbols[k].second;
      if (const auto header = decode(flipped, count, four, context)) return header;
    }
  return decided;
}

namespace {

// Doubts farther from the decision than this are none: what an FCS of 32 bits may be asked is limited.
constexpr float kMostMargin = 0.6F;
// Three at once only among the least certain. Some 500 trials make a wrong frame right in one case of 10^7.
constexpr std::size_t kMostOfThree = 12;
// Doubts closer together are not independent.
constexpr std::size_t kLeastDistance = 9;

// CRC-32 with its polynomial's highest power in bit 0, as the FCS has it; a factor x is one bit of the frame.
constexpr std::uint32_t kPolynomial = 0xEDB88320;
constexpr std::uint32_t times_x(std::uint32_t value) {
  return value >> 1U ^ ((value & 1U) != 0 ? kPolynomial : 0U);
}
constexpr std::uint32_t multiply(std::uint32_t a, std::uint32_t b) {
  std::uint32_t product = 0;
  for (; a != 0; a <<= 1U) {
    if ((a & 0x80000000U) != 0) product ^= b;
    b = times_x(b);
  }
  return product;
}

// x^(2^i)
constexpr auto kPowers = [] {
  std::array<std::uint32_t, 16> powers{};
  powers[0] = 0x40000000;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = multiply(powers[i - 1], powers[i - 1]);
  return powers;
}();
static_assert(std::size_t{8} * kMostDsssOctets < std::size_t{1} << kPowers.size());

constexpr std::uint32_t times_power_of_x(std::uint32_t value, std::size_t exponent) {
  for (std::size_t i = 0; exponent >> i != 0; ++i)
    if ((exponent >> i & 1U) != 0) value = multiply(value, kPowers[i]);
  return value;
}

// Of a frame with its right FCS.
constexpr std::uint32_t kResidue = 0x2144DF1C;

}  // namespace

DsssPsdu::DsssPsdu() { octets_.reserve(kMostDsssOctets); }

void DsssPsdu::start(std::size_t octets, DsssScrambler scrambler) {
  length_ = std::min<std::size_t>(octets, kMostDsssOctets);
  taken_ = 0;
  scrambler_ = scrambler;
  partial_ = 0;
  octets_.clear();
  doubt_count_ = 0;
}

void DsssPsdu::take(unsigned bits, unsigned count) {
  for (unsigned i = 0; i < count && !complete(); ++i) {
    partial_ |= scrambler_.descramble(bits >> i & 1U) << (taken_ % 8);
    if (++taken_ % 8 != 0) continue;
    octets_.push_back(static_cast<std::uint8_t>(partial_));
    partial_ = 0;
  }
}

void DsssPsdu::doubt(std::size_t bit, unsigned pattern, float margin) {
  if (!(margin < kMostMargin)) return;
  if (doubt_count_ == kMostDoubts && margin >= doubts_[surest_].margin) return;
  const std::size_t place = doubt_count_ < kMostDoubts ? doubt_count_++ : surest_;
  // The descrambler makes three of each wrong bit.
  const std::uint32_t spread = pattern ^ pattern << 4U ^ pattern << 7U;
  doubts_[place] = {bit, spread, margin, 0};
  surest_ = 0;
  for (std::size_t i = 1; i < doubt_count_; ++i)
    if (doubts_[i].margin > doubts_[surest_].margin) surest_ = i;
}

void DsssPsdu::find_syndromes() {
  for (Doubt& doubt : std::span(doubts_).first(doubt_count_)) {
    std::size_t at = doubt.bit;
    const std::size_t end = 8 * length_;
    for (std::uint32_t rest = doubt.pattern; rest != 0 && at < end; rest >>= 1U, ++at)
      doubt.syndrome = times_x(doubt.syndrome ^ (rest & 1U));
    doubt.syndrome = times_power_of_x(doubt.syndrome, end - at);
  }
}

// The least unlikely of those that explain the syndrome.
std::optional<DsssPsdu::Choice> DsssPsdu::find_choice(std::uint32_t syndrome) const {
  std::optional<Choice> best;
  const auto consider = [&](const Choice& choice) {
    Choice c = choice;
    for (std::size_t i = 0; i < c.count; ++i) c.margin += doubts_[c.which[i]].margin;
    if (!best || c.margin < best->margin) best = c;
  };
  const auto apart = [&](std::size_t a, std::size_t b) {
    const std::size_t one = doubts_[a].bit, two = doubts_[b].bit;
    return (one > two ? one - two : two - one) >= kLeastDistance;
  };
  for (std::size_t a = 0; a < doubt_count_; ++a) {
    const std::uint32_t one = syndrome ^ doubts_[a].syndrome;
    if (one == 0) consider({{a}, 1});
    for (std::size_t b = 0; b < a; ++b) {
      const std::uint32_t two = one ^ doubts_[b].syndrome;
      if (!apart(a, b)) continue;
      if (two == 0) consider({{a, b}, 2});
      for (std::size_t c = 0; a < kMostOfThree && c < b; ++c)
        if (two == doubts_[c].syndrome && apart(a, c) && apart(b, c)) consider({{a, b, c}, 3});
    }
  }
  return best;
}

void DsssPsdu::flip(const Doubt& doubt) {
  std::size_t at = doubt.bit;
  for (std::uint32_t rest = doubt.pattern; rest != 0 && at < 8 * length_; rest >>= 1U, ++at)
    octets_[at / 8] = static_cast<std::uint8_t>(octets_[at / 8] ^ (rest & 1U) << (at % 8));
}

void DsssPsdu::repair() {
  const std::uint32_t syndrome = frame_check_sequence(octets_) ^ kResidue;
  if (!complete() || syndrome == 0 || length_ <= kFcsBytes) return;
  std::sort(doubts_.begin(), doubts_.begin() + static_cast<std::ptrdiff_t>(doubt_count_),
            [](const Doubt& a, const Doubt& b) { return a.margin < b.margin; });
  find_syndromes();
  if (const auto choice = find_choice(syndrome))
    for (std::size_t i = 0; i < choice->count; ++i) flip(doubts_[choice->which[i]]);
}

void DifferentialReader::start(std::uint8_t last_quarter, const SymbolFormat& format) {
  format_ = format;
  before_ = last_quarter;
  last_.reset();
}

// What bits of `last_` itself change where it is the next likely symbol.
unsigned DifferentialReader::own_doubt() const {
  const unsigned phase = phase_bits(before_, last_->quarter, format_.four) ^
                         phase_bits(before_, last_->second_quarter, format_.four);
  const unsigned word = unsigned{last_->word} ^ unsigned { last_->second_word };
  return phase | word << phase_count();
}

void DifferentialReader::take(const SymbolDecision& symbol, DsssPsdu& psdu) {
  const unsigned count = phase_count() + format_.word_bits;
  if (last_) {
    const unsigned next = phase_bits(last_->quarter, symbol.quarter, format_.four) ^
                          phase_bits(last_->second_quarter, symbol.quarter, format_.four);
    psdu.doubt(last_bit_, own_doubt() | next << count, last_->margin);
    before_ = last_->quarter;
  }
  last_ = symbol;
  last_bit_ = psdu.bits();
  psdu.take(phase_bits(before_, symbol.quarter, format_.four) | unsigned{symbol.word} << phase_count(),
            count);
}

void DifferentialReader::finish(DsssPsdu& psdu) {
  if (last_) psdu.doubt(last_bit_, own_doubt(), last_->margin);
  last_.reset();
}

}  // namespace windhover::decoders::wifi
