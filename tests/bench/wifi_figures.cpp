// Figures of the Wi-Fi receivers on synthetic signals, through the whole pipeline.

#include <algorithm>
#include <array>
#include <iomanip>

#include "dsp/fft.hpp"
#include "tests/bench/curve.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/wifi_scenes.hpp"

namespace windhover::bench {
namespace {

using synth::DsssPhy;
using synth::DsssRate;
using synth::LegacyPhy;

// At 0 dB carrier offsets are good to some 100 Hz with OFDM, DSSS has a narrower spectrum to measure them by.
constexpr Tolerance kWifiTolerance{10e-6, 5e3};

double wifi_frame_error(const WifiCase& c) {
  std::size_t sent = 0, received = 0;
  for_each_wifi_scene(c, [&](const Scene& scene) {
    const RunResult result = run_pipeline(memory_source(scene.samples, scene.rate, scene.centre));
    sent += scene.sent.size();
    received += count_received(scene.sent, result, kWifiTolerance);
  });
  return 1 - static_cast<double>(received) / static_cast<double>(sent);
}

bool wifi_curve(std::ostream& out, const char* name, WifiCase c, std::span<const CurvePoint> points) {
  return print_curve(out, name, points, c.frames < 300 ? 0.04 : 0, [&](double snr_db) {
    c.snr_db = snr_db;
    return wifi_frame_error(c);
  });
}

void wifi_table_head(std::ostream& out, std::size_t frames) {
  out << frames
      << " beacons with Remote ID a point; carrier offset ±80 kHz where nothing else is said, any fraction "
         "of a "
         "sample; synthetic frames in white noise. SNR in 20 MHz.\n\n| signal | SNR | frame error | promised "
         "|\n|---|---|---|---|\n";
}

// Where a decoder of soft decisions with an unsmoothed estimate of the channel loses a tenth of the frames.
constexpr std::array kPlainReceiver{std::pair{9, 2.9},  std::pair{12, 3.8},  std::pair{18, 6.4},
                                    std::pair{24, 9.5}, std::pair{36, 12.7}, std::pair{48, 16.8},
                                    std::pair{54, 18.5}};

}  // namespace

bool wifi_ofdm_sensitivity(std::ostream& out, Effort effort) {
  const bool full = effort == Effort::full;
  const std::size_t n = full ? 300 : 75;
  wifi_table_head(out, n);
  const std::array points{CurvePoint{-1.0},     CurvePoint{-0.5}, CurvePoint{0.0},
                          CurvePoint{0.3},      CurvePoint{0.7},  CurvePoint{1.0},
                          CurvePoint{1.5, 0.1}, CurvePoint{2.0},  CurvePoint{3.0}};
  const std::array quick{CurvePoint{1.5, 0.1}};
  bool kept = wifi_curve(out, "6 Mb/s, 151 octets", {.frames = n, .seed = 201},
                         full ? std::span<const CurvePoint>(points) : quick);
  if (!full) return kept;
  const std::array low{CurvePoint{0.7}, CurvePoint{1.5, 0.1}}, faded{CurvePoint{2.0}, CurvePoint{3.0}};
  const std::array longer{CurvePoint{0.9}, CurvePoint{1.5}};
  const std::array strong{CurvePoint{30.0, 0.0}};
  kept &= wifi_curve(out, "6 Mb/s, 151 octets, carrier ±120 kHz", {.frames = n, .cfo_hz = 120e3, .seed = 202},
                     low);
  kept &=
      wifi_curve(out, "6 Mb/s, 151 octets, clock ±40 ppm", {.frames = n, .clock_ppm = 40, .seed = 203}, low);
  kept &= wifi_curve(out, "6 Mb/s, 151 octets, one of five channels",
                     {.frames = n, .among_others = true, .seed = 204}, low);
  kept &= wifi_curve(out, "6 Mb/s, 151 octets, 3 Rician taps over 400 ns, 40 ppm",
                     {.frames = n, .clock_ppm = 40, .fading = synth::RicianProfile{}, .seed = 205}, faded);
  kept &= wifi_curve(out, "6 Mb/s, 352 octets", {.octets = 352, .frames = n, .seed = 206}, longer);
  for (const auto& [mbps, snr_db] : kPlainReceiver) {
    const std::array at{CurvePoint{snr_db - 1}, CurvePoint{snr_db}};
    const std::string name = std::to_string(mbps) + " Mb/s, 300 octets";
    wifi_curve(out, name.c_str(), {.phy = LegacyPhy{mbps}, .octets = 300, .frames = n, .seed = 207}, at);
  }
  kept &= wifi_curve(out, "6 Mb/s, strong", {.frames = 75, .seed = 208}, strong);
  return kept;
}

bool wifi_dsss_sensitivity(std::ostream& out, Effort effort) {
  const bool full = effort == Effort::full;
  const std::size_t n = full ? 300 : 75;
  wifi_table_head(out, n);
  const std::array points{CurvePoint{-5.0}, CurvePoint{-4.5},      CurvePoint{-4.0}, CurvePoint{-3.5},
                          CurvePoint{-3.0}, CurvePoint{-2.5, 0.1}, CurvePoint{-2.0}};
  const std::array quick{CurvePoint{-2.5, 0.1}};
  bool kept =
      wifi_curve(out, "1 Mb/s, 150 octets", {.phy = DsssPhy{}, .octets = 150, .frames = n, .seed = 221},
                 full ? std::span<const CurvePoint>(points) : quick);
  if (!full) return kept;
  const std::array low{CurvePoint{-3.5}, CurvePoint{-2.5, 0.1}}, faded{CurvePoint{-2.0}, CurvePoint{0.0}};
  kept &= wifi_curve(
      out, "1 Mb/s, 150 octets, carrier ±120 kHz, clock ±40 ppm",
      {.phy = DsssPhy{}, .octets = 150, .frames = n, .cfo_hz = 120e3, .clock_ppm = 40, .seed = 222}, low);
  kept &= wifi_curve(
      out, "1 Mb/s, 150 octets, 3 Rician taps over 400 ns",
      {.phy = DsssPhy{}, .octets = 150, .frames = n, .fading = synth::RicianProfile{}, .seed = 223}, faded);
  const std::array twice{CurvePoint{-1.0}, CurvePoint{0.0}, CurvePoint{1.0}};
  wifi_curve(out, "2 Mb/s, 150 octets",
             {.phy = DsssPhy{DsssRate::mbps_2}, .octets = 150, .frames = n, .seed = 224}, twice);
  wifi_curve(out, "2 Mb/s, short preamble, 150 octets",
             {.phy = DsssPhy{DsssRate::mbps_2, true}, .octets = 150, .frames = n, .seed = 225}, twice);
  const std::array strong{CurvePoint{30.0, 0.0}};
  kept &=
      wifi_curve(out, "1 Mb/s, strong", {.phy = DsssPhy{}, .octets = 150, .frames = 75, .seed = 226}, strong);
  return kept;
}

bool wifi_speed(std::ostream& out, Effort) {
  dsp::set_plan_rigour(dsp::PlanRigour::measure);
  struct Load {
    const char* name;
    BusyWifi busy;
    double cores, promised;
    bool links = false;
  };
  const std::array loads{
      Load{"20 MS/s, channel 6 never free", {.seed = 241}, 1, 2.0},
      Load{"61.44 MS/s, channels 2, 6 and 10 never free",
           {.rate = {61.44e6}, .centre = {2437e6}, .channels = {2, 6, 10}, .seed = 242},
           2,
           1.0},
      Load{"20 MS/s, links watched too", {.seed = 241}, 1, 0, true},
      Load{"61.44 MS/s, links watched too",
           {.rate = {61.44e6}, .centre = {2437e6}, .channels = {2, 6, 10}, .seed = 242},
           2,
           0,
           true},
  };
  out << "CPU time of all threads together, every decoder on; the watch over links where it is named. Data "
         "frames of 1400 and 90 octets and their "
         "acknowledgements at 6 Mb/s, 20 dB.\n\n"
         "| load | times real time | on cores | Remote ID beacons |\n|---|---|---|---|\n";
  bool kept = true;
  for (const Load& load : loads) {
    const Scene scene = busy_wifi_scene(load.busy);
    constexpr unsigned kRounds = 5;
    std::vector<double> speeds;
    std::size_t received = 0;
    for (int run = 0; run < 5; ++run) {
      const RunResult result = run_pipeline(memory_source(scene.samples, scene.rate, scene.centre, kRounds),
                                            {.workers = 1, .watch_links = load.links});
      speeds.push_back(load.cores * result.signal_s / result.cpu_s);
      received = result.frames.size();
    }
    std::sort(speeds.begin(), speeds.end());
    const double median = speeds[speeds.size() / 2];
    out << "| " << load.name << " | " << std::fixed << std::setprecision(2) << median << " | "
        << std::setprecision(0) << load.cores << " | " << received << " of " << scene.sent.size() * kRounds
        << " |\n";
    kept &= median >= load.promised && received == scene.sent.size() * kRounds;
  }
  return kept;
}

}  // namespace windhover::bench
