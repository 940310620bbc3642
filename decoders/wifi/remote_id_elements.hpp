#pragma once
// What management frames say about aircraft: vendor elements of beacons and probe responses in any order, and
// NAN service discovery (ASTM F3411-22a 5.4.7, 5.4.8; Wi-Fi Aware 9.5).

#include "decoders/decoder.hpp"
#include "decoders/wifi/mac_frame.hpp"
#include "decoders/wifi/ppdu.hpp"

namespace windhover::decoders::wifi {

inline constexpr std::string_view kDecoderName = "wifi";

/// Appends a frame for each element that speaks of an aircraft, a reject for each that is one of these and
/// broken.
/// frame   with its FCS, which is right
/// Returns how many were appended, of both.
std::size_t read_remote_id_elements(Bytes frame, const RfFacts& rf, DecoderOutput& out);

}  // namespace windhover::decoders::wifi
