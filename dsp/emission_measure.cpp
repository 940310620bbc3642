// The emission detector's measurements: edges, times and levels of one emission.

#include <algorithm>
#include <cmath>

#include "dsp/emission_detector.hpp"
#include "dsp/energy_gate.hpp"
#include "dsp/simd.hpp"

namespace windhover::dsp {
namespace {

// How much of nothing an emission may hold: blocks, and more for narrow ones, whose power varies more; cells
// at least, and of its width.
constexpr float kTimePatience = 2, kNarrowPatience = 4;
constexpr float kLeastPatience = 4, kWidthPatience = 0.2f;
constexpr std::uint64_t kLookBack = 10;     // blocks before the step that found it
constexpr std::uint64_t kShortBlocks = 28;  // that the history holds with what is around them

// What is narrower, or shorter, shows its times, or its edges, by likelihood only.
constexpr std::size_t kNarrow = 12, kFewBlocks = 16;
constexpr float kCellDegrees = 2.06f;  // of freedom in a block: four bins, correlated by the window

// Mean square of a Hann window.
constexpr double kHannPower = 0.375;

WINDHOVER_CLONES
void add_scaled(const float* cells, const float* inverse, float factor, float* sums, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) sums[i] += factor * cells[i] * inverse[i];
}

WINDHOVER_CLONES
float scaled_sum(const float* cells, const float* inverse, std::size_t n) noexcept {
  float sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += cells[i] * inverse[i];
  return sum;
}

float most(std::span<const float> values, Extent extent) {
  float found = 0;
  for (std::size_t i = extent.begin; i < extent.end; ++i) found = std::max(found, values[i]);
  return found;
}

// Without those at its ends that it fills for a part only.
Extent whole_part(std::span<const float> values, Extent extent, float level) {
  constexpr float kFilled = 0.6f;
  if (extent.size() > 2 && values[extent.begin] - 1 < kFilled * level) ++extent.begin;
  if (extent.size() > 2 && values[extent.end - 1] - 1 < kFilled * level) --extent.end;
  return extent;
}

std::size_t strongest(std::span<const float> values, Extent extent) {
  const auto begin = values.begin();
  return static_cast<std::size_t>(std::max_element(begin + static_cast<std::ptrdiff_t>(extent.begin),
                                                   begin + static_cast<std::ptrdiff_t>(extent.end)) -
                                  begin);
}

}  // namespace

Hertz EmissionDetector::cell_low(double cell) const {
  const double bins = kBinsPerCell * (cell - static_cast<double>(cells_) / 2) - 0.5;
  return {bins * kBinHz};
}

// Cells that its edges may lie in: half way to its neighbours.
Extent EmissionDetector::room(const Track& track) const noexcept {
  const std::size_t pad = std::max<std::size_t>(6, track.cells.size() / 8);
  Extent room{track.cells.begin > pad ? track.cells.begin - pad : 0, std::min(track.cells.end + pad, cells_)};
  for (const Track& other : tracks_) {
    if (other.id == track.id || !other.on) continue;
    if (other.cells.end <= track.cells.begin)
      room.begin = std::max(room.begin, (other.cells.end + track.cells.begin) / 2);
    if (other.cells.begin >= track.cells.end)
      room.end = std::min(room.end, (other.cells.begin + track.cells.end + 1) / 2);
  }
  return room;
}

void EmissionDetector::fill_series(Extent cells, std::uint64_t from) noexcept {
  series_.resize(static_cast<std::size_t>(count_ - from));  // within what was allocated
  for (std::uint64_t block = from; block < count_; ++block)
    series_[static_cast<std::size_t>(block - from)] =
        scaled_sum(row(block) + cells.begin, noise_.inverse() + cells.begin, cells.size()) /
        static_cast<float>(cells.size());
}

void EmissionDetector::fill_profile(Extent room, std::uint64_t from, std::uint64_t to) noexcept {
  std::fill(profile_.begin(), profile_.end(), 1.0f);
  std::fill(profile_.begin() + static_cast<std::ptrdiff_t>(room.begin),
            profile_.begin() + static_cast<std::ptrdiff_t>(room.end), 0.0f);
  for (std::uint64_t block = from; block < to; ++block)
    add_scaled(row(block) + room.begin, noise_.inverse() + room.begin, 1 / static_cast<float>(to - from),
               profile_.data() + room.begin, room.size());
}

// From profile_; the rest of the band in it does not count.
Extent EmissionDetector::edges(const Track& track, Extent room) noexcept {
  const std::span<const float> profile(profile_);
  Extent inside{std::max(track.cells.begin, room.begin), std::min(track.cells.end, room.end)};
  const std::size_t peak = strongest(profile, inside);
  float level = mean_excess(profile, inside);
  for (int i = 0; i < 3; ++i) {
    const float patience = std::max(kLeastPatience, kWidthPatience * static_cast<float>(inside.size()));
    const Extent grown = grow(profile, {peak, peak + 1}, level, patience);
    const bool same = i > 0 && grown == inside;
    inside = grown;
    if (same) break;
    level = mean_excess(profile, inside);
  }
  return inside;
}

Extent EmissionDetector::time_extent(const Track& track, std::uint64_t from, float& level) noexcept {
  const std::span<const float> series(series_);
  const auto index = [&](std::uint64_t block) {
    return static_cast<std::size_t>(std::max(block, from) - from);
  };
  const Extent found{index(track.first), std::max(index(track.last_on), index(track.first) + 1)};
  const std::size_t peak = strongest(series, found);
  level = std::max(mean_excess(series, found), 0.5f * (most(series, found) - 1));
  const float patience = kTimePatience + kNarrowPatience / std::sqrt(static_cast<float>(track.cells.size()));
  Extent inside{};
  for (int i = 0; i < 3; ++i) {
    const Extent grown = grow(series, {peak, peak + 1}, level, patience);
    if (grown == inside) break;
    inside = grown;
    // Its outermost blocks are on for a part only.
    const Extent whole = inside.size() > 2 ? Extent{inside.begin + 1, inside.end - 1} : inside;
    level = mean_excess(series, whole);
  }
  return inside;
}

EmissionDetector::Measured EmissionDetector::measure(const Track& track, bool open_end) noexcept {
  Measured measured{};
  const std::uint64_t from = std::max(window_begin(), track.first > kLookBack ? track.first - kLookBack : 0);
  const bool is_short = !track.has_start && count_ - track.first <= kShortBlocks;
  const Extent where = room(track);
  Extent cells = track.cells;
  float level = 0;
  Extent blocks{};
  if (is_short) {
    fill_series(cells, from);
    blocks = time_extent(track, from, level);
    for (int i = 0; i < 2; ++i) {
      const Extent whole = whole_part(series_, blocks, level);
      fill_profile(where, from + whole.begin, from + whole.end);
      const Extent before = cells;
      cells = edges(track, where);
      if (cells == before) break;
      fill_series(cells, from);
      blocks = time_extent(track, from, level);
    }
  } else {
    const float* sums = profiles_.data() + track.profile * padded_;
    std::fill(profile_.begin(), profile_.end(), 1.0f);
    for (std::size_t i = where.begin; i < where.end; ++i)
      profile_[i] = sums[i] / static_cast<float>(track.summed);
    cells = edges(track, where);
    fill_series(cells, from);
    blocks = time_extent(track, from, level);
  }
  const float profile_level = std::max(mean_excess(profile_, cells), 1e-6f);
  measured.low = lower_crossing(profile_, cells, profile_level);
  measured.high = upper_crossing(profile_, cells, profile_level);
  if (is_short && blocks.size() < kFewBlocks) {
    const float degrees = kCellDegrees * static_cast<float>(whole_part(series_, blocks, level).size());
    // Its outermost cells are filled for a part only.
    const float inner_level = mean_excess(profile_, whole_part(profile_, cells, profile_level));
    const Likely likely = likely_cells(profile_, cells, inner_level, degrees);
    if (cells.begin > 0) measured.low = likely.begin;
    if (cells.end < cells_) measured.high = likely.end;
  }
  measured.level = profile_level;
  for (std::size_t i = cells.begin; i < cells.end; ++i) measured.power += (profile_[i] - 1) * noise_.floor(i);
  const double at = static_cast<double>(from);
  const bool is_narrow = cells.size() < kNarrow && level > 0;
  const Likely likely =
      is_narrow ? likely_blocks(series_, blocks, level, kCellDegrees * static_cast<float>(cells.size()))
                : Likely{start_in_blocks(series_, blocks, level), end_in_blocks(series_, blocks, level)};
  measured.start = is_short ? at + likely.begin : track.start;
  measured.end = open_end ? static_cast<double>(track.last_on) - 0.5 : at + likely.end;
  if (!is_short && !open_end) {
    // The sums hold blocks that it filled for a part only.
    const double inside = measured.end - std::max(measured.start, static_cast<double>(track.first) - 0.5);
    const auto part = static_cast<float>(std::clamp(2.0 * track.summed / std::max(inside, 1.0), 1.0, 1.4));
    measured.level *= part;
    measured.power *= part;
  }
  return measured;
}

std::optional<EmissionDetector::Edges> EmissionDetector::edges_now(std::uint64_t id) noexcept {
  const auto track = std::find_if(tracks_.begin(), tracks_.end(), [&](const Track& t) { return t.id == id; });
  if (track == tracks_.end()) return std::nullopt;
  const Measured measured = measure(*track, true);
  return Edges{cell_low(measured.low), cell_low(measured.high)};
}

void EmissionDetector::end(const Track& track, bool open_end) noexcept {
  tell(track, measure(track, open_end), open_end);
}

void EmissionDetector::tell(const Track& track, const Measured& measured, bool open_end) noexcept {
  if (!(measured.end > measured.start) || !(measured.high > measured.low) || !(measured.power > 0)) return;
  const double hop = static_cast<double>(geometry_.hop);
  const double middle =
      static_cast<double>(geometry_.block_start(base_block_)) + static_cast<double>(geometry_.fft_size) / 2;
  const auto sample = [&](double blocks) { return SampleIndex{std::llround(middle + blocks * hop)}; };
  const double n = static_cast<double>(geometry_.fft_size);
  Emission emission;
  emission.id = track.id;
  emission.start = sample(measured.start);
  emission.end = sample(measured.end);
  emission.low = cell_low(measured.low);
  emission.high = cell_low(measured.high);
  emission.mean_dbfs =
      static_cast<float>(10 * std::log10(static_cast<double>(measured.power) / (kHannPower * n * n)));
  emission.snr_db = 10 * std::log10(measured.level);
  emission.peak_dbfs = emission.mean_dbfs + 10 * std::log10(std::max(1.0f, track.peak / measured.level));
  emission.open_start = track.open_start;
  emission.open_end = open_end;
  emission.at_band_edge = measured.low < 1.5 || measured.high > static_cast<double>(cells_) - 1.5;
  origins_.take(emission);
}

}  // namespace windhover::dsp
