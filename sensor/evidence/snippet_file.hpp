#pragma once
// A snippet while it is written.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sensor/evidence/snippet_plan.hpp"
#include "sensor/evidence/snippet_store.hpp"
#include "sensor/output_file.hpp"
#include "sensor/sigmf_writer.hpp"

namespace windhover::sensor {

/// All throw std::runtime_error for what the disk refuses. Without finish() nothing remains.
class SnippetFile {
 public:
  SnippetFile(const EvidenceOptions& options, SnippetStore& store, const SourceInfo& source,
              const SnippetCause& cause);
  SnippetFile(const SnippetFile&) = delete;
  SnippetFile& operator=(const SnippetFile&) = delete;
  ~SnippetFile();

  void append(const SigmfBlock& block, std::span<const std::byte> native);
  /// Data before metadata, each under its name only when it is whole and on the disk. Gives the name of the
  /// metadata's file.
  std::string finish(std::vector<SigmfAnnotation> annotations);
  std::int64_t begin() const { return begin_; }

 private:
  void check_room(std::uint64_t octets);

  const EvidenceOptions& options_;
  SnippetStore& store_;
  std::string name_;
  SigmfWriter sigmf_;
  OutputFile file_;
  std::uint64_t room_ = 0;  // that was made, in octets
  std::int64_t begin_ = 0;
  bool finished_ = false;
};

}  // namespace windhover::sensor
