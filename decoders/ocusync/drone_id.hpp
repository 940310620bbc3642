#pragma once
// Receiver for DJI DroneID bursts on any carrier of the captured band.

#include <memory>
#include <span>
#include <vector>

#include "decoders/decoder.hpp"

namespace windhover::decoders::ocusync {

/// Channels 2 MHz apart over the band, those at the carriers that DJI is known to use first. Carriers up to
/// 0.5 MHz beyond what fits into the band whole are covered too.
std::vector<ChannelSpec> drone_id_channels(Band band);

/// Decodes bursts whose carrier lies within ±1.05 MHz of the channel's centre; what lies farther out belongs
/// to the neighbouring channel. An 8- or 9-symbol burst is decoded as soon as it has passed, one that the end
/// of a run of blocks cuts off with the symbols that were received.
///
/// rf.centre is the nearest known DJI carrier within 100 kHz, else the nearest multiple of 100 kHz; rf.cfo_hz
/// is the measured carrier's distance from it. rf.first_sample is the start of the first cyclic prefix (of 72
/// samples in the 8-symbol form). Source of all facts: RUB-SysSec/DroneSecurity, proto17/dji_droneid, and the
/// recording of a Mavic Air 2.
std::unique_ptr<Decoder> make_drone_id(const ChannelSpec& spec);

/// That were seen or that receivers of others list; real aircraft are not bound to them.
std::span<const double> known_dji_carriers_mhz();

/// The DJI carrier that a measured one is named after.
Hertz nearest_dji_carrier(Hertz measured);

}  // namespace windhover::decoders::ocusync
