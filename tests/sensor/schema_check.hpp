#pragma once
// Messages held to the schemas of docs/feed.

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "tests/sensor/temporary_folder.hpp"

namespace windhover::sensor::testing {

/// Without python3-jsonschema it says SKIPPED.
inline void check_schemas(const std::vector<std::string>& lines) {
  if (std::system("/usr/bin/python3 -c 'import jsonschema' >/dev/null 2>&1") != 0) {
    std::cout
        << "SKIPPED: checking messages against their schemas needs the Debian package python3-jsonschema\n";
    return;
  }
  const TemporaryFolder folder;
  const auto file = folder / "feed.jsonl";
  std::ofstream out(file);
  for (const std::string& line : lines) out << line << '\n';
  out.close();
  // What it says of a wrong message goes to the test's own output.
  const std::string command = WINDHOVER_SOURCE_DIR "/scripts/validate_feed.py '" + file.string() + "'";
  BOOST_TEST(std::system(command.c_str()) == 0);
}

}  // namespace windhover::sensor::testing
