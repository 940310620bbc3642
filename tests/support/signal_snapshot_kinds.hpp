#pragma once
// The waveforms that signal_snapshot.cpp puts into snapshots.

#include <functional>
#include <memory>
#include <string_view>

#include "tests/support/random.hpp"
#include "tests/support/waveform.hpp"

namespace windhover::synth {

struct KindWaveform {
  std::shared_ptr<const Waveform> wave;
  bool continuous = false;               ///< a piece of it is cut out anywhere
  double shortest_s = 0, longest_s = 0;  ///< of such a piece
  unsigned roots[2] = {0, 0};
  unsigned bits_per_cell = 0;
};

struct SnapshotKind {
  std::string_view name;
  std::function<KindWaveform(Random&)> make;
};
std::span<const SnapshotKind> snapshot_kind_table();

}  // namespace windhover::synth
