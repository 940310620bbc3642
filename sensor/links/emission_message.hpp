#pragma once
// What is told of a link that its emissions tell of.

#include "sensor/feed_messages.hpp"
#include "sensor/links/emission_link.hpp"

namespace windhover::sensor::links {

struct MessageContext {
  double begin_s = 0, end_s = 0;  ///< of the window
  double listened_share = 1;
};

/// All but head, times and attribution.
LinkMessage emission_message(const EmissionLink& link, const MessageContext& context);

}  // namespace windhover::sensor::links
