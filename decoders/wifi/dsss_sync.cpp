#include "decoders/wifi/dsss_sync.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "decoders/complex_math.hpp"
#include "decoders/wifi/dsss_correlate.hpp"

namespace windhover::decoders::wifi {
namespace {

constexpr auto kSymbolSamples = static_cast<std::int64_t>(kBarkerSymbol);

/// The symbols from `position` on.
void despread(const DsssSamples& samples, std::int64_t position, std::span<cf32> out) {
  const auto& barker = barker_waveform();
  const float *re = samples.re(position), *im = samples.im(position);
  for (std::size_t k = 0; k < out.size(); ++k)
    out[k] = correlate(re + k * kBarkerSymbol, im + k * kBarkerSymbol, barker.data(), kBarkerSymbol);
}

// Bits that are compared with SYNC at once, and how many of them may be wrong: at -7 dB two are. Random bits
// agree so well in one case of 10^5, over all places of SYNC.
constexpr std::size_t kCompared = 48;
constexpr int kMostWrong = 7;
constexpr std::size_t kCompareEvery = 4;

// kCompared bits of SYNC from each place on, the last in bit 0.
constexpr auto kSyncWords = [] {
  std::array<std::uint64_t, kSyncPeriod> out{};
  for (std::size_t place = 0; place < out.size(); ++place)
    for (std::size_t i = 0; i < kCompared; ++i)
      out[place] = out[place] << 1U | kShortSync[(place + i) % kSyncPeriod];
  return out;
}();

// Behind the descrambler SYNC is all ones or zeros, but for three times the wrong bits: at most so many of
// those that have all that came before them in the word. Of random bits one in 120 words passes.
bool may_be_sync(std::uint64_t bits) {
  constexpr int kWhole = kCompared - 7, kMostOther = 12;
  constexpr std::uint64_t kMask = (std::uint64_t{1} << kWhole) - 1;
  const int ones = std::popcount((bits ^ bits >> 4U ^ bits >> 7U) & kMask);
  return ones <= kMostOther || ones >= kWhole - kMostOther;
}

struct SyncMatch {
  int wrong = kMostWrong + 1;
  std::size_t place = 0;
  bool is_long = false;
};

SyncMatch compare_with_sync(std::uint64_t bits) {
  SyncMatch best;
  if (!may_be_sync(bits)) return best;
  for (std::size_t place = 0; place < kSyncPeriod; ++place) {
    const int differ = std::popcount(bits ^ kSyncWords[place]);
    // Ones make the complement of what zeros make.
    const bool is_long = differ > static_cast<int>(kCompared / 2);
    const int wrong = is_long ? static_cast<int>(kCompared) - differ : differ;
    if (wrong < best.wrong) best = {wrong, place, is_long};
  }
  return best;
}

}  // namespace

std::optional<SyncStretch> find_sync(const DsssSamples& samples, std::int64_t position) {
  constexpr std::size_t kMost = kSyncBefore + kSyncBehind;
  const std::int64_t before = std::min(kSyncBefore, (position - samples.first()) / kSymbolSamples);
  const std::int64_t start = position - before * kSymbolSamples;
  const auto count = static_cast<std::size_t>(before + kSyncBehind);

  // Turns from symbol to symbol; squared, the data are gone from them.
  std::array<cf32, kMost> symbols, turns;
  despread(samples, start, std::span(symbols).first(count));
  cf32 squares = 0;
  for (std::size_t k = 1; k < count; ++k) {
    turns[k] = times_conj(symbols[k], symbols[k - 1]);
    squares += times(turns[k], turns[k]) / (std::sqrt(power(turns[k])) + 1e-30F);
  }
  const auto turn = static_cast<float>(phase(squares) / 2);
  const cf32 back = std::conj(unit_phasor(turn));

  SyncStretch best;
  int wrong = kMostWrong + 1;
  std::uint64_t bits = 0;
  for (std::size_t k = 1; k < count; ++k) {
    constexpr std::uint64_t kMask = (std::uint64_t{1} << kCompared) - 1;
    bits = (bits << 1U | (times(turns[k], back).real() < 0 ? 1U : 0U)) & kMask;
    if (k < kCompared || k % kCompareEvery != 0) continue;
    const SyncMatch match = compare_with_sync(bits);
    if (match.wrong >= wrong) continue;
    wrong = match.wrong;
    best = {match.is_long ? DsssPreamble::long_sync : DsssPreamble::short_sync,
            start + static_cast<std::int64_t>(k + 1 - kCompared) * kSymbolSamples, match.place, turn};
  }
  if (wrong > kMostWrong) return std::nullopt;
  return best;
}

namespace {

/// Signs of symbols, each relative to the one before by its bit.
class SignChain {
 public:
  float next(unsigned bit) { return sign_ = bit != 0 ? -sign_ : sign_; }
  float sign() const { return sign_; }

 private:
  float sign_ = 1;
};

unsigned sync_bit(DsssPreamble preamble, std::size_t place) {
  return kShortSync[place % kSyncPeriod] ^ (preamble == DsssPreamble::long_sync ? 1U : 0U);
}

/// The register after the bit before `place`.
DsssScrambler scrambler_at(DsssPreamble preamble, std::size_t place) {
  unsigned last_bits = 0;
  for (std::size_t i = 0; i < 7; ++i)
    last_bits = last_bits << 1U | sync_bit(preamble, place + kSyncPeriod - 7 + i);
  return DsssScrambler(last_bits);
}

// SYNC that must come before SFD.
constexpr std::size_t kLeastSync = 16;

// Of SFD's sixteen symbols, 1 where each is as it should be: 0.09 less or more at -7 dB. SYNC that goes on
// gives ... at most.
constexpr float kSfdThreshold = 0.7F;

/// Carrier's phasor with the symbols' amplitude, from symbols whose signs are known.
class PhasorTracker {
 public:
  PhasorTracker(cf32 start, float turn) : phasor_(start), step_(unit_phasor(turn)) {}
  cf32 now() const { return phasor_; }
  cf32 step() const { return step_; }
  void take(cf32 signless) { phasor_ = times(phasor_ + 0.08F * (signless - phasor_), step_); }

 private:
  cf32 phasor_, step_;
};

/// The turn per symbol beyond `turn`, from symbols without their signs: by longer and longer distances.
double refine_turn(std::span<const cf32> signless, double turn) {
  for (std::size_t lag = 1; lag <= signless.size() / 2; lag *= 4) {
    cf32 sum = 0;
    for (std::size_t k = lag; k < signless.size(); ++k) sum += times_conj(signless[k], signless[k - lag]);
    const auto expected = unit_phasor(turn * static_cast<double>(lag));
    turn += phase(times_conj(sum, expected)) / static_cast<double>(lag);
  }
  return turn;
}

/// By all symbols that are there.
double refine_turn(const DsssSamples& samples, const KnownPreamble& known, double turn) {
  const std::int64_t missing =
      std::max<std::int64_t>(0, (samples.first() - known.position + kSymbolSamples - 1) / kSymbolSamples);
  const std::size_t first = std::min(static_cast<std::size_t>(missing), known.symbols - kSfdBits);
  std::array<cf32, kMostKnownSymbols> held;
  const auto signless = std::span(held).first(known.symbols - first);
  despread(samples, known.position + static_cast<std::int64_t>(first) * kSymbolSamples, signless);
  for (std::size_t k = 0; k < signless.size(); ++k) signless[k] *= known.signs[first + k];
  return refine_turn(signless, turn);
}

/// How well SFD follows: Σ of its symbols, as they should be, in the direction of `phasor` at the first.
float agreement_with_sfd(std::span<const cf32> symbols, cf32 phasor, cf32 step, SignChain signs,
                         DsssScrambler scrambler, DsssPreamble preamble) {
  cf32 sum = 0;
  cf32 back = std::conj(phasor) / (std::sqrt(power(phasor)) + 1e-30F);
  for (std::size_t i = 0; i < kSfdBits; ++i) {
    const float sign = signs.next(scrambler.scramble(sfd_bits(preamble) >> i & 1U));
    sum += times(symbols[i], sign * back);
    back = times_conj(back, step);
  }
  return sum.real();
}

KnownPreamble known_preamble(const SyncStretch& stretch, std::size_t sync_from_stretch) {
  KnownPreamble known;
  known.preamble = stretch.preamble;
  const std::size_t sync = sync_symbols(stretch.preamble);
  known.symbols = sync + kSfdBits;
  const auto before = static_cast<std::int64_t>(sync) - static_cast<std::int64_t>(sync_from_stretch);
  known.position = stretch.position - before * kSymbolSamples;
  const std::size_t place = stretch.place + sync_from_stretch + 2 * kSyncPeriod - sync;
  SignChain signs;
  for (std::size_t i = 0; i < sync; ++i) known.signs[i] = signs.next(sync_bit(stretch.preamble, place + i));
  DsssScrambler scrambler = scrambler_at(stretch.preamble, place + sync);
  for (std::size_t i = 0; i < kSfdBits; ++i) {
    const unsigned bit = scrambler.scramble(sfd_bits(stretch.preamble) >> i & 1U);
    known.signs[sync + i] = signs.next(bit);
    known.last_bits = (known.last_bits << 1U | bit) & 0x7FU;
  }
  return known;
}

}  // namespace

std::optional<KnownPreamble> find_sfd(const DsssSamples& samples, const SyncStretch& stretch) {
  constexpr std::size_t kMost = 128 + 2 * kSfdBits;
  const auto count = static_cast<std::size_t>(sfd_reach(stretch.preamble));
  std::array<cf32, kMost> symbols, signless;
  std::array<SignChain, kMost + 1> signs;  // before each symbol
  despread(samples, stretch.position, std::span(symbols).first(count));
  for (std::size_t k = 0; k < count; ++k) {
    signs[k + 1] = signs[k];
    signless[k] = signs[k + 1].next(sync_bit(stretch.preamble, stretch.place + k)) * symbols[k];
  }
  const double turn = refine_turn(std::span(signless).first(kCompared), static_cast<double>(stretch.turn));
  const cf32 step = unit_phasor(turn);
  cf32 start = 0;
  for (std::size_t k = kCompared; k > 0; --k)
    start = times_conj(start, step) + signless[k - 1] / static_cast<float>(kCompared);

  PhasorTracker tracker(start, static_cast<float>(turn));
  float best = kSfdThreshold * static_cast<float>(kSfdBits) * std::sqrt(power(start));
  std::size_t at = 0;
  for (std::size_t k = 1; k + kSfdBits <= count; ++k) {
    tracker.take(signless[k - 1]);
    if (k < kLeastSync) continue;
    const float agreement =
        agreement_with_sfd(std::span(symbols).subspan(k, kSfdBits), tracker.now(), step, signs[k],
                           scrambler_at(stretch.preamble, stretch.place + k), stretch.preamble);
    if (agreement > best) best = agreement, at = k;
  }
  if (at == 0) return std::nullopt;
  KnownPreamble known = known_preamble(stretch, at);
  known.turn = refine_turn(samples, known, turn);
  return known;
}

}  // namespace windhover::decoders::wifi
