#include "dsp/reference_search.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "dsp/chirp_screen.hpp"
#include "dsp/filter_bank.hpp"
#include "dsp/simd.hpp"

namespace windhover::dsp {
namespace {

struct ReferenceSpectrum {
  AlignedVector<cf32> bins;  // lowest first
};

ReferenceSpectrum reference_spectrum(std::span<const cf32> reference, Hertz rate) {
  const auto n = static_cast<std::size_t>(std::lround(rate.value / kBinHz));
  if (reference.empty() || reference.size() > n / 4 * 3)
    throw std::invalid_argument("a reference must last no longer than 75 µs");
  AlignedVector<cf32> time(n), bins(n);
  std::copy(reference.begin(), reference.end(), time.begin());
  Fft(n, FftDirection::forward).execute(time.data(), bins.data());
  std::rotate(bins.begin(), bins.begin() + static_cast<std::ptrdiff_t>(n - n / 2), bins.end());
  return {std::move(bins)};
}

double energy_of(std::span<const cf32> bins) {
  double sum = 0;
  for (const cf32 x : bins) sum += std::norm(x);
  return sum;
}

// Smallest power of two of bins to either side of the centre that holds 98 % of the energy.
std::size_t reach_of(std::span<const cf32> bins) {
  const double all = energy_of(bins);
  std::size_t reach = 8;
  while (2 * reach < bins.size() && energy_of(bins.subspan(bins.size() / 2 - reach, 2 * reach)) < 0.98 * all)
    reach *= 2;
  return std::min(reach, bins.size() / 2);
}

WINDHOVER_CLONES
float multiply(const cf32* bins, const cf32* conj_reference, const float* occupied, cf32* product,
               std::size_t n) noexcept {
  float power = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const float a = bins[i].real(), b = bins[i].imag();
    const float c = conj_reference[i].real(), d = conj_reference[i].imag();
    product[i] = {a * c - b * d, a * d + b * c};
    power += occupied[i] * (a * a + b * b);
  }
  return power;
}

WINDHOVER_CLONES
float largest_power(const cf32* x, std::size_t n) noexcept {
  float largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const float power = x[i].real() * x[i].real() + x[i].imag() * x[i].imag();
    largest = power > largest ? power : largest;
  }
  return largest;
}

}  // namespace

ReferenceSearch::ReferenceSearch(std::span<const cf32> reference, Hertz rate)
    : reach_(reach_of(reference_spectrum(reference, rate).bins)),
      inverse_(kDelaysPerBin * 2 * reach_, FftDirection::inverse),
      product_(inverse_.size()),
      correlation_(inverse_.size()) {
  const auto spectrum = reference_spectrum(reference, rate).bins;
  const std::size_t size = 2 * reach_;
  const auto used = std::span(spectrum).subspan(spectrum.size() / 2 - reach_, size);
  energy_ = energy_of(used);
  sweep_s_ = ChirpScreen::sweep_of(used);
  for (const cf32 bin : used) {
    conj_reference_.push_back(std::conj(bin));
    occupied_.push_back(std::norm(bin) > 0.1 * energy_ / static_cast<double>(size) ? 1.0f : 0.0f);
    occupied_bins_ += occupied_.back();
  }

  // What the waveform's own search finds at a distance, by the search itself.
  AlignedVector<cf32> band(8 * size);
  for (std::size_t i = 0; i < size; ++i) band[(i + band.size() - reach_) % band.size()] = used[i];
  for (std::size_t distance = 0; distance < size; ++distance)
    leakage_.push_back(search(band.data(), band.size(), static_cast<std::int64_t>(distance)).power);
  const float own = leakage_.front();
  for (float& share : leakage_) share /= own;
}

ReferenceHit ReferenceSearch::search(const cf32* bins, std::size_t n, std::int64_t centre_bin) noexcept {
  const auto band = static_cast<std::int64_t>(n);
  const auto size = static_cast<std::int64_t>(2 * reach_);
  const std::int64_t low = centre_bin - size / 2;
  if (low < -band / 2 || low + size > band / 2) std::fill_n(product_.begin(), size, cf32{});
  float power = 0;
  const auto stretch = [&](std::int64_t from, std::int64_t to) {  // band bins [from, to), all of one sign
    from = std::max(from, low);
    to = std::min(to, low + size);
    if (from >= to) return;
    const auto i = static_cast<std::size_t>(from - low);
    power += multiply(bins + (from < 0 ? from + band : from), conj_reference_.data() + i,
                      occupied_.data() + i, product_.data() + i, static_cast<std::size_t>(to - from));
  };
  stretch(-band / 2, 0);
  stretch(0, band / 2);
  if (!(power > 0)) return {};
  // The rest of product_ stays zero: more delays than bins, so that one between two of the grid loses 0.7 dB
  // at most.
  inverse_.execute(product_.data(), correlation_.data());
  const double mean_power = power / occupied_bins_;
  const float largest = largest_power(correlation_.data(), correlation_.size());
  return {largest, static_cast<float>(largest / (energy_ * mean_power))};
}

float ReferenceSearch::leakage(std::int64_t distance_bins) const noexcept {
  const auto distance = static_cast<std::size_t>(std::abs(distance_bins));
  return distance < leakage_.size() ? leakage_[distance] : 0.0f;
}

}  // namespace windhover::dsp
