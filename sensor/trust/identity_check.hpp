#pragma once
// Whether the names of an aircraft fit one another and the way in which they are sent.

#include <vector>

#include "sensor/events.hpp"
#include "sensor/feed_messages.hpp"

namespace windhover::sensor {

class IdentityCheck {
 public:
  void take(const decoders::Frame& frame);
  void tell(std::vector<Reason>& reasons) const;

 private:
  void take_serial(std::string_view serial, const decoders::Frame& frame);

  bool odd_form_ = false, unlisted_maker_ = false, foreign_in_droneid_ = false, dji_on_bluetooth_ = false,
       not_a_multirotor_ = false, other_ssid_ = false;
};

}  // namespace windhover::sensor
