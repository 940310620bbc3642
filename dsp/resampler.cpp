#include "dsp/resampler.hpp"

#include <liquid/liquid.h>

#include <cmath>
#include <stdexcept>
#include <string>

#include "dsp/filter_bank.hpp"

namespace windhover::dsp {
namespace {

constexpr float kStopbandDb = 80;
constexpr unsigned kFilters = 4096;  // the nearest of them is taken: its time is off by 1/8192 sample at most

bool is_product_of_2_3_5(std::size_t n) {
  for (const std::size_t factor : {2U, 3U, 5U})
    while (n % factor == 0) n /= factor;
  return n == 1;
}

resamp_crcf as_resamp(void* object) { return static_cast<resamp_crcf>(object); }

}  // namespace

Resampler::Resampler(double ratio) : ratio_(ratio), resamp_(nullptr) {
  if (!(ratio >= 1 && ratio <= 100))
    throw std::invalid_argument("a resampling ratio must be between 1 and 100");
  resamp_ = resamp_crcf_create(static_cast<float>(ratio), kDelay, 0.48f, kStopbandDb, kFilters);
  if (resamp_ == nullptr) throw std::runtime_error("liquid cannot make this resampler");
  reset();
}

Resampler::~Resampler() { resamp_crcf_destroy(as_resamp(resamp_)); }

void Resampler::reset() {
  resamp_crcf_reset(as_resamp(resamp_));
  to_drop_ = static_cast<std::size_t>(std::lround(kDelay * ratio_));
}

void Resampler::process(std::span<const cf32> in, std::vector<cf32>& out) {
  cf32 made[128];
  for (const cf32 x : in) {
    unsigned n = 0;
    resamp_crcf_execute(as_resamp(resamp_), x, made, &n);
    for (unsigned i = 0; i < n; ++i) {
      if (to_drop_ > 0)
        --to_drop_;
      else
        out.push_back(made[i]);
    }
  }
}

void Resampler::flush(std::vector<cf32>& out) {
  const cf32 zeros[kDelay] = {};
  process(zeros, out);
}

Hertz bank_rate_above(Hertz rate) {
  constexpr double kRoom = 1.08;
  auto bins =
      static_cast<std::size_t>(std::ceil(std::max(rate.value * kRoom, kLowestBankRate.value) / kBinHz));
  while (bins % 8 != 0 || !is_product_of_2_3_5(bins)) ++bins;
  const Hertz found{static_cast<double>(bins) * kBinHz};
  if (found > kHighestBankRate)
    throw std::invalid_argument("a rate of " + std::to_string(rate.value / 1e6) +
                                " MS/s is more than the filter bank takes; the most is 122.88 MS/s");
  return found;
}

}  // namespace windhover::dsp
