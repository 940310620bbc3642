#pragma once
// What is told of a link beside its place and time: its kind with reasons, what was measured of its
// emissions, bounds on what it carries, and whose it is.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decoders/links/link_kind.hpp"
#include "sensor/links/attribution.hpp"

namespace windhover::sensor::links {

using decoders::links::Evidence;

/// What a link is thought to be.
struct Verdict {
  float confidence = 1;     ///< 0 to 1, that `kind` is right
  bool drone_like = false;  ///< only where something speaks for it; not an identity
  std::vector<Evidence> evidence{};
};

/// Octets as they lie on the air, coded, unless the basis says otherwise. A side that nothing honest can be
/// said about is absent.
struct ByteBounds {
  std::optional<double> lower{}, upper{};
  std::string basis{};  ///< what they rest on, or why there are none
};

/// Where a link's content goes, as its structure tells.
enum class Heading : std::uint8_t { unknown, from_aircraft, to_aircraft, both };
constexpr std::string_view to_string(Heading heading) {
  constexpr std::string_view names[] = {"unknown", "from_aircraft", "to_aircraft", "both"};
  return names[static_cast<std::size_t>(heading)];
}

/// Numbers of the modulation that its snapshots agree on; absent: not measured.
struct Modulation {
  std::string_view family = "unknown";  ///< "ofdm", "chirp", "fsk", …, a literal
  float agreement = 0;                  ///< 0 to 1, of the snapshots with that
  std::uint64_t snapshots = 0;
  std::optional<double> carrier_spacing_hz{}, carriers{}, symbol_rate_hz{}, deviation_hz{};
  std::optional<double> spreading_factor{}, chirp_bandwidth_hz{}, line_rate_hz{}, field_rate_hz{};
  std::string_view constellation{};  ///< highest order seen, a literal; empty: not measured
  std::vector<decoders::links::RootVotes> zadoff_chu{};
  std::optional<double> carrier_hz{}, carrier_error_hz{};  ///< of links that do not hop
};

/// Of emissions that belong together; counts and airtime are LinkMessage's.
struct Emitted {
  std::uint64_t bursts = 0, total_bursts = 0;  ///< a signal that does not pause is one
  double listened_share = 1;  ///< of the window in which its band was received; duty refers to that
  std::optional<double> occupied_hz{}, period_s{}, dwell_s{}, burst_s{};
  std::vector<double> hop_set_hz{};  ///< ascending, since first heard; empty: it does not hop
  Heading heading = Heading::unknown;
  Modulation modulation{};
  std::string_view channel_name{};  ///< of analogue FPV video, a literal; empty: none
  ByteBounds bytes{}, total_bytes{};
};

/// One of an aircraft's links, as its own message tells it.
struct AircraftLink {
  std::string id;
  std::string_view kind;
  double likelihood = 0;
  double airtime_s = 0;                        ///< since first heard
  std::optional<double> lower, upper;          ///< octets since first heard
  std::optional<double> lower_bps, upper_bps;  ///< in its last window
};

/// What became of emissions since the start.
struct EmissionCounts {
  std::uint64_t heard = 0;
  std::uint64_t artefacts = 0;  ///< the receiver's own: DC, images, spurs
  std::uint64_t explained = 0;  ///< by frames that were decoded
  std::uint64_t in_links = 0;
  std::uint64_t unsorted = 0;   ///< too few of their kind for a link
  std::uint64_t dropped = 0;    ///< beyond what is kept of one window
  std::uint64_t snapshots = 0;  ///< whose modulation was looked at

  EmissionCounts& operator+=(const EmissionCounts& more) {
    heard += more.heard;
    artefacts += more.artefacts;
    explained += more.explained;
    in_links += more.in_links;
    unsorted += more.unsorted;
    dropped += more.dropped;
    snapshots += more.snapshots;
    return *this;
  }
};

}  // namespace windhover::sensor::links
