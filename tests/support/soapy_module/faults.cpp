#include "tests/support/soapy_module/faults.hpp"

#include <fstream>
#include <iterator>
#include <sstream>

namespace windhover::synth {
namespace {

void set(Faults& faults, const std::string& name, double value) {
  const bool on = value != 0;
  if (name == "overflow") faults.overflow = on;
  if (name == "silent_loss") faults.silent_loss = on;
  if (name == "timeout") faults.timeout = on;
  if (name == "stuck_stream") faults.stuck_stream = on;
  if (name == "stuck_device") faults.stuck_device = on;
  if (name == "stream_error") faults.stream_error = on;
  if (name == "gone") faults.gone = on;
  if (name == "refuse_tuning") faults.refuse_tuning = on;
  if (name == "rate_factor") faults.rate_factor = value;
  if (name == "clock_ppm") faults.clock_ppm = value;
  if (name == "gain_step_db") faults.gain_step_db = value;
  if (name == "saturated") faults.saturated = on;
}

}  // namespace

const Faults& FaultFile::now() {
  std::ifstream file(path_);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text == seen_) return faults_;
  seen_ = std::move(text);
  faults_ = {};
  std::istringstream lines(seen_);
  std::string name;
  double value = 0;
  while (lines >> name >> value) set(faults_, name, value);
  return faults_;
}

void order_faults(const std::filesystem::path& path, const std::string& lines) {
  auto draft = path;
  draft += ".new";
  std::ofstream(draft) << lines;
  std::filesystem::rename(draft, path);
}

}  // namespace windhover::synth
