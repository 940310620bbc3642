#include "decoders/links/ofdm_cells.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace windhover::decoders::links {
namespace {

constexpr std::size_t kMostCells = 740'000;  // 12 ms at 61.44 MS/s
constexpr std::size_t kMostSymbols = 200;

}  // namespace

OfdmCells::OfdmCells()
    : in_(kLargest),
      out_(kLargest),
      cells_(kMostCells),
      symbol_power_(kMostSymbols),
      carrier_power_(kLargest) {
  for (std::size_t size = kSmallest; size <= kLargest; size *= 2)
    ffts_.emplace_back(size, dsp::FftDirection::forward);
}

const dsp::Fft& OfdmCells::fft() const {
  return ffts_[static_cast<std::size_t>(std::countr_zero(size_) - std::countr_zero(kSmallest))];
}

void OfdmCells::demodulate(const Excerpt& in, const SymbolClock& clock, const PrefixFit& fit) noexcept {
  size_ = clock.useful;
  symbols_ = 0;
  const std::size_t most = std::min({fit.symbols, kMostSymbols, kMostCells / size_});
  const double turn = -static_cast<double>(fit.phase) / static_cast<double>(size_);
  for (std::size_t k = 0; k < most; ++k) {
    // Prefixes are longer now and then: the middle of the mean prefix lies inside all of them.
    const auto first = static_cast<std::size_t>(std::lround(
        fit.start + static_cast<double>(k) * clock.period + static_cast<double>(clock.prefix) / 2));
    if (first + size_ > in.iq.size()) break;
    Rotator rotator(turn * static_cast<double>(first), turn);
    for (std::size_t n = 0; n < size_; ++n) in_[n] = times(in.iq[first + n], rotator.next());
    fft().execute(in_.data(), out_.data());
    std::copy_n(out_.begin(), size_, cells_.begin() + static_cast<std::ptrdiff_t>(k * size_));
    ++symbols_;
  }
}

void OfdmCells::place(std::size_t count, long expected, long reach) noexcept {
  carriers_ = count;
  std::fill_n(carrier_power_.begin(), size_, 0.0F);
  for (std::size_t s = 0; s < symbols_; ++s)
    for (std::size_t k = 0; k < size_; ++k) carrier_power_[k] += power(cells_[s * size_ + k]);
  const auto half = static_cast<long>(count / 2);
  const long room = static_cast<long>(size_ / 2) - half - 1;
  const long first = std::clamp(expected - reach, -room, room),
             last = std::clamp(expected + reach, -room, room);
  // A receiver's own offset is one strong carrier that belongs to nothing.
  float mean = 0;
  const long about = std::clamp(expected, -room, room);
  for (long k = -half; k <= half; ++k)
    mean += carrier_power_[bin_of(about + k)] / static_cast<float>(2 * half + 1);
  for (std::size_t k = 0; k < size_; ++k) carrier_power_[k] = std::min(carrier_power_[k], 2 * mean);
  double sum = 0, best = -1;
  for (long k = -half; k <= half; ++k) sum += static_cast<double>(carrier_power_[bin_of(first + k)]);
  for (long m = first; m <= last; ++m) {
    // The middle carrier is empty or something else.
    const double used = sum - static_cast<double>(carrier_power_[bin_of(m)]);
    if (used > best) {
      best = used;
      middle_ = m;
    }
    sum += static_cast<double>(carrier_power_[bin_of(m + half + 1)]) -
           static_cast<double>(carrier_power_[bin_of(m - half)]);
  }
  for (std::size_t s = 0; s < symbols_; ++s) {
    float total = 0;
    for (long k = -half; k <= half; ++k) total += power(cell(s, k));
    symbol_power_[s] = total;
  }
}

}  // namespace windhover::decoders::links
