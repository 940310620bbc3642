#include "sensor/evidence/evidence_stage.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <thread>
#include <utility>

namespace windhover::sensor {
namespace {

// How long the evidence thread sleeps when it has nothing to do.
constexpr std::chrono::milliseconds kBetweenQueueLooks{10};
constexpr std::chrono::minutes kBetweenFolderLooks{1};
// While a snippet of the greatest length is open in the busiest sky.
constexpr std::size_t kMostNotes = 50'000;

RingShape history_shape(const SourceInfo& source, const IqSlot& block, const EvidenceOptions& options) {
  const double block_samples =
      static_cast<double>(block.native.size() / dsp::bytes_per_sample(source.format));
  const auto blocks = std::ceil(options.history_s() * source.rate.value / block_samples);
  return {std::max<std::size_t>(8, static_cast<std::size_t>(blocks)), 1, 1, Overrun::drop};
}

SnippetLengths lengths_of(const SourceInfo& source, const EvidenceOptions& options) {
  const auto samples = [&](double seconds) { return std::llround(seconds * source.rate.value); };
  return {samples(options.pre_roll_s), samples(options.post_roll_s), samples(options.longest_s), samples(1)};
}

}  // namespace

EvidenceStage::EvidenceStage(const SourceInfo& source, const IqSlot& block, IqRing& iq, std::size_t reader,
                             Evidence& evidence)
    : source_(source),
      sample_bytes_(dsp::bytes_per_sample(source.format)),
      iq_(iq),
      reader_(reader),
      evidence_(evidence),
      history_(history_shape(source, block, evidence.options()), [&] { return block; }),
      age_(std::llround((evidence.options().pre_roll_s + EvidenceOptions::kDelay_s) * source.rate.value)),
      plan_(lengths_of(source, evidence.options())),
      clock_(source.rate) {}

// --- the recorder thread ---

void EvidenceStage::record() {
  while (const auto lease = iq_.read(reader_)) {
    const SourceChunk& chunk = lease->chunk;
    evidence_.count_lost(lease.lost());
    const bool gap = chunk.gap || lease.lost() > 0 || missing_;
    if (block_ != nullptr && !continues_block(*lease, gap)) publish_block();
    if (block_ == nullptr) {
      block_ = history_.acquire();
      missing_ = block_ == nullptr;
      if (missing_) {
        evidence_.count_lost(1);
        continue;
      }
      block_->chunk = chunk;
      block_->anchor = lease->anchor;
      block_->chunk.gap = gap;
      block_->chunk.samples = 0;
    }
    const auto samples = std::span(lease->native).first(chunk.samples * sample_bytes_);
    std::ranges::copy(
        samples, block_->native.begin() + static_cast<std::ptrdiff_t>(block_->chunk.samples * sample_bytes_));
    block_->chunk.samples += chunk.samples;
  }
  publish_block();
  all_recorded_.store(true, std::memory_order_release);
  history_.close();
}

bool EvidenceStage::continues_block(const IqSlot& slot, bool gap) const {
  const SourceChunk &chunk = slot.chunk, &block = block_->chunk;
  return !gap && slot.anchor == block_->anchor && chunk.centre == block.centre &&
         chunk.first == block.first + static_cast<std::int64_t>(block.samples) &&
         (block.samples + chunk.samples) * sample_bytes_ <= block_->native.size();
}

void EvidenceStage::publish_block() {
  if (block_ == nullptr) return;
  recorded_.store((block_->chunk.first + static_cast<std::int64_t>(block_->chunk.samples)).value,
                  std::memory_order_relaxed);
  block_ = nullptr;
  history_.publish();
}

// --- the evidence thread ---

void EvidenceStage::write() {
  for (;;) {
    take_notes();
    take_request();
    look_after_folder();
    const auto block = history_.try_read(0);
    if (block.end()) break;
    if (!block) {
      std::this_thread::sleep_for(kBetweenQueueLooks);
      continue;
    }
    evidence_.count_lost(block.lost());
    const SourceChunk& chunk = block->chunk;
    looking_at_.store(chunk.first.value, std::memory_order_relaxed);
    wait_until_old((chunk.first + static_cast<std::int64_t>(chunk.samples)).value);
    process(*block, chunk.gap || block.lost() > 0);
  }
  while (!all_noted_) {
    take_notes();
    std::this_thread::sleep_for(kBetweenQueueLooks);
  }
  if (snippet_) finish();
  tell_counts();
}

// The block is on loan meanwhile, which keeps it from being overwritten.
void EvidenceStage::wait_until_old(std::int64_t end) {
  while (recorded_.load(std::memory_order_relaxed) - end < age_) {
    take_notes();
    take_request();
    if (all_recorded_.load(std::memory_order_acquire) && all_noted_) return;
    std::this_thread::sleep_for(kBetweenQueueLooks);
  }
}

void EvidenceStage::take_notes() {
  for (;;) {
    const auto note = evidence_.notes().try_read(0);
    all_noted_ |= note.end();
    if (!note) return;
    const std::int64_t first = index_of(note->start_s);
    if (!note->reason.empty())
      plan_.add({first, index_of(note->start_s + note->duration_s), note->time, note->reason});
    if (note->json.empty()) continue;
    if (notes_.size() < kMostNotes)
      notes_.push_back(*note);
    else
      evidence_.tell([](EvidenceStatus& status) { ++status.dropped_messages; });
  }
}

void EvidenceStage::take_request() {
  std::atomic<bool>* const asked = evidence_.options().asked;
  if (asked == nullptr || !asked->load(std::memory_order_relaxed) || !asked->exchange(false)) return;
  const std::int64_t now = recorded_.load(std::memory_order_relaxed);
  plan_.add({now, now, clock_.at({now}), "command"});
}

void EvidenceStage::look_after_folder() {
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_ < kBetweenFolderLooks) return;
  looked_ = now;
  try {
    evidence_.store().look();
    evidence_.store().remove_expired(std::chrono::system_clock::now());
  } catch (const std::exception&) {
    // Told when a snippet cannot be written.
  }
  tell_counts();
}

void EvidenceStage::process(const IqSlot& block, bool gap) {
  const SourceChunk& chunk = block.chunk;
  const std::int64_t end = (chunk.first + static_cast<std::int64_t>(chunk.samples)).value;
  const UtcTime expected = clock_.at(chunk.first);
  if (block.anchor) clock_.anchor(block.anchor->index, block.anchor->time);
  const bool retimed = clock_.at(chunk.first) != expected;
  const SnippetPlan::Decision decision = plan_.decide(chunk.first.value, end);
  next_ = end;
  try {
    if (decision.ends && snippet_) finish();
    if (decision.begins) begin(*decision.begins);
    if (decision.keep && snippet_) append(block, gap, retimed);
  } catch (const std::exception& error) {
    snippet_.reset();
    failed(error.what());
  }
  if (!snippet_) forget_notes_before(chunk.first.value);
}

void EvidenceStage::begin(const SnippetCause& cause) {
  evidence_.store().look();
  evidence_.store().remove_expired(std::chrono::system_clock::now());
  snippet_ = std::make_unique<SnippetFile>(evidence_.options(), evidence_.store(), source_, cause);
}

void EvidenceStage::append(const IqSlot& block, bool gap, bool retimed) {
  const SourceChunk& chunk = block.chunk;
  SigmfBlock sigmf{chunk.first, chunk.samples, chunk.centre, gap, retimed, {}};
  if (clock_.known()) sigmf.time = clock_.at(chunk.first);
  snippet_->append(sigmf, std::span(block.native).first(chunk.samples * sample_bytes_));
}

void EvidenceStage::finish() {
  std::vector<SigmfAnnotation> annotations;
  for (const EvidenceNote& note : notes_)
    annotations.push_back({index_of(note.start_s), index_of(note.start_s + note.duration_s), note.low_hz,
                           note.high_hz, note.label, note.json});
  try {
    const std::string name = snippet_->finish(std::move(annotations));
    evidence_.store().look();
    evidence_.tell([&](EvidenceStatus& status) {
      ++status.written;
      status.failing = false;
      status.last = name;
    });
  } catch (const std::exception& error) {
    failed(error.what());
  }
  snippet_.reset();
  forget_notes_before(next_);
  tell_counts();
}

void EvidenceStage::failed(const std::string& why) {
  evidence_.tell([&](EvidenceStatus& status) {
    ++status.errors;
    status.failing = true;
    status.trouble = why;
  });
  tell_counts();
}

void EvidenceStage::forget_notes_before(std::int64_t first) {
  std::erase_if(notes_,
                [&](const EvidenceNote& note) { return index_of(note.start_s + note.duration_s) < first; });
}

void EvidenceStage::tell_counts() {
  evidence_.tell([&](EvidenceStatus& status) {
    status.dropped_triggers = plan_.late();
    status.limited_triggers = plan_.limited();
    status.removed = evidence_.store().removed();
    status.snippets_on_disk = evidence_.store().snippets();
    status.bytes_on_disk = evidence_.store().octets();
  });
}

std::int64_t EvidenceStage::index_of(double seconds) const {
  return std::llround(seconds * source_.rate.value);
}

}  // namespace windhover::sensor
