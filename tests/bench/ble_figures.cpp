// Figures of the Bluetooth receivers, through the whole pipeline: converter, bank, gates, receivers, feed.

#include <algorithm>
#include <array>
#include <fstream>
#include <iomanip>
#include <nlohmann/json.hpp>

#include "dsp/fft.hpp"
#include "tests/bench/ble_scenes.hpp"
#include "tests/bench/curve.hpp"
#include "tests/bench/figures.hpp"

namespace windhover::bench {
namespace {

using synth::BlePhy;

// Frequency offsets are estimated over a packet; at -1 dB that is good to some kHz.
constexpr Tolerance kBleTolerance{10e-6, 5e3};

double packet_error(const BleCase& c) {
  std::size_t sent = 0, received = 0;
  for_each_ble_scene(c, [&](const Scene& scene) {
    const RunResult result = run_pipeline(memory_source(scene.samples, scene.rate, scene.centre));
    sent += scene.sent.size();
    received += count_received(scene.sent, result, kBleTolerance);
  });
  return 1 - static_cast<double>(received) / static_cast<double>(sent);
}

bool ble_curve(std::ostream& out, const char* name, BleCase c, std::span<const CurvePoint> points) {
  // With fewer packets a few more are chance.
  return print_curve(out, name, points, c.packets < 300 ? 0.04 : 0, [&](double snr_db) {
    c.snr_db = snr_db;
    return packet_error(c);
  });
}

void ble_table_head(std::ostream& out, std::size_t packets) {
  out << packets
      << " packets a point; carrier offset ±100 kHz, any fraction of a sample; synthetic packets in white "
         "noise. "
         "SNR in 1 MHz.\n\n| signal | SNR | packet error | promised |\n|---|---|---|---|\n";
}

}  // namespace

bool ble_1m_sensitivity(std::ostream& out, Effort effort) {
  const bool full = effort == Effort::full;
  const std::size_t n = full ? 300 : 75;
  ble_table_head(out, n);
  const std::array points{CurvePoint{8.5},  CurvePoint{9.0},        CurvePoint{9.5},
                          CurvePoint{10.0}, CurvePoint{10.5, 0.10}, CurvePoint{12.0}};
  const std::array quick{CurvePoint{10.5, 0.10}};
  const auto all = full ? std::span<const CurvePoint>(points) : quick;
  bool kept = ble_curve(out, "LE 1M, legacy, 39 bytes", {.packets = n, .seed = 61}, all);
  if (!full) return kept;
  const std::array low{CurvePoint{10.5}, CurvePoint{11.5, 0.10}};
  const std::array strong{CurvePoint{30.0, 0.0}};
  kept &= ble_curve(out, "modulation index 0.45", {.packets = n, .modulation_index = 0.45, .seed = 62}, low);
  kept &= ble_curve(out, "modulation index 0.55", {.packets = n, .modulation_index = 0.55, .seed = 63}, low);
  kept &= ble_curve(out, "carrier offset ±150 kHz, 50 ppm",
                    {.packets = n, .cfo_hz = 150e3, .clock_ppm = 50, .seed = 64}, low);
  kept &= ble_curve(out, "strong", {.packets = n, .seed = 65}, strong);
  return kept;
}

bool ble_coded_sensitivity(std::ostream& out, Effort effort) {
  const bool full = effort == Effort::full;
  const std::size_t n = full ? 300 : 50;
  ble_table_head(out, n);
  const BleCase s8{.phy = BlePhy::le_coded_s8, .pack = 9, .packets = n, .seed = 71};
  const BleCase s2{.phy = BlePhy::le_coded_s2, .pack = 9, .packets = n, .seed = 72};
  const std::array s8_quick{CurvePoint{2.0, 0.10}}, s2_quick{CurvePoint{7.5, 0.10}};
  if (!full) {
    const bool kept = ble_curve(out, "S=8, pack of 9, 246 bytes", s8, s8_quick);
    return ble_curve(out, "S=2, pack of 9, 246 bytes", s2, s2_quick) && kept;
  }
  const std::array s8_points{CurvePoint{-2.0}, CurvePoint{-1.0}, CurvePoint{0.0},
                             CurvePoint{0.5},  CurvePoint{1.0},  CurvePoint{2.0, 0.10}};
  const std::array s2_points{CurvePoint{5.0}, CurvePoint{6.0}, CurvePoint{6.5}, CurvePoint{7.0},
                             CurvePoint{7.5, 0.10}};
  bool kept = ble_curve(out, "S=8, pack of 9, 246 bytes", s8, s8_points);
  kept &= ble_curve(out, "S=2, pack of 9, 246 bytes", s2, s2_points);
  const std::array s8_worse{CurvePoint{3.0, 0.10}}, strong{CurvePoint{30.0, 0.0}};
  kept &= ble_curve(out, "S=8, modulation index 0.45, ±150 kHz, 50 ppm",
                    {.phy = BlePhy::le_coded_s8,
                     .pack = 9,
                     .packets = n,
                     .cfo_hz = 150e3,
                     .modulation_index = 0.45,
                     .clock_ppm = 50,
                     .seed = 73},
                    s8_worse);
  kept &= ble_curve(out, "S=8, strong", {.phy = BlePhy::le_coded_s8, .pack = 9, .packets = 75, .seed = 74},
                    strong);
  return kept;
}

bool ble_neighbours(std::ostream& out, Effort effort) {
  const std::size_t n = effort == Effort::full ? 300 : 75;
  ble_table_head(out, n);
  const std::array legacy{CurvePoint{12.5, 0.10}}, s8{CurvePoint{4.0, 0.10}}, s2{CurvePoint{9.5, 0.10}};
  bool kept = ble_curve(out, "LE 1M, legacy; +20 dB on the next channel",
                        {.packets = n, .neighbour_db = 20, .seed = 81}, legacy);
  kept &= ble_curve(out, "LE 1M, extended; +20 dB on both next channels",
                    {.pack = 1, .packets = n, .neighbour_db = 20, .seed = 82}, legacy);
  if (effort == Effort::full) {
    kept &=
        ble_curve(out, "S=8, pack of 9; +20 dB on both next channels",
                  {.phy = BlePhy::le_coded_s8, .pack = 9, .packets = n, .neighbour_db = 20, .seed = 83}, s8);
    kept &=
        ble_curve(out, "S=2, pack of 9; +20 dB on both next channels",
                  {.phy = BlePhy::le_coded_s2, .pack = 9, .packets = n, .neighbour_db = 20, .seed = 84}, s2);
  }
  const Scene scene = eight_channels_scene(50, 85);
  const RunResult result = run_pipeline(memory_source(scene.samples, scene.rate, scene.centre));
  const std::size_t received = count_received(scene.sent, result, kBleTolerance);
  out << "\nEight adjacent channels on the air at once, 20 dB: " << received << " of " << scene.sent.size()
      << " packets.\n";
  return kept && received == scene.sent.size();
}

bool ble_speed(std::ostream& out, Effort) {
  dsp::set_plan_rigour(dsp::PlanRigour::measure);
  struct Load {
    const char* name;
    Hertz rate, centre;
    double duty, promised;
    bool wifi = false, links = false;
  };
  constexpr std::array kLoads{
      Load{"61.44 MS/s, 30 channels, quiet", {61.44e6}, {2441e6}, 0, 1.5},
      Load{"20 MS/s, 10 channels, packets 5 % of the time on each", {20e6}, {2415e6}, 0.05, 6},
      Load{"the same, Wi-Fi decoders on too", {20e6}, {2415e6}, 0.05, 0, true},
      Load{"the same, links watched too", {20e6}, {2415e6}, 0.05, 0, true, true},
  };
  std::vector<decoders::DecoderEntry> without_wifi;
  for (const decoders::DecoderEntry& entry : decoders::registry())
    if (entry.name != "wifi") without_wifi.push_back(entry);
  out << "CPU time of all threads together; LE 1M and LE Coded on every channel, and the DroneID search.\n\n"
         "| load | times real time on one core | packets |\n|---|---|---|\n";
  bool kept = true;
  for (const Load& load : kLoads) {
    const Scene scene = ble_speed_scene(load.rate, load.centre, load.duty, 91);
    constexpr unsigned kRounds = 5;
    std::vector<double> speeds;
    std::size_t received = 0;
    for (int run = 0; run < 5; ++run) {
      const RunResult result = run_pipeline(memory_source(scene.samples, scene.rate, scene.centre, kRounds),
                                            {.workers = 1, .watch_links = load.links},
                                            load.wifi ? decoders::registry() : std::span(without_wifi));
      speeds.push_back(result.signal_s / result.cpu_s);
      received = result.frames.size();
    }
    std::sort(speeds.begin(), speeds.end());
    const double median = speeds[speeds.size() / 2];
    out << "| " << load.name << " | " << std::fixed << std::setprecision(2) << median << " | " << received
        << " of " << scene.sent.size() * kRounds << " |\n";
    kept &= median >= load.promised && received >= scene.sent.size() * kRounds * 98 / 100;
  }
  return kept;
}

}  // namespace windhover::bench
