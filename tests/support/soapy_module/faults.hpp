#pragma once
// The faults of the field, ordered by a file while a device plays.

#include <filesystem>
#include <string>

namespace windhover::synth {

/// What is wrong for as long as the file says so.
struct Faults {
  bool overflow = false;       ///< 10 ms out of each 50 ms are lost, and the driver says so
  bool silent_loss = false;    ///< 20 ms out of each second are lost, and it does not
  bool timeout = false;        ///< no samples come
  bool stuck_stream = false;   ///< nor afterwards, until the stream is started anew
  bool stuck_device = false;   ///< nor then, until the device is opened anew
  bool stream_error = false;   ///< reads fail
  bool gone = false;           ///< unplugged: not found, not to be opened, reads fail for good
  bool refuse_tuning = false;  ///< no frequency is taken
  double rate_factor = 1;      ///< the rate that is set over the one that was asked for
  double clock_ppm = 0;        ///< the sample clock runs so much too fast
  double gain_step_db = 0;
  bool saturated = false;  ///< the input is 60 dB too strong
};

/// Follows a file of lines "overflow 1", "clock_ppm -30", replaced as a whole by whoever orders faults. No
/// file, no faults.
class FaultFile {
 public:
  explicit FaultFile(std::filesystem::path path) : path_(std::move(path)) {}
  /// Looks whether the file is another one than before; cheap when not.
  const Faults& now();

 private:
  std::filesystem::path path_;
  std::string seen_;
  Faults faults_;
};

/// Replaces the file: "timeout 1\nclock_ppm 40\n", or "" for none.
void order_faults(const std::filesystem::path& path, const std::string& lines);

}  // namespace windhover::synth
