#pragma once
// Typed messages to JSON, the body of the feed. One line each, keys in a fixed order; what is unknown, NaN or
// infinite is absent; numbers are rounded to what their source can mean.

#include <string>
#include <string_view>

#include "sensor/feed_messages.hpp"

namespace windhover::sensor {

// device  which of several heard it, or has the trouble; empty with one
std::string to_json(const FrameMessage& message, std::string_view device = {});
std::string to_json(const RejectMessage& message, std::string_view device = {});
std::string to_json(const AircraftMessage& message);
std::string to_json(const AlertMessage& message, std::string_view device = {});
std::string to_json(const LinkMessage& message, std::string_view device = {});
std::string to_json(const CoverageMessage& message, std::string_view device = {});
std::string to_json(const SpectrumMessage& message, std::string_view device = {});
std::string to_json(const StatusMessage& message);

}  // namespace windhover::sensor
