#pragma once
// When something may be told again: not too often, and not too seldom for those who forget.

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "gateway/moment.hpp"

namespace windhover::gateway {

/// Of many things, by key: each is told when it has changed, at most once in `least`, and every `repeat`
/// without a change.
class Pace {
 public:
  struct Times {
    std::chrono::milliseconds least, repeat;
  };
  explicit Pace(Times times) : times_(times) {}

  /// Whether `key`, now at `revision`, is due. If so the caller tells it.
  bool is_due(const std::string& key, std::uint64_t revision, Instant now) {
    const auto [at, is_first] = told_.try_emplace(key, Telling{revision, now});
    if (is_first) return true;
    const auto since = now - at->second.at;
    if (since < times_.least || (revision == at->second.revision && since < times_.repeat)) return false;
    at->second = {revision, now};
    return true;
  }
  /// Somebody new listens: all is due as soon as the least time allows.
  void start_over() {
    for (auto& [key, telling] : told_) telling.revision = kNever;
  }
  /// What has not been told for long is forgotten, so that keys that never come again take no memory.
  void forget(Instant now) {
    std::erase_if(told_, [&](const auto& each) { return now - each.second.at > 2 * times_.repeat; });
  }

 private:
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};
  struct Telling {
    std::uint64_t revision;
    Instant at;
  };
  Times times_;
  std::map<std::string, Telling> told_;
};

}  // namespace windhover::gateway
