#include <algorithm>
#include <cmath>
#include <iostream>

#include "decoders/registry.hpp"
#include "sensor/cli/commands.hpp"
#include "sensor/config_error.hpp"
#include "sensor/tuning/tuning_plan.hpp"

namespace windhover::sensor {
namespace {

using dsp::Hertz;

/// The highest that the filter bank takes too.
Hertz best_rate(const DeviceInfo& device) {
  Hertz best{};
  for (const HertzRange& rate : device.rates)
    if (rate.lowest <= dsp::kHighestBankRate)
      best = std::max(best, std::min(rate.highest, dsp::kHighestBankRate));
  return best;
}

/// What `run` would do with it: which windows, and what is heard in each.
void print_plan(const DeviceInfo& device) {
  const tuning::Reach reach{device.frequencies, best_rate(device).value, {}};
  try {
    std::cout << "  run --rate " << std::llround(reach.rate_hz) << ", "
              << tuning::explain(tuning::make_plan({}, decoders::registry(), reach));
  } catch (const ConfigError& error) {
    std::cout << "  " << error.what() << '\n';
  }
}

}  // namespace

int run_devices() {
  const auto devices = list_devices();
  if (devices.empty()) {
    std::cerr
        << "windhover: SoapySDR finds no device; is it plugged in, and is its SoapySDR module installed?\n";
    return 1;
  }
  for (const DeviceInfo& device : devices) {
    std::cout << device.label << "  --device \"" << device.args << "\"  " << device.native_format << '\n';
    if (device.problem)
      std::cout << "  cannot be asked: " << *device.problem << '\n';
    else
      print_plan(device);
  }
  return 0;
}

}  // namespace windhover::sensor
