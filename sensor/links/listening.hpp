#pragma once
// Which band was received when, as far as that has been told.

#include <deque>

namespace windhover::sensor::links {

class Listening {
 public:
  /// Of the time from `begin_s` to `end_s` that share was received, from low_hz to high_hz. In order of time.
  struct Stretch {
    double begin_s = 0, end_s = 0;
    double low_hz = 0, high_hz = 0;
    double share = 1;
  };
  void add(const Stretch& stretch);
  /// Of the part of begin_s … end_s that is known; 1 if nothing is.
  double share(double low_hz, double high_hz, double begin_s, double end_s) const;
  void drop_before(double time_s);
  void clear() { stretches_.clear(); }

 private:
  static constexpr std::size_t kMost = 1024;
  std::deque<Stretch> stretches_;
};

}  // namespace windhover::sensor::links
