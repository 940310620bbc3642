#include "decoders/registry.hpp"

#include <array>

#include "decoders/bluetooth/advertising.hpp"
#include "decoders/bluetooth/advertising_linker.hpp"
#include "decoders/bluetooth/names.hpp"
#include "decoders/ocusync/drone_id.hpp"
#include "decoders/wifi/remote_id_elements.hpp"
#include "decoders/wifi/wifi.hpp"

namespace windhover::decoders {
namespace {

constexpr std::array kDecoders{
    DecoderEntry{"dji_droneid", ocusync::drone_id_channels, ocusync::make_drone_id},
    DecoderEntry{bluetooth::kDecoderName, bluetooth::advertising_channels, bluetooth::make_advertising,
                 bluetooth::make_advertising_linker},
    DecoderEntry{wifi::kDecoderName, wifi::channels, wifi::make},
};

constexpr std::array kOnRequest{
    DecoderEntry{"wifi_every_fcs", wifi::channels, wifi::make_with_every_fcs},
    DecoderEntry{bluetooth::kDecoderName2m, bluetooth::advertising_2m_channels,
                 bluetooth::make_advertising_2m, bluetooth::make_advertising_linker},
};

}  // namespace

std::span<const DecoderEntry> on_request() { return kOnRequest; }
std::span<const DecoderEntry> registry() { return kDecoders; }

}  // namespace windhover::decoders
