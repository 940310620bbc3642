// Figures of the Bluetooth receivers that rest on what real radios sent.

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "decoders/bluetooth/le_uncoded_receiver.hpp"
#include "sensor/recording_source.hpp"
#include "sensor/resampling_source.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/odid_truth.hpp"
#include "tests/bench/recordings.hpp"
#include "tests/bench/scenes.hpp"
#include "tests/support/ble_sniffer.hpp"
#include "tests/support/burst.hpp"
#include "tests/support/gfsk_modulator.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/random.hpp"
#include "tests/support/shared_data.hpp"

namespace windhover::bench {
namespace {

using nlohmann::json;
using synth::BlePhy;

// 6 dB above where a tenth of the longest packets is lost.
double level_db(BlePhy phy) {
  switch (phy) {
    case BlePhy::le_coded_s8:
      return -1.5 + 6;
    case BlePhy::le_coded_s2:
      return 3.5 + 6;
    default:
      return 8.5 + 6;
  }
}

/// The captured packets one after the other on the channels where they were heard.
struct OnAir {
  Scene scene;
  std::vector<std::size_t> captured;  // number of each sent packet's frame in the capture
};

OnAir on_air(std::span<const synth::CaptureFrame> capture, std::size_t first, std::size_t end) {
  constexpr Hertz kRate{80e6}, kCentre{2441e6};
  constexpr double kSpacing_s = 8e-3, kLongest_s = 18e-3;
  synth::Random random(101, first);
  std::vector<cf32> iq(static_cast<std::size_t>(
      (kGateSettle_s + kSpacing_s * static_cast<double>(end - first) + kLongest_s) * kRate.value));
  random.add_noise(iq, kNoisePower);
  OnAir out;
  for (std::size_t i = first; i < end; ++i) {
    const auto packet = synth::sniffed_ble(capture[i]);
    if (!packet) continue;
    synth::BleOptions options;
    // What was broken on the air stays broken: the CRC does not fit.
    if (!packet->crc_ok) options.framing.crc_init ^= 1;
    const synth::Waveform wave =
        synth::modulate_ble(packet->phy, packet->channel_index, packet->pdu, options);
    const double carrier =
        synth::ble_channel_frequency(packet->channel_index).value + random.uniform(-100e3, 100e3);
    const double start =
        kGateSettle_s + kSpacing_s * static_cast<double>(i - first) + random.uniform(0, 1e-4);
    const double power = kNoisePower * (1e6 / kRate.value) * std::pow(10, level_db(packet->phy) / 10);
    synth::add_burst(iq, kRate, wave,
                     {start,
                      {carrier - kCentre.value},
                      power,
                      random.uniform(0, 2 * std::numbers::pi),
                      random.uniform(-50, 50)});
    out.scene.sent.push_back(
        {packet->pdu, start + static_cast<double>(synth::kBleRamp) / wave.rate.value, carrier});
    out.captured.push_back(i);
  }
  out.scene.samples = std::make_shared<Ci16>(to_ci16(iq));
  out.scene.rate = kRate;
  out.scene.centre = kCentre;
  return out;
}

struct PacketTally {
  std::size_t good = 0, equal = 0, broken = 0, accepted_broken = 0, frames = 0;
};

void check_on_air(const OnAir& air, const json& messages, std::ostream& out, PacketTally& tally) {
  const RunResult result = run_pipeline(memory_source(air.scene.samples, air.scene.rate, air.scene.centre));
  tally.frames += result.frames.size();
  for (std::size_t k = 0; k < air.captured.size(); ++k) {
    const std::size_t number = air.captured[k] + 1;  // captures count from 1
    const auto truth = std::find_if(messages.begin(), messages.end(),
                                    [&](const json& m) { return m.at("frame") == number; });
    if (truth == messages.end()) continue;
    const auto heard = std::find_if(result.frames.begin(), result.frames.end(), [&](const Heard& h) {
      return std::abs(h.start_s - air.scene.sent[k].start_s) < 10e-6;
    });
    const bool is_heard = heard != result.frames.end();
    if (!truth->at("crc_ok").get<bool>()) {
      ++tally.broken;
      tally.accepted_broken += is_heard;
      continue;
    }
    ++tally.good;
    const std::string unlike = is_heard ? difference(json::parse(heard->json), *truth) : "not heard";
    tally.equal += unlike.empty();
    if (!unlike.empty()) out << "Frame " << number << ": " << unlike << ".\n\n";
  }
}

/// Tells every packet that the LE 1M receiver finds, whatever its CRC says: for the checks below only.
class EveryPacket final : public decoders::Decoder {
 public:
  explicit EveryPacket(const decoders::bluetooth::UncodedConfig& config) : receiver_(config) {}
  void process(const decoders::IqBlock& in, decoders::DecoderOutput& out) override {
    packets_.clear();
    receiver_.process(in, packets_);
    for (const auto& packet : packets_) {
      decoders::Frame frame{"odid", "bluetooth_legacy", {}, {}, {}};
      frame.rf.first_sample = packet.first_sample;
      frame.rf.length_samples = packet.length_samples;
      frame.rf.cfo_hz = packet.cfo_hz;
      frame.payload.assign(packet.pdu().begin(), packet.pdu().end());
      frame.payload.push_back(packet.crc_ok);
      out.frames.push_back(std::move(frame));
    }
  }

 private:
  decoders::bluetooth::LeUncodedReceiver receiver_;
  std::vector<decoders::bluetooth::Packet> packets_;
};

std::vector<decoders::ChannelSpec> middle_of(decoders::Band band) {
  return {{{(band.low.value + band.high.value) / 2}, {1.6e6}, {2e6}}};
}

const decoders::DecoderEntry kChannel39{
    "diagnostic", middle_of, [](const decoders::ChannelSpec&) -> std::unique_ptr<decoders::Decoder> {
      return std::make_unique<EveryPacket>(decoders::bluetooth::UncodedConfig{.channel_index = 39});
    }};

// A maker's own framing: address of five octets, whitening as on channel 0, CRC from 0xFFFF00 in air order.
const decoders::DecoderEntry kMakersOwn{
    "diagnostic", middle_of, [](const decoders::ChannelSpec&) -> std::unique_ptr<decoders::Decoder> {
      return std::make_unique<EveryPacket>(decoders::bluetooth::UncodedConfig{
          .channel_index = 0, .access_address = 0x00123456, .crc_init = 0x00FFFF});
    }};

RunResult replay_ble(const std::filesystem::path& recording,
                     std::span<const decoders::DecoderEntry> decoders) {
  sensor::RecordingOptions options;
  options.freq_hz = 2480e6;
  std::vector<std::string> notes;
  return run_pipeline(sensor::at_bank_rate(sensor::open_recording(recording, options), notes), {}, decoders);
}

std::vector<std::uint8_t> advertisement_pdu(const json& packet) {
  auto pdu = synth::from_hex(packet.at("header_hex").get<std::string>());
  std::string address = packet.at("adv_a").get<std::string>();
  std::erase(address, ':');
  const auto octets = synth::from_hex(address);
  pdu.insert(pdu.end(), octets.rbegin(), octets.rend());
  const auto data = synth::from_hex(packet.at("adv_data_hex").get<std::string>());
  pdu.insert(pdu.end(), data.begin(), data.end());
  pdu.resize(2 + packet.at("length").get<std::size_t>());  // the truth goes on into the CRC
  return pdu;
}

std::size_t count_pdu(const RunResult& result, std::vector<std::uint8_t> pdu, bool crc_ok) {
  pdu.push_back(crc_ok);
  return static_cast<std::size_t>(std::count_if(result.frames.begin(), result.frames.end(),
                                                [&](const Heard& h) { return h.packet == pdu; }));
}

}  // namespace

bool ble_pcap(std::ostream& out, Effort effort) {
  const auto capture_file = synth::shared_path("captures/pcap/odid_bt5_lr_part1.pcapng");
  const auto truth_file = synth::shared_path("captures/pcap/odid_bt5_lr_part1.truth.json");
  if (!capture_file || !truth_file) return recordings_missing(out);
  const auto capture = synth::read_capture(*capture_file);
  const json truth = truth_of(*truth_file);
  const std::size_t all = effort == Effort::full ? capture.size() : std::min<std::size_t>(60, capture.size());
  PacketTally tally;
  for (std::size_t first = 0; first < all; first += 30)
    check_on_air(on_air(capture, first, std::min(first + 30, all)), truth.at("messages"), out, tally);
  out << "Packets of a real Bluetooth 5 module, modulated again 6 dB above the threshold of their PHY, "
         "carrier "
         "±100 kHz, clock ±50 ppm, all forty channels listened to.\n\n"
      << "Good frames: " << tally.equal << " of " << tally.good
      << " with equal fields. Frames with a wrong CRC: " << tally.accepted_broken << " of " << tally.broken
      << " accepted. Frames published: " << tally.frames << ".\n";
  const bool enough = tally.good >= (effort == Effort::full ? 155U : 40U);
  return enough && tally.equal == tally.good && tally.accepted_broken == 0 && tally.frames == tally.good;
}

bool ble_recordings(std::ostream& out, Effort) {
  const auto advertisements = synth::shared_path("captures/ble_adv_ch39_device1.sigmf-meta");
  const auto advertisements_truth = synth::shared_path("captures/ble_adv_ch39_device1.truth.json");
  const auto makers = synth::shared_path("captures/nrf_gfsk_1m_single.sigmf-meta");
  const auto makers_truth = synth::shared_path("captures/nrf_gfsk_1m_single.truth.json");
  if (!advertisements || !advertisements_truth || !makers || !makers_truth) return recordings_missing(out);

  const RunResult found = replay_ble(*advertisements, std::span(&kChannel39, 1));
  const json packets = truth_of(*advertisements_truth).at("packets");
  std::size_t right = 0;
  for (const json& packet : packets) right += count_pdu(found, advertisement_pdu(packet), false) > 0;
  const RunResult published = replay_ble(*advertisements, decoders::registry());
  out << "ble_adv_ch39_device1: PDU right in " << right << " of " << packets.size()
      << " packets, whose CRC the recording cuts; as frames " << published.frames.size() << " accepted, "
      << published.rejects << " counted rejects.\n\n";

  const json packet = truth_of(*makers_truth).at("packets").at(0);
  auto pdu = synth::from_hex(packet.at("payload_hex").get<std::string>());
  pdu.insert(pdu.begin(), {0x00, packet.at("length").get<std::uint8_t>()});
  const std::size_t single = count_pdu(replay_ble(*makers, std::span(&kMakersOwn, 1)), pdu, true);
  out << "nrf_gfsk_1m_single: " << single << " of 1 packet with right bytes and CRC.\n";
  return right == packets.size() && published.frames.empty() && published.rejects == packets.size() &&
         single == 1;
}

}  // namespace windhover::bench
