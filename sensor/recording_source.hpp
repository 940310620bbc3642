#pragma once
// Recordings as sources: SigMF pairs and archives, and raw files of samples.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sensor/octet_stream.hpp"
#include "sensor/recording_layout.hpp"
#include "sensor/source.hpp"

namespace windhover::sensor {

/// Delivers the segments of a layout one after the other. NaN samples are passed on: who converts them
/// checks.
class RecordingSource final : public Source {
 public:
  /// octets  the data file from its first octet on
  RecordingSource(std::string description, RecordingLayout layout, std::unique_ptr<OctetStream> octets);

  const SourceInfo& info() const override { return info_; }
  /// SourceError when the file turns out shorter than it was when opened, or cannot be read.
  /// A buffer smaller than one sample gets State::nothing.
  SourceChunk read(std::span<std::byte> native) override;

 private:
  void fill(std::span<std::byte> native);

  SourceInfo info_;
  std::vector<RecordedSegment> segments_;
  std::unique_ptr<OctetStream> octets_;
  std::size_t segment_ = 0;         // the one that is being read
  std::uint64_t segment_done_ = 0;  // its samples that were delivered
  std::uint64_t octet_ = 0;         // where octets_ stands
  std::uint64_t delivered_ = 0;
  dsp::Hertz centre_{};  // of the chunk before
};

/// path  a .sigmf-meta or .sigmf-data file or what both have in common; a .sigmf archive; or any other file,
///       which is then raw samples. A .sigmf-data file without metadata is raw too when rate, freq and format
///       are all given.
/// Throws SourceError: one sentence that says what is wrong and what to do.
std::unique_ptr<Source> open_recording(const std::filesystem::path& path, const RecordingOptions& options);

/// The names that RecordingOptions::name can take for this path, in the archive's order; empty when it is no
/// archive. An archive of one recording needs no name. Throws SourceError.
std::vector<std::string> recordings_in(const std::filesystem::path& path);

}  // namespace windhover::sensor
