#pragma once
// How the machine and this process are doing, as Linux tells it. What it does not tell is absent.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace windhover::gateway {

/// Time of all processors since boot, in ticks.
struct ProcessorTimes {
  std::uint64_t busy = 0, total = 0;
};

struct HostStats {
  std::optional<ProcessorTimes> processors;
  std::optional<std::uint64_t> memory_total_bytes, memory_available_bytes;
  std::optional<std::uint64_t> disk_total_bytes, disk_used_bytes;  ///< of the root file system
  std::optional<double> temperature_celsius;                       ///< of the hottest zone
  std::optional<double> uptime_s;
};

struct ProcessStats {
  std::optional<double> cpu_s;
  std::optional<std::uint64_t> resident_bytes, open_files;
};

HostStats read_host_stats();
ProcessStats read_process_stats();

/// Share of the processors' time between two readings, 0 to 100.
std::optional<double> busy_percent(const std::optional<ProcessorTimes>& before,
                                   const std::optional<ProcessorTimes>& after);

// The texts of /proc, for read_host_stats().

std::optional<ProcessorTimes> parse_processor_times(std::string_view proc_stat);
/// Bytes of a line such as "MemTotal:  8000000 kB".
std::optional<std::uint64_t> parse_memory_bytes(std::string_view proc_meminfo, std::string_view name);

}  // namespace windhover::gateway
