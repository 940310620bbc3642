#pragma once
// What a link can have carried, from its structure. docs/links.md has the reasoning.

#include "sensor/links/emission_link.hpp"
#include "sensor/links/link_report.hpp"

namespace windhover::sensor::links {

/// `sums` of the link over a window, or since it was first heard.
ByteBounds byte_bounds(const EmissionLink& link, const EmissionSums& sums);

}  // namespace windhover::sensor::links
