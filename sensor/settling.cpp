#include "sensor/settling.hpp"

namespace windhover::sensor {

void Settling::begin(Time done, std::optional<long long> device_ns) {
  done_ = done;
  waits_ = 0;
  settled_ns_.reset();
  if (device_ns) settled_ns_ = *device_ns + std::chrono::nanoseconds(kAfterStamp).count();
}

bool Settling::take(const Read& read) {
  if (!done_) return true;
  bool is_over = read.ended - *done_ >= kLongest;
  if (settled_ns_ && read.stamp_ns)
    is_over |= *read.stamp_ns >= *settled_ns_;
  else
    is_over |= waits_ >= kWaits && read.began - *done_ >= kAfterArrival;
  waits_ += read.ended - read.began >= read.length / 2;
  if (is_over) done_.reset();
  return is_over;
}

}  // namespace windhover::sensor
