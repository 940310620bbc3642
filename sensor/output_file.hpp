#pragma once
// A file that is written from front to back and must be on the disk afterwards.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace windhover::sensor {

/// All but the destructor throw std::system_error whose what() names the file and the reason.
class OutputFile {
 public:
  /// A new one, mode 0640 less the umask; never one that is there, nor through a link.
  explicit OutputFile(std::filesystem::path path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();  ///< closes

  /// All of it, or as much as fits.
  void write(std::span<const std::byte> octets);
  /// Cuts it back to so many octets.
  void cut(std::uint64_t octets);
  /// Waits until it is on the disk.
  void sync();
  void close();
  std::uint64_t octets() const { return octets_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  [[noreturn]] void fail(const char* doing) const;

  std::filesystem::path path_;
  int file_ = -1;
  std::uint64_t octets_ = 0;
};

/// Renames, so that `to` is either what it was or all of `from`. Throws std::system_error.
void put_in_place(const std::filesystem::path& from, const std::filesystem::path& to);
/// After put_in_place(): so that it is so after a power failure too. A file system that cannot is let be.
void sync_folder(const std::filesystem::path& folder);
enum class Durability : std::uint8_t {
  now,    ///< on the disk when the call returns
  later,  ///< when the system likes
};
/// A whole new file, through one called `to` with ".part" behind it. Throws std::system_error.
void write_in_place(const std::filesystem::path& to, std::string_view text,
                    Durability durability = Durability::now);

}  // namespace windhover::sensor
