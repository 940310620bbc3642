#include "decoders/registry.hpp"

namespace windhover::decoders {

std::span<const DecoderEntry> registry() { return {}; }

}  // namespace windhover::decoders
