#include "sensor/band_parts.hpp"

#include <algorithm>
#include <limits>

namespace windhover::sensor {
namespace {

// Of all receivers' bands at least so much is flat.
constexpr double kFlatShare = 0.9;

// What fills a narrow channel between power of this density, as a share of its own, is 2 dB below it.
constexpr double kAsDense = 0.6;

// A part is believed to be busy all the time, rather than noisier than the quietest, from 3 dB on.
constexpr double kRipple = 2;

}  // namespace

BandParts::BandParts(std::size_t cells) {
  for (std::size_t i = 0; (i + 1) * kCells <= cells; ++i) gates_.emplace_back(i * kCells, kCells);
  power_.resize(gates_.size());
  open_.resize(gates_.size());
  scratch_.resize(gates_.size());
  const auto edge = static_cast<std::size_t>((1 - kFlatShare) / 2 * static_cast<double>(cells));
  inner_ = within(edge, cells - 2 * edge);
  if (inner_.size() == 0) inner_ = {0, gates_.size()};
}

BandParts::Range BandParts::within(std::size_t first_cell, std::size_t count) const {
  const std::size_t first = std::min((first_cell + kCells - 1) / kCells, gates_.size());
  return {first, std::max(first, std::min((first_cell + count) / kCells, gates_.size()))};
}

void BandParts::update(std::span<const double> prefix) noexcept {
  for (std::size_t i = 0; i < gates_.size(); ++i) {
    power_[i] = prefix[(i + 1) * kCells] - prefix[i * kCells];
    open_[i] = gates_[i].update(prefix);
  }
  quiet_ = std::numeric_limits<double>::max();
  for (std::size_t i = inner_.first; i < inner_.end; ++i) quiet_ = std::min(quiet_, gates_[i].floor());
  for (std::size_t i = 0; i < gates_.size(); ++i) open_[i] |= power_[i] > kRipple * quiet_;
}

void BandParts::forget_floors() noexcept {
  for (dsp::EnergyGate& gate : gates_) gate.reset();
}

bool BandParts::is_filled(Range range) const noexcept {
  std::size_t filled = 0;
  for (std::size_t i = range.first; i < range.end; ++i) filled += open_[i];
  return 2 * filled >= range.size();
}

double BandParts::noise_of_cell(double floor_of_cell) const noexcept {
  return std::min(floor_of_cell, kRipple * quiet_ / static_cast<double>(kCells));
}

double BandParts::above_noise(std::size_t part) const noexcept {
  return std::max(0.0, power_[part] - std::min(gates_[part].floor(), kRipple * quiet_));
}

bool BandParts::goes_on_beside(Range range, const Spread& spread) const noexcept {
  // The part at its edge may hold some of what fills the range.
  constexpr std::size_t kSkipped = 1;
  if (range.first <= kSkipped || range.end + kSkipped >= power_.size()) return false;
  const double least = kAsDense * spread.median;
  return above_noise(range.first - kSkipped - 1) > least && above_noise(range.end + kSkipped) > least;
}

BandParts::Spread BandParts::spread(Range range) noexcept {
  if (range.size() == 0) return {};
  const auto above = scratch_.begin();
  for (std::size_t i = 0; i < range.size(); ++i) {
    above[static_cast<std::ptrdiff_t>(i)] = above_noise(range.first + i);
  }
  const auto end = above + static_cast<std::ptrdiff_t>(range.size());
  const auto middle = above + static_cast<std::ptrdiff_t>(range.size() / 2);
  std::nth_element(above, middle, end);
  Spread spread{0, *middle};
  for (auto each = above; each != end; ++each) spread.power += std::min(*each, 4 * spread.median);
  return spread;
}

bool BandParts::is_loud(Range range) const noexcept {
  double sum = 0;
  for (std::size_t i = range.first; i < range.end; ++i) sum += power_[i];
  return sum > kRipple * quiet_ * static_cast<double>(range.size());
}

}  // namespace windhover::sensor
