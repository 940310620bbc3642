#include "sensor/curve_keys.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "sensor/config_error.hpp"
#include "sensor/text_lines.hpp"

namespace windhover::sensor {
namespace {

constexpr std::size_t kKeyCharacters = 40;
constexpr std::size_t kMostFileBytes = 64 << 10;
constexpr mode_t kOthersMayNothing = 0600;
constexpr mode_t kOthersMayRead = 0644;

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& why, const std::string& advice) {
  throw ConfigError("key file '" + file.string() + "' " + why + "; " + advice);
}

class File {
 public:
  File(const std::filesystem::path& path, int flags, mode_t mode = 0)
      : descriptor_(open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

void write_new_file(const std::filesystem::path& path, mode_t mode, std::string_view text) {
  const File file(path, O_WRONLY | O_CREAT | O_EXCL, mode);
  if (!file.is_open())
    fail(path, std::string("cannot be made (") + std::strerror(errno) + ")",
         errno == EEXIST ? "keys are never overwritten: move it away or choose another name"
                         : "choose a folder that exists and that you may write to");
  while (!text.empty()) {
    const ssize_t written = write(file.descriptor(), text.data(), text.size());
    if (written < 0)
      fail(path, std::string("cannot be written (") + std::strerror(errno) + ")", "is there room?");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

struct KeyFile {
  std::string text;
  mode_t mode = 0;
};

KeyFile read_file(const std::filesystem::path& path) {
  // Without O_NONBLOCK a FIFO would hold us until somebody writes to it.
  const File file(path, O_RDONLY | O_NONBLOCK);
  struct stat facts {};
  if (!file.is_open() || fstat(file.descriptor(), &facts) != 0)
    fail(path, std::string("cannot be read (") + std::strerror(errno) + ")", "windhover keygen makes keys");
  if (!S_ISREG(facts.st_mode)) fail(path, "is no file", "name a certificate");
  KeyFile found{std::string(kMostFileBytes, '\0'), facts.st_mode};
  const ssize_t size = read(file.descriptor(), found.text.data(), found.text.size());
  found.text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return found;
}

// ZPL (ZeroMQ RFC 4): an indented line NAME = VALUE belongs to the last line that is less indented. Z85 holds
// '#' but neither kind of quote.
std::optional<std::string> find_in_curve_section(std::string_view text, std::string_view wanted) {
  bool in_curve = false;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string_view content = trimmed(line);
    if (content.empty() || content.front() == '#') continue;
    const bool is_indented = line.front() == ' ' || line.front() == '\t';
    if (!is_indented) in_curve = content == "curve";
    const std::size_t equals = content.find('=');
    if (!is_indented || !in_curve || equals == std::string_view::npos) continue;
    if (trimmed(content.substr(0, equals)) != wanted) continue;
    std::string_view value = trimmed(content.substr(equals + 1));
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
      value = value.substr(1, value.size() - 2);
    return std::string(value);
  }
  return std::nullopt;
}

bool is_key(const std::optional<std::string>& z85) {
  std::array<std::uint8_t, kCurveKeyBytes> bytes{};
  return z85 && z85->size() == kKeyCharacters && zmq_z85_decode(bytes.data(), z85->c_str()) != nullptr;
}

std::string certificate(const char* comment, const CurveKeyPair& keys, bool with_secret) {
  std::string text =
      std::string("# ") + comment + "\n\nmetadata\ncurve\n    public-key = \"" + keys.public_key + "\"\n";
  if (with_secret) text += "    secret-key = \"" + keys.secret_key + "\"\n";
  return text;
}

}  // namespace

CurveKeyPair make_curve_key_pair() {
  std::array<char, kKeyCharacters + 1> public_key{}, secret_key{};
  if (zmq_curve_keypair(public_key.data(), secret_key.data()) != 0)
    throw ConfigError(
        "this ZeroMQ was built without CURVE; install one that has it, such as Debian's libzmq5");
  return {public_key.data(), secret_key.data()};
}

CurveKeyFiles write_curve_key_files(const std::filesystem::path& stem, const CurveKeyPair& keys) {
  const CurveKeyFiles files{stem.string() + ".key", stem.string() + ".key_secret"};
  // The secret one first: if only one of the two can be made, no public key is left that nobody has.
  write_new_file(
      files.secret_file, kOthersMayNothing,
      certificate("Secret CURVE certificate of Windhover: never leaves this machine.", keys, true));
  write_new_file(
      files.public_file, kOthersMayRead,
      certificate("Public CURVE certificate of Windhover: give it to those who are to trust this key.", keys,
                  false));
  return files;
}

CurveKeyPair read_curve_secret_file(const std::filesystem::path& file) {
  const KeyFile found = read_file(file);
  if ((found.mode & 077) != 0)
    fail(file, "may be read by others than its owner",
         "chmod 600 it, and make new keys if others have used it");
  const auto public_key = find_in_curve_section(found.text, "public-key");
  const auto secret_key = find_in_curve_section(found.text, "secret-key");
  if (!is_key(public_key) || !is_key(secret_key))
    fail(file, "holds no secret CURVE certificate", "give NAME.key_secret as windhover keygen writes it");
  return {*public_key, *secret_key};
}

std::string read_curve_public_file(const std::filesystem::path& file) {
  const auto public_key = find_in_curve_section(read_file(file).text, "public-key");
  if (!is_key(public_key))
    fail(file, "holds no CURVE certificate", "give NAME.key as windhover keygen writes it");
  return *public_key;
}

}  // namespace windhover::sensor
