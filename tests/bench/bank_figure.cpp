#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>
#include <memory>

#include "tests/bench/figures.hpp"
#include "tests/support/bank_proof.hpp"

namespace windhover::bench {
namespace {

using dsp::ChannelFilter;
using dsp::ChannelTap;
using synth::BankCase;

struct Extremes {
  double passband_ripple_db = 0;
  double stopband_db = -300;  // the loudest of it
};

Extremes sweep(const BankCase& c) {
  synth::ProofBank bank(c.rate);
  const auto offset = static_cast<std::int64_t>(std::lround(c.offset_hz / dsp::kBinHz));
  ChannelTap tap(bank.geometry, std::make_shared<ChannelFilter>(bank.geometry, c.channel_rate, c.passband),
                 offset);
  Extremes found;
  constexpr int kTones = 60;
  for (int i = 0; i <= kTones; ++i) {
    const double inside = c.passband.value * (static_cast<double>(i) / kTones - 0.5);
    found.passband_ripple_db =
        std::max(found.passband_ripple_db, std::abs(tone_response_db(bank, tap, offset, inside)));
    const double outside = c.channel_rate.value / 2 + 137e3 * i;
    found.stopband_db = std::max({found.stopband_db, tone_response_db(bank, tap, offset, outside),
                                  tone_response_db(bank, tap, offset, -outside)});
  }
  return found;
}

}  // namespace

bool bank_proof(std::ostream& out, Effort) {
  const std::array cases{BankCase{{61.44e6}, {15.36e6}, {11.7e6}, 12.34e6},
                         BankCase{{30.72e6}, {15.36e6}, {11.7e6}, -7.03e6},
                         BankCase{{20e6}, {2e6}, {1.4e6}, 4.01e6}, BankCase{{20e6}, {4e6}, {2.5e6}, -2.02e6}};
  out << "| band | channel | passband | difference to direct form | ripple | stop band and aliasing "
         "|\n|---|---|---|---|---|---|\n"
      << std::fixed;
  bool kept = true;
  for (const BankCase& c : cases) {
    const double difference = difference_to_direct_db(c);
    const Extremes extremes = sweep(c);
    out << std::setprecision(2) << "| " << c.rate.value / 1e6 << " MS/s | " << c.channel_rate.value / 1e6
        << " MS/s | " << c.passband.value / 1e6 << " MHz | " << std::setprecision(1) << difference << " dB | "
        << std::setprecision(4) << extremes.passband_ripple_db << " dB | " << std::setprecision(1)
        << extremes.stopband_db << " dB |\n";
    kept &= difference <= -90 && extremes.stopband_db <= -60 && extremes.passband_ripple_db < 0.01;
  }
  return kept;
}

}  // namespace windhover::bench
