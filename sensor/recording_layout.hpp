#pragma once
// Where the samples of a recording lie, worked out from metadata, flags and file size before any is read.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dsp/sample_format.hpp"
#include "dsp/types.hpp"
#include "sensor/sigmf.hpp"
#include "sensor/time.hpp"

namespace windhover::sensor {

/// What the user says about a recording. A raw file needs all of rate, freq and format. Beside SigMF metadata
/// a value supplies only what is missing there: where both state it, the metadata win.
struct RecordingOptions {
  std::optional<double> rate_hz;
  std::optional<double> freq_hz;
  std::optional<dsp::SampleFormat> format;
  bool verify_sha512 = false;         ///< read all samples once before the first is delivered
  std::optional<std::string> name{};  ///< which recording of an archive that holds several
};

/// Samples of one centre, without a hole inside.
struct RecordedSegment {
  std::uint64_t file_octet = 0;  ///< where its first sample starts
  std::uint64_t samples = 0;     ///< never 0
  dsp::SampleIndex first{};      ///< stream index; counts what core:global_index says was lost
  bool gap = false;              ///< samples are, or may be, missing before it
  dsp::Hertz centre{};
  std::optional<UtcTime> time{};  ///< of its first sample
};

struct RecordingLayout {
  dsp::SampleFormat format{};
  unsigned converter_bits = 16;  ///< see SourceInfo
  dsp::Hertz rate{};
  std::uint64_t total_samples = 0;        ///< of all segments
  std::vector<RecordedSegment> segments;  ///< at least one, rising
  std::optional<UtcTime> start{};         ///< of stream index 0
};

/// A new segment follows on without a gap only where core:global_index of both proves it: segments without
/// one are mostly snippets that were joined, and a gap too many costs a decoder no more than one frame.
/// A capture without core:frequency has freq_hz, else the frequency of the one before it. Samples before the
/// first capture belong to none and are left out.
/// name  how error sentences call the recording. Throws SourceError.
RecordingLayout lay_out(const SigmfMetadata& metadata, const RecordingOptions& options,
                        std::uint64_t data_octets, const std::string& name);

}  // namespace windhover::sensor
