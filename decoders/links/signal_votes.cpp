#include "decoders/links/signal_votes.hpp"

#include <algorithm>
#include <cmath>

namespace windhover::decoders::links {
namespace {

constexpr double kMostEvidence = 8;
constexpr std::size_t kMostRoots = 24;
constexpr std::uint16_t kLongestSequence = 4096;

}  // namespace

void Median::add(double value) {
  if (!std::isfinite(value)) return;
  values_[count_++ % kKept] = static_cast<float>(value);
}

std::optional<double> Median::value() const {
  if (count_ == 0) return std::nullopt;
  auto kept = values_;
  const auto n = static_cast<std::ptrdiff_t>(std::min(count_, kKept));
  std::nth_element(kept.begin(), kept.begin() + n / 2, kept.begin() + n);
  return static_cast<double>(kept[static_cast<std::size_t>(n / 2)]);
}

void SignalVotes::add(const Signal& signal) {
  ++count_;
  if (signal.occupied_hz > 0) occupied_hz.add(signal.occupied_hz);
  envelope_variation.add(static_cast<double>(signal.envelope_variation));
  snr_db.add(static_cast<double>(signal.snr_db));
  const std::size_t family = signal.modulation.index();
  ++seen_[family];
  if (family == 0 || !std::isfinite(signal.confidence)) return;
  const double right = std::clamp(static_cast<double>(signal.confidence), 0.15, 0.97);
  for (std::size_t each = 1; each < kFamilies; ++each)
    log_likelihood_[each] += std::log(each == family ? right : (1 - right) / (kFamilies - 2));
  std::visit([this](const auto& modulation) { take(modulation); }, signal.modulation);
}

void SignalVotes::take(const Ofdm& ofdm) {
  spacing_hz.add(ofdm.spacing_hz);
  if (ofdm.carriers > 0) carriers.add(ofdm.carriers);
  lte_primary += ofdm.lte_primary;
  wifi_training += ofdm.wifi_training;
  if (ofdm.constellation != Constellation::unknown)
    ++constellations_[static_cast<std::size_t>(ofdm.constellation) % constellations_.size()];
  for (const ZadoffChu& each : ofdm.zadoff_chu) {
    if (each.length == 0 || each.length > kLongestSequence) continue;
    const auto known = std::ranges::find_if(roots_, [&](const RootVotes& votes) {
      return votes.length == each.length && votes.root == each.root;
    });
    if (known != roots_.end())
      ++known->votes;
    else if (roots_.size() < kMostRoots)
      roots_.push_back({each.length, each.root, 1});
    else if (const auto least = std::ranges::min_element(roots_, {}, &RootVotes::votes); least->votes == 1)
      *least = {each.length, each.root, 1};
  }
}

void SignalVotes::take(const Chirp& chirp) {
  chirp_bandwidth_hz.add(chirp.bandwidth_hz);
  if (chirp.spreading_factor < spreading_factors_.size()) ++spreading_factors_[chirp.spreading_factor];
}

void SignalVotes::take(const Fsk& fsk) {
  deviation_hz.add(fsk.deviation_hz);
  symbol_rate_hz.add(fsk.symbol_rate_hz);
}

void SignalVotes::take(const FmVideo& video) {
  line_rate_hz.add(video.line_rate_hz);
  if (video.field_rate_hz) field_rate_hz.add(*video.field_rate_hz);
  video_deviation_hz.add(video.deviation_hz);
  if (video.mean_hz) video_mean_hz.add(*video.mean_hz);
}

void SignalVotes::take(const Carrier& carrier) { drift_hz_per_s.add(std::abs(carrier.drift_hz_per_s)); }

Family SignalVotes::family() const {
  if (seen_[0] == count_) return Family::unknown;
  const auto best = std::max_element(log_likelihood_.begin() + 1, log_likelihood_.end());
  return static_cast<Family>(best - log_likelihood_.begin());
}

double SignalVotes::evidence(Family family) const {
  if (family == Family::unknown || seen_[0] == count_) return 0;
  const auto at = static_cast<std::size_t>(family);
  double best_other = -INFINITY;
  for (std::size_t each = 1; each < kFamilies; ++each)
    if (each != at) best_other = std::max(best_other, log_likelihood_[each]);
  return std::clamp(log_likelihood_[at] - best_other, -kMostEvidence, kMostEvidence);
}

double SignalVotes::share(Family family) const {
  const std::uint32_t known = count_ - seen_[0];
  return known > 0 ? static_cast<double>(seen_[static_cast<std::size_t>(family)]) / known : 0;
}

std::optional<int> SignalVotes::spreading_factor() const {
  const auto most = std::ranges::max_element(spreading_factors_);
  return *most > 0 ? std::optional(static_cast<int>(most - spreading_factors_.begin())) : std::nullopt;
}

Constellation SignalVotes::constellation() const {
  std::uint32_t known = 0;
  for (const std::uint32_t votes : constellations_) known += votes;
  if (known < 2) return Constellation::unknown;
  for (std::size_t order = constellations_.size(); order-- > 1;)
    if (5 * constellations_[order] >= known) return static_cast<Constellation>(order);
  return Constellation::unknown;
}

std::vector<RootVotes> SignalVotes::roots() const {
  std::vector<RootVotes> found;
  for (const RootVotes& each : roots_)
    if (each.votes > 1) found.push_back(each);
  std::ranges::sort(found, [](const RootVotes& a, const RootVotes& b) {
    return a.votes != b.votes ? a.votes > b.votes : std::pair(a.length, a.root) < std::pair(b.length, b.root);
  });
  return found;
}

std::uint32_t SignalVotes::root_votes(std::uint16_t length) const {
  std::uint32_t votes = 0;
  for (const RootVotes& each : roots_)
    if (each.length == length) votes += each.votes;
  return votes;
}

}  // namespace windhover::decoders::links
