#include "sensor/octet_stream.hpp"

#include <sodium/crypto_hash_sha512.h>
#include <sodium/utils.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

#include "sensor/sigmf.hpp"
#include "sensor/source.hpp"

namespace windhover::sensor {

namespace fs = std::filesystem;

FileOctets::FileOctets(const fs::path& path)
    : name_(in_quotes(path.filename().string())), file_(path, std::ios::binary) {
  if (!file_)
    throw SourceError(in_quotes(path.string()) + " cannot be opened (" + std::strerror(errno) +
                      "); check its permissions.");
}

std::size_t FileOctets::read(std::span<std::byte> out) {
  file_.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
  if (file_.bad()) throw SourceError(name_ + " cannot be read any further; check the disk it lies on.");
  return static_cast<std::size_t>(file_.gcount());
}

void FileOctets::skip(std::uint64_t octets) {
  file_.seekg(static_cast<std::streamoff>(octets), std::ios::cur);
}

std::string read_text_file(const fs::path& path, std::uint64_t max_octets) {
  const std::uint64_t octets = regular_file_octets(path);
  if (octets > max_octets)
    throw SourceError(in_quotes(path.string()) +
                      " is larger than any metadata file should be; check the path.");
  std::string text(octets, '\0');
  FileOctets file(path);
  text.resize(file.read(std::as_writable_bytes(std::span(text))));
  return text;
}

std::uint64_t regular_file_octets(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status))
    throw SourceError("there is no file " + in_quotes(path.string()) + "; check the path.");
  if (!fs::is_regular_file(status))
    throw SourceError(in_quotes(path.string()) + " is not a file of samples or metadata; check the path.");
  const std::uint64_t octets = fs::file_size(path, error);
  if (error) throw SourceError(in_quotes(path.string()) + " cannot be read; check its permissions.");
  return octets;
}

std::string sha512_hex(OctetStream& octets) {
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  std::vector<std::byte> block(std::size_t{1} << 18U);
  while (const std::size_t got = octets.read(block))
    crypto_hash_sha512_update(&state, reinterpret_cast<const unsigned char*>(block.data()), got);
  std::array<unsigned char, crypto_hash_sha512_BYTES> digest{};
  crypto_hash_sha512_final(&state, digest.data());
  std::string text(2 * digest.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
  text.pop_back();  // sodium_bin2hex ends what it writes with a zero
  return text;
}

}  // namespace windhover::sensor
