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
constexpr int kLowPassReach = 24;
constexpr std::size_t kLowPassPhases = 2048;

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

/// A Hann-windowed low-pass of `width` cycles a sample, for kLowPassPhases places between two samples.
std::vector<float> low_pass(double width) {
  std::vector<float> taps;
  taps.reserve(kLowPassPhases * 2 * kLowPassReach);
  for (std::size_t phase = 0; phase < kLowPassPhases; ++phase)
    for (int tap = 1 - kLowPassReach; tap <= kLowPassReach; ++tap) {
      const double t = static_cast<double>(phase) / kLowPassPhases - tap;
      const double window = 0.5 + 0.5 * std::cos(std::numbers::pi * t / kLowPassReach);
      taps.push_back(static_cast<float>(width * sinc(width * t) * window));
    }
  return taps;
}

/// cycles  that the phase turns forward at each sample
cf32 turned(double cycles, double at) {
  return static_cast<cf32>(std::polar(1.0, 2 * std::numbers::pi * std::fmod(cycles * at, 1.0)));
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

// The part of the band that both share is brought to 0 Hz, filtered and resampled there, and brought to where
// the receiver has it.
std::vector<cf32> receive(const AirRecording& air, Hertz centre, Hertz rate) {
  const double shift = (centre - air.centre) / air.rate, half = rate / air.rate / 2;
  const double low = std::max(-0.5, shift - half), high = std::min(0.5, shift + half);
  const double step = air.rate / rate, middle = (low + high) / 2;
  const std::size_t size = air.samples.size();
  std::vector<cf32> out(static_cast<std::size_t>(static_cast<double>(size) / step));
  if (low >= high) return out;
  std::vector<cf32> shared(size +
                           2 * kLowPassReach);  // a turn of the loop, and what the filter needs around it
  for (std::size_t n = 0; n < shared.size(); ++n)
    shared[n] = air.samples[(n + size - kLowPassReach % size) % size] *
                turned(-middle, static_cast<double>(n) - kLowPassReach);
  const std::vector<float> taps = low_pass(high - low);
  for (std::size_t k = 0; k < out.size(); ++k) {
    const double at = static_cast<double>(k) * step;
    const auto before = static_cast<std::size_t>(at);
    const auto phase = static_cast<std::size_t>((at - static_cast<double>(before)) * kLowPassPhases);
    const cf32* in = &shared[before + 1];
    const float* tap = &taps[phase * 2 * kLowPassReach];
    cf32 sum{};
    for (int i = 0; i < 2 * kLowPassReach; ++i) sum += in[i] * tap[i];
    out[k] = sum * turned(middle - shift, at);
  }
  return out;
}

}  // namespace windhover::synth
