#pragma once
// What `run` keeps as evidence, of each of its devices.

#include <atomic>
#include <deque>

#include "sensor/cli/arguments.hpp"
#include "sensor/evidence/evidence.hpp"

namespace windhover::sensor {

/// Of several devices each has a folder of its name and an equal part of the quota. SIGUSR1 asks all of them
/// for a snippet of now; where no evidence is kept it is ignored.
class LiveEvidence {
 public:
  /// Throws ConfigError, see Evidence.
  explicit LiveEvidence(const RunCommand& command);

  /// By device; empty: none is kept.
  std::deque<Evidence>& by_device() { return evidence_; }
  /// In the feed's thread: hands on that somebody has asked.
  void serve();

 private:
  std::atomic<bool>* asked_ = nullptr;
  std::deque<std::atomic<bool>> asked_each_;
  std::deque<Evidence> evidence_;
};

}  // namespace windhover::sensor
