#include "sensor/access_list.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "sensor/config_error.hpp"
#include "sensor/curve_keys.hpp"

namespace windhover::sensor {
namespace {

constexpr std::chrono::seconds kBetweenListings{2};
constexpr std::size_t kMostFiles = 1000;

bool is_folder(const std::filesystem::path& place) {
  std::error_code error;
  return std::filesystem::is_directory(place, error);
}

std::vector<std::filesystem::path> certificates_of(const std::filesystem::path& place) {
  if (!is_folder(place)) return {place};
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (std::filesystem::directory_iterator at(place, error), end; !error && at != end; at.increment(error))
    if (found.size() < kMostFiles && !at->path().string().ends_with("_secret")) found.push_back(at->path());
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

bool AccessList::File::operator==(const File& other) const {
  return path == other.path && inode == other.inode && changed.tv_sec == other.changed.tv_sec &&
         changed.tv_nsec == other.changed.tv_nsec;
}

AccessList::AccessList(std::vector<std::filesystem::path> places) : places_(std::move(places)) {
  for (const auto& place : places_)
    if (!is_folder(place)) read_curve_public_file(place);  // throws
  files_ = list_files();
  read_files();
}

bool AccessList::refresh(Instant now) {
  if (now < next_look_) return false;
  next_look_ = now + kBetweenListings;
  auto files = list_files();
  if (files == files_) return false;
  files_ = std::move(files);
  return read_anew();
}

bool AccessList::replace(std::vector<std::filesystem::path> places) {
  AccessList checked(places);
  places_ = std::move(places);
  files_ = std::move(checked.files_);
  return read_anew();
}

bool AccessList::read_anew() {
  const auto before = std::exchange(names_, {});
  read_files();
  return std::any_of(before.begin(), before.end(),
                     [&](const auto& each) { return !names_.contains(each.first); });
}

std::optional<std::string> AccessList::name_of(const std::string& public_key) const {
  const auto at = names_.find(public_key);
  return at == names_.end() ? std::nullopt : std::optional(at->second);
}

std::vector<AccessList::File> AccessList::list_files() const {
  std::vector<File> files;
  for (const auto& place : places_)
    for (const auto& path : certificates_of(place)) {
      struct stat facts {};
      if (stat(path.c_str(), &facts) == 0) files.push_back({path, facts.st_ctim, facts.st_ino});
    }
  return files;
}

void AccessList::read_files() {
  for (const File& file : files_) {
    try {
      names_[read_curve_public_file(file.path)] = file.path.stem().string();
    } catch (const ConfigError&) {
      continue;  // a folder may hold other things
    }
  }
}

}  // namespace windhover::sensor
