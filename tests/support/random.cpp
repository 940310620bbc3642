#include "tests/support/random.hpp"

#include <bit>
#include <cmath>

namespace windhover::synth {
namespace {

constexpr unsigned kLayers = 256;
// Where the base layer's rectangle ends, and the area of each layer, for 256 layers of exp(-x²/2).
constexpr double kTailStart = 3.6541528853610088;
constexpr double kLayerArea = 0.00492867323399;

double density(double x) { return std::exp(-0.5 * x * x); }

struct Ziggurat {
  std::array<double, kLayers + 1> edge{};     ///< right end of each layer, outermost first
  std::array<double, kLayers + 1> height{};   ///< density at that edge
  std::array<float, kLayers> step{};          ///< edge / 2²³: from a signed 24-bit number to x
  std::array<std::int32_t, kLayers> inner{};  ///< magnitudes below it lie under the curve for certain

  Ziggurat() {
    edge[0] = kLayerArea / density(kTailStart);
    edge[1] = kTailStart;
    for (unsigned i = 2; i < kLayers; ++i)
      edge[i] = std::sqrt(-2 * std::log(kLayerArea / edge[i - 1] + density(edge[i - 1])));
    for (unsigned i = 0; i <= kLayers; ++i) height[i] = density(edge[i]);
    for (unsigned i = 0; i < kLayers; ++i) {
      step[i] = static_cast<float>(edge[i] / (1 << 23));
      inner[i] = static_cast<std::int32_t>(edge[i + 1] / edge[i] * (1 << 23));
    }
  }
};

const Ziggurat kZiggurat;

std::uint64_t splitmix64(std::uint64_t& state) {
  std::uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

}  // namespace

Random::Random(std::uint64_t seed, std::uint64_t stream) {
  std::uint64_t mixed = stream;
  std::uint64_t start = seed ^ splitmix64(mixed);
  for (auto& word : state_) word = splitmix64(start);
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

double Random::uniform(double low, double high) { return low + (high - low) * uniform(); }

/// Eight bits choose the layer, the other twenty-four are the signed position in it.
float Random::normal_from(std::uint32_t bits) {
  const unsigned layer = bits & 0xff;
  const std::int32_t position = static_cast<std::int32_t>(bits) >> 8;
  const float x = static_cast<float>(position) * kZiggurat.step[layer];
  if (position < kZiggurat.inner[layer] && -position < kZiggurat.inner[layer]) [[likely]]
    return x;
  return normal_outside(layer, static_cast<double>(x));
}

/// About one draw in eighty: the tail beyond the base layer, or the wedge between rectangle and curve.
float Random::normal_outside(unsigned layer, double x) {
  if (layer == 0) {
    double beyond = 0, limit = 0;
    do {
      beyond = -std::log(1 - uniform()) / kTailStart;
      limit = -std::log(1 - uniform());
    } while (2 * limit < beyond * beyond);
    return static_cast<float>(x < 0 ? -kTailStart - beyond : kTailStart + beyond);
  }
  const double low = kZiggurat.height[layer], high = kZiggurat.height[layer + 1];
  if (low + uniform() * (high - low) < density(x)) return static_cast<float>(x);
  return normal();
}

float Random::normal() { return normal_from(static_cast<std::uint32_t>(next() >> 32)); }

dsp::cf32 Random::complex_normal(double power) {
  const auto sigma = static_cast<float>(std::sqrt(power / 2));
  const std::uint64_t bits = next();
  const float re = normal_from(static_cast<std::uint32_t>(bits));
  const float im = normal_from(static_cast<std::uint32_t>(bits >> 32));
  return {sigma * re, sigma * im};
}

void Random::add_noise(std::span<dsp::cf32> iq, double power) {
  const auto sigma = static_cast<float>(std::sqrt(power / 2));
  for (auto& x : iq) {
    const std::uint64_t bits = next();
    const float re = normal_from(static_cast<std::uint32_t>(bits));
    const float im = normal_from(static_cast<std::uint32_t>(bits >> 32));
    x += dsp::cf32(sigma * re, sigma * im);
  }
}

}  // namespace windhover::synth
