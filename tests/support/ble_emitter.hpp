#pragma once
// What the Bluetooth LE emitters of scenes share: packets on channels, as far as the recording hears them.

#include <span>
#include <vector>

#include "tests/support/ble_pdu.hpp"
#include "tests/support/emitters.hpp"
#include "tests/support/gfsk_modulator.hpp"

namespace windhover::synth {

inline constexpr std::array kBlePrimaryChannels{37, 38, 39};

/// What chance adds to each interval, at most (advDelay).
inline constexpr double kBleAdvertisingDelay_s = 10e-3;

struct BleSending {
  double start_s = 0;  ///< of the rising power, 2 µs before the preamble
  int channel_index = 37;
  BlePhy phy = BlePhy::le_1m;
  ByteVector pdu;
};

/// What is the same for all packets of a sender.
struct BleSender {
  Radio radio;
  GfskOptions gfsk;
};

/// Reads what read_radio() does, modulation_index and drift_hz_per_s.
BleSender read_ble_sender(SceneObject& config, const EmitterContext& context);

/// From the rising power to the fallen one.
double ble_on_air_s(BlePhy phy, std::size_t pdu_bytes);

/// Appends a transmission that is no frame, with the PDU for payload, and returns it. nullptr for one that
/// the scene does not hear: outside the band, or after the end.
Transmission* add_ble(const BleSending& sending, const BleSender& sender, const EmitterContext& context,
                      Random& random, std::vector<Transmission>& out);

}  // namespace windhover::synth
