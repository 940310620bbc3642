#pragma once
// Decides whether a claimed position can follow the last one that was believed.

#include <cstdint>
#include <optional>

#include "sensor/feed_messages.hpp"

namespace windhover::sensor {

struct Fix {
  Position at;
  UtcTime heard{};
  double accuracy_m = 0;  ///< upper bound of the error at 95 %, as claimed
};

/// Whether one aircraft can be in both places at these times.
bool can_be_one_flight(const Fix& a, const Fix& b);

/// The first position is believed. A later one that the aircraft could not have reached is held back until
/// as many as kConfirmations in a row, itself included, agree with one another; what is believed again
/// before that discards them.
class PositionFilter {
 public:
  static constexpr int kConfirmations = 4;
  /// Faster than any aircraft that Remote ID is for (its own scale ends at 254 m/s).
  static constexpr double kMostSpeed_mps = 200;
  /// A position may be that old when it is sent (F3411-22a asks for 1 s), and the next one fresh.
  static constexpr double kMostAge_s = 1;
  /// Where the sender does not tell its accuracy, and the most that a claimed one excuses.
  static constexpr double kUsualAccuracy_m = 30, kMostAccuracy_m = 1000;

  enum class Verdict : std::uint8_t {
    believed,
    confirmed,  ///< believed, and the flight goes on from elsewhere
    held,
  };
  Verdict take(const Position& at, const std::optional<double>& accuracy_m, UtcTime heard);
  /// The first of a row that is held, until another verdict.
  bool jumped() const { return held_in_row_ == 1; }
  const std::optional<Fix>& believed() const { return believed_; }
  std::uint64_t held() const { return held_; }

 private:
  std::optional<Fix> believed_, candidate_;
  int held_in_row_ = 0;  // that agree
  std::uint64_t held_ = 0;
};

}  // namespace windhover::sensor
