#pragma once
// Processor time, for figures about what something costs.

namespace windhover::bench {

/// Of the calling thread.
double thread_cpu_s();

}  // namespace windhover::bench
