#include "decoders/registry.hpp"

#include <array>

#include "decoders/ocusync/drone_id.hpp"

namespace windhover::decoders {
namespace {

constexpr std::array kDecoders{
    DecoderEntry{"dji_droneid", ocusync::drone_id_channels, ocusync::make_drone_id},
};

}  // namespace

std::span<const DecoderEntry> registry() { return kDecoders; }

}  // namespace windhover::decoders
