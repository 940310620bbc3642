#include "gateway/moment.hpp"

namespace windhover::gateway {

std::string utc_text(UtcTime time) {
  using namespace std::chrono;
  // The feed's form has microseconds.
  std::string text = sensor::to_rfc3339(floor<milliseconds>(time));
  text.erase(text.size() - 4, 3);
  return text;
}

}  // namespace windhover::gateway
