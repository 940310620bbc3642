#include "decoders/links/ofdm_constellation.hpp"

#include <cmath>

namespace windhover::decoders::links {
namespace {

constexpr double kNoiseAtMost = 0.0316;  // 15 dB
constexpr double kQpskBelow = 1.16;
constexpr double kSixteenBelow = 1.35, kSixtyFourBelow = 1.45;
constexpr double kCellsForOrder = 4000;  // the moments of 16- and 64-QAM differ by 0.06

struct Moments {
  double second = 0, fourth = 0, noise = 0, noise_square = 0, cells = 0;

  Moments& operator+=(const Moments& m) {
    second += m.second;
    fourth += m.fourth;
    noise += m.noise;
    noise_square += m.noise_square;
    cells += m.cells;
    return *this;
  }
  /// E|s|⁴ / (E|s|²)² without the noise that was added.
  double kurtosis() const {
    const double n = noise / cells, s = second / cells - n;
    return s > 0 ? (fourth / cells - 4 * s * n - 2 * noise_square / cells) / (s * s) : 0;
  }
};

}  // namespace

ConstellationMeter::ConstellationMeter() : gain_(OfdmCells::kLargest), smooth_(OfdmCells::kLargest) {}

Constellation ConstellationMeter::measure(const OfdmCells& cells, std::span<const bool> is_reference,
                                          std::span<const bool> is_on) noexcept {
  const auto half = static_cast<long>(cells.carriers() / 2);
  const auto length = static_cast<std::size_t>(2 * half + 1);
  std::size_t references = 0;
  for (std::size_t i = 0; i < length; ++i) gain_[i] = 0;
  double scatter = 0, square = 0;
  for (std::size_t s = 0; s < cells.symbols(); ++s) {
    if (!is_reference[s]) continue;
    ++references;
    for (std::size_t i = 0; i < length; ++i) {
      const long k = static_cast<long>(i) - half;
      const float now = power(cells.cell(s, k));
      gain_[i] += now;
      if (k == 0 || k == 1 || i == 0) continue;
      const float before = power(cells.cell(s, k - 1));
      scatter += static_cast<double>((now - before) * (now - before)) / 2;
      square += static_cast<double>(now * before);
    }
  }
  if (references < 2 || !(square > 0)) return Constellation::unknown;
  // Variance of |y|² is 2·S·N + N² where |s|² is constant.
  const double noise = std::sqrt(1 + scatter / square) - 1;
  if (noise > kNoiseAtMost) return Constellation::unknown;
  double mean = 0;
  for (std::size_t i = 0; i < length; ++i) {
    double sum = 0, count = 0;
    for (std::size_t j = i > 0 ? i - 1 : 0; j <= i + 1 && j < length; ++j) {
      if (static_cast<long>(j) == half) continue;
      sum += static_cast<double>(gain_[j]) / static_cast<double>(references);
      count += 1;
    }
    smooth_[i] = static_cast<float>(sum / count);
    mean += sum / count / static_cast<double>(length);
  }
  Moments qpsk, higher;
  for (std::size_t s = 0; s < cells.symbols(); ++s) {
    if (is_reference[s] || !is_on[s]) continue;
    Moments m;
    for (std::size_t i = 0; i < length; ++i) {
      const long k = static_cast<long>(i) - half;
      const auto gain = static_cast<double>(smooth_[i]);
      if (k == 0 || gain < 0.3 * mean) continue;
      const double e = static_cast<double>(power(cells.cell(s, k))) / gain, n = noise * mean / gain;
      m += {e, e * e, n, n * n, 1};
    }
    if (m.cells > 0) (m.kurtosis() < kQpskBelow ? qpsk : higher) += m;
  }
  if (higher.cells == 0) return qpsk.cells > 0 ? Constellation::qpsk : Constellation::unknown;
  if (higher.cells < kCellsForOrder) return Constellation::unknown;
  const double kurtosis = higher.kurtosis();
  if (kurtosis < kSixteenBelow) return Constellation::qam16;
  return kurtosis < kSixtyFourBelow ? Constellation::qam64 : Constellation::unknown;
}

}  // namespace windhover::decoders::links
