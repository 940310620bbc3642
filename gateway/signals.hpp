#pragma once
// Which links are shown where several share a marker.

#include <map>
#include <string>

#include "gateway/picture.hpp"

namespace windhover::gateway {

/// The links heard now that are worth a marker, by its uid: of those that share one, an aircraft's before one
/// that only looks like a drone's, then the strongest. Pointers into `picture`.
std::map<std::string, const Told<Link>*> signals_of(const Picture& picture, Instant now);

}  // namespace windhover::gateway
