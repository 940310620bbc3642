#pragma once
// How often senders send, and so for how long one must listen to catch one of them.

namespace windhover::sensor::tuning {

/// The pauses from one transmission on a channel to the next lie between the two, each as likely as any
/// other.
struct Rhythm {
  double shortest_s = 0;
  double longest_s = 0;  ///< 0: it asks for no time of its own
  double duration_s = 0;
};

/// Probability that a visit of `dwell_s`, begun at any time, holds a whole transmission of a sender that is
/// there.
double caught(const Rhythm& rhythm, double dwell_s);

/// The shortest visit that catches it with `probability`, below 1; 0 where no time is asked for.
double dwell_for(const Rhythm& rhythm, double probability);

}  // namespace windhover::sensor::tuning
