#include "sensor/evidence/snippet_plan.hpp"

#include <algorithm>
#include <utility>

namespace windhover::sensor {
namespace {

// Behind a cause that is the last of a snippet, in seconds: decoders and gates look a little further.
constexpr double kMargin_s = 0.005;

}  // namespace

void SnippetPlan::add(SnippetCause cause) {
  if (waiting_.size() == kMostWaiting) {
    ++late_;
    return;
  }
  cause.end = std::clamp(cause.end, cause.first, cause.first + kLongestCause_s * lengths_.second);
  const auto place = std::upper_bound(waiting_.begin(), waiting_.end(), cause.first,
                                      [](std::int64_t at, const SnippetCause& c) { return at < c.first; });
  waiting_.insert(place, std::move(cause));
}

SnippetPlan::Decision SnippetPlan::decide(std::int64_t first, std::int64_t end) {
  Decision decision;
  if (open_) prolong();
  if (open_ && first >= open_->end) {
    open_.reset();
    decision.ends = true;
  }
  if (!open_) decision.begins = next_cause(first, end);
  if (decision.begins) {
    open_ = Open{first, std::max(decision.begins->end + lengths_.post, first + 1)};
    prolong();
  }
  if (open_) open_->end = std::max(open_->end, end);  // kept whole, and so may be what begins in them
  decision.keep = open_.has_value();
  return decision;
}

std::optional<SnippetCause> SnippetPlan::next_cause(std::int64_t first, std::int64_t end) {
  while (!waiting_.empty() && waiting_.front().first - lengths_.pre < end) {
    SnippetCause cause = std::move(waiting_.front());
    waiting_.pop_front();
    if (cause.first < first)
      ++late_;
    else if (!may_begin(first))
      ++limited_;
    else
      return cause;
  }
  return std::nullopt;
}

void SnippetPlan::prolong() {
  for (auto cause = waiting_.begin(); cause != waiting_.end();)
    cause = take_in(*cause) ? waiting_.erase(cause) : cause + 1;
}

bool SnippetPlan::take_in(const SnippetCause& cause) {
  if (cause.first < open_->begin) return false;
  if (cause.first - lengths_.pre >= open_->end) return false;
  const std::int64_t wanted = std::max(open_->end, cause.end + lengths_.post);
  if (wanted - open_->begin <= lengths_.longest) {
    open_->end = wanted;
    return true;
  }
  if (cause.first >= open_->end) return false;
  const std::int64_t last = open_->begin + lengths_.longest + kLongestCause_s * lengths_.second;
  const auto margin = static_cast<std::int64_t>(kMargin_s * static_cast<double>(lengths_.second));
  open_->end = std::max(open_->end, std::min(cause.end + margin, last));
  return true;
}

bool SnippetPlan::may_begin(std::int64_t now) {
  const std::int64_t passed = now - allowed_at_.value_or(now);
  allowed_at_ = now;
  allowed_ = std::min(
      kBurst, allowed_ + static_cast<double>(passed) / static_cast<double>(kEach_s * lengths_.second));
  if (allowed_ < 1) return false;
  allowed_ -= 1;
  return true;
}

}  // namespace windhover::sensor
