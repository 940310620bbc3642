#include "sensor/cli/evidence_arguments.hpp"

#include <CLI/CLI.hpp>

#include "sensor/config_error.hpp"

namespace windhover::sensor {

void EvidenceArguments::add_to(CLI::App& run) {
  using O = EvidenceOptions;
  run.add_option(
         "--evidence", folder_,
         "keep the samples of each new aircraft and alert in this folder, as SigMF; they hold all that was "
         "sent, whatever the privacy options say")
      ->type_name("DIR");
  const auto seconds = [&](const char* name, double& value, double lowest, double highest, const char* help) {
    run.add_option(name, value, help)
        ->type_name("S")
        ->capture_default_str()
        ->check(CLI::Range(lowest, highest));
  };
  seconds("--evidence-pre-roll", options_.pre_roll_s, O::kLeastPreRoll_s, O::kMostPreRoll_s,
          "with --evidence: samples from before the cause; as much memory is taken, and 1.7 s more");
  seconds("--evidence-post-roll", options_.post_roll_s, O::kLeastPostRoll_s, O::kMostPostRoll_s,
          "with --evidence: samples from behind the cause");
  seconds("--evidence-longest", options_.longest_s, O::kLeastPreRoll_s + O::kLeastPostRoll_s,
          O::kMostLongest_s, "with --evidence: of a snippet that further causes prolong");
  const auto whole = [&](const char* name, const char* unit, std::int64_t& value, std::int64_t lowest,
                         std::int64_t highest, const char* help) {
    run.add_option(name, value, help)
        ->type_name(unit)
        ->capture_default_str()
        ->check(CLI::Range(lowest, highest));
  };
  whole("--evidence-quota", "MB", quota_mb_, 1, 100'000'000,
        "with --evidence: the oldest goes when there is more");
  whole("--evidence-least-free", "MB", least_free_mb_, 0, 100'000'000,
        "with --evidence: room that is left on the disk; the oldest goes for it");
  whole("--evidence-keep", "DAYS", keep_days_, 1, 3650, "with --evidence: what is older goes");
}

std::optional<EvidenceOptions> EvidenceArguments::finish(const CLI::App& run) const {
  if (run.count("--evidence") == 0) return std::nullopt;
  constexpr std::uint64_t kMega = 1'000'000;
  EvidenceOptions options = options_;
  options.folder = folder_;
  options.quota_bytes = static_cast<std::uint64_t>(quota_mb_) * kMega;
  options.least_free_bytes = static_cast<std::uint64_t>(least_free_mb_) * kMega;
  options.keep_for = std::chrono::hours(24 * keep_days_);
  if (options.folder.empty()) throw ConfigError("--evidence needs the name of a folder");
  if (options.longest_s < options.pre_roll_s + options.post_roll_s)
    throw ConfigError("--evidence-longest must hold --evidence-pre-roll and --evidence-post-roll");
  return options;
}

}  // namespace windhover::sensor
