#pragma once
// What each stage costs alone, and the whole pipeline, in ratios to the bare FFT of the same run.

#include <string>
#include <vector>

#include "dsp/types.hpp"

namespace windhover::bench {

struct BenchOptions {
  std::vector<double> rates_hz;
  std::vector<std::string> scenarios;  ///< "idle", "busy"
  double seconds = 1;                  ///< of signal for each run
  int repeat = 3;                      ///< the median counts
};

/// One stage at one rate.
struct StageCost {
  std::string stage;
  double ns_per_sample = 0;  ///< of the stream
  double core_percent = 0;   ///< of one core, at real time
  double to_fft = 0;         ///< ratio to the bare forward FFT of the same rate
};

struct PipelineCost {
  std::string scenario;
  double ns_per_sample = 0, core_percent = 0, to_fft = 0;
  double times_realtime_per_core = 0;  ///< signal seconds for each CPU second
  double times_realtime_wall = 0;
  std::size_t frames = 0, expected = 0;
};

struct RateReport {
  double rate_hz = 0;
  double fft_ns_per_point = 0;
  std::vector<StageCost> stages;
  std::vector<PipelineCost> pipelines;
};

struct BenchReport {
  std::string fft_library, plan_rigour;
  double memcpy_gb_per_s = 0;
  std::vector<RateReport> rates;
  /// False if a scenario gave fewer frames than were sent: speed may not be bought with them.
  bool complete = true;
};

BenchReport run_bench(const BenchOptions& options);

}  // namespace windhover::bench
