#pragma once
// The one hand-over of blocks between threads: fixed slots, one writer, a fixed number of readers, no lock.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace windhover::sensor {

/// What happens when the slot that the writer needs has not been read by everybody.
enum class Overrun : std::uint8_t {
  drop,  ///< live: the writer never waits, the slow reader loses blocks and learns how many
  wait,  ///< replay: the writer waits for the slowest reader; nothing is lost
};

struct RingShape {
  std::size_t slots = 0;      ///< more than max_ahead; any number, no power of two needed
  std::size_t readers = 0;    ///< 0 is allowed: everything published is thrown away
  std::size_t max_ahead = 1;  ///< slots that the writer may hold before it publishes the oldest of them
  Overrun overrun = Overrun::drop;
};

/// Block number s lives in slot s % slots. Each reader owns one atomic word, its cursor: the number of the
/// block that it reads next, and a bit that says whether it is reading it now (busy).
///
/// Overrun::drop. The writer moves an idle laggard forward by compare-exchange; a reader enters a block by
/// compare-exchange on the same word, so one of the two wins and nobody reads a slot that is being written.
/// If the laggard is busy in the very slot that is needed, the new block is dropped for all readers:
/// acquire() returns nullptr and drops() counts it. So that this stays rare a laggard is never moved to the
/// next slot to be overwritten but to the middle of what is published, and a reader that finds itself in the
/// oldest quarter jumps there too. A drop therefore needs one lease that lasts a quarter of the ring.
///
/// Overrun::wait. acquire() waits until all readers have passed: the only place where a writer waits.
///
/// Memory order, hand-over by hand-over:
///   writer fills slot → publish() adds to state_ with release → reader loads state_ with acquire → reads
///   slot; reader done → cursor store with release → writer loads the cursor with acquire → overwrites slot.
/// The compare-exchanges need order for neither: they decide only who owns the slot, on one word.
///
/// Slots are made once by the factory and own their buffers; nothing is allocated afterwards. acquire(),
/// try_acquire(), acquired() and publish() belong to one thread, read(i) and try_read(i) to one thread for
/// each i; the rest may be called from anywhere. The ring must outlive its leases.
template <typename Slot>
class Ring {
 public:
  class Lease;

  /// make() returns a Slot by value, once for each slot. Throws std::invalid_argument on an impossible shape.
  template <typename Factory>
  Ring(const RingShape& shape, Factory&& make) : shape_(shape) {
    if (shape.max_ahead == 0 || shape.slots <= shape.max_ahead)
      throw std::invalid_argument("a ring needs more slots than its writer may hold");
    slots_.reserve(shape.slots);
    for (std::size_t i = 0; i < shape.slots; ++i) slots_.push_back(make());
    readers_ = std::make_unique<Reader[]>(shape.readers);
  }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  // --- writer ---

  /// The next slot to fill; it holds what it held N blocks ago. nullptr when the block must be dropped
  /// (drop), or after cancel(). Throws std::logic_error when max_ahead slots are held already.
  Slot* acquire() {
    if (held() == shape_.max_ahead) throw std::logic_error("the ring's writer holds all slots that it may");
    if (!(shape_.overrun == Overrun::wait ? wait_for_readers() : pass_readers())) return nullptr;
    return &slot(next_++);
  }
  /// As acquire(), but neither waits nor moves a reader: nullptr while one of them has not passed the slot.
  Slot* try_acquire() {
    if (held() == shape_.max_ahead) throw std::logic_error("the ring's writer holds all slots that it may");
    if ((state_.load(std::memory_order_relaxed) & kCancelled) != 0) return nullptr;
    for (std::size_t i = 0; i < shape_.readers; ++i)
      if (in_the_way(readers_[i].cursor.load(std::memory_order_acquire))) return nullptr;
    return &slot(next_++);
  }
  /// Slots acquired and not yet published.
  std::size_t held() const { return static_cast<std::size_t>(next_ - written_); }
  /// The i-th oldest of them, 0 <= i < held().
  Slot& acquired(std::size_t i) {
    if (i >= held()) throw std::logic_error("the ring's writer does not hold this slot");
    return slot(written_ + i);
  }
  /// Hands the oldest n of them to the readers.
  void publish(std::size_t n = 1) {
    if (n > held()) throw std::logic_error("the ring's writer cannot publish what it does not hold");
    written_ += n;
    state_.fetch_add(n << kFlagBits, std::memory_order_release);
    state_.notify_all();
  }
  /// No more will be published: readers take what is there, then learn of the end. What the writer still
  /// holds is forgotten.
  void close() { raise(kClosed); }

  // --- readers ---

  /// Waits for a block. The lease is empty at the end (closed and drained, or cancelled).
  Lease read(std::size_t reader) {
    for (;;) {
      const std::uint64_t state = state_.load(std::memory_order_acquire);
      Lease lease = enter(reader, state);
      if (lease || lease.end()) return lease;
      state_.wait(state, std::memory_order_acquire);
    }
  }
  /// As read(), but the lease is empty without end() when there is nothing yet.
  Lease try_read(std::size_t reader) { return enter(reader, state_.load(std::memory_order_acquire)); }

  // --- anybody ---

  /// Ends at once: readers get the end, acquire() nullptr. Leases that are out stay valid.
  void cancel() {
    raise(kCancelled);
    wake_writer();
  }
  std::uint64_t published() const { return state_.load(std::memory_order_relaxed) >> kFlagBits; }
  /// Blocks that never came in because a reader was busy in the slot.
  std::uint64_t drops() const { return drops_.load(std::memory_order_relaxed); }
  /// Published blocks that this reader has not finished with.
  std::uint64_t backlog(std::size_t reader) const {
    const std::uint64_t at = readers_[reader].cursor.load(std::memory_order_relaxed) >> 1;
    const std::uint64_t head = published();
    return head > at ? head - at : 0;  // the head is read later, yet a laggard may be moved meanwhile
  }
  /// Published blocks that this reader will never see.
  std::uint64_t lost(std::size_t reader) const {
    return readers_[reader].lost.load(std::memory_order_relaxed);
  }
  const RingShape& shape() const { return shape_; }

 private:
  static constexpr std::uint64_t kBusy = 1;       // of a cursor
  static constexpr std::uint64_t kClosed = 1;     // of state_
  static constexpr std::uint64_t kCancelled = 2;  // of state_
  static constexpr unsigned kFlagBits = 2;

  struct alignas(64) Reader {  // a cache line each: readers do not disturb one another
    std::atomic<std::uint64_t> cursor{0};
    std::atomic<std::uint64_t> lost{0};
    std::uint64_t expected = 0;  // the reader's own: the block after its last lease
  };

  Slot& slot(std::uint64_t number) { return slots_[number % slots_.size()]; }

  /// Blocks that are certain to stay readable while the writer holds all that it may.
  std::uint64_t depth() const { return shape_.slots - shape_.max_ahead; }
  std::uint64_t middle(std::uint64_t head) const {
    return head - std::clamp<std::uint64_t>(depth() / 2, 1, head);
  }

  /// The block whose slot the writer needs now is next_ - slots; true when `cursor` has not passed it.
  bool in_the_way(std::uint64_t cursor) const { return (cursor >> 1) + slots_.size() <= next_; }

  bool wait_for_readers() {
    for (;;) {
      // Loaded before the cursors: whoever leaves a slot after we looked changes it, and the wait returns.
      const std::uint32_t seen = releases_.load(std::memory_order_acquire);
      if ((state_.load(std::memory_order_acquire) & kCancelled) != 0) return false;
      bool blocked = false;
      for (std::size_t i = 0; i < shape_.readers; ++i)
        blocked |= in_the_way(readers_[i].cursor.load(std::memory_order_acquire));
      if (!blocked) return true;
      releases_.wait(seen, std::memory_order_acquire);
    }
  }

  bool pass_readers() {
    if ((state_.load(std::memory_order_relaxed) & kCancelled) != 0) return false;
    // Look for a busy reader first, so that no other is moved for a block that will not come.
    for (std::size_t i = 0; i < shape_.readers; ++i)
      if (blocks(readers_[i].cursor.load(std::memory_order_acquire))) return count_drop();
    for (std::size_t i = 0; i < shape_.readers; ++i)
      if (!move_on(readers_[i])) return count_drop();
    return true;
  }
  bool blocks(std::uint64_t cursor) const { return in_the_way(cursor) && (cursor & kBusy) != 0; }
  bool count_drop() {
    drops_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  bool move_on(Reader& reader) {
    std::uint64_t cursor = reader.cursor.load(std::memory_order_acquire);
    while (in_the_way(cursor)) {
      if ((cursor & kBusy) != 0) return false;
      const std::uint64_t to = std::max(middle(written_), next_ - slots_.size() + 1);
      if (!reader.cursor.compare_exchange_weak(cursor, to << 1, std::memory_order_acq_rel,
                                               std::memory_order_acquire))
        continue;
      reader.lost.fetch_add(to - (cursor >> 1), std::memory_order_relaxed);
      return true;
    }
    return true;
  }

  Lease enter(std::size_t index, std::uint64_t state) {
    Reader& reader = readers_[index];
    const std::uint64_t head = state >> kFlagBits;
    std::uint64_t cursor = reader.cursor.load(std::memory_order_acquire);
    for (;;) {
      const std::uint64_t at = cursor >> 1;
      if ((cursor & kBusy) != 0) throw std::logic_error("the ring's reader has a lease already");
      // A cursor beyond the head that we know of was moved meanwhile; the caller looks at the state again.
      const bool end = (state & kCancelled) != 0 || ((state & kClosed) != 0 && at >= head);
      if (end || at >= head) return Lease(end, end ? missed(reader, at) : 0);
      const std::uint64_t to = hopelessly_late(at, head) ? middle(head) : at;
      if (!reader.cursor.compare_exchange_weak(cursor, (to << 1) | kBusy, std::memory_order_acq_rel,
                                               std::memory_order_acquire))
        continue;
      if (to != at) reader.lost.fetch_add(to - at, std::memory_order_relaxed);
      const std::uint64_t lost = missed(reader, to);
      ++reader.expected;
      return Lease(*this, index, to, lost);
    }
  }
  bool hopelessly_late(std::uint64_t at, std::uint64_t head) const {
    return shape_.overrun == Overrun::drop && head - at > depth() - depth() / 4;
  }
  static std::uint64_t missed(Reader& reader, std::uint64_t at) {
    return at - std::exchange(reader.expected, at);
  }

  void leave(std::size_t index, std::uint64_t number) {
    // The writer leaves busy cursors alone, so a plain store is enough.
    readers_[index].cursor.store((number + 1) << 1, std::memory_order_release);
    if (shape_.overrun == Overrun::wait) wake_writer();
  }
  void wake_writer() {
    releases_.fetch_add(1, std::memory_order_release);
    releases_.notify_all();
  }
  void raise(std::uint64_t flag) {
    state_.fetch_or(flag, std::memory_order_release);
    state_.notify_all();
  }

  const RingShape shape_;
  std::vector<Slot> slots_;
  std::unique_ptr<Reader[]> readers_;
  std::uint64_t written_ = 0;  // the writer's own: blocks published
  std::uint64_t next_ = 0;     // the writer's own: blocks acquired
  // Blocks published << kFlagBits | flags, in one word so that a waiting reader misses neither.
  alignas(64) std::atomic<std::uint64_t> state_{0};
  alignas(64) std::atomic<std::uint32_t> releases_{0};  // Overrun::wait: what the writer waits on
  std::atomic<std::uint64_t> drops_{0};
};

/// A block on loan: while it lives the writer cannot overwrite it. Hold it while samples are extracted, never
/// while they are decoded. At most one a reader at any time.
template <typename Slot>
class Ring<Slot>::Lease {
 public:
  Lease(Lease&& other) noexcept
      : ring_(std::exchange(other.ring_, nullptr)),
        reader_(other.reader_),
        number_(other.number_),
        lost_(other.lost_),
        end_(other.end_) {}
  Lease& operator=(Lease&& other) noexcept {
    if (this == &other) return *this;
    release();
    ring_ = std::exchange(other.ring_, nullptr);
    reader_ = other.reader_;
    number_ = other.number_;
    lost_ = other.lost_;
    end_ = other.end_;
    return *this;
  }
  ~Lease() { release(); }

  explicit operator bool() const { return ring_ != nullptr; }
  /// There will never be another block.
  bool end() const { return end_; }
  const Slot& operator*() const { return ring_->slot(number_); }
  const Slot* operator->() const { return &ring_->slot(number_); }
  /// Blocks that were published and that this reader missed since its previous lease. Set at the end too.
  std::uint64_t lost() const { return lost_; }
  /// Of the block, counted from 0 over all that was published.
  std::uint64_t number() const { return number_; }
  void release() {
    if (ring_ != nullptr) std::exchange(ring_, nullptr)->leave(reader_, number_);
  }

 private:
  friend class Ring;
  Lease(bool end, std::uint64_t lost) : lost_(lost), end_(end) {}
  Lease(Ring& ring, std::size_t reader, std::uint64_t number, std::uint64_t lost)
      : ring_(&ring), reader_(reader), number_(number), lost_(lost) {}

  Ring* ring_ = nullptr;
  std::size_t reader_ = 0;
  std::uint64_t number_ = 0;
  std::uint64_t lost_ = 0;
  bool end_ = false;
};

}  // namespace windhover::sensor
