#include "sensor/links/emission_link.hpp"

#include <algorithm>
#include <cmath>

namespace windhover::sensor::links {
namespace {

using namespace decoders::links;

constexpr double kLengthSpread_s = 50e-6;
constexpr double kDrift = 30e-6;  // of the slots since it was last heard: clocks and the period's own error
constexpr std::size_t kMostKept = 512;  // of a window's lengths, widths and middles
constexpr double kStretch_s = 2e-3;     // between the end of one stretch and the next one's start
constexpr double kForgiven_db = 15;

double log_ratio(double a, double b) { return std::abs(std::log(a / b)); }

// Widths of wide signals are known to 2 %, of narrow ones to some cells of the spectrum.
double width_tolerance(double width_hz) { return width_hz > 3e6 ? 0.08 : 0.45; }

template <typename Values>
double quantile(Values& values, double share) {
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return static_cast<double>(values[static_cast<std::size_t>(at)]);
}

constexpr double kSureCarrier_hz = 1e3;  // far from the next carrier, 15 kHz away

/// Channels of kinds whose carriers lie on a raster: then what is left over is the sender's oscillator.
struct Raster {
  double first_hz, step_hz;
};
std::optional<Raster> raster_of(LinkKind kind) {
  switch (kind) {
    case LinkKind::ocusync_video:
    case LinkKind::ocusync_standby:
    case LinkKind::ocusync_control:
      return Raster{0, 500e3};
    case LinkKind::lora_control:
      return Raster{0, 100e3};
    case LinkKind::frsky_like:
    case LinkKind::sik_like:
      return Raster{0, 250e3};
    case LinkKind::zigbee:
      return Raster{2405e6, 5e6};
    default:
      return std::nullopt;
  }
}

}  // namespace

double EmissionLink::time_cost(const Burst& burst) const {
  if (!pattern_.period_s || !has_phase_) return 4;  // less sure than what comes on time
  const double since_s = burst.start_s - phase_s_;
  const double slots = std::round(since_s / *pattern_.period_s);
  if (slots < 1) return kUnfit;
  const double miss_s = std::abs(since_s - slots * *pattern_.period_s);
  const double drift_s = kDrift * std::min(slots * *pattern_.period_s, 3.0);
  if (miss_s > kStartGate_s + drift_s) return kUnfit;
  const double deviations = miss_s / (kStartSpread_s + drift_s);
  return deviations * deviations;
}

double EmissionLink::signal_cost(const Signal& signal) const {
  if (signal.modulation.index() == 0 || votes_.family() == Family::unknown) return 0;
  const double sure = 8 * static_cast<double>(signal.confidence);
  if (static_cast<Family>(signal.modulation.index()) != votes_.family()) return sure;
  if (const auto* fsk = std::get_if<Fsk>(&signal.modulation)) {
    const auto rate = votes_.symbol_rate_hz.value(), deviation = votes_.deviation_hz.value();
    if (rate && fsk->symbol_rate_hz > 0 && log_ratio(fsk->symbol_rate_hz, *rate) > 0.2) return sure;
    if (deviation && fsk->deviation_hz > 0 && log_ratio(fsk->deviation_hz, *deviation) > 0.3) return sure;
  }
  if (const auto* chirp = std::get_if<Chirp>(&signal.modulation))
    if (const auto factor = votes_.spreading_factor(); factor && *factor != chirp->spreading_factor)
      return sure;
  if (const auto* ofdm = std::get_if<Ofdm>(&signal.modulation))
    if (const auto spacing = votes_.spacing_hz.value();
        spacing && ofdm->spacing_hz > 0 && log_ratio(ofdm->spacing_hz, *spacing) > 0.2)
      return sure;
  return 0;
}

double EmissionLink::cost(const Burst& burst, const Signal* signal) const {
  // What is asked most often and costs least comes first.
  if (pauses_ && burst.start_s < last_end_s_ - kOverlap_s) return kUnfit;
  const double timing = time_cost(burst);
  if (timing == kUnfit) return kUnfit;
  const double tolerance = pauses_ ? width_tolerance(width_hz_) : 0.5;
  const double wider = log_ratio(burst.width_hz, width_hz_);
  if (wider > tolerance) return kUnfit;
  const double away_hz = std::abs(burst.center_hz - center_hz_);
  const double spread = width_hz_ > 3e6 ? 0.03 : std::max(0.07, 20e3 / width_hz_);
  double cost = pauses_ ? std::min(wider * wider / (spread * spread), 16.0) : 0;
  if (!pattern_.hops) {
    const double share = width_hz_ > 3e6 ? 0.04 : 0.07;
    const double near_hz = pauses_ ? std::max(60e3, share * width_hz_) : 0.2 * width_hz_;
    if (channels_.size() < 2 ? away_hz > near_hz : !channels_.contains(burst.center_hz, burst.width_hz))
      return kUnfit;
  } else {
    const double beside_hz = std::max(3 * width_hz_, 0.3 * (channels_.high_hz() - channels_.low_hz()));
    if (burst.center_hz < channels_.low_hz() - beside_hz || burst.center_hz > channels_.high_hz() + beside_hz)
      return kUnfit;
    if (!channels_.contains(burst.center_hz, burst.width_hz)) cost += 3;
  }
  if (pauses_ && longest_s_ > 0) {
    const double slack_s = 110e-6;
    const double least = pattern_.period_s ? 0.3 * shortest_s_ : 0.7 * shortest_s_ - slack_s;
    if (burst.duration_s < least || burst.duration_s > 1.3 * longest_s_ + slack_s) return kUnfit;
    const double beyond_s = std::max({shortest_s_ - burst.duration_s, burst.duration_s - longest_s_, 0.0});
    cost += std::min(beyond_s * beyond_s / (kLengthSpread_s * kLengthSpread_s), 12.0);
  }
  const double louder = (static_cast<double>(burst.level_db) - level_db_) / kLevelSpread_db;
  if (std::abs(louder) * kLevelSpread_db > kForgiven_db && pattern_.hops) cost += 4;
  return cost + timing + std::min(louder * louder, 16.0) + (signal != nullptr ? signal_cost(*signal) : 0);
}

void EmissionLink::learn(const std::vector<const Burst*>& bursts) {
  std::vector<double> durations, widths, centers, levels;
  double airtime_s = 0, continuing_s = 0;
  for (const Burst* burst : bursts) {
    durations.push_back(burst->duration_s);
    widths.push_back(burst->width_hz);
    centers.push_back(burst->center_hz);
    levels.push_back(static_cast<double>(burst->level_db));
    airtime_s += burst->duration_s;
    if (burst->continues) continuing_s += burst->duration_s;
  }
  width_hz_ = quantile(widths, 0.5);
  center_hz_ = quantile(centers, 0.5);
  level_db_ = quantile(levels, 0.5);
  gain_db_ = static_cast<double>(bursts.back()->level_dbfs - bursts.back()->level_db);
  shortest_s_ = quantile(durations, 0.05);
  typical_s_ = quantile(durations, 0.5);
  longest_s_ = quantile(durations, 0.95);
  const double span_s = bursts.back()->end_s() - bursts.front()->start_s;
  pauses_ = !(airtime_s > 0.93 * span_s && (continuing_s > 0.5 * airtime_s || bursts.size() < 3));
  first_start_s_ = bursts.front()->start_s;
}

void EmissionLink::begin_window(double begin_s, double end_s) {
  window_ = {};
  window_begin_s_ = begin_s;
  window_end_s_ = end_s;
  const double reach_s = std::min(carried_s_, end_s - begin_s);
  window_.airtime_s = window_.whole_s = reach_s;
  const double level_dbfs = level_db_ + gain_db_;
  window_.power = reach_s * std::pow(10, level_dbfs / 10);
  window_.antenna.add(level_dbfs, reach_s, full_scale_);
  window_.peak_dbfs = static_cast<float>(level_dbfs);
  window_.snr = reach_s * votes_.snr_db.value().value_or(0);
  total_.airtime_s += reach_s;
  total_.whole_s += reach_s;
  carried_s_ -= reach_s;
  if (carried_s_ < 1e-9) carried_s_ = 0;
  durations_s_.clear();
  widths_hz_.clear();
  centers_off_hz_.clear();
  continuing_s_ = reach_s;
  fit_ = {};
  window_first_s_ = -1;
}

void EmissionLink::add(const Burst& burst, const TimedSignal* signal, double window_end_s) {
  const double airtime_s = std::max(0.0, std::min(burst.end_s(), window_end_s) - burst.start_s);
  carried_s_ += std::max(0.0, burst.end_s() - std::max(window_end_s, burst.start_s));
  const bool goes_on = burst.continues && burst.start_s - last_end_s_ < kStretch_s;
  window_.bursts += goes_on ? 0 : 1;
  total_.bursts += goes_on ? 0 : 1;
  window_.airtime_s += airtime_s;
  total_.airtime_s += airtime_s;
  window_.power += airtime_s * burst.power;
  full_scale_ = burst.full_scale;
  window_.antenna.add(static_cast<double>(burst.level_dbfs), airtime_s, burst.full_scale);
  window_.saturated |= burst.saturated;
  window_.snr += airtime_s * static_cast<double>(burst.snr_db);
  window_.peak_dbfs = std::max(window_.peak_dbfs, burst.level_dbfs);
  if (burst.continues) continuing_s_ += airtime_s;
  if (durations_s_.size() < kMostKept) {
    durations_s_.push_back(static_cast<float>(burst.duration_s));
    widths_hz_.push_back(static_cast<float>(burst.width_hz));
    centers_off_hz_.push_back(static_cast<float>(burst.center_hz - center_hz_));
  }
  if (window_first_s_ < 0) window_first_s_ = burst.start_s;
  follow_period(burst);
  follow_hops(burst);
  follow_level(burst, airtime_s);
  follow_presence(burst);
  last_end_s_ = std::max(last_end_s_, burst.end_s());
  if (signal != nullptr) add_signal(*signal);
}

bool EmissionLink::misses(const Burst& burst) const {
  if (!pattern_.hops || !pattern_.period_s || !has_phase_ || !is_active()) return false;
  const double away_s = std::abs(std::remainder(burst.start_s - phase_s_, *pattern_.period_s));
  const double drift_s = kDrift * std::min(std::abs(burst.start_s - phase_s_), 3.0);
  return away_s < kStartGate_s + drift_s && burst.duration_s > 0.7 * shortest_s_ &&
         burst.duration_s < 1.3 * longest_s_ &&
         log_ratio(burst.width_hz, width_hz_) < width_tolerance(width_hz_) &&
         burst.center_hz > channels_.low_hz() && burst.center_hz < channels_.high_hz();
}

void EmissionLink::add_missed(const Burst& burst) {
  for (EmissionSums* sums : {&window_, &total_}) {
    ++sums->bursts;
    sums->airtime_s += burst.duration_s;
    sums->power += burst.duration_s * burst.power;
    sums->snr += burst.duration_s * static_cast<double>(burst.snr_db);
  }
  channels_.add(burst.center_hz, burst.width_hz);
}

void EmissionLink::add_signal(const TimedSignal& signal) {
  votes_.add(signal.signal);
  const double error_hz = signal.signal.carrier_error_hz;
  if (!(error_hz > 0) || !std::isfinite(error_hz) || !std::isfinite(signal.signal.carrier_hz)) return;
  const auto family = static_cast<Family>(signal.signal.modulation.index());
  if (family != votes_.family() || family == Family::unknown) return;
  if (family != carrier_family_) {  // what was taken for something else has told nothing
    carrier_family_ = family;
    carrier_weight_ = carrier_sum_ = carrier_squares_ = offset_weight_ = offset_sum_ = 0;
    carriers_ = 0;
  }
  const double carrier_hz = signal.center_hz + signal.signal.carrier_hz;
  const double weight = 1 / std::max(error_hz * error_hz, 1.0);
  if (!pattern_.hops) {
    const double off_hz = carrier_hz - center_hz_;
    carrier_weight_ += weight;
    carrier_sum_ += weight * off_hz;
    carrier_squares_ += weight * off_hz * off_hz;
    ++carriers_;
    return;
  }
  if (const auto raster = raster_of(verdict_.kind)) {
    const double left_hz = std::remainder(carrier_hz - raster->first_hz, raster->step_hz);
    const double ppm_weight = weight * carrier_hz * carrier_hz * 1e-12;
    offset_weight_ += ppm_weight;
    offset_sum_ += ppm_weight * left_hz / carrier_hz * 1e6;
  }
}

void EmissionLink::follow_period(const Burst& burst) {
  if (!pattern_.period_s) return;
  if (!has_phase_) {
    has_phase_ = true;
    phase_s_ = burst.start_s;
    return;
  }
  const double period_s = *pattern_.period_s;
  const double slots = std::round((burst.start_s - phase_s_) / period_s);
  const double expected_s = phase_s_ + slots * period_s;
  const double miss_s = burst.start_s - expected_s;
  const bool is_on = slots >= 1 && std::abs(miss_s) < kStartGate_s + kDrift * slots * period_s;
  ++(is_on ? on_period_ : off_period_);
  if (on_period_ + off_period_ > 4096) on_period_ /= 2, off_period_ /= 2;
  if (slots < 1) return;
  phase_s_ = is_on ? expected_s + (slots > 20 ? 1 : 0.3) * miss_s : burst.start_s;
  if (fit_.n == 0)
    fit_.begin_s = burst.start_s;
  else
    fit_.slot += slots;
  const double t = burst.start_s - fit_.begin_s;
  fit_.n += 1;
  fit_.k += fit_.slot;
  fit_.t += t;
  fit_.kk += fit_.slot * fit_.slot;
  fit_.kt += fit_.slot * t;
}

void EmissionLink::follow_hops(const Burst& burst) {
  channels_.add(burst.center_hz, burst.width_hz);
  if (!pattern_.hops) return;
  const bool stays =
      run_start_s_ >= 0 && std::abs(burst.center_hz - run_hz_) < std::max(45e3, 0.3 * width_hz_);
  if (stays) return;
  if (run_start_s_ >= 0) dwells_s_.add(burst.start_s - run_start_s_);
  run_start_s_ = burst.start_s;
  run_hz_ = burst.center_hz;
}

void EmissionLink::follow_level(const Burst& burst, double airtime_s) {
  const auto level_db = static_cast<double>(burst.level_db);
  level_db_ += 0.1 * (level_db - level_db_);
  gain_db_ = static_cast<double>(burst.level_dbfs) - level_db;
  const auto second = static_cast<std::int64_t>(std::floor(burst.start_s));
  if (second != level_second_) {
    if (level_weight_ > 0)
      levels_.push_back({static_cast<double>(level_second_),
                         static_cast<float>(10 * std::log10(level_power_ / level_weight_))});
    if (levels_.size() > kMostLevels) levels_.pop_front();
    level_second_ = second;
    level_power_ = level_weight_ = 0;
  }
  const double weight = std::max(airtime_s, 1e-6);
  level_power_ += weight * std::pow(10, level_db / 10);
  level_weight_ += weight;
}

void EmissionLink::follow_presence(const Burst& burst) {
  const double longest_pause_s = std::max(1.0, 3 * pattern_.period_s.value_or(0));
  if (presence_.empty() || burst.start_s - presence_.back().end_s > longest_pause_s)
    presence_.push_back({burst.start_s, burst.end_s()});
  presence_.back().end_s = std::max(presence_.back().end_s, burst.end_s());
  if (presence_.size() > kMostPresence) presence_.pop_front();
}

double EmissionLink::period_share() const {
  const std::uint64_t all = on_period_ + off_period_;
  return all > 0 ? static_cast<double>(on_period_) / static_cast<double>(all) : 0;
}

std::optional<double> EmissionLink::dwell_s() const {
  const auto median = dwells_s_.value();
  if (!pattern_.hops || !median) return std::nullopt;
  if (!pattern_.period_s) return median;
  return std::max(1.0, std::round(*median / *pattern_.period_s)) * *pattern_.period_s;
}

void EmissionLink::close_window(double end_s) {
  if (!durations_s_.empty()) {
    shortest_s_ = quantile(durations_s_, 0.05);
    typical_s_ = quantile(durations_s_, 0.5);
    longest_s_ = quantile(durations_s_, 0.95);
    width_hz_ = quantile(widths_hz_, 0.5);
    center_hz_ += quantile(centers_off_hz_, 0.5) * (carrier_weight_ > 0 ? 0 : 1);
    const double span_s = std::max(last_end_s_, window_begin_s_) - std::max(window_begin_s_, first_start_s_);
    const double heard_s = window_.airtime_s;
    pauses_ = !(heard_s > 0.93 * std::min(span_s, window_end_s_ - window_begin_s_) &&
                (continuing_s_ > 0.5 * heard_s || durations_s_.size() < 3));
  }
  if (pattern_.period_s && fit_.n >= 20) {
    const double denominator = fit_.n * fit_.kk - fit_.k * fit_.k;
    const double slope = denominator > 0 ? (fit_.n * fit_.kt - fit_.k * fit_.t) / denominator : 0;
    if (std::abs(slope - *pattern_.period_s) < 2e-3 * *pattern_.period_s) pattern_.period_s = slope;
  }
  if (pattern_.period_s && window_first_s_ >= 0) {
    const double last_s = std::min(last_end_s_, end_s);
    const auto slots = static_cast<std::uint64_t>((last_s - window_first_s_) / *pattern_.period_s + 1);
    window_.slots = std::max(slots, window_.bursts);
    window_.whole_s = window_.airtime_s + static_cast<double>(window_.slots - window_.bursts) * typical_s_;
  } else {
    window_.whole_s = window_.airtime_s;
  }
  total_.slots += window_.slots;
  total_.whole_s += window_.whole_s;
  judge();
}

void EmissionLink::judge() {
  const auto channels_hz = channels_.channels_hz();
  LinkShape shape;
  shape.center_hz = nominal_hz();
  shape.width_hz = width_hz_;
  shape.channels_hz = channels_hz;
  shape.bursts = total_.bursts;
  shape.burst_s = typical_s_;
  shape.shortest_s = shortest_s_;
  shape.longest_s = longest_s_;
  shape.period_s = pattern_.period_s;
  shape.period_share = period_share();
  shape.dwell_s = dwell_s();
  const double span_s = last_end_s_ - first_start_s_;
  shape.duty = span_s > 0 ? std::min(1.0, total_.airtime_s / span_s) : 0;
  shape.pauses = pauses_;
  shape.votes = &votes_;
  verdict_ = kind_of(shape);
}

double EmissionLink::nominal_hz() const {
  const auto measured = carrier();
  if (!measured) return center_hz_;
  if (votes_.family() == Family::fm_video)
    return nominal_video_hz(measured->hz, votes_.video_mean_hz.value());
  // Reference symbols tell the middle carrier, also where the band's edge cuts some off.
  const bool is_sure = votes_.family() == Family::ofdm && measured->error_hz < kSureCarrier_hz;
  return is_sure && !votes_.roots().empty() ? measured->hz : center_hz_;
}

std::optional<EmissionLink::Carrier> EmissionLink::carrier() const {
  if (pattern_.hops || !(carrier_weight_ > 0)) return std::nullopt;
  const double off_hz = carrier_sum_ / carrier_weight_;
  // Snapshots that disagree by more than they claim to be sure of, such as by a whole carrier, are believed
  // less.
  const double scatter_hz2 = std::max(0.0, carrier_squares_ / carrier_weight_ - off_hz * off_hz);
  return Carrier{center_hz_ + off_hz,
                 std::sqrt(std::max(1 / carrier_weight_, scatter_hz2 / static_cast<double>(carriers_)))};
}

std::optional<EmissionLink::Carrier> EmissionLink::offset_ppm() const {
  const auto raster = raster_of(verdict_.kind);
  if (!raster) return std::nullopt;
  if (const auto fixed = carrier()) {
    const double ppm = 1e6 / fixed->hz;
    return Carrier{ppm * std::remainder(fixed->hz - raster->first_hz, raster->step_hz),
                   ppm * fixed->error_hz};
  }
  if (!(offset_weight_ > 0)) return std::nullopt;
  return Carrier{offset_sum_ / offset_weight_, 1 / std::sqrt(offset_weight_)};
}

}  // namespace windhover::sensor::links
