#pragma once
// Where samples come from: a recording or a device. The radio thread is the only caller of read().

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

#include "dsp/sample_format.hpp"
#include "dsp/types.hpp"
#include "sensor/device_health.hpp"
#include "sensor/reception.hpp"
#include "sensor/time.hpp"

namespace windhover::sensor {

/// A recording, flag or config that cannot be used. what() is one sentence for the user; main exits with 2.
struct SourceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct SourceInfo {
  std::string description;  ///< file name or device, for status and logs
  dsp::SampleFormat format{};
  dsp::Hertz rate{};
  dsp::Hertz centre{};                           ///< of the first samples
  std::optional<std::uint64_t> total_samples{};  ///< recordings only
  std::optional<dsp::Hertz> original_rate{};     ///< before resampling, if there was any
  std::optional<UtcTime> start{};                ///< of sample 0, when known
  unsigned converter_bits = 16;                  ///< of ci16: full scale is 2^(bits - 1)
  bool live = false;                             ///< a device: its samples are lost when nobody takes them
};

/// What one read() delivered.
struct SourceChunk {
  enum class State : std::uint8_t {
    samples,  ///< `samples` whole samples were written
    nothing,  ///< time-out; try again
    end,      ///< recording finished
  };
  State state = State::samples;
  std::size_t samples = 0;
  /// Stream index of the first sample. Counts what was lost too, where the source knows how much.
  dsp::SampleIndex first{};
  bool gap = false;      ///< samples are missing before this chunk (overflow, jump in the recording)
  bool retuned = false;  ///< centre differs from the chunk before
  GainState gain{};
  /// Of sources that have converted what they read: samples that were saturated before.
  std::size_t saturated = 0;
  /// Missing before this chunk because the tuner was on its way here: no loss.
  std::int64_t settling = 0;
  dsp::Hertz centre{};
  std::optional<UtcTime>
      time{};  ///< of the first sample, when the source knows it anew (segment start, hardware time)
};

class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;
  virtual const SourceInfo& info() const = 0;
  /// Fills `native` with whole samples of info().format, all of one centre and without a hole.
  /// Recordings: never blocks on anything but the file. Devices: returns within about 100 ms.
  /// Throws SourceError when the source is gone for good.
  virtual SourceChunk read(std::span<std::byte> native) = 0;
  /// Moves to another centre; the thread of read(). The first chunk of the new centre is `retuned`, and all
  /// chunks are of the centre that they name. false: refused, the source stays where it is.
  virtual bool tune(dsp::Hertz) { return false; }
  /// Of a device that is cared for. From any thread; may wait for a device that is being opened.
  virtual std::optional<DeviceHealth> health() const { return std::nullopt; }
};

}  // namespace windhover::sensor
