#pragma once
// Remote ID in Wi-Fi frames, and what each transmitter sends, on every channel of the band.

#include <memory>
#include <vector>

#include "decoders/decoder.hpp"

namespace windhover::decoders::wifi {

/// Channels 1 … 14 and 36 … 177 at 20 MHz, and clocked down to 10 and 5 MHz around the same centres, as far
/// as the band holds them.
std::vector<ChannelSpec> channels(Band band);
/// Frames are read past their head only where they may hold Remote ID.
std::unique_ptr<Decoder> make(const ChannelSpec& spec);

/// The same, with every frame read to its check sequence: for checks and exact accounts, at many times the
/// cost. What is read is dropped at once.
std::unique_ptr<Decoder> make_with_every_fcs(const ChannelSpec& spec);

}  // namespace windhover::decoders::wifi
