#include "gateway/host_stats.hpp"

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace windhover::gateway {
namespace {

namespace fs = std::filesystem;

constexpr int kMostThermalZones = 64;

std::string content_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <typename Number>
std::optional<Number> first_number(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t");
  if (at == std::string_view::npos) return std::nullopt;
  Number value{};
  const auto result = std::from_chars(text.data() + at, text.data() + text.size(), value);
  return result.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

// Each zone tells thousandths of a degree; some tell rubbish.
std::optional<double> hottest_zone_celsius() {
  std::optional<double> hottest;
  for (int zone = 0; zone < kMostThermalZones; ++zone) {
    const std::string path = "/sys/class/thermal/thermal_zone" + std::to_string(zone) + "/temp";
    const auto millidegrees = first_number<double>(content_of(path.c_str()));
    if (!millidegrees || *millidegrees < -60e3 || *millidegrees > 200e3) continue;
    hottest = std::max(hottest.value_or(-100), *millidegrees / 1e3);
  }
  return hottest;
}

}  // namespace

HostStats read_host_stats() {
  HostStats stats;
  stats.processors = parse_processor_times(content_of("/proc/stat"));
  const std::string memory = content_of("/proc/meminfo");
  stats.memory_total_bytes = parse_memory_bytes(memory, "MemTotal");
  stats.memory_available_bytes = parse_memory_bytes(memory, "MemAvailable");
  struct statvfs disk {};
  if (statvfs("/", &disk) == 0) {
    stats.disk_total_bytes = disk.f_blocks * disk.f_frsize;
    stats.disk_used_bytes = (disk.f_blocks - disk.f_bfree) * disk.f_frsize;
  }
  stats.temperature_celsius = hottest_zone_celsius();
  stats.uptime_s = first_number<double>(content_of("/proc/uptime"));
  return stats;
}

ProcessStats read_process_stats() {
  ProcessStats stats;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    const auto seconds = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    stats.cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  std::istringstream statm(content_of("/proc/self/statm"));
  std::uint64_t pages_all = 0, pages_resident = 0;
  if (statm >> pages_all >> pages_resident)
    stats.resident_bytes = pages_resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::error_code error;
  const fs::directory_iterator files("/proc/self/fd", error);
  if (!error) stats.open_files = static_cast<std::uint64_t>(std::distance(begin(files), end(files)));
  return stats;
}

std::optional<double> busy_percent(const std::optional<ProcessorTimes>& before,
                                   const std::optional<ProcessorTimes>& after) {
  if (!before || !after || after->total <= before->total || after->busy < before->busy) return std::nullopt;
  return 100.0 * static_cast<double>(after->busy - before->busy) /
         static_cast<double>(after->total - before->total);
}

std::optional<ProcessorTimes> parse_processor_times(std::string_view proc_stat) {
  // proc(5): user nice system idle iowait irq softirq steal …, guests counted in user.
  constexpr int kIdle = 3, kWaiting = 4, kColumns = 8;
  if (!proc_stat.starts_with("cpu ")) return std::nullopt;
  std::istringstream line{std::string(proc_stat.substr(4, proc_stat.find('\n') - 4))};
  ProcessorTimes times;
  std::uint64_t ticks = 0;
  int column = 0;
  for (; column < kColumns && line >> ticks; ++column) {
    times.total += ticks;
    if (column != kIdle && column != kWaiting) times.busy += ticks;
  }
  return column > kWaiting ? std::optional(times) : std::nullopt;
}

std::optional<std::uint64_t> parse_memory_bytes(std::string_view proc_meminfo, std::string_view name) {
  const std::size_t at = proc_meminfo.find(std::string(name) + ':');
  if (at == std::string_view::npos) return std::nullopt;
  const auto kilobytes = first_number<std::uint64_t>(proc_meminfo.substr(at + name.size() + 1));
  return kilobytes ? std::optional(*kilobytes * 1024) : std::nullopt;
}

}  // namespace windhover::gateway
