#include "sensor/output_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "sensor/sigmf.hpp"

namespace windhover::sensor {
namespace {

constexpr unsigned kMode = 0640;
// Written back so often, so that sync() has little left to wait for.
constexpr std::uint64_t kWriteBack_octets = 4U << 20U;

}  // namespace

OutputFile::OutputFile(std::filesystem::path path) : path_(std::move(path)) {
  file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kMode);
  if (file_ < 0) fail("make");
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)), octets_(other.octets_) {}

OutputFile::~OutputFile() {
  if (file_ >= 0) ::close(file_);
}

void OutputFile::write(std::span<const std::byte> octets) {
  const std::uint64_t before = octets_;
  while (!octets.empty()) {
    const ssize_t done = ::write(file_, octets.data(), octets.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) fail("write");
    octets_ += static_cast<std::uint64_t>(done);
    octets = octets.subspan(static_cast<std::size_t>(done));
  }
  if (before / kWriteBack_octets == octets_ / kWriteBack_octets) return;
#ifdef SYNC_FILE_RANGE_WRITE
  const std::uint64_t from = before / kWriteBack_octets * kWriteBack_octets;
  ::sync_file_range(file_, static_cast<off_t>(from), static_cast<off_t>(octets_ - from),
                    SYNC_FILE_RANGE_WRITE);
#endif
}

void OutputFile::cut(std::uint64_t octets) {
  if (::ftruncate(file_, static_cast<off_t>(octets)) != 0) fail("cut");
  ::lseek(file_, static_cast<off_t>(octets), SEEK_SET);
  octets_ = octets;
}

void OutputFile::sync() {
  // Pipes and some file systems have nothing to be synchronised.
  if (::fsync(file_) != 0 && errno != EINVAL && errno != EROFS) fail("keep");
}

void OutputFile::close() {
  if (::close(std::exchange(file_, -1)) != 0) fail("close");
}

void OutputFile::fail(const char* doing) const {
  throw std::system_error(errno, std::generic_category(),
                          std::string("cannot ") + doing + " " + in_quotes(path_.string()));
}

void put_in_place(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  if (error) throw std::system_error(error, "cannot rename " + in_quotes(from.string()));
}

void sync_folder(const std::filesystem::path& folder) {
  const int file = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  static_cast<void>(::fsync(file));
  ::close(file);
}

void write_in_place(const std::filesystem::path& to, std::string_view text, Durability durability) {
  const std::filesystem::path part = to.string() + ".part";
  std::error_code ignored;
  std::filesystem::remove(part, ignored);
  try {
    OutputFile file(part);
    file.write(std::as_bytes(std::span(text)));
    if (durability == Durability::now) file.sync();
    file.close();
    put_in_place(part, to);
  } catch (...) {
    std::filesystem::remove(part, ignored);
    throw;
  }
  if (durability == Durability::now) sync_folder(to.parent_path());
}

}  // namespace windhover::sensor
