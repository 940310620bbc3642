#include "sensor/decoder_choice.hpp"

#include <algorithm>

#include "decoders/registry.hpp"
#include "sensor/config_error.hpp"

namespace windhover::sensor {
namespace {

using decoders::DecoderEntry;

const DecoderEntry* find(std::span<const DecoderEntry> entries, std::string_view name) {
  const auto found = std::ranges::find(entries, name, &DecoderEntry::name);
  return found == entries.end() ? nullptr : &*found;
}

const DecoderEntry& known(const std::string& name) {
  if (const DecoderEntry* entry = find(decoders::registry(), name)) return *entry;
  if (const DecoderEntry* entry = find(decoders::on_request(), name)) return *entry;
  std::string names;
  for (const auto entries : {decoders::registry(), decoders::on_request()})
    for (const DecoderEntry& entry : entries) names.append(names.empty() ? "" : ", ").append(entry.name);
  throw ConfigError("no decoder is called " + name + "; there are: " + names);
}

}  // namespace

std::vector<DecoderEntry> chosen_decoders(const DecoderChoice& choice) {
  std::vector<DecoderEntry> chosen(decoders::registry().begin(), decoders::registry().end());
  for (const std::string& name : choice.with)
    if (const DecoderEntry& entry = known(name); !find(chosen, name)) chosen.push_back(entry);
  for (const std::string& name : choice.without)
    std::erase_if(chosen,
                  [&, unwanted = known(name).name](const DecoderEntry& e) { return e.name == unwanted; });
  if (chosen.empty()) throw ConfigError("every decoder is switched off");
  return chosen;
}

}  // namespace windhover::sensor
