#pragma once
// Remote ID in Bluetooth LE advertisements: every channel of the band at once, LE 1M and LE Coded on each.

#include <memory>
#include <vector>

#include "decoders/decoder.hpp"

namespace windhover::decoders::bluetooth {

/// All forty RF channels, primary and secondary, as far as the band holds them.
std::vector<ChannelSpec> advertising_channels(Band band);
std::unique_ptr<Decoder> make_advertising(const ChannelSpec& spec);

/// LE 2M, which only extended advertising on secondary channels may use. Remote ID prescribes none of it, so
/// it is off unless asked for.
std::vector<ChannelSpec> advertising_2m_channels(Band band);
std::unique_ptr<Decoder> make_advertising_2m(const ChannelSpec& spec);

}  // namespace windhover::decoders::bluetooth
