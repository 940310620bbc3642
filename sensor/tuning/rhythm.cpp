#include "sensor/tuning/rhythm.hpp"

#include <algorithm>

namespace windhover::sensor::tuning {

// What is left of the pause under way when a visit begins: density (1 - F(t)) / mean, F uniform.
double caught(const Rhythm& rhythm, double dwell_s) {
  const double t = dwell_s - rhythm.duration_s;
  const double a = rhythm.shortest_s, b = rhythm.longest_s, mean = (a + b) / 2;
  if (!(t > 0)) return 0;
  if (!(b > 0) || t >= b) return 1;
  if (t <= a) return t / mean;
  const double spread = b - a;
  return std::min(1.0, (a + (spread * spread - (b - t) * (b - t)) / (2 * spread)) / mean);
}

double dwell_for(const Rhythm& rhythm, double probability) {
  if (!(rhythm.longest_s > 0)) return 0;
  double low = 0, high = rhythm.longest_s + rhythm.duration_s;
  for (int i = 0; i < 50; ++i) {
    const double middle = (low + high) / 2;
    (caught(rhythm, middle) < probability ? low : high) = middle;
  }
  return high;
}

}  // namespace windhover::sensor::tuning
