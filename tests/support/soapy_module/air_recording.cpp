#include "tests/support/soapy_module/air_recording.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <numbers>
#include <stdexcept>
#include <string>

namespace windhover::synth {
namespace {

using dsp::cf32;
using dsp::Hertz;

// Input samples on each side that make up an output sample.
constexpr int kReach = 24;

template <typename Component>
std::vector<cf32> samples_of(const std::string& octets, float full_scale) {
  std::vector<cf32> out(octets.size() / (2 * sizeof(Component)));
  for (std::size_t i = 0; i < out.size(); ++i) {
    Component iq[2];
    std::memcpy(iq, octets.data() + i * sizeof iq, sizeof iq);
    out[i] = {static_cast<float>(iq[0]) / full_scale, static_cast<float>(iq[1]) / full_scale};
  }
  return out;
}

std::vector<cf32> samples_of(const std::string& octets, const std::string& datatype) {
  if (datatype == "ci8") return samples_of<std::int8_t>(octets, 128);
  if (datatype == "ci16_le") return samples_of<std::int16_t>(octets, 32768);
  if (datatype == "cf32_le") return samples_of<float>(octets, 1);
  throw std::runtime_error("cannot play samples of type " + datatype);
}

double sinc(double x) {
  const double angle = std::numbers::pi * x;
  return std::abs(angle) < 1e-9 ? 1 : std::sin(angle) / angle;
}

/// A band-pass from `low` to `high` (cycles a sample), Hann-windowed, at `t` samples from its middle.
cf32 band_pass(double low, double high, double t) {
  if (std::abs(t) >= kReach) return {};
  const double width = high - low, window = 0.5 + 0.5 * std::cos(std::numbers::pi * t / kReach);
  return static_cast<cf32>(std::polar(width * sinc(width * t) * window, std::numbers::pi * (low + high) * t));
}

}  // namespace

AirRecording read_air_recording(const std::filesystem::path& meta) {
  std::ifstream text(meta);
  if (!text) throw std::runtime_error("there is no recording " + meta.string());
  const auto json = nlohmann::json::parse(text);
  auto path = meta;
  std::ifstream file(path.replace_extension(".sigmf-data"), std::ios::binary);
  const std::string octets{std::istreambuf_iterator<char>(file), {}};
  AirRecording air;
  air.rate = {json.at("global").at("core:sample_rate").get<double>()};
  air.centre = {json.at("captures").at(0).at("core:frequency").get<double>()};
  air.samples = samples_of(octets, json.at("global").at("core:datatype").get<std::string>());
  if (air.samples.empty()) throw std::runtime_error("the recording " + meta.string() + " is empty");
  return air;
}

std::vector<cf32> receive(const AirRecording& air, Hertz centre, Hertz rate) {
  if (centre == air.centre && rate == air.rate) return air.samples;
  const double shift = (centre - air.centre) / air.rate, half = rate / air.rate / 2;
  const double low = std::max(-0.5, shift - half), high = std::min(0.5, shift + half);
  const double step = air.rate / rate;
  std::vector<cf32> out(static_cast<std::size_t>(static_cast<double>(air.samples.size()) / step));
  if (low >= high) return out;
  const auto size = static_cast<std::int64_t>(air.samples.size());
  for (std::size_t k = 0; k < out.size(); ++k) {
    const double at = static_cast<double>(k) * step;
    const auto nearest = static_cast<std::int64_t>(at);
    cf32 sum{};
    for (std::int64_t n = nearest - kReach + 1; n <= nearest + kReach; ++n)
      sum += air.samples[static_cast<std::size_t>((n + size) % size)] *
             band_pass(low, high, at - static_cast<double>(n));
    out[k] = sum * static_cast<cf32>(std::polar(1.0, -2 * std::numbers::pi * shift * at));
  }
  return out;
}

}  // namespace windhover::synth
