#pragma once
// What the emitters of video and control links, and of what shares their bands, have in common: bursts on
// carriers that belong to one link, and the truth about that link.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/emitters.hpp"

namespace windhover::synth {

/// Where a link may send.
inline constexpr Range kLinkCarrier_hz{1, 300e9};

/// One sender's side of a link, as far as its emitter's keys tell it.
struct Link {
  Radio radio;
  std::shared_ptr<LinkTruth> truth;  ///< occupied is set by measure()
  double start_s = 0, end_s = 0;

  /// Takes the occupied bandwidth from a waveform of the link: it is also what snr_db refers to.
  void measure(const Waveform& wave) const;
};

/// Reads what read_radio() does, start_s, end_s, name and aircraft.
Link read_link(SceneObject& config, const EmitterContext& context, const std::string& kind);

/// Where a sender goes from burst to burst.
struct HopPlan {
  enum class Order : std::uint8_t {
    sequence,  ///< as listed
    permuted,  ///< in one order of chance, over and over
    drawn      ///< by chance each time
  };
  std::vector<double> carriers_hz;
  Order order = Order::sequence;
  std::size_t bursts_per_carrier = 1;

  /// Burst after burst, the same for the same seed.
  std::vector<dsp::Hertz> carriers(std::size_t bursts, std::uint64_t seed) const;
};

std::vector<double> channel_grid(double first_hz, double spacing_hz, std::size_t count);

/// Reads carrier_hz, or hops; `otherwise` where neither is given and it has carriers.
HopPlan read_hops(SceneObject& config, const HopPlan& otherwise);

struct LinkBurst {
  double start_s = 0;
  dsp::Hertz carrier{};
  double duration_s = 0;
  std::int64_t bits = 0;  ///< carried, as they lie on the air: coded
  std::function<Waveform()> waveform;
};

/// Appends one burst, unless it lies outside the recording's band or time.
void add_link_burst(const Link& link, LinkBurst burst, const EmitterContext& context, Random& random,
                    std::vector<Transmission>& out);

/// A signal that never pauses: pieces of that length (by the sender's clock, a whole number of its samples)
/// whose waveforms join without a seam, as many as fit from start_s to end_s, or, where that is the scene's
/// end, until it is reached.
struct ContinuousLink {
  dsp::Hertz carrier{};
  double piece_s = 0;
  std::function<std::int64_t(std::size_t piece)> bits;  ///< may be empty
  std::function<Waveform(std::size_t piece)> waveform;
};
void add_continuous(const Link& link, const ContinuousLink& signal, const EmitterContext& context,
                    std::vector<Transmission>& out);

/// The streams of an emitter's seed that its modulators may use, one a burst: these and up.
inline constexpr std::uint64_t kContentStream = 16;

}  // namespace windhover::synth
