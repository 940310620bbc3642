#pragma once
// Finds several identities behind one transmitter by its oscillator: what one radio sends has one carrier
// offset, whatever it says. Levels help where they agree; a sender may change its power with each identity.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decoders/frame.hpp"
#include "sensor/feed_messages.hpp"

namespace windhover::sensor {

class Emitters {
 public:
  static constexpr std::chrono::seconds kEvery{5};     ///< of the stream's time: a look at all
  static constexpr std::chrono::seconds kMemory{30};   ///< frames that are compared
  static constexpr std::chrono::seconds kPresent{10};  ///< heard within: speaks at the same time
  static constexpr std::size_t kFewestFrames = 8, kMostFrames = 24, kFewestIdentities = 3;
  /// The most that oscillators of honest aircraft crowd: as if all lay within 10 of the ±20 ppm that
  /// Bluetooth and Wi-Fi allow. And the most that their mean levels crowd: as with a spread of 8 dB.
  static constexpr double kMostDensity_per_ppm = 0.1, kMostDensity_per_db = 0.05;
  /// What a mean over some seconds may wander: drift, Doppler, fading.
  static constexpr double kWander_ppm = 0.07, kWander_db = 1;
  static constexpr double kMostScatter_ppm = 3;  ///< of single frames; beyond it nothing can be told apart

  /// One transport's channels are looked at apart.
  void take(const std::string& id, const decoders::Frame& frame, UtcTime heard,
            const Reception& reception = {});
  void forget(const std::string& id);
  std::optional<Reason> reason_of(const std::string& id) const;

 private:
  struct Sample {
    UtcTime heard;
    double ppm, level_db;
  };
  using Channel = std::map<std::string, std::deque<Sample>>;  // by identity
  struct Seen {
    const std::string* id;
    double ppm, ppm_variance, level_db, level_variance;
  };
  struct Group {
    double weight = 0;
    std::vector<const Seen*> members;
  };
  void look(UtcTime now);
  static std::vector<Seen> seen_on(const Channel& channel, UtcTime now);
  static Group group_around(const std::vector<Seen>& seen, std::size_t seed);

  std::map<std::pair<std::string_view, double>, Channel> channels_;
  std::map<std::string, Reason> reasons_;
  std::optional<std::int64_t> period_;
};

}  // namespace windhover::sensor
