#include "dsp/filter_bank.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <stdexcept>
#include <string>

#include "dsp/simd.hpp"

namespace windhover::dsp {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kWantedStopbandDb = 110;
constexpr double kNeededStopbandDb = 60;

bool is_multiple(Hertz rate, double of_hz) {
  const double steps = rate.value / of_hz;
  return std::abs(steps - std::round(steps)) < 1e-9 * steps;
}

// Kaiser's formulas: attenuation of a window of `length` taps with transition `width` (cycles per sample),
// and the shape parameter that gives an attenuation.
double kaiser_attenuation_db(double length, double width) { return 14.36 * (length - 1) * width + 7.95; }
double kaiser_beta(double attenuation_db) { return 0.1102 * (attenuation_db - 8.7); }  // above 50 dB

std::vector<double> kaiser_low_pass(std::size_t half, double cutoff, double beta) {
  std::vector<double> taps(2 * half + 1);
  double sum = 0;
  for (std::size_t i = 0; i < taps.size(); ++i) {
    const double n = static_cast<double>(i) - static_cast<double>(half);
    const double x = half == 0 ? 0 : n / static_cast<double>(half);
    const double window =
        std::cyl_bessel_i(0.0, beta * std::sqrt(std::max(0.0, 1 - x * x))) / std::cyl_bessel_i(0.0, beta);
    const double sinc = n == 0 ? 2 * cutoff : std::sin(2 * kPi * cutoff * n) / (kPi * n);
    taps[i] = sinc * window;
    sum += taps[i];
  }
  for (double& tap : taps) tap /= sum;
  return taps;
}

// Response of symmetric taps: a cosine series, by Clenshaw's recurrence.
double response_at(const std::vector<double>& taps, double omega) {
  const std::size_t half = taps.size() / 2;
  double b1 = 0, b2 = 0;
  for (std::size_t k = half; k > 0; --k) {
    const double b0 = 2 * taps[half + k] + 2 * std::cos(omega) * b1 - b2;
    b2 = b1;
    b1 = b0;
  }
  return taps[half] + std::cos(omega) * b1 - b2;
}

using Four = float __attribute__((vector_size(16)));
using Eight = float __attribute__((vector_size(32)));

// Four bins at a time, written out: compilers shuffle such products far more than they need to.
WINDHOVER_CLONES
void multiply(const cf32* bins, const float* response, cf32 turn, cf32* out, std::size_t n) noexcept {
  const float re = turn.real(), im = turn.imag();
  const Eight crossed{-im, im, -im, im, -im, im, -im, im};
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    Eight x;
    Four r;
    std::memcpy(&x, bins + i, sizeof x);
    std::memcpy(&r, response + i, sizeof r);
    x *= __builtin_shufflevector(r, r, 0, 0, 1, 1, 2, 2, 3, 3);
    x = re * x + crossed * __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6);
    std::memcpy(static_cast<void*>(out + i), &x, sizeof x);
  }
  for (; i < n; ++i) {
    const float a = bins[i].real() * response[i], b = bins[i].imag() * response[i];
    out[i] = {a * re - b * im, a * im + b * re};
  }
}

}  // namespace

bool is_bank_rate(Hertz rate) {
  return rate >= kLowestBankRate && rate <= kHighestBankRate && is_multiple(rate, 4 * kBinHz);
}

BankGeometry bank_geometry(Hertz rate) {
  if (!is_bank_rate(rate))
    throw std::invalid_argument("the filter bank takes multiples of 40 kHz from 0.96 to 122.88 MS/s, not " +
                                std::to_string(rate.value / 1e6) + " MS/s");
  const auto n = static_cast<std::size_t>(std::lround(rate.value / kBinHz));
  return {rate, n, n / 4 * 3, n / 8};
}

ChannelFilter::ChannelFilter(const BankGeometry& geometry, Hertz rate, Hertz passband) {
  // Multiples of 8 bins make the useful part of each block start on a whole channel sample.
  if (!is_multiple(rate, 8 * kBinHz))
    throw std::invalid_argument("a channel's rate must be a multiple of 80 kHz");
  // A channel wider than the band needs its taps on a finer grid than the band's samples.
  const double oversampling = std::max(1.0, std::ceil(rate / geometry.rate));
  const Hertz design_rate = oversampling * geometry.rate;
  const double width = (rate - passband) / design_rate / 2;
  const double longest = 2 * oversampling * static_cast<double>(geometry.fft_size / 8) + 1;
  stopband_db_ = std::min(kWantedStopbandDb, kaiser_attenuation_db(longest, width));
  if (stopband_db_ < kNeededStopbandDb)
    throw std::invalid_argument("a channel's passband leaves no room for its filter");

  const double length = std::min(longest, std::ceil((stopband_db_ - 7.95) / (14.36 * width)) + 1);
  const double cutoff = (rate + passband) / design_rate / 4;
  taps_ = kaiser_low_pass(static_cast<std::size_t>(length / 2), cutoff, kaiser_beta(stopband_db_));

  response_.resize(static_cast<std::size_t>(std::lround(rate.value / kBinHz)));
  const double n = static_cast<double>(geometry.fft_size);
  for (std::size_t i = 0; i < response_.size(); ++i) {
    const double bin = static_cast<double>(i) - static_cast<double>(response_.size() / 2);
    response_[i] = static_cast<float>(response_at(taps_, 2 * kPi * bin / (n * oversampling)) / n);
  }
}

ChannelTap::ChannelTap(const BankGeometry& geometry, std::shared_ptr<const ChannelFilter> filter,
                       std::int64_t offset_bins)
    : fft_size_(geometry.fft_size),
      filter_(std::move(filter)),
      offset_bins_(offset_bins),
      decimation_(static_cast<double>(fft_size_) / static_cast<double>(filter_->size())),
      lead_(static_cast<double>(geometry.lead)),
      grid_offset_(static_cast<double>(fft_size_) / 8 - lead_),
      inverse_(filter_->size(), FftDirection::inverse),
      response_(filter_->response().begin(), filter_->response().end()),
      slice_(filter_->size()),
      samples_(filter_->size()) {
  set_turns();
  taper_band_edges();
}

void ChannelTap::retune(std::int64_t offset_bins) noexcept {
  if (offset_bins == offset_bins_) return;
  offset_bins_ = offset_bins;
  const auto response = filter_->response();
  std::copy(response.begin(), response.end(), response_.begin());
  set_turns();
  taper_band_edges();
}

void ChannelTap::set_turns() noexcept {
  // A slice shifted by s bins is mixed by exp(−j2π·s·t/N) with t counted from the block's start. Counted from
  // the start of the stream, block m needs the further turn −2π·s·(m·3N/4 − lead)/N.
  const double lead_turn =
      2 * kPi * static_cast<double>(offset_bins_) * lead_ / static_cast<double>(fft_size_);
  for (std::size_t quarter = 0; quarter < turns_.size(); ++quarter)
    turns_[quarter] = static_cast<cf32>(std::polar(1.0, lead_turn - kPi / 2 * static_cast<double>(quarter)));
}

void ChannelTap::taper_band_edges() noexcept {
  // Where the band ends inside the channel, a hard end would ring over the whole block. 320 kHz of raised
  // cosine ring no longer than the overlap. A channel whose own filter has closed there needs none.
  constexpr std::int64_t kTaperBins = 32;
  constexpr float kClosed = 1e-3f;
  const auto edge = static_cast<std::int64_t>(fft_size_) / 2;
  const auto size = static_cast<std::int64_t>(response_.size());
  for (const int side : {-1, 1}) {
    const std::int64_t at =
        side * (edge - 1) - (offset_bins_ - size / 2);  // slice bin at this edge of the band
    if (at < 0 || at >= size ||
        response_[static_cast<std::size_t>(at)] * static_cast<float>(fft_size_) < kClosed)
      continue;
    for (std::int64_t inside = 0; inside < kTaperBins; ++inside) {
      const std::int64_t i = at - side * inside;
      if (i < 0 || i >= size) break;
      const double phase = kPi * static_cast<double>(inside) / kTaperBins;
      response_[static_cast<std::size_t>(i)] *= static_cast<float>(0.5 - 0.5 * std::cos(phase));
    }
  }
}

void ChannelTap::gather(const cf32* bins, cf32 turn) noexcept {
  const auto n = static_cast<std::int64_t>(fft_size_);
  const auto size = static_cast<std::int64_t>(filter_->size());
  // Slice bin i (0 = lowest frequency) is band bin offset − size/2 + i; what lies beyond ±n/2 was not
  // captured. Stretches of slice bins that are contiguous both in the band's and in the slice's FFT order.
  const std::int64_t low = offset_bins_ - size / 2;
  const auto copy = [&](std::int64_t from, std::int64_t to) {  // band bins [from, to)
    from = std::max(from, low);
    to = std::min(to, low + size);
    for (const std::int64_t split = low + size / 2; from < to;) {
      const std::int64_t end = from < split ? std::min(to, split) : to;
      const std::int64_t i = from - low;
      const std::int64_t to_slice = i < size / 2 ? i + size / 2 : i - size / 2;
      multiply(bins + (from < 0 ? from + n : from), response_.data() + i, turn, slice_.data() + to_slice,
               static_cast<std::size_t>(end - from));
      from = end;
    }
  };
  if (low < -n / 2 || low + size > n / 2) std::fill(slice_.begin(), slice_.end(), cf32{});
  copy(-n / 2, 0);
  copy(0, n / 2);
}

std::span<const cf32> ChannelTap::extract(const cf32* bins, std::int64_t block) noexcept {
  // 3N/4·s·m of a turn: always a whole number of quarters.
  const std::int64_t quarter = ((offset_bins_ % 4) * 3 * (block % 4)) % 4;
  gather(bins, turns_[static_cast<std::size_t>((quarter + 4) % 4)]);
  inverse_.execute(slice_.data(), samples_.data());
  return std::span<const cf32>(samples_).subspan(filter_->size() / 8, samples_per_block());
}

}  // namespace windhover::dsp
