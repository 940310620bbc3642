#include "gateway/signals.hpp"

#include <tuple>

#include "gateway/naming.hpp"

namespace windhover::gateway {
namespace {

// An unknown level orders before any known one.
auto rank(const Link& link) { return std::tuple(link.aircraft.has_value(), link.rssi_dbfs); }

}  // namespace

std::map<std::string, const Told<Link>*> signals_of(const Picture& picture, Instant now) {
  std::map<std::string, const Told<Link>*> signals;
  for (const auto& [key, told] : picture.links()) {
    if (!is_signal(told.value) || !picture.is_heard(told, now)) continue;
    const auto [at, is_first] = signals.try_emplace(signal_uid(told.value), &told);
    if (!is_first && rank(at->second->value) < rank(told.value)) at->second = &told;
  }
  return signals;
}

}  // namespace windhover::gateway
