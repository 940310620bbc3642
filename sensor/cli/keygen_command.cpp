#include <iostream>

#include "sensor/cli/commands.hpp"

namespace windhover::sensor {

int run_keygen(const KeygenCommand& command) {
  const CurveKeyFiles files = write_curve_key_files(command.stem, make_curve_key_pair());
  std::cerr << "wrote " << files.public_file.string() << " (give it to the other side) and "
            << files.secret_file.string() << " (keep it; --curve-key takes it)\n";
  return 0;
}

}  // namespace windhover::sensor
