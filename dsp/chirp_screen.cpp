#include "dsp/chirp_screen.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "dsp/filter_bank.hpp"
#include "dsp/simd.hpp"

namespace windhover::dsp {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

// Share of the products' magnitude that must add up in phase. A Zadoff-Chu symbol has 0.9.
constexpr double kChirpShare = 0.7;

WINDHOVER_CLONES
void scale(const cf32* in, float factor, float* re, float* im, std::size_t n) noexcept {
  const float* from = reinterpret_cast<const float*>(in);
  for (std::size_t i = 0; i < n; ++i) {
    re[i] = factor * from[2 * i];
    im[i] = factor * from[2 * i + 1];
  }
}

struct Products {
  cf32 turned;
  float energy;
};

// Sum of x[i]·conj(x[i − lag])·back[i], and of the products' squares.
WINDHOVER_CLONES
Products add_products(const float* re, const float* im, std::size_t lag, const float* back_re,
                      const float* back_im, std::size_t n) noexcept {
  float real = 0, imag = 0, energy = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const float a = re[i], b = im[i], c = re[i - lag], d = im[i - lag];
    const float p = a * c + b * d, q = b * c - a * d;
    real += p * back_re[i] - q * back_im[i];
    imag += p * back_im[i] + q * back_re[i];
    energy += p * p + q * q;
  }
  return {{real, imag}, energy};
}

}  // namespace

std::optional<double> ChirpScreen::sweep_of(std::span<const cf32> spectrum) {
  constexpr std::size_t kLag = kLags.front();
  if (spectrum.size() <= kLag) return std::nullopt;
  std::vector<std::complex<double>> products;
  double magnitude = 0;
  for (std::size_t i = kLag; i < spectrum.size(); ++i) {
    products.push_back(std::complex<double>(spectrum[i]) *
                       std::conj(std::complex<double>(spectrum[i - kLag])));
    magnitude += std::abs(products.back());
  }
  // Turns over the whole spectrum: first in steps that lose little, then finely around the best. A waveform
  // lasts no longer than a hop, which is less than lag turns.
  double best = 0, turns_at_best = 0;
  const auto look = [&](double from, double to, double step) {
    for (double turns = from; turns <= to; turns += step) {
      const auto turn = std::polar(1.0, -kTwoPi * turns / static_cast<double>(products.size()));
      std::complex<double> sum, phasor = 1;
      for (const auto& product : products) {
        sum += product * phasor;
        phasor *= turn;
      }
      if (std::abs(sum) <= best) continue;
      best = std::abs(sum);
      turns_at_best = turns;
    }
  };
  look(-static_cast<double>(2 * kLag), static_cast<double>(2 * kLag), 0.25);
  look(turns_at_best - 0.2, turns_at_best + 0.2, 0.05);
  if (best < kChirpShare * magnitude) return std::nullopt;
  return -turns_at_best / static_cast<double>(products.size()) / (static_cast<double>(kLag) * kBinHz);
}

ChirpScreen::ChirpScreen(double sweep_s, std::size_t fft_size)
    : fft_size_(fft_size),
      even_{AlignedVector<float>(fft_size + kMostLag), AlignedVector<float>(fft_size + kMostLag)},
      sums_(fft_size / kPartBins) {
  for (std::size_t l = 0; l < kLags.size(); ++l) {
    // A delay of t turns a product by -2π·lag·kBinHz·t.
    const double step = kTwoPi * static_cast<double>(kLags[l]) * kBinHz * sweep_s;
    for (std::size_t i = 0; i < kPartBins; ++i) {
      const auto turn = static_cast<cf32>(std::polar(1.0, step * static_cast<double>(i)));
      back_[l].re.push_back(turn.real());
      back_[l].im.push_back(turn.imag());
    }
    for (std::size_t part = 0; part < sums_.size(); ++part)
      onward_[l].push_back(static_cast<cf32>(
          std::polar(1.0, std::remainder(step * static_cast<double>(part * kPartBins), kTwoPi))));
  }
}

void ChirpScreen::update(const cf32* bins, std::span<const double> part_power) noexcept {
  float *const re = even_.re.data() + kMostLag, *const im = even_.im.data() + kMostLag;  // nothing is below
  const auto level = [&](std::size_t part, std::size_t first, std::size_t end) {
    const auto factor = part_power[part] > 0 ? static_cast<float>(1 / std::sqrt(part_power[part])) : 0.0f;
    const std::size_t half = fft_size_ / 2, middle = std::clamp(half, first, end);
    scale(bins + half + first, factor, re + first, im + first, middle - first);
    scale(bins + middle - half, factor, re + middle, im + middle, end - middle);
  };
  for (std::size_t part = 0; part < sums_.size(); ++part)
    level(part, part * kPartBins, (part + 1) * kPartBins);
  for (std::size_t part = 0; part < sums_.size(); ++part) {
    const std::size_t at = part * kPartBins;
    for (std::size_t l = 0; l < kLags.size(); ++l) {
      const Products sum =
          add_products(re + at, im + at, kLags[l], back_[l].re.data(), back_[l].im.data(), kPartBins);
      sums_[part].turned[l] = sum.turned * onward_[l][part];
      sums_[part].energy[l] = sum.energy;
    }
  }
}

float ChirpScreen::fit(std::size_t first, std::size_t end) const noexcept {
  float fit = 0;
  for (std::size_t l = 0; l < kLags.size(); ++l) {
    cf32 turned;
    float energy = 0;
    for (std::size_t part = first; part < end; ++part) {
      turned += sums_[part].turned[l];
      energy += sums_[part].energy[l];
    }
    if (energy > 0) fit += std::norm(turned) / energy;
  }
  return fit;
}

}  // namespace windhover::dsp
