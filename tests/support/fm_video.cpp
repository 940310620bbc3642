#include "tests/support/fm_video.hpp"

#include <array>
#include <cmath>
#include <complex>
#include <numbers>

namespace windhover::synth {

const VideoStandard kPal{.line_s = 64e-6,
                         .half_lines = 625,
                         .broad_pulses = 5,
                         .blanked = 50,
                         .broad_s = 27.3e-6,
                         .sync_s = 4.7e-6,
                         .equalising_s = 2.35e-6,
                         .burst_from_s = 5.6e-6,
                         .burst_s = 2.25e-6,
                         .active_from_s = 10.5e-6,
                         .front_porch_s = 1.5e-6,
                         .subcarrier_hz = 4433618.75,
                         .sync_v = -0.3,
                         .white_v = 0.7,
                         .alternates = true};
const VideoStandard kNtsc{.line_s = 1001.0 / 15'750'000,
                          .half_lines = 525,
                          .broad_pulses = 6,
                          .blanked = 42,
                          .broad_s = 27.1e-6,
                          .sync_s = 4.7e-6,
                          .equalising_s = 2.3e-6,
                          .burst_from_s = 5.3e-6,
                          .burst_s = 2.5e-6,
                          .active_from_s = 9.4e-6,
                          .front_porch_s = 1.5e-6,
                          .subcarrier_hz = 315e6 / 88,
                          .sync_v = -0.286,
                          .white_v = 0.714,
                          .alternates = false};

namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;
constexpr double kBurst_v = 0.15, kSound_v = 0.05;
constexpr double kVideoPassband_hz = 26e6;
constexpr double kTone_hz = 1e3, kTone_deviation_hz = 50e3;

/// Where in the raster an instant lies.
struct RasterPoint {
  enum class Kind : std::uint8_t { line, equalising, broad } kind;
  double in_pulse_s;  ///< since the half-line began, or the line for lines
  int half_line;      ///< of the field
  bool odd_line;
};

RasterPoint raster_point(const VideoStandard& standard, double t_s) {
  const double half_s = standard.line_s / 2;
  const auto h = static_cast<std::int64_t>(std::floor(t_s / half_s));
  const double in_half_s = t_s - static_cast<double>(h) * half_s;
  RasterPoint out{RasterPoint::Kind::line, in_half_s, static_cast<int>(h % standard.half_lines), false};
  const int pulses = standard.broad_pulses;
  if (out.half_line < pulses)
    out.kind = RasterPoint::Kind::broad;
  else if (out.half_line < 2 * pulses || out.half_line >= standard.half_lines - pulses)
    out.kind = RasterPoint::Kind::equalising;
  else if (h % 2 != 0)
    out.in_pulse_s += half_s;
  out.odd_line = h / 2 % 2 != 0;
  return out;
}

/// Bars of falling brightness and different colours that wander to the left, on a vertical gradient.
struct Picture {
  int bar;
  double brightness;
};
Picture picture_at(double x, double y, double t_s) {
  const double place = (x + 0.13 * t_s) * 8;
  const int bar = static_cast<int>(std::floor(place)) % 8;
  return {bar, (1 - bar / 8.0) * (0.5 + 0.5 * y)};
}

bool is_active(const VideoStandard& standard, const RasterPoint& at) {
  return at.kind == RasterPoint::Kind::line && at.half_line >= standard.blanked &&
         at.in_pulse_s >= standard.active_from_s && at.in_pulse_s < standard.line_s - standard.front_porch_s;
}

Picture picture_at(const VideoStandard& standard, const RasterPoint& at, double t_s) {
  const double active_s = standard.line_s - standard.front_porch_s - standard.active_from_s;
  return picture_at((at.in_pulse_s - standard.active_from_s) / active_s,
                    static_cast<double>(at.half_line) / standard.half_lines, t_s);
}

/// Weights of a smooth edge of about 0.15 µs.
constexpr std::size_t kEdge = 9;
std::array<double, kEdge> edge_weights() {
  std::array<double, kEdge> out{};
  for (std::size_t i = 0; i < kEdge; ++i)
    out[i] = (1 - std::cos(kTwoPi * static_cast<double>(i + 1) / (kEdge + 1))) / (kEdge + 1);
  return out;
}

}  // namespace

double FmVideo::level_v(double t_s) const {
  const VideoStandard& standard = options_.standard;
  const RasterPoint at = raster_point(standard, t_s);
  const double pulse_s = at.kind == RasterPoint::Kind::broad        ? standard.broad_s
                         : at.kind == RasterPoint::Kind::equalising ? standard.equalising_s
                                                                    : standard.sync_s;
  if (at.in_pulse_s < pulse_s) return standard.sync_v;
  return is_active(standard, at)
             ? standard.white_v * options_.brightness * picture_at(standard, at, t_s).brightness
             : 0;
}

double FmVideo::colour_v(double t_s) const {
  const VideoStandard& standard = options_.standard;
  const RasterPoint at = raster_point(standard, t_s);
  if (at.kind != RasterPoint::Kind::line || at.half_line < standard.blanked) return 0;
  const bool in_burst =
      at.in_pulse_s >= standard.burst_from_s && at.in_pulse_s < standard.burst_from_s + standard.burst_s;
  if (!in_burst && !is_active(standard, at)) return 0;
  double hue = 0.75 * std::numbers::pi;
  if (!in_burst) {
    const int bar = picture_at(standard, at, t_s).bar;
    if (bar == 0 || bar == 7) return 0;  // white and black have no colour
    hue = kTwoPi * bar / 6.0;
  }
  const double sign = standard.alternates && at.odd_line ? -1 : 1;
  return kBurst_v * std::sin(kTwoPi * std::fmod(standard.subcarrier_hz * t_s, 1.0) + sign * hue);
}

std::vector<double> FmVideo::luminance(std::size_t first, std::size_t count) const {
  static const auto weights = edge_weights();
  std::vector<double> sharp;
  for (std::size_t n = 0; n < count + kEdge - 1; ++n)
    sharp.push_back(level_v(static_cast<double>(first + n) / kFmVideoRate_hz));
  std::vector<double> out(count);
  for (std::size_t n = 0; n < count; ++n)
    for (std::size_t i = 0; i < kEdge; ++i) out[n] += weights[i] * sharp[n + i];
  return out;
}

double FmVideo::carrier_v() const {
  const VideoStandard& standard = options_.standard;
  if (!options_.holds_mean) return (standard.sync_v + standard.white_v) / 2;
  // Bars that wander leave every field's mean as it is, and colour and sound have none.
  constexpr double kStep_s = 0.1e-6;
  const auto steps = static_cast<std::size_t>(standard.half_lines * standard.line_s / 2 / kStep_s);
  double sum = 0;
  for (std::size_t n = 0; n < steps; ++n) sum += level_v(static_cast<double>(n) * kStep_s);
  return sum / static_cast<double>(steps);
}

Waveform FmVideo::piece(std::size_t n) {
  while (start_turns_.size() <= n) piece(start_turns_.size() - 1);
  Waveform wave{{}, {kFmVideoRate_hz}, {kVideoPassband_hz}, {kVideoPassband_hz}};
  wave.samples.reserve(kFmVideoPiece);
  const std::size_t first = n * kFmVideoPiece;
  const auto picture = luminance(first, kFmVideoPiece);
  const double middle_v = carrier_v();
  double turns = start_turns_[n];
  for (std::size_t i = 0; i < kFmVideoPiece; ++i) {
    const double t_s = static_cast<double>(first + i) / kFmVideoRate_hz;
    double volts = picture[i] - middle_v + colour_v(t_s);
    if (options_.sound_hz > 0)
      volts += kSound_v * std::sin(kTwoPi * std::fmod(options_.sound_hz * t_s, 1.0) +
                                   kTone_deviation_hz / kTone_hz * std::sin(kTwoPi * kTone_hz * t_s));
    wave.samples.emplace_back(std::polar(1.0, kTwoPi * turns));
    turns += options_.deviation_hz_per_v * volts / kFmVideoRate_hz;
    turns -= std::floor(turns);
  }
  if (start_turns_.size() == n + 1) start_turns_.push_back(turns);
  return wave;
}

}  // namespace windhover::synth
