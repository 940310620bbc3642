// Scene emitter "ble_advertiser": the beacons, watches and headsets of a neighbourhood, which are not
// Remote ID and which a receiver must not take for it.

#include <cstdio>

#include "tests/support/ble_emitter.hpp"

namespace windhover::synth {
namespace {

constexpr double kInterframe_s = 150e-6;
constexpr double kExchangeGap_s = 400e-6;

enum class Habit { beacon, sensor, scanned, tag, directed, connecting };
constexpr std::array kHabits{Habit::beacon, Habit::sensor,   Habit::scanned,
                             Habit::tag,    Habit::directed, Habit::connecting};

struct Advertiser {
  Habit habit = Habit::beacon;
  BleAddress address, peer;
  double first_s = 0, interval_s = 1;
  ByteVector data, scan_data;
  BleSender sender, peer_sender;
};

ByteVector random_bytes(Random& random, std::size_t count) {
  ByteVector out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(static_cast<std::uint8_t>(random.next()));
  return out;
}

BleAddress random_address(Random& random) {
  constexpr std::uint64_t kStaticBits = 0xC00000000000, k48Bits = 0xFFFFFFFFFFFF;
  const std::uint64_t bits = random.next();
  if ((bits >> 60) == 0) return {bits & k48Bits, false};
  return {(bits & k48Bits) | kStaticBits, true};
}

ByteVector joined(std::initializer_list<ByteVector> parts) {
  ByteVector out;
  for (const auto& part : parts)
    for (const std::uint8_t byte : part) out.push_back(byte);
  return out;
}

constexpr std::uint8_t kAdFlags = 0x01, kAdName = 0x09, kAdServiceData = 0x16, kAdManufacturer = 0xff;

ByteVector name_structure(Random& random) {
  const ByteVector number = random_bytes(random, 1);
  std::array<char, 16> name{};
  const int length = std::snprintf(name.data(), name.size(), "Device-%03u", unsigned{number[0]});
  return ble_ad_structure(kAdName, ByteVector(name.begin(), name.begin() + length));
}

ByteVector data_of(Habit habit, Random& random) {
  const ByteVector flags = ble_ad_structure(kAdFlags, ByteVector{0x06});
  switch (habit) {
    case Habit::beacon:  // iBeacon: company, type, UUID, major, minor, power
      return joined(
          {flags, ble_ad_structure(kAdManufacturer,
                                   joined({{0x4c, 0x00, 0x02, 0x15}, random_bytes(random, 20), {0xc5}}))});
    case Habit::sensor:
      return joined(
          {flags, ble_ad_structure(kAdManufacturer, joined({{0x99, 0x04, 0x05}, random_bytes(random, 18)}))});
    case Habit::tag:  // service data like that of Remote ID, of another service
      return ble_ad_structure(kAdServiceData, joined({{0xaa, 0xfe, 0x0d}, random_bytes(random, 26)}));
    case Habit::directed:
      return {};
    default:
      return joined({flags, name_structure(random)});
  }
}

BlePdu pdu_type(Habit habit) {
  if (habit == Habit::sensor || habit == Habit::tag) return BlePdu::adv_nonconn_ind;
  return habit == Habit::scanned ? BlePdu::adv_scan_ind : BlePdu::adv_ind;
}

ByteVector advertisement(const Advertiser& a) {
  if (a.habit == Habit::directed) return ble_directed_pdu(BlePdu::adv_direct_ind, a.address, a.peer);
  return ble_legacy_pdu(pdu_type(a.habit), a.address, a.data);
}

/// One after the other on one channel, 150 µs from last symbol to first.
class Exchange {
 public:
  Exchange(double start_s, int channel, const EmitterContext& context, Random& random,
           std::vector<Transmission>& out)
      : next_s_(start_s), channel_(channel), context_(context), random_(random), out_(out) {}

  void send(const ByteVector& pdu, const BleSender& sender) {
    add_ble({next_s_, channel_, BlePhy::le_1m, pdu}, sender, context_, random_, out_);
    end_s_ = next_s_ + ble_on_air_s(BlePhy::le_1m, pdu.size());
    next_s_ += ble_duration_s(BlePhy::le_1m, pdu.size()) + kInterframe_s;
  }
  double end_s() const { return end_s_; }

 private:
  double next_s_, end_s_ = 0;
  int channel_;
  const EmitterContext& context_;
  Random& random_;
  std::vector<Transmission>& out_;
};

/// Whoever connects does so on the middle channel in the last event, which ends it.
void send_event(const Advertiser& a, double start_s, bool last, const EmitterContext& context, Random& random,
                std::vector<Transmission>& out) {
  for (const int channel : kBlePrimaryChannels) {
    Exchange exchange(start_s, channel, context, random, out);
    exchange.send(advertisement(a), a.sender);
    if (a.habit == Habit::scanned) {
      exchange.send(ble_directed_pdu(BlePdu::scan_req, a.peer, a.address), a.peer_sender);
      exchange.send(ble_legacy_pdu(BlePdu::scan_rsp, a.address, a.scan_data), a.sender);
    }
    if (a.habit == Habit::connecting && last && channel == kBlePrimaryChannels[1]) {
      exchange.send(ble_connect_ind(a.peer, a.address), a.peer_sender);
      return;
    }
    start_s = exchange.end_s() + kExchangeGap_s;
  }
}

struct Spread {
  double level_db = 6;
  double cfo_hz = 20e3;
};

BleSender spread_sender(BleSender sender, const Spread& spread, Random& random) {
  const double db = random.uniform(-spread.level_db, spread.level_db);
  if (sender.radio.snr_db) *sender.radio.snr_db += db;
  if (sender.radio.level_dbfs) *sender.radio.level_dbfs += db;
  sender.radio.cfo_hz += random.uniform(-spread.cfo_hz, spread.cfo_hz);
  return sender;
}

}  // namespace

void plan_ble_advertiser(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out) {
  const auto count = static_cast<std::size_t>(config.integer_or("count", 1, {1, 10'000}));
  const double start_s = config.number_or("start_s", 0, {0, 1e9});
  const double interval_s = config.number_or("interval_s", 1, {0.02, 1e6});
  const BleSender common = read_ble_sender(config, context);
  const Spread spread{config.number_or("level_spread_db", 6, {0, 100}),
                      config.number_or("cfo_spread_hz", 20e3, {0, 1e6})};
  config.finish();

  constexpr std::uint64_t kTimes = 1;  // apart from the radios', so that another band keeps all times
  for (std::size_t n = 0; n < count; ++n) {
    Random plan(context.seed, 2 * n + kTimes), radio(context.seed, 2 * n);
    Advertiser a;
    a.habit = kHabits[n % kHabits.size()];
    a.address = random_address(plan);
    a.peer = random_address(plan);
    a.interval_s = interval_s * plan.uniform(0.5, 1.5);
    a.first_s = start_s + plan.uniform(0, a.interval_s);
    a.data = data_of(a.habit, plan);
    a.scan_data = name_structure(plan);
    a.sender = spread_sender(common, spread, plan);
    a.peer_sender = spread_sender(common, spread, plan);
    for (double t_s = a.first_s; t_s < context.duration_s;) {
      const double next_s = t_s + a.interval_s + plan.uniform(0, kBleAdvertisingDelay_s);
      send_event(a, t_s, next_s >= context.duration_s, context, radio, out);
      t_s = next_s;
    }
  }
}

}  // namespace windhover::synth
