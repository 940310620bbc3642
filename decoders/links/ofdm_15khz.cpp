#include "decoders/links/ofdm_15khz.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>

namespace windhover::decoders::links {
namespace {

constexpr std::array<std::size_t, 7> kCarriers{72, 180, 300, 600, 900, 1200, 2400};
constexpr double kWidthTolerance = 0.12;
constexpr std::size_t kMostSymbols = 200;
constexpr std::size_t kMostReferences = 12;
constexpr std::size_t kSmallestCell = 72;
constexpr std::size_t kLongestBurst = 20;  // symbols of a control burst and around it
constexpr float kFilledByPrimary = 0.87F;
constexpr int kMisplaced = 3;  // carriers, by the power at the edges
// Where a receiver's filter cuts one side off, by all that the width may be wrong and that place() then adds.
// One root cannot tell shifts that turn it by whole circles.
constexpr double kMisplacedShare = 0.075;  // of all carriers
constexpr int kMisplacedMost = 180;

// Of 2048 samples. All prefixes short (control and standby bursts); one of seven long (LTE); three of fifteen
// (video packets).
constexpr std::array kPeriods{2192.0, 15360.0 / 7, 32928.0 / 15};
constexpr std::size_t kShortPrefix = 144;

// On noise evidence exceeds its threshold in one of 10^5 tries of 50 independent places and periods.
constexpr float kEvidenceAlone = 15, kContrastAlone = 16;
constexpr std::size_t kFewestSymbols = 4;
constexpr float kEvidenceWithReference = 8, kContrastWithReference = 4;

std::size_t carriers_for(double width_hz) {
  for (const std::size_t count : kCarriers) {
    const double nominal_hz = static_cast<double>(count + 1) * OfdmCells::kSpacing_hz;
    if (std::abs(width_hz / nominal_hz - 1) < kWidthTolerance) return count;
  }
  return static_cast<std::size_t>(std::max(1L, std::lround(width_hz / OfdmCells::kSpacing_hz / 2))) * 2;
}

}  // namespace

Ofdm15kHz::Ofdm15kHz() : is_reference_(new bool[kMostSymbols]), is_on_(new bool[kMostSymbols]) {}

std::optional<Ofdm15kHz::Fit> Ofdm15kHz::best_fit(const Excerpt& in, PrefixSearch& prefixes) noexcept {
  const auto size = static_cast<std::size_t>(std::lround(in.rate_hz / OfdmCells::kSpacing_hz));
  if (!std::has_single_bit(size) || size < OfdmCells::kSmallest || size > OfdmCells::kLargest)
    return std::nullopt;
  std::optional<Fit> best;
  for (const double period : kPeriods) {
    const SymbolClock clock{size, kShortPrefix * size / 2048, period * static_cast<double>(size) / 2048};
    const PrefixFit fit = prefixes.fit(in.iq, clock);
    if (fit.symbols + 1 >= kFewestSymbols && (!best || fit.match > best->prefix.match)) best = {clock, fit};
  }
  return best;
}

/// Marks symbols that are sent at all.
std::size_t Ofdm15kHz::symbols_on() noexcept {
  float strongest = 0;
  for (std::size_t s = 0; s < cells_.symbols(); ++s) strongest = std::max(strongest, cells_.symbol_power(s));
  std::size_t count = 0;
  for (std::size_t s = 0; s < cells_.symbols(); ++s)
    count += is_on_[s] = cells_.symbol_power(s) > 0.55F * strongest;
  return count;
}

void Ofdm15kHz::find_references(Ofdm& ofdm, const SymbolClock& clock) {
  ofdm.zadoff_chu.reserve(kMostReferences);
  std::optional<std::size_t> first;
  bool roots_differ = false;
  std::array<double, 2 * kMisplacedMost + 1> misfit{};
  for (std::size_t s = 0; s < cells_.symbols(); ++s) {
    is_reference_[s] = false;
    const auto found = is_on_[s] ? references_.full_band(cells_, s) : std::nullopt;
    // A primary's sequence fills nearly all of the smallest cell, and may be all that an empty cell sends.
    if (!found || cells_.carriers() <= kSmallestCell) {
      const float primary = references_.lte_primary(cells_, s);
      if (primary > 0 && (!found || found->coherence < kFilledByPrimary * primary)) {
        ofdm.lte_primary = true;
        continue;
      }
    }
    if (!found) continue;
    is_reference_[s] = true;
    if (!first) first = s;
    for (int carriers = -kMisplacedMost; carriers <= kMisplacedMost; ++carriers) {
      const double turns = static_cast<double>(found->turn) / (2 * std::numbers::pi) +
                           static_cast<double>(found->sequence.root) * carriers / found->sequence.length +
                           static_cast<double>(clock.prefix) / 2 / static_cast<double>(clock.useful);
      misfit[static_cast<std::size_t>(carriers + kMisplacedMost)] += std::pow(std::remainder(turns, 1.0), 2);
    }
    roots_differ |= !ofdm.zadoff_chu.empty() && found->sequence.root != ofdm.zadoff_chu.front().root;
    if (ofdm.zadoff_chu.size() == kMostReferences) continue;
    ofdm.zadoff_chu.push_back(found->sequence);
    ofdm.zadoff_chu.back().symbol = static_cast<std::uint8_t>(s - *first);
  }
  if (!first) return;
  if (cells_.carriers() <= kSmallestCell && cells_.symbols() > kLongestBurst) {
    // Below some SNR a primary cannot be told from a sequence of the whole width; control bursts are short.
    ofdm.zadoff_chu.clear();
    return;
  }
  // Prefixes tell the delay well enough to see which of some carriers is the middle one.
  const int share = static_cast<int>(kMisplacedShare * static_cast<double>(cells_.carriers()));
  const int reach = roots_differ ? std::clamp(share, kMisplaced, kMisplacedMost) : kMisplaced;
  const auto middle = misfit.begin() + kMisplacedMost;
  cells_.move(middle - std::min_element(middle - reach, middle + reach + 1));
}

std::optional<Finding<Ofdm>> Ofdm15kHz::estimate(const Excerpt& in, PrefixSearch& prefixes) {
  const auto fit = best_fit(in, prefixes);
  if (!fit) return std::nullopt;
  const float share = static_cast<float>(std::min(1.0, in.width_hz() / in.rate_hz));
  const float evidence = fit->prefix.evidence * share;
  const bool alone = evidence > kEvidenceAlone && fit->prefix.contrast > kContrastAlone;
  if (!alone && (evidence < kEvidenceWithReference || fit->prefix.contrast < kContrastWithReference))
    return std::nullopt;

  Finding<Ofdm> out;
  Ofdm& ofdm = out.modulation;
  cells_.demodulate(in, fit->clock, fit->prefix);
  const double fraction_hz =
      static_cast<double>(fit->prefix.phase) / (2 * std::numbers::pi) * OfdmCells::kSpacing_hz;
  const long expected = std::lround((in.middle_hz() - fraction_hz) / OfdmCells::kSpacing_hz);
  const std::size_t carriers = carriers_for(in.width_hz());
  if (carriers + 4 > fit->clock.useful) return std::nullopt;
  cells_.place(carriers, expected, std::max(6L, static_cast<long>(carriers / 40)));
  ofdm.symbols = static_cast<std::uint16_t>(symbols_on());
  find_references(ofdm, fit->clock);
  if (!alone && ofdm.zadoff_chu.empty() && !ofdm.lte_primary) return std::nullopt;

  ofdm.spacing_hz = OfdmCells::kSpacing_hz;
  ofdm.symbol_s = fit->clock.period / in.rate_hz;
  ofdm.prefix_s = static_cast<double>(fit->clock.prefix) / in.rate_hz;
  ofdm.prefix_match = fit->prefix.match;
  ofdm.carriers = static_cast<std::uint16_t>(carriers);
  if (ofdm.zadoff_chu.size() >= 2)
    ofdm.constellation = constellation_.measure(cells_, {is_reference_.get(), cells_.symbols()},
                                                {is_on_.get(), cells_.symbols()});
  out.carrier_hz = static_cast<double>(cells_.middle()) * OfdmCells::kSpacing_hz + fraction_hz;
  const double match = std::clamp(static_cast<double>(fit->prefix.match), 0.05, 0.999);
  const double samples = std::max(1.0, static_cast<double>(evidence) / (match * match));
  out.carrier_error_hz = OfdmCells::kSpacing_hz / (2 * std::numbers::pi) *
                         std::sqrt((1 - match * match) / (2 * match * match * samples));
  out.confidence = !ofdm.zadoff_chu.empty() || ofdm.lte_primary ? 0.99F : 1 - 4 / (evidence + 4);
  return out;
}

}  // namespace windhover::decoders::links
