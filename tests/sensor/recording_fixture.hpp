#pragma once
// Temporary recordings for the tests of sources.

#include <archive.h>
#include <archive_entry.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "sensor/recording_source.hpp"
#include "tests/sensor/temporary_folder.hpp"

namespace windhover::sensor::testing {

namespace fs = std::filesystem;
using nlohmann::json;

inline fs::path write_file(const fs::path& path, std::span<const std::byte> octets) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
  return path;
}
inline fs::path write_file(const fs::path& path, const std::string& text) {
  return write_file(path, std::as_bytes(std::span(text)));
}

inline std::vector<std::byte> random_octets(std::size_t count, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::vector<std::byte> octets(count);
  for (auto& octet : octets) octet = static_cast<std::byte>(random());
  return octets;
}

/// Metadata without a fault: ci16_le at 1 MS/s and 2.45 GHz, one capture.
inline json good_metadata() {
  return {{"global", {{"core:datatype", "ci16_le"}, {"core:sample_rate", 1e6}, {"core:version", "1.2.0"}}},
          {"captures", {{{"core:sample_start", 0}, {"core:frequency", 2450e6}}}},
          {"annotations", json::array()}};
}

/// Writes NAME.sigmf-meta and NAME.sigmf-data and gives the path of the former.
inline fs::path write_pair(const TemporaryFolder& folder, const json& metadata,
                           std::span<const std::byte> octets, const std::string& name = "a") {
  write_file(folder / (name + ".sigmf-data"), octets);
  return write_file(folder / (name + ".sigmf-meta"), metadata.dump());
}

struct TarMember {
  std::string path;
  std::vector<std::byte> octets;
};

inline TarMember text_member(const std::string& path, const std::string& text) {
  const auto octets = std::as_bytes(std::span(text));
  return {path, {octets.begin(), octets.end()}};
}

inline fs::path write_tar(const fs::path& path, const std::vector<TarMember>& members, bool gzip = false) {
  struct archive* tar = archive_write_new();
  archive_write_set_format_ustar(tar);
  if (gzip) archive_write_add_filter_gzip(tar);
  BOOST_REQUIRE(archive_write_open_filename(tar, path.c_str()) == ARCHIVE_OK);
  for (const TarMember& member : members) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, member.path.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(member.octets.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(tar, entry);
    archive_write_data(tar, member.octets.data(), member.octets.size());
    archive_entry_free(entry);
  }
  archive_write_close(tar);
  archive_write_free(tar);
  return path;
}

struct ReadThrough {
  std::vector<std::byte> octets;
  std::vector<SourceChunk> chunks;  ///< those with samples
};

inline ReadThrough read_through(Source& source, std::size_t buffer_octets) {
  ReadThrough out;
  std::vector<std::byte> buffer(buffer_octets);
  const std::size_t size = dsp::bytes_per_sample(source.info().format);
  for (;;) {
    const SourceChunk chunk = source.read(buffer);
    if (chunk.state == SourceChunk::State::end) return out;
    BOOST_REQUIRE((chunk.state == SourceChunk::State::samples && chunk.samples > 0));
    BOOST_REQUIRE(chunk.samples * size <= buffer.size());
    out.octets.insert(out.octets.end(), buffer.begin(),
                      buffer.begin() + static_cast<std::ptrdiff_t>(chunk.samples * size));
    out.chunks.push_back(chunk);
  }
}

/// The sentence a source refuses with; empty when it does not.
inline std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const SourceError& error) {
    return error.what();
  }
  return {};
}

inline std::string refusal_to_open(const fs::path& path, const RecordingOptions& options = {}) {
  return refusal([&] { open_recording(path, options); });
}

/// One plain sentence that holds `part`: one line, one full stop, at its end.
inline void check_sentence(const std::string& sentence, const std::string& part) {
  BOOST_TEST_CONTEXT("sentence: " << sentence) {
    BOOST_TEST(sentence.ends_with('.'));
    BOOST_TEST(sentence.find(". ") == std::string::npos);
    BOOST_TEST(sentence.find('\n') == std::string::npos);
    BOOST_TEST(sentence.find(part) != std::string::npos, "should say: " << part);
  }
}

}  // namespace windhover::sensor::testing
