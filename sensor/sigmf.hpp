#pragma once
// The metadata of a SigMF recording as plain values. Source: the SigMF specification, version 1.2.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsp/sample_format.hpp"
#include "dsp/types.hpp"
#include "sensor/time.hpp"

namespace windhover::sensor {

/// One object of `captures`: what holds from its first sample on.
struct SigmfCapture {
  std::uint64_t sample_start = 0;       ///< index in the stream; core:offset is the first sample of the file
  std::uint64_t header_bytes = 0;       ///< octets of no samples in the file before this capture
  std::optional<dsp::Hertz> frequency;  ///< absent when 0 too: writers mean "unknown" by it
  std::optional<UtcTime> datetime;      ///< of its first sample
  std::optional<std::uint64_t> global_index;  ///< of its first sample, counting what was not recorded
};

struct SigmfMetadata {
  std::optional<dsp::SampleFormat> format;
  std::optional<dsp::Hertz> rate;
  unsigned converter_bits = 16;        ///< windhover:converter_bits, see SourceInfo
  std::uint64_t offset = 0;            ///< core:offset
  std::uint64_t trailing_bytes = 0;    ///< octets of no samples at the end of the file
  std::optional<std::string> dataset;  ///< a data file by another name, in the same folder or archive
  std::optional<std::string> sha512;   ///< of the data file, 128 lower-case hexadecimal digits
  std::vector<SigmfCapture> captures;  ///< by rising sample_start; empty when the file has none
};

/// A recording is two files, NAME and each of these.
inline constexpr std::string_view kSigmfDataSuffix = ".sigmf-data", kSigmfMetaSuffix = ".sigmf-meta";

/// Octets of metadata that are read at most; larger files are refused before they are loaded.
inline constexpr std::uint64_t kMaxSigmfMetadataBytes = 32U << 20U;

/// name   how the error sentence calls the file
/// Checks type and range of every field that is used. Annotations and others' extensions are passed over
/// unread: neither says where the samples lie (so an extension marked as not optional does no harm). Throws
/// SourceError.
SigmfMetadata parse_sigmf(std::string_view json_text, const std::string& name);

/// Text of a file or a user inside an error sentence: in quotes, cut to 200 octets, controls replaced.
std::string in_quotes(std::string_view text);

}  // namespace windhover::sensor
