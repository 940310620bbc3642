#include "decoders/ocusync/segment.hpp"

#include <algorithm>

#include "decoders/ocusync/outliers.hpp"
#include "dsp/simd.hpp"

namespace windhover::decoders::ocusync {
namespace {

constexpr int kMaxTones = 4;
/// A bin this far above the mean is a tone: the highest of a burst's 7200 bins stays below 40 times their
/// mean, and a tone that just reaches it carries 1/200 of the burst's power.
constexpr float kToneLevel = 60.0F;
constexpr int kInBandBins = 4700;  ///< ±5.9 MHz

constexpr std::size_t wrapped(int bin) {
  return static_cast<std::size_t>(bin < 0 ? bin + static_cast<int>(kSegment) : bin);
}

struct Line {
  int bin = 0;
  float level = 0;  ///< over the mean of the band without it
  float share = 0;  ///< of the power within 50 kHz that lies in five bins; a tone has 0.9 or more
};

WINDHOVER_CLONES float power_sum(const cf32* x, std::size_t n) {
  std::array<float, 16> lanes{};
  for (std::size_t i = 0; i + 16 <= n; i += 16)
    for (std::size_t j = 0; j < 16; ++j) lanes[j] += power(x[i + j]);
  float sum = 0;
  for (const float lane : lanes) sum += lane;
  return sum;
}

Line strongest_line(const cf32* spectrum) {
  Line line;
  for (int bin = -kInBandBins; bin < kInBandBins; ++bin) {
    const float p = power(spectrum[wrapped(bin)]);
    if (p > line.level) line = {bin, p};
  }
  float rest = power_sum(spectrum, kInBandBins) + power_sum(spectrum + kSegment - kInBandBins, kInBandBins);
  float near = 1e-30F, core = 0;
  for (int d = -40; d <= 40; ++d) {
    const float p = power(spectrum[wrapped(std::clamp(line.bin + d, -kInBandBins, kInBandBins - 1))]);
    near += p;
    if (std::abs(d) <= 2) core += p;
  }
  rest -= near;
  line.share = core / near;
  line.level *= static_cast<float>(2 * kInBandBins) / std::max(rest, 1e-30F);
  return line;
}

/// Jacobsen's estimate of where between bins a tone lies.
double fraction_of_bin(cf32 before, cf32 at, cf32 after) {
  const cf32 denominator = 2.0F * at - before - after;
  const double fraction =
      times_conj(before - after, denominator).real() / std::max(power(denominator), 1e-30F);
  return std::clamp(fraction, -0.6, 0.6);
}

}  // namespace

Segment::Segment() : ref_(reference()), samples_(kSegment), spectrum_(kSegment), masked_(kSegment) {}

bool Segment::remove_strongest_tone(const SegmentView& view) {
  const Line line = strongest_line(spectrum_.data());
  if (line.level < kToneLevel || line.share < 0.6F) return false;
  const double bin =
      line.bin + fraction_of_bin(spectrum_[wrapped(line.bin - 1)], spectrum_[wrapped(line.bin)],
                                 spectrum_[wrapped(line.bin + 1)]);
  const double step = 2 * std::numbers::pi * bin / static_cast<double>(kSegment);
  const auto from = static_cast<std::size_t>(view.first_valid), to = static_cast<std::size_t>(view.end_valid);
  cf32 amplitude = 0;
  Rotator tone(0, step);
  for (std::size_t n = from; n < to; ++n) amplitude += times_conj(samples_[n], tone.next());
  amplitude /= static_cast<float>(to - from);
  Rotator again(0, step);
  for (std::size_t n = from; n < to; ++n) samples_[n] -= times(amplitude, again.next());
  ref_.segment_forward.execute(samples_.data(), spectrum_.data());
  return true;
}

bool Segment::limit_pulses(const SegmentView& view, std::span<const cf32> whole) {
  // A burst fills most of its segment and is far from reaching 8 times its median over 2 µs.
  constexpr std::size_t kCell = 32;
  constexpr float kPulse = 8.0F;
  std::array<float, kSegment / kCell> gains;
  std::copy(whole.begin(), whole.end(), masked_.begin());
  const auto from = static_cast<std::size_t>(view.first_valid);
  const std::size_t length = (static_cast<std::size_t>(view.end_valid) - from) / kCell * kCell;
  if (!limit_outliers({std::span<cf32>(masked_).subspan(from, length), {}, kCell}, kPulse, gains))
    return false;
  for (std::size_t n = 0; n < length; ++n) samples_[from + n] *= gains[n / kCell];
  return true;
}

void Segment::find_outliers() {
  constexpr float kOutlier = 5.0F;
  std::copy(spectrum_.begin(), spectrum_.end(), masked_.begin());
  const std::span<cf32> bins = masked_;
  has_outliers_ = limit_outliers({bins.first(kHalfBand), bins.last(kHalfBand), kBinCell}, kOutlier, gains_);
}

float Segment::whitening(int bin) const {
  const auto distance = static_cast<std::size_t>(bin < 0 ? -bin - 1 : bin);
  if (distance >= kHalfBand) return 1;
  return gains_[static_cast<std::size_t>(bin < 0 ? static_cast<int>(2 * kHalfBand) + bin : bin) / kBinCell];
}

void Segment::transform(const SegmentView& view) {
  ref_.segment_forward.execute(samples_.data(), spectrum_.data());
  for (int tone = 0; tone < kMaxTones && remove_strongest_tone(view);) ++tone;
  find_outliers();
}

void Segment::load(const SegmentView& view, dsp::AlignedVector<cf32>& whole) {
  std::copy(view.iq.begin(), view.iq.end(), samples_.begin());
  transform(view);
  take_band(kWholeBand, Form::whitened, whole);
  if (!limit_pulses(view, whole)) return;
  transform(view);
  take_band(kWholeBand, Form::whitened, whole);
}

void Segment::reliability(int shift, std::span<float, kSpectrum> out) const {
  for (std::size_t q = 0; q < kSpectrum; ++q) {
    const float gain = whitening(shift + 2 * kBinsPerHalfCarrier * (static_cast<int>(q) - kLastCarrier));
    out[q] = gain * gain;
  }
}

void Segment::take_band(const Band& band, Form form, dsp::AlignedVector<cf32>& out) const {
  std::fill(masked_.begin(), masked_.end(), cf32{});
  const bool whiten = form == Form::whitened && has_outliers_;
  const float scale = 1.0F / static_cast<float>(kSegment);
  for (int bin = -band.stop_bins + 1; bin < band.stop_bins; ++bin) {
    const int source = bin + band.shift;
    constexpr int kHalf = static_cast<int>(kSegment) / 2;
    if (source < -kHalf || source >= kHalf) continue;
    masked_[wrapped(bin)] = (whiten ? scale * whitening(source) : scale) * spectrum_[wrapped(source)];
  }
  for (int bin = band.flat_bins + 1; bin < band.stop_bins; ++bin) {
    const float at =
        static_cast<float>(bin - band.flat_bins) / static_cast<float>(band.stop_bins - band.flat_bins);
    const float gain = 0.5F + 0.5F * std::cos(std::numbers::pi_v<float> * at);
    masked_[wrapped(bin)] *= gain;
    masked_[wrapped(-bin)] *= gain;
  }
  ref_.segment_inverse.execute(masked_.data(), out.data());
}

}  // namespace windhover::decoders::ocusync
