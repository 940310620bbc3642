#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "dsp/filter_bank.hpp"
#include "sensor/cli/commands.hpp"
#include "sensor/config_error.hpp"
#include "tests/bench/stages.hpp"

namespace windhover::sensor {
namespace {

using bench::BenchReport;
using Json = nlohmann::ordered_json;

Json to_json(const BenchReport& report) {
  Json json{{"fft", report.fft_library},
            {"plans", report.plan_rigour},
            {"memcpy_gb_per_s", report.memcpy_gb_per_s},
            {"complete", report.complete},
            {"rates", Json::array()}};
  for (const auto& rate : report.rates) {
    Json at{{"rate_hz", rate.rate_hz},
            {"fft_ns_per_point", rate.fft_ns_per_point},
            {"stages", Json::array()},
            {"pipelines", Json::array()}};
    for (const auto& s : rate.stages)
      at["stages"].push_back({{"stage", s.stage},
                              {"ns_per_sample", s.ns_per_sample},
                              {"core_percent", s.core_percent},
                              {"to_fft", s.to_fft}});
    for (const auto& p : rate.pipelines)
      at["pipelines"].push_back({{"scenario", p.scenario},
                                 {"ns_per_sample", p.ns_per_sample},
                                 {"core_percent", p.core_percent},
                                 {"to_fft", p.to_fft},
                                 {"times_realtime_per_core", p.times_realtime_per_core},
                                 {"times_realtime_wall", p.times_realtime_wall},
                                 {"frames", p.frames},
                                 {"expected", p.expected}});
    json["rates"].push_back(std::move(at));
  }
  return json;
}

void print(const BenchReport& report) {
  std::cout << report.fft_library << ", plans by " << report.plan_rigour << "; memcpy of 64 MiB "
            << std::fixed << std::setprecision(1) << report.memcpy_gb_per_s << " GB/s\n";
  for (const auto& rate : report.rates) {
    std::cout << '\n'
              << rate.rate_hz / 1e6 << " MS/s; bare FFT " << std::setprecision(2) << rate.fft_ns_per_point
              << " ns a point\n"
              << std::left << std::setw(46) << "stage" << std::right << std::setw(11) << "ns/sample"
              << std::setw(9) << "% core" << std::setw(9) << "to FFT" << '\n';
    for (const auto& s : rate.stages)
      std::cout << std::left << std::setw(46) << s.stage << std::right << std::setw(11) << s.ns_per_sample
                << std::setw(9) << s.core_percent << std::setw(9) << s.to_fft << '\n';
    for (const auto& p : rate.pipelines)
      std::cout << std::left << std::setw(46) << "all threads, " + p.scenario << std::right << std::setw(11)
                << p.ns_per_sample << std::setw(9) << p.core_percent << std::setw(9) << p.to_fft << "   "
                << p.times_realtime_per_core << " x real time a core, " << p.times_realtime_wall
                << " x wall, " << p.frames << " of " << p.expected << " frames\n";
  }
}

}  // namespace

int run_bench(const BenchCommand& command) {
  for (const double rate : command.rates_hz)
    if (!dsp::is_bank_rate({rate}))
      throw ConfigError("--rate must be a multiple of 40 kHz from 0.96 to 122.88 MS/s, such as 61440000");
  bench::BenchOptions options{command.rates_hz, {command.scenario}, command.seconds, command.repeat};
  if (command.scenario == "all") options.scenarios = {"idle", "busy"};
  const BenchReport report = bench::run_bench(options);
  if (command.json)
    std::cout << to_json(report).dump(2) << '\n';
  else
    print(report);
  if (!report.complete) std::cerr << "windhover: frames are missing, so these speeds do not count\n";
  return report.complete ? 0 : 1;
}

}  // namespace windhover::sensor
