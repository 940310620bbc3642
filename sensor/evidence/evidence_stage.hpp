#pragma once
// From the IQ ring to snippets: the recorder thread keeps a history in memory, the evidence thread looks at
// it when it is so old that the feed has told what is in it, and writes what is worth it.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "sensor/evidence/evidence.hpp"
#include "sensor/evidence/snippet_file.hpp"
#include "sensor/evidence/snippet_plan.hpp"
#include "sensor/pipeline_blocks.hpp"
#include "sensor/sample_clock.hpp"

namespace windhover::sensor {

/// A disk that stands still costs what does not fit into the history meanwhile, and nobody else notices.
class EvidenceStage {
 public:
  /// Allocates the history. `block` is an empty slot of the IQ ring, of which the history's are copies; `iq`
  /// and `evidence` outlive it, `reader` is its own one.
  EvidenceStage(const SourceInfo& source, const IqSlot& block, IqRing& iq, std::size_t reader,
                Evidence& evidence);

  /// The recorder thread: until the IQ ring ends.
  void record();
  /// The evidence thread: until the history has ended and Evidence::close() was called. What is open then is
  /// closed as a valid file.
  void write();

  /// Samples that the evidence thread has yet to look at although they are old enough. Any thread.
  std::int64_t behind() const {
    return recorded_.load(std::memory_order_relaxed) - age_ - looking_at_.load(std::memory_order_relaxed);
  }

 private:
  using History = Ring<IqSlot>;

  bool continues_block(const IqSlot& slot, bool gap) const;
  void publish_block();

  void wait_until_old(std::int64_t end);
  void take_notes();
  void take_request();
  void look_after_folder();
  void process(const IqSlot& block, bool gap);
  void begin(const SnippetCause& cause);
  void append(const IqSlot& block, bool gap, bool retimed);
  void finish();
  void failed(const std::string& why);
  void forget_notes_before(std::int64_t first);
  void tell_counts();
  std::int64_t index_of(double seconds) const;

  SourceInfo source_;
  std::size_t sample_bytes_;
  IqRing& iq_;
  std::size_t reader_;
  Evidence& evidence_;
  History history_;
  std::atomic<std::int64_t> recorded_{0};    // end of what is in the history
  std::atomic<std::int64_t> looking_at_{0};  // first of the evidence thread's block
  std::atomic<bool> all_recorded_{false};

  // The recorder thread's own.
  IqSlot* block_ = nullptr;  // being filled
  bool missing_ = false;     // something before the next block

  // The evidence thread's own.
  std::int64_t age_;  // at which blocks are looked at, in samples
  SnippetPlan plan_;
  SampleClock clock_;
  std::deque<EvidenceNote> notes_;  // about the snippet that is open and what was not looked at yet
  bool all_noted_ = false;
  std::unique_ptr<SnippetFile> snippet_;  // none: none is open, or it has failed
  std::int64_t next_ = 0;                 // end of what has been looked at
  std::chrono::steady_clock::time_point looked_{};
};

}  // namespace windhover::sensor
