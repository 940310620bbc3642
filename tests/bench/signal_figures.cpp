// Figures of the classification of snapshots, on synthetic ones.

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <iomanip>
#include <map>
#include <string>

#include "decoders/links/signal_classifier.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/signal_truth.hpp"
#include "tests/support/signal_snapshot.hpp"

namespace windhover::bench {
namespace {

using decoders::links::Signal;
using decoders::links::SignalClassifier;

struct Promise {
  double snr_db;
  double right = 0;  ///< share at least, over all kinds
};
constexpr std::array kPoints{Promise{0}, Promise{5, 0.95}, Promise{10, 0.99}, Promise{15, 0.99}};

struct Count {
  std::size_t right = 0, wrong = 0, unknown = 0;
  void add(Verdict verdict) {
    ++(verdict == Verdict::right ? right : verdict == Verdict::wrong ? wrong : unknown);
  }
};

Signal classify(SignalClassifier& classifier, const synth::SignalSnapshot& s) {
  return classifier.classify({s.iq, s.rate, s.low, s.high, s.begin, s.end, s.open_start, s.open_end});
}

bool is_drone_like(std::string_view kind) { return kind.starts_with("ocusync") || kind == "droneid"; }

}  // namespace

bool signal_kinds(std::ostream& out, Effort effort) {
  const std::size_t trials = effort == Effort::full ? 200 : 5;
  out << trials
      << " synthetic snapshots a point, with carrier and clock offsets, every other one with multipath, "
      << "all with IQ imbalance and DC. SNR over the occupied bandwidth; right/wrong/unknown.\n\n| kind |";
  for (const Promise& p : kPoints) out << ' ' << p.snr_db << " dB |";
  out << "\n|---|---|---|---|---|\n";
  SignalClassifier classifier;
  std::array<Count, kPoints.size()> all{};
  std::map<std::string, std::size_t> confusions;
  std::size_t false_references = 0;
  for (const auto kind : synth::snapshot_kinds()) {
    out << "| " << kind << " |";
    for (std::size_t p = 0; p < kPoints.size(); ++p) {
      Count count;
      for (std::size_t n = 0; n < trials; ++n) {
        const auto snapshot = synth::make_snapshot(kind, {kPoints[p].snr_db, true, 1000 * p + n});
        const Signal signal = classify(classifier, snapshot);
        const Verdict verdict = judge(kind, signal, snapshot);
        count.add(verdict);
        all[p].add(verdict);
        if (verdict != Verdict::right)
          ++confusions[std::string(kind) + " at " + std::to_string(static_cast<int>(kPoints[p].snr_db)) +
                       " dB as " + shown_as(signal)];
        const auto* ofdm = std::get_if<decoders::links::Ofdm>(&signal.modulation);
        false_references += !is_drone_like(kind) && ofdm != nullptr && !ofdm->zadoff_chu.empty();
      }
      out << ' ' << count.right << '/' << count.wrong << '/' << count.unknown << " |" << std::flush;
    }
    out << '\n';
  }
  out << "| all, right |";
  bool kept = true;
  for (std::size_t p = 0; p < kPoints.size(); ++p) {
    const double right =
        static_cast<double>(all[p].right) / static_cast<double>(all[p].right + all[p].wrong + all[p].unknown);
    out << ' ' << std::fixed << std::setprecision(2) << 100 * right << " % |" << std::defaultfloat;
    // Few trials may miss by chance.
    kept &= right >= kPoints[p].right - (effort == Effort::full ? 0 : 0.03);
  }
  out << "\n\nOcuSync's reference symbols seen in other kinds: " << false_references << ".\n\nNot right:\n\n";
  for (const auto& [what, times] : confusions) out << "- " << what << ": " << times << '\n';
  return kept && false_references == 0;
}

bool signal_cost(std::ostream& out, Effort effort) {
  constexpr double kPromised_ns = 60;  // a sample, over snapshots of 7.68 MS/s and more
  const std::size_t trials = effort == Effort::full ? 20 : 2;
  SignalClassifier classifier;
  double wide_ns = 0, wide_samples = 0;
  out << "At 10 dB, one core.\n\n| kind | rate, MS/s | samples | ns a sample |\n|---|---|---|---|\n";
  for (const auto kind : synth::snapshot_kinds()) {
    double ns = 0, samples = 0, rate_hz = 0;
    for (std::size_t n = 0; n < trials; ++n) {
      const auto snapshot = synth::make_snapshot(kind, {10, true, n});
      const auto start = std::chrono::steady_clock::now();
      classify(classifier, snapshot);
      ns += std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
      samples += static_cast<double>(snapshot.iq.size());
      rate_hz = snapshot.rate.value;
    }
    out << "| " << kind << " | " << rate_hz / 1e6 << " | "
        << std::lround(samples / static_cast<double>(trials)) << " | " << std::lround(ns / samples) << " |\n"
        << std::flush;
    if (rate_hz < 7e6) continue;
    wide_ns += ns;
    wide_samples += samples;
  }
  out << "\nMean over the wide ones: " << std::lround(wide_ns / wide_samples) << " ns a sample.\n";
  return wide_ns / wide_samples <= kPromised_ns;
}

}  // namespace windhover::bench
