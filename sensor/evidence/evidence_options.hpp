#pragma once
// What evidence is kept, where, and how much of it.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>

namespace windhover::sensor {

struct EvidenceOptions {
  std::filesystem::path folder;  ///< made if it is missing; of others' files there none is touched
  double pre_roll_s = 0.2;       ///< before the cause; the history in memory is as long and kDelay_s longer
  double post_roll_s = 0.3;      ///< behind it
  double longest_s = 3;          ///< of a snippet that new causes prolong
  std::uint64_t quota_bytes = 4'000'000'000;
  std::uint64_t least_free_bytes = 1'000'000'000;  ///< of the file system, that others may need
  std::chrono::hours keep_for{24 * 30};
  /// Somebody asks for a snippet of now; taken back when it is on its way. None: nobody can.
  std::atomic<bool>* asked = nullptr;
  /// Before each write, with its octets: tests make the disk slow, or full by throwing.
  std::function<void(std::size_t octets)> before_write{};

  static constexpr double kLeastPreRoll_s = 0.05, kMostPreRoll_s = 2;
  static constexpr double kLeastPostRoll_s = 0.05, kMostPostRoll_s = 10;
  static constexpr double kMostLongest_s = 60;
  /// The feed tells of a frame that much later at most, else it comes too late to be evidence.
  static constexpr double kDelay_s = 0.5;
  /// That the disk may stand still before samples are lost, beside a quarter of the history.
  static constexpr double kStall_s = 0.8;

  /// Of samples in memory.
  double history_s() const { return (pre_roll_s + kDelay_s + kStall_s) * 4 / 3; }
};

}  // namespace windhover::sensor
