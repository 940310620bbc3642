#include "sensor/cli/commands.hpp"
namespace windhover::sensor {
int run_bench(const BenchCommand&) { return 1; }
}  // namespace windhover::sensor
