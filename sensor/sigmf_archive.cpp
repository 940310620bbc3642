#include "sensor/sigmf_archive.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>

#include "sensor/sigmf.hpp"
#include "sensor/source.hpp"

namespace windhover::sensor {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadOctets = std::size_t{1} << 18U;
// A gigabyte of headers compresses to a megabyte; no archive of recordings has nearly as many files.
constexpr std::size_t kMaxMembers = 10'000;

/// An archive while it is read from front to back.
class TarReader {
 public:
  explicit TarReader(const fs::path& path) : name_(in_quotes(path.filename().string())) {
    regular_file_octets(path);
    // Named one by one, since libarchive would start programs for the rarer compressions.
    archive_read_support_filter_gzip(archive_.get());
    archive_read_support_filter_bzip2(archive_.get());
    archive_read_support_filter_xz(archive_.get());
    archive_read_support_filter_zstd(archive_.get());
    archive_read_support_format_tar(archive_.get());
    if (archive_read_open_filename(archive_.get(), path.c_str(), kReadOctets) != ARCHIVE_OK) fail();
  }

  /// Moves on to the next regular file; false at the end.
  bool next() {
    for (;;) {
      const int status = archive_read_next_header(archive_.get(), &entry_);
      if (status == ARCHIVE_EOF) return false;
      if (status != ARCHIVE_OK && status != ARCHIVE_WARN) fail();
      if (archive_entry_filetype(entry_) == AE_IFREG && archive_entry_pathname(entry_) != nullptr)
        return true;
    }
  }

  std::string member() const { return archive_entry_pathname(entry_); }
  std::uint64_t octets() const {
    return static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry_), 0));
  }

  std::size_t read(std::span<std::byte> out) {
    std::size_t filled = 0;
    while (filled < out.size()) {
      const la_ssize_t got = archive_read_data(archive_.get(), out.data() + filled, out.size() - filled);
      if (got < 0) fail();
      if (got == 0) break;
      filled += static_cast<std::size_t>(got);
    }
    return filled;
  }

  [[noreturn]] void fail() const {
    const char* reason = archive_error_string(archive_.get());
    throw SourceError(name_ + " is cut, damaged or no tar archive (" +
                      (reason != nullptr ? reason : "unknown reason") + "); copy it anew.");
  }

 private:
  struct Close {
    void operator()(archive* a) const { archive_read_free(a); }
  };
  std::string name_;
  std::unique_ptr<archive, Close> archive_{archive_read_new()};
  archive_entry* entry_ = nullptr;
};

class ArchiveOctets final : public OctetStream {
 public:
  ArchiveOctets(const fs::path& path, const std::string& member) : tar_(path) {
    do {
      if (!tar_.next())
        throw SourceError(in_quotes(path.filename().string()) + " no longer holds " + in_quotes(member) +
                          "; start again.");
    } while (tar_.member() != member);
  }

  std::size_t read(std::span<std::byte> out) override { return tar_.read(out); }

  void skip(std::uint64_t octets) override {
    std::array<std::byte, 4096> passed{};
    while (octets > 0) {
      const std::size_t step = static_cast<std::size_t>(std::min<std::uint64_t>(octets, passed.size()));
      if (tar_.read(std::span(passed).first(step)) < step) return;  // the next read() finds the end
      octets -= step;
    }
  }

 private:
  TarReader tar_;
};

}  // namespace

bool is_sigmf_archive(const fs::path& path) {
  const std::string name = path.filename().string();
  return std::ranges::any_of(std::array{".sigmf", ".sigmf.gz", ".sigmf.bz2", ".sigmf.xz", ".sigmf.zst"},
                             [&](const char* suffix) { return name.ends_with(suffix); });
}

std::vector<ArchiveMember> list_archive(const fs::path& archive) {
  TarReader tar(archive);
  std::vector<ArchiveMember> members;
  std::uint64_t metadata_octets = 0;
  while (tar.next()) {
    ArchiveMember member{tar.member(), tar.octets(), {}};
    if (member.path.ends_with(".sigmf-meta")) {
      metadata_octets += std::min(member.octets, kMaxSigmfMetadataBytes + 1);
      if (metadata_octets > kMaxSigmfMetadataBytes)
        throw SourceError(in_quotes(archive.filename().string()) +
                          " holds more metadata than any archive of recordings should; check the path.");
      member.metadata.resize(member.octets);
      if (tar.read(std::as_writable_bytes(std::span(member.metadata))) < member.octets) tar.fail();
    }
    members.push_back(std::move(member));
    if (members.size() > kMaxMembers)
      throw SourceError(in_quotes(archive.filename().string()) +
                        " holds more files than any archive of recordings should; check the path.");
  }
  return members;
}

std::unique_ptr<OctetStream> open_archive_member(const fs::path& archive, const std::string& member) {
  return std::make_unique<ArchiveOctets>(archive, member);
}

}  // namespace windhover::sensor
