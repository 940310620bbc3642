// Figures of the Wi-Fi receivers that rest on what real radios sent.

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "decoders/wifi/mac_frame.hpp"
#include "decoders/wifi/ofdm_receiver.hpp"
#include "decoders/wifi/wifi.hpp"
#include "sensor/recording_source.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/odid_truth.hpp"
#include "tests/bench/recordings.hpp"
#include "tests/bench/wifi_scenes.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/wifi_sniffer.hpp"

namespace windhover::bench {
namespace {

using nlohmann::json;

/// Tells every PSDU whose check sequence is right: for the checks below only.
class EveryPsdu final : public decoders::Decoder, public decoders::wifi::PpduSink {
 public:
  explicit EveryPsdu(const decoders::ChannelSpec& spec) : receiver_({.centre = spec.centre}) {}

  void process(const decoders::IqBlock& in, decoders::DecoderOutput& out) override {
    out_ = &out;
    receiver_.process(in, *this);
  }
  bool read_on(const decoders::wifi::Ppdu&, std::span<const std::uint8_t>) override { return true; }
  void take(const decoders::wifi::Ppdu& ppdu, std::span<const std::uint8_t> octets) override {
    if (octets.size() != ppdu.psdu_octets || !decoders::wifi::has_good_fcs(octets)) return;
    decoders::Frame frame{"odid", "wifi_beacon", ppdu.rf, {octets.begin(), octets.end()}, {}};
    // Acknowledgements are alike and, with the idle time cut out, close enough to be taken for one frame.
    frame.payload.push_back(number_++);
    out_->frames.push_back(std::move(frame));
  }
  void reject(decoders::RejectReason reason, const decoders::RfFacts& rf) override {
    out_->rejects.push_back({"diagnostic", reason, rf});
  }

 private:
  decoders::wifi::OfdmReceiver receiver_;
  std::uint8_t number_ = 0;
  decoders::DecoderOutput* out_ = nullptr;
};

const decoders::DecoderEntry kEveryPsdu{
    "diagnostic", decoders::wifi::channels,
    [](const decoders::ChannelSpec& spec) -> std::unique_ptr<decoders::Decoder> {
      return std::make_unique<EveryPsdu>(spec);
    }};

const decoders::DecoderEntry& every_fcs() {
  return *std::ranges::find(decoders::on_request(), "wifi_every_fcs", &decoders::DecoderEntry::name);
}

RunResult replay_wifi(const std::filesystem::path& recording, const decoders::DecoderEntry& decoder) {
  sensor::RecordingOptions options;
  options.freq_hz = 5180e6;
  return run_pipeline(sensor::open_recording(recording, options), {}, std::span(&decoder, 1));
}

/// What one recording gave, against its truth file.
struct RecordingTally {
  std::size_t frames = 0, found = 0, beyond = 0;
  std::size_t octets = 0, octets_found = 0;  ///< of PSDUs
  std::uint64_t intact = 0;                  ///< that the decoder itself counts
};

RecordingTally tally_of(const std::filesystem::path& recording, const json& truth) {
  RecordingTally tally;
  RunResult heard = replay_wifi(recording, kEveryPsdu);
  for (const json& frame : truth.at("frames")) {
    if (!frame.at("fcs_ok").get<bool>()) continue;
    const auto psdu = synth::from_hex(frame.at("psdu_hex").get<std::string>());
    ++tally.frames;
    tally.octets += psdu.size();
    const double start_s = frame.at("start_sample").get<double>() / 20e6;
    const auto found = std::ranges::find_if(heard.frames, [&](const Heard& h) {
      return std::ranges::equal(std::span(h.packet).first(h.packet.size() - 1), psdu) &&
             std::abs(h.start_s - start_s) < 1e-6;
    });
    if (found == heard.frames.end()) continue;
    ++tally.found;
    tally.octets_found += psdu.size();
    heard.frames.erase(found);
  }
  tally.beyond = heard.frames.size();
  const json status = json::parse(replay_wifi(recording, every_fcs()).status);
  tally.intact = status.at("others").value("wifi_every_fcs", std::uint64_t{0});
  return tally;
}

/// One capture of a sniffer, and how its frames are sent again.
struct Capture {
  const char* file;
  const char* truth;
  int channel;
  std::optional<synth::WifiPhy> phy;  ///< where what the capture says of it is not from a receiver
};

// What the spoofing software gave to its interface has no rate of its own; real aircraft of that make take
// 6 Mb/s.
const std::array kCaptures{
    Capture{"dji_wifi_droneid_spoofed_a.pcapng", "dji_wifi_droneid_spoofed_a.truth.json", 6,
            synth::LegacyPhy{6}},
    Capture{"odid_wifi_beacon_parrot_anafi_part1.pcapng",
            "odid_wifi_beacon_parrot_anafi_part1.truth.json",
            1,
            {}},
    Capture{"odid_wifi_beacon_esp32.pcap", "odid_wifi_beacon_esp32.truth.json", 6, {}},
    Capture{"odid_wifi_nan_esp32_part1.pcap", "odid_wifi_nan_esp32_part1.truth.json", 6, {}},
};

WifiSending sending(const synth::SniffedWifi& sniffed, const Capture& capture) {
  // 6 dB above where a tenth of the beacons is lost.
  constexpr double kAbove_db = 6, kDsss_db = -2.5, kOfdm_db = 1.5;
  const bool is_dsss = !capture.phy && sniffed.mbps == 1.0;
  const synth::WifiPhy phy = is_dsss ? synth::WifiPhy(synth::DsssPhy{}) : synth::LegacyPhy{6};
  return {phy, sniffed.psdu, (is_dsss ? kDsss_db : kOfdm_db) + kAbove_db};
}

// The spoofing software writes angles where aircraft write the time, and an octet too much before the account
// number: neither is a field.
std::string difference_of_dji(const json& heard, const json& truth) {
  constexpr double kMetres_a_foot = 0.3048;
  const json& ours = heard.at("fields");
  const json& theirs = truth.at("fields");
  const auto differs = [&](const char* name, const char* their_name, double scale = 1) {
    const double want = theirs.at(their_name).get<double>() * scale;
    return !ours.contains(name) ||
           std::abs(ours.at(name).get<double>() - want) > 1e-5 * std::max(1.0, std::abs(want));
  };
  struct Pair {
    const char* ours;
    const char* theirs;
    double scale;
  };
  constexpr std::array kPairs{Pair{"version", "version", 1},
                              Pair{"kind", "message_type", 1},
                              Pair{"sequence", "sequence_number", 1},
                              Pair{"state_info", "state_info", 1},
                              Pair{"lat_deg", "lat", 1},
                              Pair{"lon_deg", "lon", 1},
                              Pair{"v_north_mps", "v_north", 0.01},
                              Pair{"v_east_mps", "v_east", 0.01},
                              Pair{"v_up_mps", "v_up", 0.01},
                              Pair{"yaw_deg", "d_1_angle", 0.01},
                              Pair{"pilot_lat_deg", "app_lat", 1},
                              Pair{"pilot_lon_deg", "app_lon", 1},
                              Pair{"home_lat_deg", "lat_home", 1},
                              Pair{"home_lon_deg", "lon_home", 1},
                              Pair{"product_type", "device_type", 1}};
  for (const Pair& pair : kPairs)
    if (differs(pair.ours, pair.theirs, pair.scale)) return pair.ours;
  if (ours.value("serial", "") != theirs.at("serial")) return "serial";
  // The truth takes the integers on air for feet.
  for (const auto& [raw, metres] : {std::pair{"altitude_raw", "altitude"}, std::pair{"height_raw", "height"}})
    if (ours.at(raw) != std::lround(theirs.at(metres).get<double>() / kMetres_a_foot)) return raw;
  return "";
}

std::string difference_of(const json& heard, const json& truth) {
  return truth.contains("odid") ? difference(heard, truth) : difference_of_dji(heard, truth);
}

struct CaptureTally {
  std::size_t good = 0, equal = 0, neighbours = 0, frames = 0;
};

/// Sends frames [first, end) of a capture and compares what comes out.
void check_capture(const Capture& capture, std::span<const synth::CaptureFrame> frames, std::size_t first,
                   const json& messages, std::ostream& out, CaptureTally& tally) {
  std::vector<WifiSending> row;
  for (const synth::CaptureFrame& frame : frames)
    row.push_back(sending(*synth::sniffed_wifi(frame), capture));
  const Scene scene = wifi_row_scene(row, capture.channel, 260 + first);
  const RunResult result = run_pipeline(memory_source(scene.samples, scene.rate, scene.centre));
  tally.frames += result.frames.size();
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const std::size_t number = first + i + 1;  // captures count from 1
    const auto truth = std::ranges::find_if(messages, [&](const json& m) { return m.at("frame") == number; });
    if (truth == messages.end()) {
      ++tally.neighbours;
      continue;
    }
    ++tally.good;
    const auto heard = std::ranges::find_if(
        result.frames, [&](const Heard& h) { return std::abs(h.start_s - scene.sent[i].start_s) < 10e-6; });
    const std::string unlike =
        heard == result.frames.end() ? "not heard" : difference_of(json::parse(heard->json), *truth);
    tally.equal += unlike.empty();
    if (!unlike.empty()) out << "Frame " << number << ": " << unlike << ".\n\n";
  }
}

}  // namespace

bool wifi_recordings(std::ostream& out, Effort) {
  const auto folder = synth::shared_path("captures");
  if (!folder) return recordings_missing(out);
  std::vector<std::filesystem::path> recordings;
  for (const auto& entry : std::filesystem::directory_iterator(*folder))
    if (entry.path().extension() == ".sigmf-meta" &&
        entry.path().filename().string().starts_with("wifi_ofdm"))
      recordings.push_back(entry.path());
  std::ranges::sort(recordings);
  out << "| recording | frames at their place with equal octets | PSDU octets | intact frames beyond the "
         "truth | "
         "counted by wifi_every_fcs |\n|---|---|---|---|---|\n";
  bool kept = !recordings.empty();
  for (const auto& recording : recordings) {
    const auto name = recording.stem().string();
    const json truth = truth_of(*folder / (name + ".truth.json"));
    const RecordingTally tally = tally_of(recording, truth);
    out << "| " << name << " | " << tally.found << " of " << tally.frames << " | " << tally.octets_found
        << " of " << tally.octets << " | " << tally.beyond << " | " << tally.intact << " |\n";
    kept &= tally.found == tally.frames && tally.frames == truth.at("frames_fcs_ok").get<std::size_t>() &&
            tally.octets_found == tally.octets && tally.intact >= tally.frames;
  }
  return kept;
}

bool wifi_pcap(std::ostream& out, Effort effort) {
  const auto folder = synth::shared_path("captures/pcap");
  if (!folder) return recordings_missing(out);
  out << "Frames of real and of imitated aircraft and of the access points around them, modulated again 6 dB "
         "above "
         "the threshold of their rate, carrier ±80 kHz.\n\n";
  std::vector<std::string> rows;
  bool kept = true;
  for (const Capture& capture : kCaptures) {
    const auto frames = synth::read_capture(*folder / capture.file);
    const json messages = truth_of(*folder / capture.truth).at("messages");
    const std::size_t most = effort == Effort::full ? frames.size() : 60;
    const std::span all(frames.data(), std::min(most, frames.size()));
    CaptureTally tally;
    constexpr std::size_t kPiece = 50;
    for (std::size_t first = 0; first < all.size(); first += kPiece)
      check_capture(capture, all.subspan(first, std::min(kPiece, all.size() - first)), first, messages, out,
                    tally);
    rows.push_back(std::string("| ").append(capture.file) + " | " + std::to_string(tally.equal) + " of " +
                   std::to_string(tally.good) + " | " + std::to_string(tally.neighbours) + " | " +
                   std::to_string(tally.frames) + " |\n");
    kept &= tally.good > 0 && tally.equal == tally.good && tally.frames == tally.good;
  }
  out << "| capture | Remote ID frames with equal fields | frames of others | frames published "
         "|\n|---|---|---|---|\n";
  for (const std::string& row : rows) out << row;
  return kept;
}

}  // namespace windhover::bench
