#pragma once
// What the channel workers hand to the feed thread, with indices and times of the stream.

#include <cstdint>
#include <string_view>

#include "decoders/link_pdu.hpp"
#include "sensor/time.hpp"

namespace windhover::sensor {

/// Where in the stream a transmission lay.
struct StreamPosition {
  std::int64_t sample_index = 0;  ///< of its first sample, at the source's rate
  double start_s = 0;             ///< from the start of the recording or stream
  double duration_s = 0;
  UtcTime time{};  ///< of its first sample
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

/// Intact transmissions that say nothing about aircraft.
struct OthersHeard {
  std::string_view decoder;
  std::uint64_t count = 0;
};

}  // namespace windhover::sensor
