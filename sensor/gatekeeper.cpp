#include "sensor/gatekeeper.hpp"

#include <algorithm>
#include <cstdlib>

namespace windhover::sensor {
namespace {

using decoders::Gate;

// exp(−20) for each of some 2000 delays: about once in 250,000 blocks of noise, 20 s, for each open channel.
// What it costs then is one window's search in the decoder.
constexpr float kSearchThreshold = 20;

// Of two exponentially distributed values the sum is larger once in 12,000 blocks of noise. A DroneID symbol
// at -3 dB reaches 60.
constexpr float kScreenThreshold = 12;
constexpr std::size_t kLeastScreenParts = 4;  // narrower ones are too few to tell

// A strong waveform is seen by the searches of its neighbours; what they see is believed to be a second one
// only from this multiple of its leakage on.
constexpr float kLeakageMargin = 2;

// Between two places of the raster noise decides which one sees more: both are opened when they are this
// close.
constexpr float kAlmostEqual = 0.75f;

// How much of a waveform's spread power a channel of the same width sees whose centre lies so much off, by
// the share of the width: at most what the flat spectrum of OFDM and the bell of DSSS give, and some more.
double seen_beside(double offset) noexcept {
  constexpr double kSeen[] = {1, 0.85, 0.60, 0.35, 0.10, 0.02, 0.005};  // each 0.3 of the width
  const double at = std::abs(offset) / 0.3;
  const auto below = static_cast<std::size_t>(at);
  if (below + 1 >= std::size(kSeen)) return 0;
  return kSeen[below] + (at - static_cast<double>(below)) * (kSeen[below + 1] - kSeen[below]);
}

// What fills a narrow channel has as much power there as in a wider one around it; less means that it is
// wider.
constexpr double kNarrowShare = 0.75;

// Uncertainty of spread power that is given to the weaker channel, as a share of the stronger one's.
constexpr double kSpreadDoubt = 0.05;

// A Bluetooth channel's middle and the gaps to its neighbours, in cells of 40 kHz.
constexpr std::int64_t kHalfMiddle = 12, kGap = 25;

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
      parts_(fft_size_ / dsp::kBinsPerCell),
      scratch_(2 * fft_size_),
      cells_(fft_size_ / dsp::kBinsPerCell),
      prefix_(cells_.size() + 1) {
  for (const PlannedChannel& channel : plan.channels) {
    Reference* reference = nullptr;
    if (channel.spec.gate == Gate::on_reference) {
      const auto [at, is_new] = references_.try_emplace(
          channel.spec.reference.data(), dsp::ReferenceSearch(channel.spec.reference, channel.spec.rate));
      reference = &at->second;
      if (const auto sweep_s = reference->search.sweep_s(); is_new && sweep_s)
        reference->screen.emplace(*sweep_s, fft_size_);
    }
    const CellRange cells = cells_of(channel, plan.geometry);
    if (channel.spec.gate == Gate::on_peak)
      peaks_.emplace_back(cells_.size(), static_cast<std::int64_t>(cells.first + cells.count / 2),
                          kHalfMiddle, kGap);
    watches_.push_back({channel.spec.gate,
                        channel.decoder,
                        {cells.first, cells.count},
                        reference,
                        channel.offset_bins,
                        channel.spec.passband.value / dsp::kBinHz,
                        parts_.within(cells.first, cells.count),
                        static_cast<double>(cells.count),
                        peaks_.size() - 1,
                        {}});
  }
  for (Watch& watch : watches_)
    watch.is_narrow = std::ranges::any_of(watches_, [&](const Watch& other) {
      return other.decoder == watch.decoder && other.width_bins > watch.width_bins;
    });
  hits_.reserve(watches_.size());
}

void Gatekeeper::forget_floors() noexcept {
  for (Watch& watch : watches_) watch.energy.reset();
  parts_.forget_floors();
}

void Gatekeeper::judge(const dsp::cf32* bins, std::vector<std::uint8_t>& open) noexcept {
  dsp::hann_cells(bins, fft_size_, scratch_.data(), cells_.data());
  dsp::prefix_sums(cells_, prefix_);
  parts_.update(prefix_);
  ++block_;
  for (std::size_t i = 0; i < watches_.size(); ++i) {
    Watch& watch = watches_[i];
    open[i] = watch.gate == Gate::always || watch.energy.update(prefix_);
    if (watch.gate == Gate::on_peak && open[i])
      open[i] = peaks_[watch.peak].stands_out(prefix_, block_,
                                              parts_.noise_of_cell(watch.energy.floor() / watch.cells));
    if (watch.gate == Gate::on_centre)
      open[i] = (open[i] || parts_.is_loud(watch.parts)) && parts_.is_filled(watch.parts);
  }
  close_off_centre(open);
  search_references(bins, open);
}

// A wide signal is seen by every channel that overlaps it; the one around its centre sees all of it.
void Gatekeeper::close_off_centre(std::vector<std::uint8_t>& open) noexcept {
  hits_.clear();  // room for all was made at construction
  for (std::size_t i = 0; i < watches_.size(); ++i) {
    if (watches_[i].gate != Gate::on_centre || !open[i]) continue;
    Watch& watch = watches_[i];
    const BandParts::Spread spread = parts_.spread(watch.parts);
    watch.spread = spread.power;
    open[i] = !watch.is_narrow || !parts_.goes_on_beside(watch.parts, spread);
    if (open[i]) hits_.push_back(i);
  }
  std::sort(hits_.begin(), hits_.end(),
            [&](std::size_t a, std::size_t b) { return watches_[a].spread > watches_[b].spread; });
  for (auto hit = hits_.begin(); hit != hits_.end(); ++hit) {
    const Watch& weaker = watches_[*hit];
    open[*hit] = std::none_of(hits_.begin(), hit, [&](std::size_t other) {
      const Watch& stronger = watches_[other];
      if (!open[other] || stronger.decoder != weaker.decoder) return false;
      const auto offset = static_cast<double>(stronger.offset_bins - weaker.offset_bins);
      if (weaker.width_bins < stronger.width_bins)
        return std::abs(offset) < stronger.width_bins / 2 && weaker.spread < kNarrowShare * stronger.spread;
      const double seen = seen_beside(offset / stronger.width_bins);
      return weaker.spread < (seen - kSpreadDoubt) * stronger.spread;
    });
  }
}

void Gatekeeper::search_references(const dsp::cf32* bins, std::vector<std::uint8_t>& open) noexcept {
  hits_.clear();  // room for all was made at construction
  for (std::size_t i = 0; i < watches_.size(); ++i) {
    Watch& watch = watches_[i];
    if (watch.gate != Gate::on_reference || !open[i]) continue;
    if (!parts_.is_filled(watch.parts)) {
      open[i] = 0;
      continue;
    }
    open[i] = 0;
    if (!may_hold_reference(bins, watch)) continue;
    watch.hit = watch.reference->search.search(bins, fft_size_, watch.offset_bins);
    if (watch.hit.lambda >= kSearchThreshold) hits_.push_back(i);
  }
  // Strongest first: what is leakage itself must not hide a third one beyond it.
  std::sort(hits_.begin(), hits_.end(),
            [&](std::size_t a, std::size_t b) { return watches_[a].hit.power > watches_[b].hit.power; });
  for (auto hit = hits_.begin(); hit != hits_.end(); ++hit)
    open[*hit] = std::none_of(hits_.begin(), hit,
                              [&](std::size_t other) { return open[other] && leaks(other, *hit); });
}

bool Gatekeeper::may_hold_reference(const dsp::cf32* bins, const Watch& watch) noexcept {
  Reference& reference = *watch.reference;
  if (!reference.screen || watch.parts.size() < kLeastScreenParts) return true;
  if (reference.screened != block_) {
    reference.screen->update(bins, parts_.power());
    reference.screened = block_;
  }
  return reference.screen->fit(watch.parts.first, watch.parts.end) >= kScreenThreshold;
}

bool Gatekeeper::leaks(std::size_t stronger, std::size_t into) const noexcept {
  const Watch &from = watches_[stronger], &to = watches_[into];
  if (from.reference != to.reference) return false;
  const float leakage = to.reference->search.leakage(from.offset_bins - to.offset_bins);
  return to.hit.power < std::min(kAlmostEqual, kLeakageMargin * leakage) * from.hit.power;
}

}  // namespace windhover::sensor
