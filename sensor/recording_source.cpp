#include "sensor/recording_source.hpp"

#include <algorithm>
#include <functional>
#include <system_error>
#include <utility>

#include "sensor/sigmf.hpp"
#include "sensor/sigmf_archive.hpp"

namespace windhover::sensor {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

std::string without(std::string_view suffix, const std::string& name) {
  return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : name;
}

/// A recording found, before anything is known to be right about it.
struct Found {
  std::string name;  ///< for descriptions and error sentences
  SigmfMetadata metadata;
  std::uint64_t data_octets = 0;
  std::function<std::unique_ptr<OctetStream>()> open;
};

void verify_sha512(const Found& found) {
  if (!found.metadata.sha512)
    throw SourceError(in_quotes(found.name) +
                      " has no core:sha512 to check its samples against; leave out that check.");
  if (sha512_hex(*found.open()) != *found.metadata.sha512)
    throw SourceError("the samples of " + in_quotes(found.name) +
                      " differ from its core:sha512; copy the recording anew.");
}

std::unique_ptr<Source> open_found(const Found& found, const RecordingOptions& options) {
  RecordingLayout layout = lay_out(found.metadata, options, found.data_octets, in_quotes(found.name));
  if (options.verify_sha512) verify_sha512(found);
  return std::make_unique<RecordingSource>(found.name, std::move(layout), found.open());
}

Found find_pair(const fs::path& stem) {
  const fs::path meta = stem.string() + std::string(kSigmfMetaSuffix);
  Found found{.name = meta.filename().string(), .metadata = {}, .data_octets = 0, .open = {}};
  found.metadata = parse_sigmf(read_text_file(meta, kMaxSigmfMetadataBytes), in_quotes(found.name));
  const fs::path data = found.metadata.dataset ? meta.parent_path() / *found.metadata.dataset
                                               : fs::path(stem.string() + std::string(kSigmfDataSuffix));
  if (!is_there(data))
    throw SourceError(in_quotes(found.name) + " has no data file " + in_quotes(data.filename().string()) +
                      " beside it; put it there.");
  found.data_octets = regular_file_octets(data);
  found.open = [data] { return std::make_unique<FileOctets>(data); };
  return found;
}

Found find_raw(const fs::path& path) {
  return {.name = path.filename().string(),
          .metadata = {},
          .data_octets = regular_file_octets(path),
          .open = [path] { return std::make_unique<FileOctets>(path); }};
}

std::vector<std::string> names_of(const std::vector<ArchiveMember>& members) {
  std::vector<std::string> names;
  for (const ArchiveMember& member : members)
    if (member.path.ends_with(kSigmfMetaSuffix)) names.push_back(without(kSigmfMetaSuffix, member.path));
  return names;
}

/// Which recording of the archive is meant.
std::string choose(const std::vector<std::string>& names, const std::optional<std::string>& wanted,
                   const std::string& archive) {
  if (names.empty()) throw SourceError(archive + " holds no .sigmf-meta file; check the path.");
  if (!wanted && names.size() == 1) return names.front();
  std::string list;
  for (const std::string& name : names) {
    if (wanted && (name == *wanted || name.ends_with("/" + *wanted))) return name;
    list += (list.empty() ? "" : ", ") + in_quotes(name);
  }
  throw SourceError(archive + " holds " + std::to_string(names.size()) + " recordings" +
                    (wanted ? ", none of them called " + in_quotes(*wanted) : "") + "; name one of " + list +
                    ".");
}

Found find_in_archive(const fs::path& archive, const RecordingOptions& options) {
  const std::string archive_name = archive.filename().string();
  const std::vector<ArchiveMember> members = list_archive(archive);
  const std::string stem = choose(names_of(members), options.name, in_quotes(archive_name));
  const auto member = [&](const std::string& path) {
    return std::ranges::find(members, path, &ArchiveMember::path);
  };
  const auto meta = member(stem + std::string(kSigmfMetaSuffix));
  Found found{.name = archive_name + ":" + stem, .metadata = {}, .data_octets = 0, .open = {}};
  found.metadata = parse_sigmf(meta->metadata, in_quotes(found.name));
  const std::string folder = stem.substr(0, stem.rfind('/') + 1);
  const std::string data_path =
      found.metadata.dataset ? folder + *found.metadata.dataset : stem + std::string(kSigmfDataSuffix);
  const auto data = member(data_path);
  if (data == members.end())
    throw SourceError(in_quotes(archive_name) + " holds no data file " + in_quotes(data_path) +
                      "; pack the archive anew.");
  found.data_octets = data->octets;
  found.open = [archive, data_path] { return open_archive_member(archive, data_path); };
  return found;
}

Found find_data_without_metadata(const fs::path& data, const RecordingOptions& options) {
  if (!options.rate_hz || !options.freq_hz || !options.format)
    throw SourceError(
        in_quotes(data.filename().string()) +
        " has no .sigmf-meta file beside it; put it there or give --rate, --freq and --format.");
  return find_raw(data);
}

Found find_recording(const fs::path& path, const RecordingOptions& options) {
  const std::string text = path.string();
  if (text.ends_with(kSigmfMetaSuffix)) return find_pair(without(kSigmfMetaSuffix, text));
  const std::string stem = without(kSigmfDataSuffix, text);
  if (is_sigmf_archive(path)) return find_in_archive(path, options);
  if (stem == text && is_file(path)) return find_raw(path);
  if (is_there(stem + std::string(kSigmfMetaSuffix))) return find_pair(stem);
  const fs::path data = stem + std::string(kSigmfDataSuffix);
  if (is_there(data)) return find_data_without_metadata(data, options);
  return find_raw(path);  // which says that there is no such file
}

}  // namespace

RecordingSource::RecordingSource(std::string description, RecordingLayout layout,
                                 std::unique_ptr<OctetStream> octets)
    : segments_(std::move(layout.segments)), octets_(std::move(octets)), centre_(segments_.front().centre) {
  info_ = {.description = std::move(description),
           .format = layout.format,
           .rate = layout.rate,
           .centre = centre_,
           .total_samples = layout.total_samples,
           .start = layout.start,
           .converter_bits = layout.converter_bits,
           .live = false};
}

SourceChunk RecordingSource::read(std::span<std::byte> native) {
  SourceChunk chunk;
  chunk.centre = centre_;
  if (segment_ == segments_.size()) {
    chunk.state = SourceChunk::State::end;
    return chunk;
  }
  const RecordedSegment& segment = segments_[segment_];
  const std::size_t size = dsp::bytes_per_sample(info_.format);
  chunk.samples = static_cast<std::size_t>(
      std::min<std::uint64_t>(native.size() / size, segment.samples - segment_done_));
  if (chunk.samples == 0) {
    chunk.state = SourceChunk::State::nothing;
    return chunk;
  }
  if (segment_done_ == 0) {
    octets_->skip(segment.file_octet - octet_);
    octet_ = segment.file_octet;
    chunk.gap = segment.gap;
    chunk.retuned = segment.centre != centre_;
    chunk.time = segment.time;
    centre_ = segment.centre;
  }
  chunk.centre = centre_;
  chunk.first = segment.first + static_cast<std::int64_t>(segment_done_);
  fill(native.first(chunk.samples * size));
  delivered_ += chunk.samples;
  segment_done_ += chunk.samples;
  if (segment_done_ == segment.samples) ++segment_, segment_done_ = 0;
  return chunk;
}

void RecordingSource::fill(std::span<std::byte> native) {
  const std::size_t got = octets_->read(native);
  octet_ += got;
  if (got < native.size())
    throw SourceError(in_quotes(info_.description) + " ends after " +
                      std::to_string(delivered_ + got / dsp::bytes_per_sample(info_.format)) + " of " +
                      std::to_string(*info_.total_samples) +
                      " samples; it was cut while it was read, so copy it anew.");
}

std::unique_ptr<Source> open_recording(const fs::path& path, const RecordingOptions& options) {
  return open_found(find_recording(path, options), options);
}

std::vector<std::string> recordings_in(const fs::path& path) {
  if (!is_sigmf_archive(path)) return {};
  return names_of(list_archive(path));
}

}  // namespace windhover::sensor
