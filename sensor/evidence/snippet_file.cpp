#include "sensor/evidence/snippet_file.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "sensor/sigmf.hpp"

namespace windhover::sensor {
namespace {

constexpr std::string_view kDataPart = ".sigmf-data.part";
// Room is made in steps; metadata of a busy second take less than one.
constexpr std::uint64_t kStep_octets = 8U << 20U;

std::string description_of(const SnippetCause& cause) {
  std::string text = "Evidence of ";
  for (const char c : cause.reason.substr(0, 100)) text += c < 0x20 || c > 0x7e ? '?' : c;
  return text + ", at " + to_rfc3339(cause.time) + ".";
}

OutputFile new_file(SnippetStore& store, const std::string& name) {
  return OutputFile(store.path_of(name, kDataPart));
}

}  // namespace

SnippetFile::SnippetFile(const EvidenceOptions& options, SnippetStore& store, const SourceInfo& source,
                         const SnippetCause& cause)
    : options_(options),
      store_(store),
      name_(store.new_name(cause.time, cause.reason)),
      sigmf_(source, description_of(cause)),
      file_(new_file(store, name_)) {}

SnippetFile::~SnippetFile() {
  std::error_code ignored;
  if (!finished_) std::filesystem::remove(file_.path(), ignored);
}

void SnippetFile::append(const SigmfBlock& block, std::span<const std::byte> native) {
  if (sigmf_.samples() == 0) begin_ = block.first.value;
  if (options_.before_write) options_.before_write(native.size());
  check_room(file_.octets() + native.size());
  file_.write(native);
  sigmf_.add(block);
}

// What is written takes free space already; what is still to come must fit beside what others need.
void SnippetFile::check_room(std::uint64_t octets) {
  if (octets <= room_) return;
  room_ = octets + kStep_octets;
  store_.make_room(octets, kStep_octets);
}

std::string SnippetFile::finish(std::vector<SigmfAnnotation> annotations) {
  const auto data = store_.path_of(name_, kSigmfDataSuffix), meta = store_.path_of(name_, kSigmfMetaSuffix);
  const std::string metadata = sigmf_.metadata(std::move(annotations));
  if (options_.before_write) options_.before_write(metadata.size());
  store_.make_room(file_.octets() + metadata.size(), metadata.size());
  file_.sync();
  file_.close();
  put_in_place(file_.path(), data);
  finished_ = true;
  try {
    write_in_place(meta, metadata);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(data, ignored);
    throw;
  }
  return meta.filename().string();
}

}  // namespace windhover::sensor
