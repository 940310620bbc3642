#pragma once
// The shape of an OcuSync DroneID burst at 15.36 MS/s: 9 OFDM symbols (8 on older aircraft, which leave out
// the first) of 600 carriers 15 kHz apart. Learnt by reverse engineering and verified on a Mavic Air 2
// recording; the 8-symbol form is reported by others (RUB-SysSec/DroneSecurity, proto17/dji_droneid).

#include <array>
#include <cstddef>

#include "dsp/types.hpp"

namespace windhover::decoders::ocusync {

inline constexpr dsp::Hertz kRate{15.36e6};
inline constexpr std::size_t kFftSize = 1024;
inline constexpr double kCarrierSpacingHz = 15e3;
inline constexpr int kLastCarrier = 300;       ///< carriers -300…-1 and +1…+300; DC carries nothing
inline constexpr std::size_t kSpectrum = 601;  ///< carriers -300…+300 as one array, DC at kDc
inline constexpr std::size_t kDc = 300;
inline constexpr std::size_t kCarriers = 600;

inline constexpr int kSymbols = 9;
inline constexpr int kZc600 = 3;  ///< symbol that carries the Zadoff-Chu sequence of root 600
inline constexpr int kZc147 = 5;
inline constexpr int kKnown = 0;  ///< symbol that carries the scrambler alone; absent in the 8-symbol form
inline constexpr std::array kDataSymbols{1, 2, 4, 6, 7, 8};  ///< in bit order

/// Where the body of symbol k (after its cyclic prefix) starts, from the start of the root-600 body. All
/// timing hangs on that body, since the 8-symbol form may begin with either cyclic prefix.
constexpr int body_offset(int k) { return k < 8 ? 1096 * (k - kZc600) : 5488; }
constexpr int cyclic_prefix(int k) { return k == 0 || k == 8 ? 80 : 72; }

inline constexpr int kBurstLead = 3368;       ///< from the start of the 9-symbol burst to the root-600 body
inline constexpr int kShortBurstLead = 2272;  ///< the same for 8 symbols if the first cyclic prefix has 80
inline constexpr int kBurstTail = 6512;       ///< from the root-600 body to the end of the burst
inline constexpr int kZcDistance = body_offset(kZc147);

/// A carrier offset moves the correlation peak of root 600, a chirp, by this much.
inline constexpr double kChirpSamplesPerCarrier = 1.704;

inline constexpr std::size_t kInfoBits = 1408;  ///< transport block with CRC24A
inline constexpr std::size_t kInfoBytes = 176;
inline constexpr std::size_t kDataBytes = 173;    ///< without CRC24A
inline constexpr std::size_t kStreamBits = 1412;  ///< each of the three turbo streams, tail included
inline constexpr std::size_t kCodedBits = 7200;

}  // namespace windhover::decoders::ocusync
