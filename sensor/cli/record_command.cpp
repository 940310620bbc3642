#include <unistd.h>

#include <array>
#include <cstdio>
#include <iostream>

#include "sensor/cli/commands.hpp"
#include "sensor/cli/stop_signal.hpp"
#include "sensor/device_care.hpp"
#include "sensor/record_session.hpp"

namespace windhover::sensor {
namespace {

std::string text_of(const RecordState& state) {
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(), "%.1f s, %.1f MB, %llu gaps, %llu samples lost", state.seconds,
                static_cast<double>(state.octets) / 1e6, static_cast<unsigned long long>(state.gaps),
                static_cast<unsigned long long>(state.lost_samples));
  return text.data();
}

}  // namespace

int run_record(const RecordCommand& command) {
  RecordingFile::refuse_to_overwrite(command.out);
  const std::atomic<bool>& stop = stop_on_signals();
  DeviceCare device(command.device);
  const std::string description =
      command.description.empty() ? "Recorded by windhover record." : command.description;
  RecordingFile file(command.out, device.info(), description);
  std::cerr << "recording " << device.info().description << '\n';
  const bool is_terminal = ::isatty(STDERR_FILENO) != 0;
  const RecordOptions options{.duration_s = command.duration_s};
  const RecordResult result = record(device, file, options, stop, [&](const RecordState& state) {
    if (is_terminal) std::cerr << '\r' << text_of(state) << "\x1b[K" << std::flush;
  });
  if (is_terminal) std::cerr << "\r\x1b[K";
  if (result.state.octets == 0 && !result.trouble && !stop)
    throw std::runtime_error(
        "the device delivered no samples, so nothing was recorded; see windhover devices");
  if (result.state.octets > 0) {
    std::cerr << "recorded " << text_of(result.state) << ": " << file.meta().string() << '\n';
    if (result.state.dropped_chunks > 0)
      std::cerr << "the disk was too slow for " << result.state.dropped_chunks << " blocks of samples\n";
  }
  if (result.trouble) throw std::runtime_error("the recording ended early: " + *result.trouble);
  return 0;
}

}  // namespace windhover::sensor
