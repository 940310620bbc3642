#include "sensor/recording_file.hpp"

#include <system_error>
#include <utility>

#include "sensor/config_error.hpp"
#include "sensor/sigmf.hpp"

namespace windhover::sensor {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kBetweenMetadata{1};

fs::path with(std::string_view suffix, const fs::path& path) {
  return RecordingFile::stem_of(path).string().append(suffix);
}

OutputFile new_data_file(const fs::path& path) {
  RecordingFile::refuse_to_overwrite(path);
  try {
    return OutputFile(with(kSigmfDataSuffix, path));
  } catch (const std::system_error& error) {
    throw ConfigError(std::string(error.what()) +
                      "; name a file in a folder that exists and that you may write to");
  }
}

}  // namespace

fs::path RecordingFile::stem_of(const fs::path& path) {
  std::string text = path.string();
  for (const std::string_view suffix : {kSigmfDataSuffix, kSigmfMetaSuffix})
    if (text.ends_with(suffix)) text.erase(text.size() - suffix.size());
  return text;
}

void RecordingFile::refuse_to_overwrite(const fs::path& path) {
  for (const std::string_view suffix : {kSigmfDataSuffix, kSigmfMetaSuffix}) {
    std::error_code error;
    const auto kind = fs::symlink_status(with(suffix, path), error).type();
    if (kind != fs::file_type::not_found && kind != fs::file_type::none)
      throw ConfigError(in_quotes(with(suffix, path).string()) +
                        " is there already; name another file or remove it");
  }
}

RecordingFile::RecordingFile(const fs::path& path, const SourceInfo& source, std::string description)
    : meta_(with(kSigmfMetaSuffix, path)),
      sigmf_(source, std::move(description)),
      data_(new_data_file(path)) {
  try {
    write_in_place(meta_, sigmf_.metadata());
  } catch (const std::system_error& error) {
    std::error_code ignored;
    fs::remove(data_.path(), ignored);
    throw ConfigError(error.what());
  }
}

void RecordingFile::append(const SigmfBlock& block, std::span<const std::byte> native) {
  const std::uint64_t before = data_.octets();
  try {
    data_.write(native);
  } catch (...) {
    data_.cut(before);
    throw;
  }
  last_block_ = before;
  is_stale_ |= sigmf_.add(block);
  const auto now = std::chrono::steady_clock::now();
  if (!is_stale_ || now - written_ < kBetweenMetadata) return;
  write_in_place(meta_, sigmf_.metadata(), Durability::later);
  written_ = now;
  is_stale_ = false;
}

void RecordingFile::finish() {
  if (sigmf_.samples() == 0) {
    std::error_code ignored;
    fs::remove(data_.path(), ignored);
    fs::remove(meta_, ignored);
    return;
  }
  try {
    write_in_place(meta_, sigmf_.metadata());
  } catch (const std::system_error&) {
    // A full disk: the last block makes room. A capture that began with it is then one without samples.
    data_.cut(last_block_);
    write_in_place(meta_, sigmf_.metadata());
  }
  data_.sync();
  data_.close();
}

}  // namespace windhover::sensor
