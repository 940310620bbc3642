#pragma once
// What feed thread, recorder thread and evidence thread share.

#include <atomic>
#include <cstdint>
#include <mutex>

#include "sensor/evidence/evidence_note.hpp"
#include "sensor/evidence/evidence_options.hpp"
#include "sensor/evidence/evidence_status.hpp"
#include "sensor/evidence/snippet_store.hpp"

namespace windhover::sensor {

/// Of one stream of samples.
class Evidence {
 public:
  /// Throws ConfigError for lengths and sizes that cannot be, and for a folder that cannot be used.
  explicit Evidence(EvidenceOptions options);

  const EvidenceOptions& options() const { return options_; }

  // --- the feed thread ---

  /// Hands it on, or counts it as dropped; never waits.
  void note(EvidenceNote note);
  /// There will be no more.
  void close();
  /// Never waits for the disk.
  EvidenceStatus status() const;

  // --- the evidence thread ---

  NoteRing& notes() { return notes_; }
  SnippetStore& store() { return store_; }
  /// `change` gets the EvidenceStatus to change it.
  template <typename Change>
  void tell(Change change) {
    const std::lock_guard lock(lock_);
    change(status_);
  }

  // --- the recorder thread ---

  void count_lost(std::uint64_t chunks) { lost_chunks_.fetch_add(chunks, std::memory_order_relaxed); }

 private:
  EvidenceOptions options_;
  SnippetStore store_;
  NoteRing notes_;
  std::atomic<std::uint64_t> lost_chunks_{0};
  std::uint64_t dropped_messages_ = 0, dropped_triggers_ = 0;  // the feed thread's own
  mutable std::mutex lock_;                                    // held for a copy only
  EvidenceStatus status_;                                      // but for the counts above
};

}  // namespace windhover::sensor
