#include <algorithm>
#include <cmath>
#include <numbers>

#include "decoders/bluetooth/coded_track.hpp"
#include "decoders/complex_math.hpp"

namespace windhover::decoders::bluetooth {
namespace {

constexpr std::size_t kPiece = 8;  ///< patterns summed with their phases, 32 µs
constexpr std::size_t kPieces = kAddressPatterns / kPiece;
constexpr double kTurn = 2 * std::numbers::pi;
/// Share of the pieces' energy over that of patterns of random phase: at most kPiece, 1 in noise.
constexpr float kMinCoherence = 3.5F;
constexpr auto kSigns = block1_signs(0);

using Patterns = std::array<PatternSums, kAddressPatterns>;

Patterns correlate_address(const SampleView& view, double start, double cfo_rad) {
  std::array<cf32, kAddressPatterns * kPatternSamples> turned;
  const double whole = std::ceil(start);
  const auto from = static_cast<std::int64_t>(whole);
  Carrier{0, cfo_rad, from}.turn_back(view, from, turned);
  Patterns patterns;
  for (std::size_t p = 0; p < kAddressPatterns; ++p)
    patterns[p] = correlate_pattern(&turned[p * kPatternSamples], whole - start);
  return patterns;
}

/// Both parts of a pattern with the data taken out.
cf32 matched(const PatternSums& sums, std::size_t p) {
  const auto sign = static_cast<float>(kSigns[p]);
  return {sums.pilot.real() + sign * sums.data.imag(), sums.pilot.imag() - sign * sums.data.real()};
}

struct CoarseCarrier {
  double cfo_rad = 0;   ///< still to be added
  float coherence = 0;  ///< as kMinCoherence, of pilot and data together
};

/// Carrier left in the patterns on a grid of 10 kHz.
CoarseCarrier coarse_carrier(const Patterns& patterns) {
  constexpr int kReach = 7;
  constexpr double kStep = kTurn * 10e3 / 2e6;
  std::array<cf32, kAddressPatterns> single;
  float single_power = 0;
  for (std::size_t p = 0; p < kAddressPatterns; ++p) {
    single[p] = matched(patterns[p], p);
    single_power += power(single[p]);
  }
  CoarseCarrier best;
  for (int bin = -kReach; bin <= kReach; ++bin) {
    const cf32 turn = unit_phasor(-bin * kStep * kPatternSamples);
    float sum_power = 0;
    for (std::size_t piece = 0; piece < kPieces; ++piece) {
      cf32 sum{}, rotor{1, 0};
      for (std::size_t p = piece * kPiece; p < (piece + 1) * kPiece; ++p, rotor = times(rotor, turn))
        sum += times(single[p], rotor);
      sum_power += power(sum);
    }
    const float coherence = sum_power / (single_power + 1e-30F);
    if (coherence > best.coherence) best = {bin * kStep, coherence};
  }
  return best;
}

struct Fit {
  double cfo_rad = 0, later = 0;  ///< still to be added: radians a sample, samples
  float coherence = 0, amplitude = 0;
  double modulation_index = kNominalIndex;
};

/// From the part of the data filter's output that is in phase with the pilot; linear by measurement.
double index_of(float lean) {
  constexpr double kNominalLean = -0.027, kIndexPerLean = -0.328;
  return std::clamp(kNominalIndex + kIndexPerLean * (static_cast<double>(lean) - kNominalLean), 0.44, 0.56);
}

Fit fit(const Patterns& patterns) {
  std::array<cf32, kPieces> pieces{};
  float data_power = 0, data_piece_power = 0, single_power = 0, piece_power = 0, pilot_power = 0, later = 0,
        lean = 0;
  for (std::size_t piece = 0; piece < kPieces; ++piece) {
    cf32 pilot{}, timing{}, data{}, unsigned_data{};
    for (std::size_t p = piece * kPiece; p < (piece + 1) * kPiece; ++p) {
      const cf32 both = matched(patterns[p], p);
      pieces[piece] += both;
      single_power += power(both);
      pilot += patterns[p].pilot;
      timing += patterns[p].timing;
      data += patterns[p].data * static_cast<float>(kSigns[p]);
      unsigned_data += patterns[p].data;
      data_power += power(patterns[p].data);
    }
    piece_power += power(pieces[piece]);
    data_piece_power += power(data);
    pilot_power += power(pilot);
    later += times_conj(timing, pilot).real();
    lean += times_conj(unsigned_data, pilot).real();
  }
  cf32 turn{};
  for (std::size_t piece = 1; piece < kPieces; ++piece) turn += times_conj(pieces[piece], pieces[piece - 1]);
  constexpr auto kPairs = static_cast<float>(kPieces * kPiece * (kPiece - 1));
  const PatternGains gains = pattern_gains();
  return {phase(turn) / (kPiece * kPatternSamples), static_cast<double>(later / (pilot_power + 1e-30F)),
          data_piece_power / (data_power + 1e-30F),
          std::sqrt(std::max(0.0F, piece_power - single_power) / kPairs) / (gains.pilot + gains.data),
          index_of(lean / (pilot_power + 1e-30F))};
}

}  // namespace

std::optional<CodedSync> acquire(const SampleView& view, const CodedHit& hit) {
  CodedSync sync{static_cast<double>(hit.block1), hit.cfo_rad, 0};
  const CoarseCarrier coarse = coarse_carrier(correlate_address(view, sync.block1, sync.cfo_rad));
  if (coarse.coherence < kMinCoherence) return {};
  sync.cfo_rad += coarse.cfo_rad;
  for (int round = 0; round < 3; ++round) {
    const Fit now = fit(correlate_address(view, sync.block1, sync.cfo_rad));
    if (now.coherence < kMinCoherence) return {};
    sync.cfo_rad += now.cfo_rad;
    sync.block1 += std::clamp(now.later, -1.0, 1.0);
    sync.amplitude = now.amplitude;
    sync.modulation_index = now.modulation_index;
  }
  return sync;
}

}  // namespace windhover::decoders::bluetooth
