#pragma once
// The command line of evidence, a part of `windhover run`.

#include <cstdint>
#include <optional>
#include <string>

#include "sensor/evidence/evidence_options.hpp"

namespace CLI {
class App;
}

namespace windhover::sensor {

/// Outlives the parsing: CLI11 writes into it.
class EvidenceArguments {
 public:
  void add_to(CLI::App& run);
  /// After parsing; none without --evidence.
  std::optional<EvidenceOptions> finish(const CLI::App& run) const;

 private:
  EvidenceOptions options_;
  std::string folder_;
  std::int64_t quota_mb_ = 4000, least_free_mb_ = 1000, keep_days_ = 30;
};

}  // namespace windhover::sensor
