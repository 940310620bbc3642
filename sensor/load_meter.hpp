#pragma once
// CPU use of the pipeline's threads, for the status of a live sensor.

#include <pthread.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace windhover::sensor {

class LoadMeter {
 public:
  /// The thread is not joined as long as shares() is called.
  void watch(std::string name, pthread_t thread);
  /// Share of one core, 0 … 1, that each thread used since the call before; of those that have ended none.
  std::map<std::string, double> shares();

 private:
  struct Watched {
    std::string name;
    clockid_t clock;
    double cpu_s;
  };
  std::vector<Watched> watched_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace windhover::sensor
