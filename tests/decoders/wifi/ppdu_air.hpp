#pragma once
// What one Wi-Fi channel hears, and a sink that keeps all that receivers tell of it.

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "decoders/wifi/ppdu.hpp"
#include "tests/support/burst.hpp"
#include "tests/support/channel.hpp"
#include "tests/support/random.hpp"
#include "tests/support/waveform.hpp"

namespace windhover::tests {

struct HeardPpdu {
  decoders::wifi::Ppdu ppdu;
  std::vector<std::uint8_t> octets;
};

/// All that a receiver told.
struct Kept {
  std::vector<HeardPpdu> heard;
  std::vector<std::vector<std::uint8_t>> heads;
  std::vector<decoders::RejectReason> rejects;

  const HeardPpdu* find(std::span<const std::uint8_t> psdu) const {
    const auto found =
        std::ranges::find_if(heard, [&](const HeardPpdu& h) { return std::ranges::equal(h.octets, psdu); });
    return found == heard.end() ? nullptr : &*found;
  }
};

/// Reads every PSDU to its end, or none.
class KeepingSink final : public decoders::wifi::PpduSink, public Kept {
 public:
  explicit KeepingSink(bool read_all = true) : read_all_(read_all) {}

  bool read_on(const decoders::wifi::Ppdu&, std::span<const std::uint8_t> head) override {
    heads.emplace_back(head.begin(), head.end());
    return read_all_;
  }
  void take(const decoders::wifi::Ppdu& ppdu, std::span<const std::uint8_t> octets) override {
    heard.push_back({ppdu, {octets.begin(), octets.end()}});
  }
  void reject(decoders::RejectReason reason, const decoders::RfFacts&) override { rejects.push_back(reason); }

 private:
  bool read_all_;
};

/// A channel's samples, with noise of power 1 in 20 MHz.
struct ChannelAir {
  static constexpr dsp::Hertz kRate{20e6};

  explicit ChannelAir(double seconds, std::uint64_t seed = 1)
      : random(seed), iq(static_cast<std::size_t>(seconds * kRate.value)) {
    random.add_noise(iq, 1);
  }

  struct Options {
    double start_s = 100e-6;
    double snr_db = 30;
    double cfo_hz = 0;
    double clock_ppm = 0;
  };
  void add(const synth::Waveform& wave, const Options& options) {
    synth::add_burst(iq, kRate, wave,
                     {options.start_s,
                      {options.cfo_hz},
                      std::pow(10, options.snr_db / 10),
                      random.uniform(0, 6.28),
                      options.clock_ppm});
  }

  synth::Random random;
  std::vector<dsp::cf32> iq;
};

inline std::vector<std::uint8_t> random_psdu(std::size_t octets, synth::Random& random) {
  std::vector<std::uint8_t> psdu(octets);
  for (auto& octet : psdu) octet = static_cast<std::uint8_t>(random.next());
  return psdu;
}

/// All that `receiver` tells of these samples, cut into blocks of `block`.
template <typename Receiver>
void receive(Receiver& receiver, std::span<const dsp::cf32> iq, decoders::wifi::PpduSink& sink,
             std::size_t block = 1500, std::int64_t first = 0) {
  for (std::size_t i = 0; i < iq.size(); i += block)
    receiver.process(
        {iq.subspan(i, std::min(block, iq.size() - i)), {first + static_cast<std::int64_t>(i)}, i == 0},
        sink);
  receiver.process({{}, {first + std::ssize(iq)}, true}, sink);
}

}  // namespace windhover::tests
