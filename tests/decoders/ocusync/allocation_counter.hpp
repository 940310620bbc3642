#pragma once
// Proves that a real-time path does not allocate: counts what operator new gives out in this program.

#include <cstddef>

namespace windhover::tests {

std::size_t allocations();

}  // namespace windhover::tests
