// Scene emitter "ble_remote_id": an aircraft that tells Open Drone ID over Bluetooth LE, by legacy
// advertisements of one message each or by extended ones with a message pack.

#include <cmath>
#include <cstdio>

#include "tests/support/ble_emitter.hpp"
#include "tests/support/odid_aircraft.hpp"

namespace windhover::synth {
namespace {

constexpr double kChannelGap_s = 300e-6;
constexpr double kAuxiliaryGap_s = 300e-6;  // the least that the standard allows
constexpr double kOffsetUnit_s = 30e-6;
constexpr int kSecondaryChannels = 37;

struct Kind {
  std::string_view name, transport;
  BlePhy phy;
  bool extended;
  double interval_s;
};
constexpr std::array kKinds{
    Kind{"legacy", "bluetooth_legacy", BlePhy::le_1m, false, 0.15},
    Kind{"coded_s8", "bluetooth_coded_s8", BlePhy::le_coded_s8, true, 0.95},
    Kind{"coded_s2", "bluetooth_coded_s2", BlePhy::le_coded_s2, true, 0.95},
    Kind{"1m_extended", "bluetooth_1m_extended", BlePhy::le_1m, true, 0.95},
};

struct BleRemoteIdSender {
  Kind kind;
  OdidAircraft aircraft;
  BleAddress address;
  std::optional<double> address_period_s;
  int first_aux_channel = 0;
  BleSender sender;
};

/// Keeps the two bits that tell the kind of a random address.
BleAddress address_at(const BleRemoteIdSender& from, double t_s) {
  if (!from.address_period_s) return from.address;
  const auto period = static_cast<std::uint64_t>(t_s / *from.address_period_s);
  if (period == 0) return from.address;
  constexpr std::uint64_t kKindBits = 0xC00000000000, kOtherBits = 0x3FFFFFFFFFFF;
  const std::uint64_t other = Random(from.address.value, period).next() & kOtherBits;
  return {(from.address.value & kKindBits) | other, from.address.random};
}

std::string address_text(const BleAddress& address) {
  std::array<char, 24> text{};
  const auto byte = [&address](unsigned i) { return static_cast<unsigned>(address.value >> (8 * i) & 0xff); };
  std::snprintf(text.data(), text.size(), "%02X:%02X:%02X:%02X:%02X:%02X", byte(5), byte(4), byte(3), byte(2),
                byte(1), byte(0));
  return text.data();
}

void mark_frame(Transmission& sent, const BleRemoteIdSender& from, const BleAddress& address,
                std::uint8_t counter) {
  sent.protocol = "odid";
  sent.transport = from.kind.transport;
  sent.is_frame = true;
  sent.link.push_back({"transmitter", address_text(address)});
  sent.link.push_back({"counter", std::int64_t{counter}});
}

class EventWriter {
 public:
  EventWriter(const BleRemoteIdSender& from, const EmitterContext& context, std::vector<Transmission>& out)
      : from_(from), context_(context), random_(context.seed), out_(out) {}

  void legacy(std::size_t event, double start_s) {
    const auto messages = odid_messages(from_.aircraft, start_s, context_.start);
    const auto& [message, truth] = messages[event % messages.size()];
    const auto counter = static_cast<std::uint8_t>(event / messages.size());
    const BleAddress address = address_at(from_, start_s);
    const auto pdu = ble_legacy_pdu(BlePdu::adv_nonconn_ind, address, ble_legacy_adv_data(counter, message));
    for (const int channel : kBlePrimaryChannels) {
      if (Transmission* sent = send(start_s, channel, pdu)) {
        mark_frame(*sent, from_, address, counter);
        sent->messages = {truth};
      }
      start_s += ble_on_air_s(from_.kind.phy, pdu.size()) + kChannelGap_s;
    }
  }

  void extended(std::size_t event, double start_s) {
    constexpr std::size_t kPointerPdu = 9;
    const double step_s = ble_on_air_s(from_.kind.phy, kPointerPdu) + kChannelGap_s;
    const double auxiliary_s =
        start_s + step_s * kBlePrimaryChannels.size() - kChannelGap_s + kAuxiliaryGap_s;
    const BleDataInfo info{static_cast<std::uint16_t>(event & 0xfff), 0};
    const auto aux_channel =
        static_cast<int>((static_cast<std::size_t>(from_.first_aux_channel) + event) % kSecondaryChannels);
    double primary_s = start_s;
    for (const int channel : kBlePrimaryChannels) {
      const auto offset = static_cast<std::uint16_t>((auxiliary_s - primary_s) / kOffsetUnit_s + 1e-6);
      const BleAuxPointer pointer{aux_channel, offset, false, from_.kind.phy};
      send(primary_s, channel, ble_extended_pdu({.data_info = info, .aux_pointer = pointer}, {}));
      primary_s += step_s;
    }
    auxiliary(event, start_s, auxiliary_s, aux_channel, info);
  }

 private:
  Transmission* send(double start_s, int channel, const ByteVector& pdu) {
    return add_ble({start_s, channel, from_.kind.phy, pdu}, from_.sender, context_, random_, out_);
  }

  /// Says what was true at the event's start.
  void auxiliary(std::size_t event, double event_s, double start_s, int channel, const BleDataInfo& info) {
    std::vector<OdidBytes> messages;
    std::vector<TruthMessage> truth;
    for (auto& content : odid_messages(from_.aircraft, event_s, context_.start)) {
      messages.push_back(content.bytes);
      truth.push_back(std::move(content.truth));
    }
    const ByteVector pack = encode_pack(from_.aircraft.id.version, messages);
    const auto counter = static_cast<std::uint8_t>(event);
    const BleAddress address = address_at(from_, event_s);
    const auto pdu =
        ble_extended_pdu({.advertiser = address, .data_info = info}, ble_extended_adv_data(counter, pack));
    Transmission* sent = send(start_s, channel, pdu);
    if (sent == nullptr) return;
    mark_frame(*sent, from_, address, counter);
    sent->messages = std::move(truth);
  }

  const BleRemoteIdSender& from_;
  const EmitterContext& context_;
  Random random_;
  std::vector<Transmission>& out_;
};

Kind read_kind(SceneObject& config) {
  const std::string name = config.text("transport");
  for (const Kind& kind : kKinds)
    if (kind.name == name) return kind;
  config.fail("transport", "one of legacy, coded_s8, coded_s2 and 1m_extended");
}

BleAddress read_address(SceneObject& config) {
  const std::string text = config.text("address");
  const std::string type = config.text_or("address_type", "random");
  if (type != "random" && type != "public") config.fail("address_type", "one of random and public");
  try {
    return ble_address(text, type == "random");
  } catch (const std::invalid_argument&) {
    config.fail("address", "six bytes like C2:12:34:56:78:9A");
  }
}

}  // namespace

void plan_ble_remote_id(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out) {
  BleRemoteIdSender from;
  from.kind = read_kind(config);
  from.address = read_address(config);
  from.address_period_s = config.optional_number("address_period_s", {1e-3, 1e9});
  from.first_aux_channel =
      static_cast<int>(config.integer_or("first_aux_channel", 0, {0, kSecondaryChannels - 1}));
  from.sender = read_ble_sender(config, context);
  const double first_s = config.number("start_s", {0, 1e9});
  const double interval_s = config.number_or("interval_s", from.kind.interval_s, {0.02, 1e6});
  from.aircraft = read_odid_aircraft(config.object("aircraft"));
  config.finish();

  constexpr std::uint64_t kTimes = 1;  // apart from the radio's, so that another band keeps all times
  Random times(context.seed, kTimes);
  EventWriter events(from, context, out);
  std::size_t event = 0;
  for (double t_s = first_s; t_s < context.duration_s;
       t_s += interval_s + times.uniform(0, kBleAdvertisingDelay_s), ++event)
    from.kind.extended ? events.extended(event, t_s) : events.legacy(event, t_s);
}

}  // namespace windhover::synth
