#pragma once
// Who may subscribe: public keys from certificate files and folders of them, read again when these change.

#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace windhover::sensor {

class AccessList {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// Each place is a certificate or a folder; of a folder every file counts that is a certificate and whose
  /// name does not end in _secret. Throws ConfigError if a place is missing or a certificate that is named is
  /// none.
  explicit AccessList(std::vector<std::filesystem::path> places);

  /// Looks at the places, at most every two seconds. What can no longer be read allows nobody. True if
  /// somebody who was allowed is not any more.
  bool refresh(Instant now);
  /// Other places, judged as the constructor's. Throws ConfigError, and nothing has changed then. True as of
  /// refresh().
  bool replace(std::vector<std::filesystem::path> places);
  /// The name of the certificate's file if the key is allowed.
  std::optional<std::string> name_of(const std::string& public_key) const;

 private:
  struct File {
    std::filesystem::path path;
    struct timespec changed {};
    ino_t inode = 0;
    bool operator==(const File& other) const;
  };
  std::vector<File> list_files() const;
  void read_files();
  bool read_anew();

  std::vector<std::filesystem::path> places_;
  std::vector<File> files_;
  std::map<std::string, std::string> names_;  // by key
  Instant next_look_{};
};

}  // namespace windhover::sensor
