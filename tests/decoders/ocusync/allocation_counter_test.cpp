#include "allocation_counter.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <memory>
#include <new>

namespace {

std::atomic<std::size_t> count{0};

void* counted(std::size_t bytes, std::size_t alignment) {
  ++count;
  const std::size_t whole = (bytes + alignment - 1) / alignment * alignment;
  void* p =
      alignment > alignof(std::max_align_t) ? std::aligned_alloc(alignment, whole) : std::malloc(bytes | 1U);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

}  // namespace

// Not inlined, or the compiler takes the pair for new with free.
[[gnu::noinline]] void* operator new(std::size_t bytes) { return counted(bytes, 1); }
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
// The standard library's algorithms ask without exceptions; the pairs must match in a sanitizer's eyes too.
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  ++count;
  return std::malloc(bytes | 1U);
}
[[gnu::noinline]] void operator delete(void* p, const std::nothrow_t&) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

std::size_t windhover::tests::allocations() { return count; }

BOOST_AUTO_TEST_CASE(the_allocation_counter_counts) {
  const auto before = windhover::tests::allocations();
  const auto something = std::make_unique<long>(before);
  BOOST_TEST(windhover::tests::allocations() == before + 1);
  BOOST_TEST(*something == static_cast<long>(before));
}
