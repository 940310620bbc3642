#pragma once
// Cells of shape, width by duration, that bursts crowd in.

#include <compare>
#include <vector>

#include "sensor/links/window_bursts.hpp"

namespace windhover::sensor::links {

struct ShapeCell {
  int width = 0, duration = 0;
  auto operator<=>(const ShapeCell&) const = default;
};
ShapeCell cell_of(const Burst& burst);

/// Parts of `bursts` by the family that the snapshots of each shape show, of shapes without enough of them
/// that of the nearest.
std::vector<Indices> by_family(const WindowBursts& all, const Indices& bursts);

}  // namespace windhover::sensor::links
