#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

namespace windhover::sensor {

/// The value of an option; nullopt where nobody gave it and `value` is what it was before.
template <typename Value>
std::optional<Value> given(const CLI::App& app, const std::string& option, const Value& value) {
  return app.count(option) > 0 ? std::optional<Value>(value) : std::nullopt;
}

}  // namespace windhover::sensor
