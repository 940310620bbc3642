#pragma once
// The band in parts of 1 MHz: which of them stand out of the noise. Tells a signal that fills a channel from
// a narrow one, and knows the noise of a band in which single channels are never quiet.

#include <cstdint>
#include <span>
#include <vector>

#include "dsp/energy_gate.hpp"
#include "dsp/filter_bank.hpp"

namespace windhover::sensor {

class BandParts {
 public:
  /// Parts [first, end).
  struct Range {
    std::size_t first = 0, end = 0;
    std::size_t size() const { return end - first; }
  };

  explicit BandParts(std::size_t cells);

  /// Those wholly within `count` cells from `first_cell` on.
  Range within(std::size_t first_cell, std::size_t count) const;

  /// prefix  running sums of the block's cells, as dsp::prefix_sums makes them
  void update(std::span<const double> prefix) noexcept;

  void forget_floors() noexcept;

  /// Of the block, by part.
  std::span<const double> power() const { return power_; }

  /// What a cell without a signal has in the range, by the range's own floor and the band's quietest part.
  double noise_of_cell(double floor_of_cell) const noexcept;

  /// Whether the power is spread over the range, as a waveform that fills it is: at least half of the parts
  /// stand out.
  bool is_filled(Range range) const noexcept;

  /// What a waveform that fills the range contributes, whatever narrow signals lie in it; above the noise.
  struct Spread {
    double power = 0;   ///< every part cut down to four times the median one
    double median = 0;  ///< of a part
  };
  Spread spread(Range range) noexcept;

  /// Whether on both sides of a range the power is about as dense as in most of it: what lies there is a
  /// piece of something wider, or too weak beside that to be read.
  bool goes_on_beside(Range range, const Spread& spread) const noexcept;

  /// Whether the range has more power than noise can give it, by the band's quietest part: also where it has
  /// never been quiet.
  bool is_loud(Range range) const noexcept;

 private:
  static constexpr std::size_t kCells = static_cast<std::size_t>(1e6 / dsp::kBinHz) / dsp::kBinsPerCell;

  double above_noise(std::size_t part) const noexcept;

  std::vector<dsp::EnergyGate> gates_;
  std::vector<double> power_;
  std::vector<std::uint8_t> open_;
  std::vector<double> scratch_;
  Range inner_;       // without the edges, where receivers' filters fall
  double quiet_ = 0;  // noise of the quietest inner part
};

}  // namespace windhover::sensor
