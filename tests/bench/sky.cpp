#include "tests/bench/sky.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>
#include <numbers>
#include <utility>
#include <vector>

#include "tests/support/random.hpp"

namespace windhover::bench {
namespace {

namespace msg = decoders::messages;
using synth::Random;

constexpr double kStep_s = 0.1;
constexpr double kSpeedOfLight_mps = 299'792'458;
constexpr double kNoise_dbfs = -80;  // weaker frames are not decoded
constexpr double kReference_dbfs = -20, kReference_m = 100;
constexpr double kFarthest_m = 5000;

/// Metres east, north and up of the roof.
struct Place {
  double east = 0, north = 0, up = 0;
};
double range_m(const Place& at) {
  return std::max(30.0, std::hypot(at.east, at.north, at.up - *kRoof.hae_m));
}
sensor::Position degrees(const Place& at) {
  constexpr double kNorth_m = 111'252, kEast_m = 68'678;  // a degree at 52° N
  return {kRoof.lat_deg + at.north / kNorth_m, kRoof.lon_deg + at.east / kEast_m};
}

/// Flies legs of random course and speed, hovers now and then, and stays in range.
class Flight {
 public:
  explicit Flight(Random& random) : random_(random) {
    const double bearing = random.uniform(0, 2 * std::numbers::pi), far = random.uniform(150, 3000);
    at_ = {far * std::sin(bearing), far * std::cos(bearing), *kRoof.hae_m + random.uniform(20, 110)};
  }
  void step() {
    if ((leg_s_ -= kStep_s) <= 0) turn();
    at_.east += speed_ * std::sin(course_) * kStep_s;
    at_.north += speed_ * std::cos(course_) * kStep_s;
  }
  const Place& at() const { return at_; }
  double speed_mps() const { return speed_; }
  double course_rad() const { return course_; }
  double radial_mps() const {
    return speed_ * (at_.east * std::sin(course_) + at_.north * std::cos(course_)) / range_m(at_);
  }

 private:
  void turn() {
    leg_s_ = random_.uniform(5, 90);
    speed_ = random_.uniform() < 0.3 ? 0 : random_.uniform(2, 20);
    course_ = random_.uniform(0, 2 * std::numbers::pi);
    if (range_m(at_) > 0.8 * kFarthest_m) course_ = std::atan2(-at_.east, -at_.north);
  }
  Random& random_;
  Place at_;
  double leg_s_ = 0, speed_ = 0, course_ = 0;
};

/// A transmitter: its oscillator, and how its level follows the place where it really is.
class Radio {
 public:
  Radio(Random& random, double ppm) : random_(random), ppm_(ppm) {
    exponent_ = random.uniform(2, 3);
    shadow_db_ = random.uniform(3, 6);
    shadow_ = shadow_db_ * static_cast<double>(random.normal());
    power_db_ = random.uniform(-6, 6);
  }
  void step(double moved_m) {
    // Shadowing decorrelates over 30 m of way, and over half a minute by what moves around.
    const double keep = std::exp(-moved_m / 30 - kStep_s / 30);
    shadow_ =
        keep * shadow_ + shadow_db_ * std::sqrt(1 - keep * keep) * static_cast<double>(random_.normal());
    ppm_ += 0.002 * static_cast<double>(random_.normal());  // 0.02 ppm in ten seconds
  }
  double level_dbfs(const Place& at, double course_rad) const {
    const double pattern_db = 3 * std::cos(2 * (course_rad - std::atan2(at.east, at.north)));
    return kReference_dbfs + power_db_ - 10 * exponent_ * std::log10(range_m(at) / kReference_m) + shadow_ +
           pattern_db;
  }
  double ppm() const { return ppm_; }

 private:
  Random& random_;
  double ppm_, exponent_, shadow_db_, shadow_, power_db_;
};

enum class Transport : std::uint8_t { legacy, coded, beacon, legacy_and_beacon, ocusync };

/// What is claimed, once a step.
struct Claim {
  sensor::Position at;
  double height_m = 0, hae_m = 0, speed_mps = 0, course_rad = 0, stamp_s = 0;
};

class Sky {
 public:
  Sky(const SkyOptions& options, const std::function<void(const sensor::TimedFrame&)>& heard)
      : options_(options), heard_(heard), random_(options.seed) {
    // Half of the skies hold a fleet whose oscillators are of one batch.
    fleet_spread_ppm_ = random_.uniform() < 0.5 ? 0 : 5;
    fleet_ppm_ = random_.uniform(-10, 10);
  }

  double new_ppm() {
    if (fleet_spread_ppm_ > 0) return fleet_ppm_ + fleet_spread_ppm_ * static_cast<double>(random_.normal());
    return random_.uniform(-20, 20);
  }
  std::string new_serial() {
    constexpr const char* kMakers[] = {"1596", "1748", "1668", "1588", "1787"};
    std::string serial = kMakers[static_cast<std::size_t>(random_.uniform(0, 5))];
    serial += 'C';
    for (int i = 0; i < 12; ++i) serial += static_cast<char>('0' + static_cast<int>(random_.uniform(0, 10)));
    return serial;
  }

  /// Sends what is due of one identity. `address` tells its senders apart.
  void send(const std::string& serial, const Claim& claim, Radio& radio, const Place& place,
            double course_rad, double radial_mps, Transport transport, std::uint32_t address, double now_s,
            int& turn) {
    ++turn;
    const bool both = transport == Transport::legacy_and_beacon;
    if (transport == Transport::ocusync) {
      if (turn % 6 == 0) tell(droneid(serial, claim), radio, place, course_rad, radial_mps, address, now_s);
      return;
    }
    if ((transport == Transport::legacy || both) && turn % 3 == 0)
      tell(legacy(serial, claim, turn / 3), radio, place, course_rad, radial_mps, address, now_s);
    if ((transport == Transport::beacon || both) && turn % 5 == 1)
      tell(packed(serial, claim, "wifi_beacon", 2437e6, 6), radio, place, course_rad, radial_mps,
           address ^ 0x800000U, now_s);
    if (transport == Transport::coded && turn % 7 == 2)
      tell(packed(serial, claim, "bluetooth_coded_s8", 2440e6, 17), radio, place, course_rad, radial_mps,
           address, now_s);
  }

  Random& random() { return random_; }
  const SkyOptions& options() const { return options_; }

 private:
  msg::BasicId basic(const std::string& serial) const {
    msg::BasicId basic;
    basic.version = 2;
    basic.id_type = msg::IdType::serial_number;
    basic.ua_type = msg::UaType::helicopter_or_multirotor;
    basic.uas_id = serial;
    return basic;
  }
  msg::Location location(const Claim& claim) const {
    msg::Location location;
    location.version = 2;
    location.status = msg::OperationalStatus::airborne;
    location.position = msg::GeoPosition{claim.at.lat_deg, claim.at.lon_deg};
    location.height_m = claim.height_m;
    location.geodetic_altitude_m = claim.hae_m;
    location.speed_mps = claim.speed_mps;
    location.track_deg = claim.course_rad * 180 / std::numbers::pi;
    location.horizontal_accuracy_m = 10;
    location.seconds_of_hour = std::fmod(std::floor(claim.stamp_s * 10) / 10 + 7200, 3600);
    return location;
  }
  decoders::Frame legacy(const std::string& serial, const Claim& claim, int turn) {
    constexpr double kAdvertising_hz[] = {2402e6, 2426e6, 2480e6};
    const auto channel = static_cast<std::uint16_t>(random_.uniform(0, 3));
    decoders::Frame frame =
        remote_id("bluetooth_legacy", kAdvertising_hz[channel], static_cast<std::uint16_t>(37 + channel));
    msg::OdidMessage message = location(claim);
    if (turn % 3 == 0) message = basic(serial);
    frame.message = msg::RemoteId{static_cast<std::uint8_t>(turn), message};
    return frame;
  }
  decoders::Frame packed(const std::string& serial, const Claim& claim, std::string_view transport,
                         double centre_hz, std::uint16_t channel) {
    decoders::Frame frame = remote_id(transport, centre_hz, channel);
    msg::OdidPack pack;
    pack.messages = {basic(serial), location(claim)};
    frame.message = msg::RemoteId{0, pack};
    return frame;
  }
  decoders::Frame droneid(const std::string& serial, const Claim& claim) {
    decoders::Frame frame = remote_id("ocusync", 2459.5e6, 0);
    frame.protocol = "dji_droneid";
    frame.rf.channel.reset();
    msg::DjiTelemetry telemetry;
    telemetry.version = 2;
    telemetry.serial = serial;
    telemetry.position = msg::DjiPosition{claim.at.lat_deg, claim.at.lon_deg};
    telemetry.height_m = claim.height_m;
    telemetry.product_type = 58;
    frame.message = msg::DjiDroneId{88, 0x10, telemetry};
    return frame;
  }
  decoders::Frame remote_id(std::string_view transport, double centre_hz, std::uint16_t channel) {
    decoders::Frame frame{};
    frame.protocol = "odid";
    frame.transport = transport;
    frame.rf.centre = {centre_hz};
    frame.rf.channel = channel;
    // No two are the same transmission.
    const std::uint64_t number = ++frames_;
    for (unsigned shift = 0; shift < 32; shift += 8)
      frame.payload.push_back(static_cast<std::uint8_t>(number >> shift));
    return frame;
  }
  void tell(decoders::Frame frame, const Radio& radio, const Place& place, double course_rad,
            double radial_mps, std::uint32_t address, double now_s) {
    const double fading_db = 1.5 * static_cast<double>(random_.normal());
    const double level = radio.level_dbfs(place, course_rad) + fading_db;
    if (level < kNoise_dbfs) return;
    const bool bluetooth = frame.transport.starts_with("bluetooth");
    const double scatter_hz = (bluetooth ? 1000 : 300) * static_cast<double>(random_.normal());
    const double doppler_hz = -radial_mps / kSpeedOfLight_mps * frame.rf.centre.value;
    frame.rf.rssi_dbfs = static_cast<float>(level);
    frame.rf.snr_db = static_cast<float>(level - kNoise_dbfs);
    frame.rf.cfo_hz =
        static_cast<float>(radio.ppm() * 1e-6 * frame.rf.centre.value + doppler_hz + scatter_hz);
    if (frame.transport != "ocusync") {
      frame.transmitter = decoders::Transmitter{};
      frame.transmitter->random = bluetooth;
      for (unsigned i = 0; i < 4; ++i)
        frame.transmitter->octets[5 - i] = static_cast<std::uint8_t>(address >> (8 * i));
    }
    sensor::TimedFrame timed{std::move(frame), {}};
    const double sent_s = now_s + random_.uniform(0, kStep_s / 2);
    timed.at.start_s = sent_s;
    timed.at.duration_s = 400e-6;
    timed.at.time = sky_time(sent_s);
    step_.push_back(std::move(timed));
  }

 public:
  /// The frames of a step, in order of time.
  void flush() {
    std::sort(step_.begin(), step_.end(), [](const auto& a, const auto& b) { return a.at.time < b.at.time; });
    for (const sensor::TimedFrame& frame : step_) heard_(frame);
    step_.clear();
  }

 private:
  SkyOptions options_;
  const std::function<void(const sensor::TimedFrame&)>& heard_;
  Random random_;
  double fleet_spread_ppm_ = 0, fleet_ppm_ = 0;
  std::uint64_t frames_ = 0;
  std::vector<sensor::TimedFrame> step_;
};

Claim true_claim(Sky& sky, const Flight& flight, double clock_off_s, double now_s) {
  Random& random = sky.random();
  Place at = flight.at();
  at.east += 2 * static_cast<double>(random.normal());
  at.north += 2 * static_cast<double>(random.normal());
  return {degrees(at),        at.up - *kRoof.hae_m, at.up,
          flight.speed_mps(), flight.course_rad(),  now_s + clock_off_s - random.uniform(0, 1)};
}

/// Comes, flies ten to twenty-five minutes, goes, and comes again as another.
class HonestAircraft {
 public:
  HonestAircraft(Sky& sky, std::uint32_t number) : sky_(sky), number_(number), flight_(sky.random()) {
    begin();
    left_s_ *= sky.random().uniform();
    wait_s_ = sky.random().uniform(0, 20);
  }
  void step(double now_s) {
    if ((wait_s_ -= kStep_s) > 0) return;
    if ((left_s_ -= kStep_s) <= 0) return begin();
    const Place before = flight_->at();
    flight_->step();
    radio_->step(std::hypot(flight_->at().east - before.east, flight_->at().north - before.north));
    if ((address_s_ -= kStep_s) <= 0) {
      address_s_ = 300;
      ++address_;
    }
    Claim claim = true_claim(sky_, *flight_, clock_off_s_, now_s);
    glitch(claim);
    sky_.send(serial_, claim, *radio_, flight_->at(), flight_->course_rad(), flight_->radial_mps(),
              transport_, address_, now_s, turn_);
  }
  const std::string& serial() const { return serial_; }

 private:
  void begin() {
    Random& random = sky_.random();
    flight_.emplace(random);
    radio_.emplace(random, sky_.new_ppm());
    serial_ = sky_.new_serial();
    left_s_ = random.uniform(600, 1500);
    wait_s_ = random.uniform(0, 120);
    clock_off_s_ = 0.5 * static_cast<double>(random.normal());
    transport_ = static_cast<Transport>(static_cast<int>(random.uniform(0, 4)));
    address_ = (number_ << 16U) + (++flights_ << 8U);
    turn_ = static_cast<int>(random.uniform(0, 100));
  }
  // A bad fix each second hour, for two seconds: satellites are mistaken sometimes.
  void glitch(Claim& claim) {
    Random& random = sky_.random();
    if (random.uniform() < kStep_s / 7200) {
      glitch_s_ = 2;
      glitch_deg_ = random.uniform(-0.02, 0.02);
    }
    if ((glitch_s_ -= kStep_s) > 0) claim.at.lat_deg += glitch_deg_;
  }

  Sky& sky_;
  std::uint32_t number_, flights_ = 0, address_ = 0;
  std::optional<Flight> flight_;
  std::optional<Radio> radio_;
  std::string serial_;
  Transport transport_ = Transport::legacy;
  double left_s_ = 0, wait_s_ = 0, clock_off_s_ = 0, address_s_ = 300, glitch_s_ = 0, glitch_deg_ = 0;
  int turn_ = 0;
};

/// One radio on the ground and what it says.
class Spoofer {
 public:
  Spoofer(Sky& sky, const HonestAircraft& victim)
      : sky_(sky), victim_(victim), radio_(sky.random(), sky.new_ppm()) {
    Random& random = sky.random();
    const double bearing = random.uniform(0, 2 * std::numbers::pi), far = random.uniform(100, 800);
    place_ = {far * std::sin(bearing), far * std::cos(bearing), *kRoof.hae_m};
    replay_age_s_ = random.uniform(20, 3580) + 86'400;
    transport_ = random.uniform() < 0.5 ? Transport::legacy : Transport::beacon;
    const std::size_t count = sky.options().spoof == Spoof::many_ids ? 16 : 1;
    for (std::size_t i = 0; i < count; ++i) ids_.push_back({sky.new_serial(), Flight(random), 0});
    if (sky.options().spoof == Spoof::other_maker) ids_[0].serial = "1748C" + ids_[0].serial.substr(5);
    course_rad_ = random.uniform(0, 2 * std::numbers::pi);
  }

  void step(double now_s, SkyTruth& truth) {
    radio_.step(0);
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      Identity& id = ids_[i];
      id.flight.step();
      if (sky_.options().spoof == Spoof::two_places) id.serial = victim_.serial();
      const bool dji = sky_.options().spoof == Spoof::other_maker;
      truth.spoofed.insert((dji ? "dji-" : "rid-") + id.serial);
      sky_.send(id.serial, claim_of(id, now_s), radio_, place_, 0, 0, dji ? Transport::ocusync : transport_,
                0x700000U + static_cast<std::uint32_t>(i), now_s, id.turn);
    }
  }

 private:
  struct Identity {
    std::string serial;
    Flight flight;
    int turn;
  };
  Claim claim_of(Identity& id, double now_s) {
    Claim claim = true_claim(sky_, id.flight, 0, now_s);
    if (sky_.options().spoof == Spoof::replay) claim.stamp_s -= replay_age_s_;
    if (sky_.options().spoof == Spoof::teleport)
      claim.at.lat_deg += 0.05 * std::fmod(std::floor(now_s / 30), 3);
    if (sky_.options().spoof == Spoof::two_places) claim.at.lat_deg += 0.1;
    if (sky_.options().spoof == Spoof::still_sender) come_and_go(claim, now_s);
    return claim;
  }
  // From 4 km to 250 m and back at 15 m/s.
  void come_and_go(Claim& claim, double now_s) const {
    constexpr double kSpeed_mps = 15, kNear_m = 250, kFar_m = 4000;
    const double way = std::fmod(kSpeed_mps * now_s, 2 * (kFar_m - kNear_m));
    const double far = kNear_m + std::abs(way - (kFar_m - kNear_m));
    claim.at = degrees({far * std::sin(course_rad_), far * std::cos(course_rad_), 0});
    claim.speed_mps = kSpeed_mps;
  }

  Sky& sky_;
  const HonestAircraft& victim_;
  Radio radio_;
  Place place_;
  double replay_age_s_ = 0, course_rad_ = 0;
  Transport transport_ = Transport::legacy;
  std::vector<Identity> ids_;
};

}  // namespace

std::string_view to_string(Spoof spoof) {
  constexpr std::string_view names[] = {"none",         "many identities", "replay",    "teleport",
                                        "still sender", "other maker",     "two places"};
  return names[static_cast<std::size_t>(spoof)];
}

sensor::UtcTime sky_time(double seconds) {
  return sensor::UtcTime(std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)) + std::chrono::hours(10) +
         std::chrono::nanoseconds(std::llround(seconds * 1e9));
}

SkyTruth fly_sky(const SkyOptions& options, const std::function<void(const sensor::TimedFrame&)>& heard) {
  Sky sky(options, heard);
  SkyTruth truth;
  std::deque<HonestAircraft> aircraft;
  for (int i = 0; i < options.aircraft; ++i) aircraft.emplace_back(sky, static_cast<std::uint32_t>(i + 1));
  std::optional<Spoofer> spoofer;
  if (options.spoof != Spoof::none) spoofer.emplace(sky, aircraft.front());
  const int steps = static_cast<int>(options.seconds / kStep_s);
  for (int step = 0; step < steps; ++step) {
    const double now_s = step * kStep_s;
    for (HonestAircraft& each : aircraft) each.step(now_s);
    if (spoofer && now_s >= options.spoof_from_s) spoofer->step(now_s, truth);
    sky.flush();
  }
  return truth;
}

}  // namespace windhover::bench
