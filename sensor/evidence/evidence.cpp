#include "sensor/evidence/evidence.hpp"

#include <string>
#include <system_error>
#include <utility>

#include "sensor/config_error.hpp"

namespace windhover::sensor {
namespace {

void check(bool is_right, const char* what) {
  if (!is_right) throw ConfigError(what);
}

EvidenceOptions checked(EvidenceOptions options) {
  using O = EvidenceOptions;
  check(!options.folder.empty(), "evidence needs a folder; give --evidence DIR");
  check(options.pre_roll_s >= O::kLeastPreRoll_s && options.pre_roll_s <= O::kMostPreRoll_s,
        "the pre-roll of evidence must be 0.05 to 2 s");
  check(options.post_roll_s >= O::kLeastPostRoll_s && options.post_roll_s <= O::kMostPostRoll_s,
        "the post-roll of evidence must be 0.05 to 10 s");
  check(
      options.longest_s >= options.pre_roll_s + options.post_roll_s && options.longest_s <= O::kMostLongest_s,
      "the longest snippet must hold pre-roll and post-roll, and be no longer than 60 s");
  return options;
}

SnippetStore opened(const EvidenceOptions& options) {
  try {
    return SnippetStore(options);
  } catch (const std::system_error& error) {
    throw ConfigError(std::string("evidence cannot be kept: ") + error.what() +
                      "; name a folder that this user may write to");
  }
}

}  // namespace

Evidence::Evidence(EvidenceOptions options)
    : options_(checked(std::move(options))),
      store_(opened(options_)),
      notes_({kMostNotesWaiting, 1, 1, Overrun::wait}, [] { return EvidenceNote{}; }) {
  status_.snippets_on_disk = store_.snippets();
  status_.bytes_on_disk = store_.octets();
  status_.removed = store_.removed();
}

void Evidence::note(EvidenceNote note) {
  EvidenceNote* const slot = notes_.try_acquire();
  if (slot == nullptr) {
    dropped_messages_ += !note.json.empty();
    dropped_triggers_ += !note.reason.empty();
    return;
  }
  *slot = std::move(note);
  notes_.publish();
}

void Evidence::close() { notes_.close(); }

EvidenceStatus Evidence::status() const {
  EvidenceStatus status;
  {
    const std::lock_guard lock(lock_);
    status = status_;
  }
  status.dropped_messages += dropped_messages_;
  status.dropped_triggers += dropped_triggers_;
  status.lost_chunks = lost_chunks_.load(std::memory_order_relaxed);
  return status;
}

}  // namespace windhover::sensor
