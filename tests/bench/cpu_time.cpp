#include "tests/bench/cpu_time.hpp"

#include <time.h>

namespace windhover::bench {

double thread_cpu_s() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

}  // namespace windhover::bench
