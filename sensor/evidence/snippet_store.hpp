#pragma once
// The folder of snippets: what lies there, and what must go.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/evidence/evidence_options.hpp"
#include "sensor/time.hpp"

namespace windhover::sensor {

/// "windhover_20260131T120000.123Z_REASON": `reason` may come from the air, so of it only letters, digits,
/// '-' and '_' remain, and 60 of them.
std::string snippet_name(UtcTime time, std::string_view reason);

/// Touches only files that are called as snippet_name() calls them. One thread uses it.
class SnippetStore {
 public:
  /// Makes the folder, removes what a crash left half written, and what is too old or too much. Throws
  /// std::system_error when the folder cannot be used.
  explicit SnippetStore(const EvidenceOptions& options);

  /// A name that nothing there has, of which the files are NAME.sigmf-data and NAME.sigmf-meta.
  std::string new_name(UtcTime time, std::string_view reason) const;
  std::filesystem::path path_of(const std::string& name, std::string_view suffix) const;

  /// Removes the oldest until a snippet of so many octets fits below the quota and, when the last `to_come`
  /// of them are written, the least free space is left. Throws std::runtime_error when an empty folder is too
  /// small.
  void make_room(std::uint64_t octets, std::uint64_t to_come);
  /// Removes what was recorded longer ago than it may be kept.
  void remove_expired(UtcTime now);
  /// Looks what is there.
  void look();

  std::uint64_t snippets() const { return snippets_.size(); }
  std::uint64_t octets() const { return octets_; }
  std::uint64_t removed() const { return removed_; }

 private:
  struct Snippet {
    std::string name;
    std::uint64_t octets = 0;
  };
  void remove_oldest();
  void remove_leftovers() const;

  std::filesystem::path folder_;
  std::uint64_t quota_, least_free_;
  std::chrono::hours keep_for_;
  std::vector<Snippet> snippets_;  // oldest first
  std::uint64_t octets_ = 0, removed_ = 0;
};

}  // namespace windhover::sensor
