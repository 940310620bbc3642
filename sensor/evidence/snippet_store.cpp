#include "sensor/evidence/snippet_store.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "sensor/sigmf.hpp"

namespace windhover::sensor {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "windhover_", kPart = ".part";
constexpr std::string_view kTimeLike = "00000000T000000.000Z_";
constexpr std::size_t kLongestReason = 60;

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

/// When a snippet of this name was recorded; nullopt: it is none of ours.
std::optional<UtcTime> time_of(std::string_view name) {
  if (!name.starts_with(kPrefix) || name.size() < kPrefix.size() + kTimeLike.size()) return std::nullopt;
  const std::string t(name.substr(kPrefix.size(), kTimeLike.size()));
  for (std::size_t i = 0; i < t.size(); ++i)
    if (kTimeLike[i] == '0' ? !(t[i] >= '0' && t[i] <= '9') : t[i] != kTimeLike[i]) return std::nullopt;
  try {
    return parse_rfc3339(t.substr(0, 4) + "-" + t.substr(4, 2) + "-" + t.substr(6, 5) + ":" +
                         t.substr(11, 2) + ":" + t.substr(13, 7));
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

struct Named {
  std::string name;
  std::string suffix;
};

/// Our own files, by what is behind the snippet's name.
std::optional<Named> taken_apart(const std::string& file) {
  for (const std::string_view part : {kPart, std::string_view()})
    for (const std::string_view suffix : {kSigmfDataSuffix, kSigmfMetaSuffix}) {
      const std::string whole = std::string(suffix).append(part);
      if (!file.ends_with(whole)) continue;
      Named named{file.substr(0, file.size() - whole.size()), whole};
      if (time_of(named.name)) return named;
    }
  return std::nullopt;
}

template <typename Act>
void for_each_own(const fs::path& folder, Act act) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (const auto named = taken_apart(at->path().filename().string())) act(*named, *at);
  if (error) throw std::system_error(error, "cannot read the folder " + in_quotes(folder.string()));
}

}  // namespace

std::string snippet_name(UtcTime time, std::string_view reason) {
  std::string text = to_rfc3339(time);  // 2026-01-31T12:00:00.123456Z
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  text.erase(text.size() - 4, 3);
  std::string name = std::string(kPrefix) + text + "_";
  for (const char c : reason.substr(0, kLongestReason)) name += is_plain(c) ? c : '_';
  return name;
}

SnippetStore::SnippetStore(const EvidenceOptions& options)
    : folder_(options.folder),
      quota_(options.quota_bytes),
      least_free_(options.least_free_bytes),
      keep_for_(options.keep_for) {
  std::error_code error;
  const bool made = fs::create_directories(folder_, error);
  if (made) fs::permissions(folder_, fs::perms(0750), error);
  if (error) throw std::system_error(error, "cannot make the folder " + in_quotes(folder_.string()));
  remove_leftovers();
  look();
  remove_expired(std::chrono::system_clock::now());
}

// Half a file, or data whose metadata never came.
void SnippetStore::remove_leftovers() const {
  std::vector<fs::path> leftovers;
  for_each_own(folder_, [&](const Named& named, const fs::directory_entry& entry) {
    const bool is_half = named.suffix.ends_with(kPart);
    if (is_half || (named.suffix == kSigmfDataSuffix && !fs::exists(path_of(named.name, kSigmfMetaSuffix))))
      leftovers.push_back(entry.path());
  });
  std::error_code error;
  for (const fs::path& each : leftovers) fs::remove(each, error);
  if (error)
    throw std::system_error(error, "cannot remove a file in the folder " + in_quotes(folder_.string()));
}

std::string SnippetStore::new_name(UtcTime time, std::string_view reason) const {
  const std::string name = snippet_name(time, reason);
  std::string free = name;
  for (int i = 2; fs::exists(path_of(free, kSigmfMetaSuffix)) || fs::exists(path_of(free, kSigmfDataSuffix));
       ++i)
    free = name + "_" + std::to_string(i);
  return free;
}

fs::path SnippetStore::path_of(const std::string& name, std::string_view suffix) const {
  return folder_ / std::string(name).append(suffix);
}

void SnippetStore::look() {
  std::map<std::string, std::uint64_t> found;  // by name, and so by time
  for_each_own(folder_, [&](const Named& named, const fs::directory_entry& entry) {
    if (named.suffix.ends_with(kPart)) return;
    std::error_code gone;
    const auto size = entry.file_size(gone);
    found[named.name] += gone ? 0 : size;
  });
  snippets_.clear();
  octets_ = 0;
  for (const auto& [name, octets] : found) {
    snippets_.push_back({name, octets});
    octets_ += octets;
  }
}

void SnippetStore::make_room(std::uint64_t octets, std::uint64_t to_come) {
  const auto fits = [&] {
    if (octets_ + octets > quota_) return false;
    std::error_code unknown;
    const fs::space_info space = fs::space(folder_, unknown);
    return unknown || space.available >= least_free_ + to_come;
  };
  while (!fits()) {
    if (snippets_.empty())
      throw std::runtime_error(octets > quota_ ? "a snippet is larger than evidence.quota_mb"
                                               : "the disk has less room than evidence.least_free_mb");
    remove_oldest();
  }
}

void SnippetStore::remove_expired(UtcTime now) {
  while (!snippets_.empty() && now - *time_of(snippets_.front().name) > keep_for_) remove_oldest();
}

// Metadata first, so that there are none without data.
void SnippetStore::remove_oldest() {
  const Snippet oldest = snippets_.front();
  for (const std::string_view suffix : {kSigmfMetaSuffix, kSigmfDataSuffix}) {
    std::error_code error;
    fs::remove(path_of(oldest.name, suffix), error);
    if (error) throw std::system_error(error, "cannot remove " + in_quotes(oldest.name));
  }
  snippets_.erase(snippets_.begin());
  octets_ -= oldest.octets;
  ++removed_;
}

}  // namespace windhover::sensor
