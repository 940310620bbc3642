#pragma once
// SigMF archives: tar files, plain or compressed by gzip, bzip2, xz or zstd, with the pairs of one or more
// recordings. Data members are streamed, never loaded.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sensor/octet_stream.hpp"

namespace windhover::sensor {

/// By its name: .sigmf, or .sigmf and the suffix of a compression.
bool is_sigmf_archive(const std::filesystem::path& path);

struct ArchiveMember {
  std::string path;  ///< inside the archive
  std::uint64_t octets = 0;
  std::string metadata;  ///< the text, of .sigmf-meta members only
};

/// All files of the archive in its order. Reads it through once (a plain archive: its headers only). Throws
/// SourceError, also where the archive is cut.
std::vector<ArchiveMember> list_archive(const std::filesystem::path& archive);

/// The octets of one member. Throws SourceError.
std::unique_ptr<OctetStream> open_archive_member(const std::filesystem::path& archive,
                                                 const std::string& member);

}  // namespace windhover::sensor
