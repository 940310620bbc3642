#pragma once
// The links of each aircraft, as their last messages told them.

#include <map>
#include <string>
#include <vector>

#include "sensor/feed_messages.hpp"

namespace windhover::sensor::links {

class AircraftLinks {
 public:
  /// A link belongs to the aircraft that it is more likely of than not.
  void take(const LinkMessage& link);
  /// Of that aircraft, by id.
  std::vector<AircraftLink> of(const std::string& aircraft) const;
  void clear() { links_.clear(); }

 private:
  struct Owned {
    std::string aircraft;
    AircraftLink link;
  };
  std::map<std::string, Owned> links_;  // by id; as many as are known, which is bounded where they are made
};

/// Of a link in its window, or nullopt for a side that is not bounded.
ByteBounds bytes_of(const LinkMessage& link);
ByteBounds total_bytes_of(const LinkMessage& link);

}  // namespace windhover::sensor::links
