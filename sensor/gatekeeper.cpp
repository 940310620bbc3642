#include "sensor/gatekeeper.hpp"

#include <algorithm>
#include <cstdlib>

namespace windhover::sensor {
namespace {

using decoders::Gate;

// exp(−20) for each of some 2000 delays: about once in 250,000 blocks of noise, 20 s, for each open channel.
// What it costs then is one window's search in the decoder.
constexpr float kSearchThreshold = 20;

// A strong waveform is seen by the searches of its neighbours; what they see is believed to be a second one
// only from this multiple of its leakage on.
constexpr float kLeakageMargin = 2;

// Between two places of the raster noise decides which one sees more: both are opened when they are this
// close.
constexpr float kAlmostEqual = 0.75f;

// 1 MHz: two of them hold a Bluetooth packet, nine a DroneID burst.
constexpr std::size_t kPartCells = static_cast<std::size_t>(1e6 / dsp::kBinHz) / dsp::kBinsPerCell;

struct CellRange {
  std::size_t first, count;
};

CellRange cells_of(const PlannedChannel& channel, const dsp::BankGeometry& geometry) {
  const auto n = static_cast<std::int64_t>(geometry.fft_size);
  const auto half_width = static_cast<std::int64_t>(channel.spec.passband.value / dsp::kBinHz / 2);
  const auto cell = [&](std::int64_t bin) {
    return std::clamp<std::int64_t>(bin + n / 2, 0, n) / static_cast<std::int64_t>(dsp::kBinsPerCell);
  };
  const std::int64_t last_cell = n / static_cast<std::int64_t>(dsp::kBinsPerCell) - 1;
  const std::int64_t low = std::min(cell(channel.offset_bins - half_width), last_cell);
  const std::int64_t high = std::max(cell(channel.offset_bins + half_width), low + 1);
  return {static_cast<std::size_t>(low), static_cast<std::size_t>(high - low)};
}

}  // namespace

Gatekeeper::Gatekeeper(const ChannelPlan& plan)
    : fft_size_(plan.geometry.fft_size),
      scratch_(2 * fft_size_),
      cells_(fft_size_ / dsp::kBinsPerCell),
      prefix_(cells_.size() + 1) {
  for (const PlannedChannel& channel : plan.channels) {
    dsp::ReferenceSearch* search = nullptr;
    if (channel.spec.gate == Gate::on_reference) {
      auto& made = searches_[channel.spec.reference.data()];
      if (!made) made = std::make_unique<dsp::ReferenceSearch>(channel.spec.reference, channel.spec.rate);
      search = made.get();
    }
    const CellRange cells = cells_of(channel, plan.geometry);
    const std::size_t first_part = (cells.first + kPartCells - 1) / kPartCells;
    const std::size_t end_part = std::max(first_part, (cells.first + cells.count) / kPartCells);
    watches_.push_back({channel.spec.gate,
                        {cells.first, cells.count},
                        search,
                        channel.offset_bins,
                        first_part,
                        end_part,
                        {}});
  }
  if (!searches_.empty())
    for (std::size_t i = 0; (i + 1) * kPartCells <= cells_.size(); ++i)
      parts_.emplace_back(i * kPartCells, kPartCells);
  part_open_.resize(parts_.size());
  hits_.reserve(watches_.size());
}

void Gatekeeper::judge(const dsp::cf32* bins, std::vector<std::uint8_t>& open) noexcept {
  dsp::hann_cells(bins, fft_size_, scratch_.data(), cells_.data());
  dsp::prefix_sums(cells_, prefix_);
  for (std::size_t i = 0; i < watches_.size(); ++i)
    open[i] = watches_[i].gate == Gate::always || watches_[i].energy.update(prefix_);
  for (std::size_t i = 0; i < parts_.size(); ++i) part_open_[i] = parts_[i].update(prefix_);
  search_references(bins, open);
}

void Gatekeeper::search_references(const dsp::cf32* bins, std::vector<std::uint8_t>& open) noexcept {
  hits_.clear();  // room for all was made at construction
  for (std::size_t i = 0; i < watches_.size(); ++i) {
    Watch& watch = watches_[i];
    if (watch.gate != Gate::on_reference || !open[i]) continue;
    if (!is_filled(watch)) {
      open[i] = 0;
      continue;
    }
    watch.hit = watch.search->search(bins, fft_size_, watch.offset_bins);
    open[i] = 0;
    if (watch.hit.lambda >= kSearchThreshold) hits_.push_back(i);
  }
  // Strongest first: what is leakage itself must not hide a third one beyond it.
  std::sort(hits_.begin(), hits_.end(),
            [&](std::size_t a, std::size_t b) { return watches_[a].hit.power > watches_[b].hit.power; });
  for (auto hit = hits_.begin(); hit != hits_.end(); ++hit)
    open[*hit] = std::none_of(hits_.begin(), hit,
                              [&](std::size_t other) { return open[other] && leaks(other, *hit); });
}

bool Gatekeeper::is_filled(const Watch& watch) const noexcept {
  std::size_t filled = 0;
  for (std::size_t i = watch.first_part; i < watch.end_part; ++i) filled += part_open_[i];
  return 2 * filled >= watch.end_part - watch.first_part;
}

bool Gatekeeper::leaks(std::size_t stronger, std::size_t into) const noexcept {
  const Watch &from = watches_[stronger], &to = watches_[into];
  if (from.search != to.search) return false;
  const float leakage = to.search->leakage(from.offset_bins - to.offset_bins);
  return to.hit.power < std::min(kAlmostEqual, kLeakageMargin * leakage) * from.hit.power;
}

}  // namespace windhover::sensor
