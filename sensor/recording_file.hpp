#pragma once
// A SigMF recording that is written as long as somebody likes and can be used whatever happens meanwhile.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "sensor/output_file.hpp"
#include "sensor/sigmf_writer.hpp"

namespace windhover::sensor {

/// NAME.sigmf-data grows; NAME.sigmf-meta is there from the start, valid at each moment, and written anew
/// when a capture has begun, at most once a second: a program that is killed loses no more than the latest of
/// them.
class RecordingFile {
 public:
  /// `path` may end in .sigmf-meta or .sigmf-data. Throws ConfigError when one of the two exists, or cannot
  /// be made.
  RecordingFile(const std::filesystem::path& path, const SourceInfo& source, std::string description);

  /// Throws std::system_error when the disk is full; what came before stays, up to a whole sample.
  void append(const SigmfBlock& block, std::span<const std::byte> native);
  /// Waits until all is on the disk; without samples nothing remains. Throws std::system_error.
  void finish();

  const SigmfWriter& sigmf() const { return sigmf_; }
  std::uint64_t octets() const { return data_.octets(); }
  const std::filesystem::path& meta() const { return meta_; }

  /// Without the suffix of a pair's files.
  static std::filesystem::path stem_of(const std::filesystem::path& path);
  /// Throws ConfigError if there is something already.
  static void refuse_to_overwrite(const std::filesystem::path& path);

 private:
  std::filesystem::path meta_;
  SigmfWriter sigmf_;
  OutputFile data_;
  std::uint64_t last_block_ = 0;  // where it begins, in octets
  bool is_stale_ = false;         // the metadata on the disk
  std::chrono::steady_clock::time_point written_{};
};

}  // namespace windhover::sensor
