#include "tests/bench/cpu_limit.hpp"

#include <sched.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace windhover::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kPeriod_us = 100'000;
// Of the sensor, when it has much to do: radio, bank, a worker.
constexpr double kBusyThreads = 3;

bool write_text(const fs::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  return file.good();
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A group below `parent` that takes the process and a limit.
bool make_group(const fs::path& parent, const fs::path& group, const char* limit, pid_t process) {
  std::error_code failed;
  if (!fs::exists(parent / "cgroup.procs") || !fs::create_directory(group, failed)) return false;
  if (fs::exists(group / limit) && write_text(group / "cgroup.procs", std::to_string(process))) return true;
  fs::remove(group, failed);
  return false;
}

}  // namespace

double cpu_seconds(pid_t process) {
  const std::string text = read_text("/proc/" + std::to_string(process) + "/stat");
  std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

CpuLimit::CpuLimit(pid_t process) : process_(process) {
  const std::string name = "windhover-figure-" + std::to_string(process);
  const fs::path root = "/sys/fs/cgroup";
  if (make_group(root, root / name, "cpu.max", process)) {
    means_ = Means::cgroup_v2;
    parent_ = root;
  } else if (make_group(root / "cpu", root / "cpu" / name, "cpu.cfs_quota_us", process)) {
    means_ = Means::cgroup_v1;
    parent_ = root / "cpu";
  }
  group_ = parent_ / name;
  // What else runs on the machine is to take as little as can be: the limit alone starves.
  if (means_ == Means::cgroup_v2) write_text(group_ / "cpu.weight", "10000");
  if (means_ == Means::cgroup_v1) write_text(group_ / "cpu.shares", "262144");
}

CpuLimit::~CpuLimit() {
  lift();
  if (means_ == Means::one_core) return;
  write_text(parent_ / "cgroup.procs", std::to_string(process_));
  std::error_code ignored;
  fs::remove(group_, ignored);
}

void CpuLimit::set(double cores) {
  const auto quota = std::to_string(static_cast<int>(cores * kPeriod_us));
  const auto period = std::to_string(kPeriod_us);
  switch (means_) {
    case Means::cgroup_v2:
      write_text(group_ / "cpu.max", quota + ' ' + period);
      break;
    case Means::cgroup_v1:
      write_text(group_ / "cpu.cfs_period_us", period);
      write_text(group_ / "cpu.cfs_quota_us", quota);
      break;
    case Means::one_core:
      pin(true);
      for (double i = 0; i < std::round(kBusyThreads * (1 / cores - 1)); ++i)
        load_.emplace_back([](const std::stop_token& stop) {
          cpu_set_t first;
          CPU_ZERO(&first);
          CPU_SET(0, &first);
          sched_setaffinity(0, sizeof first, &first);
          while (!stop.stop_requested()) {
          }
        });
  }
}

void CpuLimit::lift() {
  load_.clear();
  if (means_ == Means::cgroup_v2) write_text(group_ / "cpu.max", "max");
  if (means_ == Means::cgroup_v1) write_text(group_ / "cpu.cfs_quota_us", "-1");
  if (means_ == Means::one_core) pin(false);
}

void CpuLimit::pin(bool to_one_core) const {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  for (std::size_t i = 0; i < (to_one_core ? 1 : std::thread::hardware_concurrency()); ++i)
    CPU_SET(i, &cores);
  std::error_code gone;
  for (const auto& thread : fs::directory_iterator("/proc/" + std::to_string(process_) + "/task", gone))
    sched_setaffinity(std::stoi(thread.path().filename().string()), sizeof cores, &cores);
}

std::string_view CpuLimit::means() const {
  constexpr std::string_view names[] = {"a control group (cpu.max)", "a control group (cpu.cfs_quota_us)",
                                        "one core shared with busy threads"};
  return names[static_cast<std::size_t>(means_)];
}

}  // namespace windhover::bench
