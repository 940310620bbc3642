#pragma once
// Which samples become snippets: a function of the causes and of the stream as it passes, a history's length
// late.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "sensor/time.hpp"

namespace windhover::sensor {

/// In samples of the stream.
struct SnippetLengths {
  std::int64_t pre = 0, post = 0;
  std::int64_t longest = 0;
  std::int64_t second = 1;  ///< samples of one
};

struct SnippetCause {
  std::int64_t first = 0, end = 0;  ///< of the stream's samples
  UtcTime time{};
  std::string reason;
};

/// Causes whose surroundings touch share a snippet, up to the longest length. One that is heard when a
/// snippet is that long begins the next, which follows without a hole. It may be longer by
/// kLongestCause_s, so that no cause is cut in two.
class SnippetPlan {
 public:
  /// A hostile sender can make up aircraft without end: so many snippets in a row, then one each kEach_s.
  static constexpr double kBurst = 30;
  static constexpr std::int64_t kEach_s = 60;
  /// A transmission and what belongs to it is not longer.
  static constexpr std::int64_t kLongestCause_s = 1;
  static constexpr std::size_t kMostWaiting = 1024;

  explicit SnippetPlan(const SnippetLengths& lengths) : lengths_(lengths) {}

  void add(SnippetCause cause);

  struct Decision {
    bool ends = false;                     ///< the snippet that was open, before these samples
    std::optional<SnippetCause> begins{};  ///< a snippet with these samples
    bool keep = false;                     ///< the samples
  };
  /// Of samples [first, end), which follow those before; there may be holes.
  Decision decide(std::int64_t first, std::int64_t end);

  std::uint64_t late() const { return late_; }  ///< causes whose samples had passed, or that were too many
  std::uint64_t limited() const { return limited_; }  ///< left out because snippets came too often

 private:
  std::optional<SnippetCause> next_cause(std::int64_t first, std::int64_t end);
  void prolong();
  bool take_in(const SnippetCause& cause);
  bool may_begin(std::int64_t now);

  struct Open {
    std::int64_t begin = 0, end = 0;
  };
  SnippetLengths lengths_;
  std::deque<SnippetCause> waiting_;  // by first
  std::optional<Open> open_;
  double allowed_ = kBurst;
  std::optional<std::int64_t> allowed_at_;
  std::uint64_t late_ = 0, limited_ = 0;
};

}  // namespace windhover::sensor
