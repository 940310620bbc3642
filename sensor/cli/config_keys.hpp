#pragma once
// Every key of the config file. packaging/windhover.toml explains them; a test holds the two together.

#include <span>

#include "sensor/service/config_file.hpp"

namespace windhover::sensor {

std::span<const ConfigKey> config_keys();

}  // namespace windhover::sensor
