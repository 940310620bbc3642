#include "dsp/box_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "dsp/energy_gate.hpp"

namespace windhover::dsp {
namespace {

// Covariance of Hann-windowed bins, 1, 2/3 and 1/6, is a banded Toeplitz matrix: its eigenvalues lie close to
// its symbol at equidistant angles.
std::vector<double> eigenvalues(std::size_t bins) {
  std::vector<double> lambda(bins);
  double sum = 0;
  for (std::size_t j = 0; j < bins; ++j) {
    const double angle = std::numbers::pi * static_cast<double>(j + 1) / static_cast<double>(bins + 1);
    sum += lambda[j] = 1 + 4.0 / 3 * std::cos(angle) + 1.0 / 3 * std::cos(2 * angle);
  }
  for (double& each : lambda) each *= static_cast<double>(bins) / sum;
  return lambda;
}

struct Tail {
  double value;        // of the sum
  double probability;  // that it is exceeded
};

Tail tail_at(double saddle, const std::vector<double>& lambda, double blocks) {
  double k = 0, k1 = 0, k2 = 0;
  for (const double each : lambda) {
    const double rest = 1 - each * saddle;
    k -= blocks * std::log(rest);
    k1 += blocks * each / rest;
    k2 += blocks * each * each / (rest * rest);
  }
  const double w = std::sqrt(2 * (saddle * k1 - k)), v = saddle * std::sqrt(k2);
  const double density = std::exp(-w * w / 2) / std::sqrt(2 * std::numbers::pi);
  return {k1, std::erfc(w / std::numbers::sqrt2) / 2 + density * (1 / v - 1 / w)};
}

}  // namespace

double box_threshold(std::size_t cells, std::size_t blocks, double probability) {
  const std::vector<double> lambda = eigenvalues(cells * kBinsPerCell);
  double low = 1e-6, high = 1 / *std::max_element(lambda.begin(), lambda.end());
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (tail_at(middle, lambda, static_cast<double>(blocks)).probability > probability ? low : high) = middle;
  }
  return tail_at(low, lambda, static_cast<double>(blocks)).value /
         static_cast<double>(lambda.size() * blocks);
}

}  // namespace windhover::dsp
