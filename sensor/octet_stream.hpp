#pragma once
// The octets of a data file, wherever it lies: in a folder or inside an archive.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>

namespace windhover::sensor {

/// Read once, from front to back. Throws SourceError when the medium fails.
class OctetStream {
 public:
  OctetStream() = default;
  OctetStream(const OctetStream&) = delete;
  OctetStream& operator=(const OctetStream&) = delete;
  virtual ~OctetStream() = default;
  /// Fills `out`; fewer octets only at the end.
  virtual std::size_t read(std::span<std::byte> out) = 0;
  virtual void skip(std::uint64_t octets) = 0;
};

class FileOctets final : public OctetStream {
 public:
  explicit FileOctets(const std::filesystem::path& path);
  std::size_t read(std::span<std::byte> out) override;
  void skip(std::uint64_t octets) override;

 private:
  std::string name_;
  std::ifstream file_;
};

/// A file of at most max_octets as text.
std::string read_text_file(const std::filesystem::path& path, std::uint64_t max_octets);

/// Octets of a regular file; SourceError when it is missing or something else (a folder, a pipe).
std::uint64_t regular_file_octets(const std::filesystem::path& path);

/// SHA-512 of all that is left of the stream, as 128 lower-case hexadecimal digits.
std::string sha512_hex(OctetStream& octets);

}  // namespace windhover::sensor
