#pragma once
// Remote ID Authentication on its way into the feed: pages become sets, for each transmitter and transport
// apart. Over legacy advertisements every page comes in a packet of its own.

#include <vector>

#include "decoders/messages/odid_auth.hpp"
#include "sensor/events.hpp"

namespace windhover::sensor {

class Authentications {
 public:
  /// The sets that this frame's pages complete, mostly none.
  std::vector<decoders::messages::AuthenticationSet> take(const TimedFrame& frame);

  const decoders::messages::AuthCounters& counters() const { return assembler_.counters(); }

 private:
  std::uint64_t key_of(const decoders::Frame& frame);

  decoders::messages::AuthAssembler assembler_;
  std::uint64_t nameless_ = 0;  // frames without a transmitter
};

}  // namespace windhover::sensor
