#include "sensor/links/attribution.hpp"

namespace windhover::sensor::links {

AttributionResult AddressAttribution::attribute(const LinkFeatures& link, UtcTime) {
  if (link.address_of.empty()) return {};
  return {{{std::string(link.address_of), 1, {{link.address_evidence}}}}, 0};
}

}  // namespace windhover::sensor::links
