// One program for all figures: NAME, --list, --all, --ci. scripts/figure builds and calls it.

#include <algorithm>
#include <array>
#include <cstring>
#include <iostream>
#include <string>

#include "tests/bench/figures.hpp"

namespace windhover::bench {

std::span<const Figure> figures() {
  static constexpr std::array kFigures{
      Figure{"real-recording",
             "all three DroneID bursts of the Mavic Air 2 recording, the cut one too, field by field", true,
             real_recording},
      Figure{"droneid-sensitivity",
             "frame errors at most 10 % at -3.0 dB and 1 % at -2.5 dB; 8 symbols 0.5 dB, multipath 1.5 dB "
             "worse at most",
             true, droneid_sensitivity},
      Figure{"gate-cost", "gates cost less than 0.1 dB of sensitivity", true, gate_cost},
      Figure{"noise", "no frame in ten minutes of noise", true, noise},
      Figure{"negatives", "no frame and no drone's link in recordings of Wi-Fi, LTE, 802.15.4, BLE and ADS-B",
             true, negatives},
      Figure{"droneid-speed",
             "50 MS/s on one core: 2 times real time on noise, 1.5 with four bursts each 640 ms", false,
             droneid_speed},
      Figure{"ble-1m-sensitivity", "legacy Remote ID on LE 1M: packet errors at most 10 % at 10.5 dB", true,
             ble_1m_sensitivity},
      Figure{"ble-coded-sensitivity",
             "pack of nine messages on LE Coded: packet errors at most 10 % at 2 dB (S=8) and 7.5 dB (S=2)",
             true, ble_coded_sensitivity},
      Figure{
          "ble-neighbours",
          "20 dB stronger packets 2 MHz away cost at most 2 dB; eight adjacent channels at once all decode",
          true, ble_neighbours},
      Figure{
          "ble-pcap",
          "every Remote ID frame of a captured long-range module, modulated again, comes out field by field",
          true, ble_pcap},
      Figure{
          "ble-recordings",
          "all packets of the real LE recordings are found with right bytes, and none is taken for a frame",
          true, ble_recordings},
      Figure{"ble-speed",
             "on one core with the DroneID search: 30 quiet channels 1.5 times real time, 10 channels with "
             "packets "
             "5 % of the time 6 times",
             false, ble_speed},
      Figure{"wifi-ofdm-sensitivity",
             "Remote ID beacon of 151 octets at 6 Mb/s: frame errors at most 10 % at 1.5 dB", true,
             wifi_ofdm_sensitivity},
      Figure{"wifi-dsss-sensitivity",
             "Remote ID beacon of 150 octets at 1 Mb/s: frame errors at most 10 % at -2.5 dB", true,
             wifi_dsss_sensitivity},
      Figure{"wifi-recordings",
             "every frame of the real OFDM and HT recordings is heard at its place with its octets", false,
             wifi_recordings},
      Figure{"wifi-pcap",
             "every Remote ID frame of real Wi-Fi captures, modulated again, comes out field by field; their "
             "neighbours are no aircraft",
             true, wifi_pcap},
      Figure{"wifi-speed",
             "every decoder on: a 20 MHz channel that is never free 2 times real time on one core, three of "
             "them in 61.44 MS/s 1.0 on two",
             false, wifi_speed},
      Figure{"feed-latency", "a burst is on the feed within 50 ms of its end", false, feed_latency},
      Figure{"feed-load",
             "1,000 frames a second and 500 aircraft, one of three subscribers stopped: the others lose "
             "nothing, "
             "memory is flat, 99 % of the frames are with them within 20 ms",
             false, feed_load},
      Figure{"feed-restart", "a subscriber that was killed knows everything 2 s after its start", false,
             feed_restart},
      Figure{"feed-fuzz",
             "10 million fuzzed requests at the snapshot socket: no crash, no leak, it still answers", false,
             feed_fuzz},
      Figure{"gateway-restart",
             "kill -9 of the gateway at any time: all 200 aircraft are on 4224 again within 2 s of its start",
             false, gateway_restart},
      Figure{"dragonsync-scene", "a replayed scene of seven aircraft gives exactly these seven on 4224", true,
             dragonsync_scene},
      Figure{"tracker-load",
             "500 aircraft with 5 frames a second each cost at most 5 % of a core in tracker and trust",
             false, tracker_load},
      Figure{"tracker-fuzz",
             "a million damaged Remote ID payloads through parser, tracker, trust and JSON: no crash, and no "
             "number that is none",
             true, tracker_fuzz},
      Figure{"trust-clean",
             "over clean skies of 8 and 20 aircraft at most one false alert of suspicion an hour", true,
             trust_clean},
      Figure{"trust-spoof", "each kind of spoofer is found in at least 90 % of the skies", true, trust_spoof},
      Figure{"link-attribution",
             "three aircraft with DroneID and a video link each, oscillators 2 ppm apart: the right one "
             "first in "
             "at least 90 %, a wrong one above even odds in at most 5 %; likelihoods off by at most 0.05",
             true, link_attribution},
      Figure{
          "link-attribution-air",
          "the same over rendered skies, through the whole sensor: the right one first in at least 90 %, a "
          "wrong one above even odds in at most 5 %",
          false, link_attribution_air},
      Figure{"link-kinds",
             "rendered links: kind right at least 95 % at 5 dB and 99 % at 10 dB, others called a drone's at "
             "most 0.5 %",
             false, link_kinds},
      Figure{"link-measures",
             "rendered links at 6 dB: centre within 30 kHz, duty within 5 %, bursts within 2 %, hop set 95 %",
             false, link_measures},
      Figure{"link-bytes",
             "rendered OFDM links: byte bounds hold in 99 % of windows, within 4:1 where the modulation was "
             "measured",
             false, link_bytes},
      Figure{"link-sorting",
             "the three figures of links from emissions and snapshots as a good detector tells them", false,
             link_sorting},
      Figure{"link-load", "10,000 emissions a second cost at most 5 % of a core in the book of links", false,
             link_load},
      Figure{"busy-sky-speed",
             "61.44 MS/s with three video links, ten hoppers and busy Wi-Fi, every decoder on and links "
             "watched: 1.0 times real time on two cores",
             false, busy_sky_speed},
      Figure{
          "signal-kinds",
          "what a snapshot shows is right in at least 95 % of all kinds at 5 dB and 99 % at 10 dB; no other "
          "kind shows OcuSync's reference symbols",
          false, signal_kinds},
      Figure{"signal-cost", "classification costs at most 60 ns a sample of snapshots at 7.68 MS/s and more",
             false, signal_cost},
      Figure{"emission-detection",
             "bursts of 0.5 ms and more at 6 dB: 99 % found, and of 99 % of them edges within 40 kHz or 2 %, "
             "start and end within 75 us",
             false, emission_detection},
      Figure{"emission-noise", "at most one emission in a minute of noise at 61.44 MS/s", true,
             emission_noise},
      Figure{"emission-cost",
             "the emission detector costs at most 15 % of the forward FFT, in a busy sky too", false,
             emission_cost},
      Figure{"live-faults",
             "each fault of a device ten times at random: decoding again 5 s after it ends (30 s for a "
             "vanished device), named by status, one process from start to end",
             true, live_faults},
      Figure{
          "soak",
          "60 minutes live at 30.72 MS/s under a busy sky: no lost block, memory grows by at most 1 % after "
          "five minutes, 99 % and more of the frames of each transport decoded",
          true, soak},
      Figure{"start-stop",
             "first samples 2 s after the start with FFTW's wisdom and 20 s without; SIGTERM to exit in 1 s "
             "with "
             "all files closed",
             false, start_stop},
      Figure{
          "starve",
          "with half of the processor time that it needs a sensor sheds in the documented order, DroneID and "
          "Remote ID last, and is whole again 10 s after",
          false, starve},
      Figure{
          "retune",
          "a change of window costs at most 30 ms beyond what the device needs, and of the aircraft in two "
          "windows that take turns all frames are decoded that are sent while their window is received",
          true, retune},
      Figure{"bank-proof", "channels equal mixer, FIR and decimator within -90 dB; stop band 60 dB", true,
             bank_proof},
  };
  return kFigures;
}

}  // namespace windhover::bench

namespace {

using namespace windhover::bench;

bool measure(const Figure& figure, Effort effort) {
  std::cout << "## " << figure.name << "\n\nPromised: " << figure.promise << ".\n\n" << std::flush;
  const bool kept = figure.measure(std::cout, effort);
  std::cout << '\n' << (kept ? "Kept." : "NOT KEPT.") << "\n\n" << std::flush;
  return kept;
}

int usage() {
  std::cerr << "usage: figure NAME [--quick] | --all | --ci | --list\n";
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  const bool is_quick = argc == 3 && std::string(argv[2]) == "--quick";
  if (argc != 2 && !is_quick) return usage();
  const std::string wanted = argv[1];
  if (wanted == "--list") {
    for (const Figure& figure : figures()) std::cout << figure.name << ": " << figure.promise << '\n';
    return 0;
  }
  bool kept = true, any = false;
  for (const Figure& figure : figures()) {
    if (wanted != "--all" && !(wanted == "--ci" && figure.in_ci) && wanted != figure.name) continue;
    any = true;
    kept &= measure(figure, wanted == "--ci" || is_quick ? Effort::quick : Effort::full);
  }
  if (!any) return usage();
  return kept ? 0 : 1;
}
