#pragma once
// What the channel workers hand to the feed thread, with indices and times of the stream.

#include <cstdint>
#include <string_view>
#include <vector>

#include "decoders/link_pdu.hpp"
#include "decoders/links/signal.hpp"
#include "dsp/emission.hpp"
#include "sensor/reception.hpp"
#include "sensor/time.hpp"

namespace windhover::sensor {

/// Where in the stream a transmission lay.
struct StreamPosition {
  std::int64_t sample_index = 0;  ///< of its first sample, at the source's rate
  double start_s = 0;             ///< from the start of the recording or stream
  double duration_s = 0;
  UtcTime time{};  ///< of its first sample
  Reception reception{};
};

struct TimedFrame {
  decoders::Frame frame;
  StreamPosition at;
};

struct TimedReject {
  decoders::RejectedAttempt attempt;
  StreamPosition at;
};

/// For the linker of decoder `decoder`.
struct TimedPart {
  std::string_view decoder;
  decoders::FramePart part;
  StreamPosition at;
};

/// For the account of the link that it belongs to.
struct TimedPdu {
  decoders::LinkPdu pdu;
  StreamPosition at;
};

/// Power that stood out of the noise, whatever it was.
struct TimedEmission {
  dsp::Emission emission;
  double low_hz = 0, high_hz = 0;  ///< RF
  StreamPosition at;
};

/// What a snapshot of emission `emission` showed.
struct TimedSignal {
  std::uint64_t emission = 0;  ///< its id; its TimedEmission may come before or later
  decoders::links::Signal signal;
  double center_hz = 0;  ///< RF, to which the signal's carrier counts
  StreamPosition at;     ///< of the snapshot
};

/// One row of a waterfall: levels of the band over some time.
struct TimedSpectrum {
  double center_hz = 0;       ///< that was tuned to
  double low_hz = 0;          ///< RF, lower edge of the first column
  double column_hz = 0;       ///< width of each
  std::uint32_t spectra = 0;  ///< that it is made of
  bool gap = false;           ///< something is missing in it
  std::vector<std::uint8_t>
      levels{};  ///< of each column the mean, then of each the highest: dsp::ColumnLevels
  StreamPosition at{};
};

/// Intact transmissions that say nothing about aircraft.
struct OthersHeard {
  std::string_view decoder;
  std::uint64_t count = 0;
};

}  // namespace windhover::sensor
