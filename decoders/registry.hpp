#pragma once
// Every decoder that the sensor runs. Adding a protocol is one folder and one line in registry.cpp.

#include <span>

#include "decoders/decoder.hpp"

namespace windhover::decoders {

std::span<const DecoderEntry> registry();

}  // namespace windhover::decoders
