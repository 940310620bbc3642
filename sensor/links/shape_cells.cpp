#include "sensor/links/shape_cells.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "decoders/links/signal_votes.hpp"

namespace windhover::sensor::links {
namespace {

using decoders::links::kFamilies;

// Cells of shape: a fifth of an octave of width and of duration; fine ones an eighth, more where edges tell
// less.
constexpr double kCellsPerOctave = 5, kFineCellsPerOctave = 8, kCoarseBelow_hz = 400e3,
                 kCoarseBelow_s = 150e-6;
constexpr double kEdges_hz = 100e3;  // those of narrow bursts lie on few cells: widths between are rare

int octaves(double value, double cells_per_octave) {
  return static_cast<int>(std::floor(cells_per_octave * std::log2(std::max(value, 1e-9))));
}
ShapeCell fine_cell_of(const Burst& burst) {
  return {octaves(burst.width_hz + kCoarseBelow_hz, kFineCellsPerOctave),
          octaves(burst.duration_s + kCoarseBelow_s, kFineCellsPerOctave)};
}

/// Bursts of one cell, and the families that their snapshots show.
struct Crowd {
  Indices bursts;
  std::array<std::uint32_t, kFamilies> families{};
  std::size_t family = 0;  // that most show; 0: nobody knows

  void vote() {
    const auto most = std::max_element(families.begin() + 1, families.end());
    family = *most >= 2 ? static_cast<std::size_t>(most - families.begin()) : 0;
  }
};
using Crowds = std::map<ShapeCell, Crowd>;

// Where snapshots are too few, the nearest crowd that has some decides.
void vote(Crowds& cells) {
  constexpr int kReach = 3;
  for (auto& [cell, crowd] : cells) crowd.vote();
  std::vector<std::size_t> borrowed;
  for (const auto& [cell, crowd] : cells) {
    std::size_t family = crowd.family, most = 0;
    for (int reach = 1; reach <= kReach && family == 0; ++reach)
      for (int w = -reach; w <= reach; ++w)
        for (int d = -reach; d <= reach; ++d) {
          const auto near = cells.find({cell.width + w, cell.duration + d});
          if (near == cells.end() || near->second.family == 0 || near->second.bursts.size() <= most) continue;
          most = near->second.bursts.size();
          family = near->second.family;
        }
    borrowed.push_back(family);
  }
  auto at = borrowed.begin();
  for (auto& [cell, crowd] : cells) crowd.family = *at++;
}

}  // namespace

ShapeCell cell_of(const Burst& burst) {
  return {octaves(burst.width_hz + kEdges_hz, kCellsPerOctave), octaves(burst.duration_s, kCellsPerOctave)};
}

std::vector<Indices> by_family(const WindowBursts& all, const Indices& bursts) {
  Crowds cells;
  for (const std::uint32_t at : bursts) {
    Crowd& crowd = cells[fine_cell_of(all[at])];
    crowd.bursts.push_back(at);
    ++crowd.families[all.family_of(at)];
  }
  vote(cells);
  std::vector<Indices> parts(kFamilies);
  for (const auto& [cell, crowd] : cells)
    parts[crowd.family].insert(parts[crowd.family].end(), crowd.bursts.begin(), crowd.bursts.end());
  std::erase_if(parts, [](const Indices& part) { return part.empty(); });
  for (Indices& part : parts) std::ranges::sort(part);
  return parts;
}

}  // namespace windhover::sensor::links
