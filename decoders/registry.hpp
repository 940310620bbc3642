#pragma once
// Every decoder that the sensor has. Adding a protocol is one folder and one line in registry.cpp.

#include <span>

#include "decoders/decoder.hpp"

namespace windhover::decoders {

/// Those that run unless they are switched off.
std::span<const DecoderEntry> registry();

/// Those that run only when they are asked for.
std::span<const DecoderEntry> on_request();

}  // namespace windhover::decoders
