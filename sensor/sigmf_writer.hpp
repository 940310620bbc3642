#pragma once
// The metadata of a SigMF recording as it grows. Source: the SigMF specification, version 1.2.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dsp/types.hpp"
#include "sensor/source.hpp"
#include "sensor/time.hpp"

namespace windhover::sensor {

/// The next samples of a data file.
struct SigmfBlock {
  dsp::SampleIndex first{};  ///< in the stream
  std::uint64_t samples = 0;
  dsp::Hertz centre{};
  bool gap = false;      ///< samples are missing before it; without a jump of the index nobody knows how many
  bool retimed = false;  ///< `time` does not follow from that of the block before
  std::optional<UtcTime> time{};  ///< of its first sample
};

struct SigmfAnnotation {
  std::int64_t first = 0, end = 0;  ///< of the stream's samples
  double low_hz = 0, high_hz = 0;   ///< both 0: none
  std::string label;
  std::string message;  ///< a feed message, JSON
};

class SigmfWriter {
 public:
  /// description  of the recording, for people
  SigmfWriter(const SourceInfo& source, std::string description)
      : source_(source), description_(std::move(description)) {}

  /// A hole, a retune and a new time begin a capture. Returns whether one has begun.
  bool add(const SigmfBlock& block);

  std::uint64_t samples() const { return samples_; }
  std::uint64_t gaps() const { return gaps_; }
  std::uint64_t lost_samples() const { return lost_; }  ///< as far as the indices tell
  const SourceInfo& source() const { return source_; }

  /// What lies outside of the recording is left out of the annotations, which are sorted. Feed messages stand
  /// under windhover:message, a converter of less than 16 bits under windhover:converter_bits; where one of
  /// them does, the extension is declared.
  std::string metadata(std::vector<SigmfAnnotation> annotations = {}) const;

 private:
  struct Capture {
    std::uint64_t sample_start;  // in the file
    dsp::SampleIndex first;      // in the stream
    dsp::Hertz centre;
    bool counted;  // its place behind the capture before is known
    std::optional<UtcTime> time;
  };
  struct Place {
    std::uint64_t start, count;
  };
  std::optional<Place> place_of(const SigmfAnnotation& annotation) const;
  std::uint64_t end_of(std::size_t capture) const;

  SourceInfo source_;
  std::string description_;
  std::vector<Capture> captures_;
  std::uint64_t samples_ = 0, gaps_ = 0, lost_ = 0;
};

/// As to_rfc3339(), but with nanoseconds: a sample is shorter than a microsecond.
std::string to_sigmf_datetime(UtcTime time);

}  // namespace windhover::sensor
