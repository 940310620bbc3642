#pragma once
// What each command does; the return value is the exit code.

#include "sensor/cli/arguments.hpp"

namespace windhover::sensor {

int run_replay(const ReplayCommand& command);
int run_live(const RunCommand& command);
int run_synth(const SynthCommand& command);
int run_bench(const BenchCommand& command);
int run_record(const RecordCommand& command);
int run_devices();
int run_keygen(const KeygenCommand& command);
int run_gateway(const GatewayCommand& command);

}  // namespace windhover::sensor
