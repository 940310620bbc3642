#pragma once
// The program of ours as a process of its own, for figures about what happens when it is killed.

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace windhover::bench {

/// build/<preset>/windhover, beside the program that measures.
std::filesystem::path windhover_program();

class ChildProcess {
 public:
  /// Its output and messages go nowhere. Throws std::runtime_error if it cannot be started.
  explicit ChildProcess(const std::vector<std::string>& command);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  /// kill -9, if it still runs.
  ~ChildProcess();

  pid_t id() const { return pid_; }
  void kill_now();
  /// Asks it to end; wait() tells how that went.
  void terminate() const;
  /// Memory that it holds now; 0 when it has ended.
  double resident_mb() const;
  /// Exit code once it has ended by itself, -1 if a signal ended it.
  int wait();

 private:
  pid_t pid_ = -1;
};

}  // namespace windhover::bench
