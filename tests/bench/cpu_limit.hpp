#pragma once
// Takes processor time away from one process, for figures about what it does without.

#include <sys/types.h>

#include <filesystem>
#include <string_view>
#include <thread>
#include <vector>

namespace windhover::bench {

/// User and system time of a process since its start.
double cpu_seconds(pid_t process);

/// By a control group of its own (version 2, else 1) where that may be made, else by one core that it shares
/// with busy threads of ours.
class CpuLimit {
 public:
  explicit CpuLimit(pid_t process);
  CpuLimit(const CpuLimit&) = delete;
  CpuLimit& operator=(const CpuLimit&) = delete;
  ~CpuLimit();

  void set(double cores);
  void lift();
  std::string_view means() const;

 private:
  enum class Means { cgroup_v2, cgroup_v1, one_core };
  void pin(bool to_one_core) const;

  pid_t process_;
  Means means_ = Means::one_core;
  std::filesystem::path parent_, group_;
  std::vector<std::jthread> load_;
};

}  // namespace windhover::bench
