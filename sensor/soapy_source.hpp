#pragma once
// SDR devices as sources, through SoapySDR.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dsp/types.hpp"
#include "sensor/gain_control.hpp"
#include "sensor/rates.hpp"
#include "sensor/source.hpp"

namespace windhover::sensor {

struct SoapyOptions {
  std::string args;  ///< SoapySDR device arguments, "driver=rtlsdr,serial=…"; empty takes the first device
  dsp::Hertz rate{};
  dsp::Hertz centre{};
  bool anywhere = false;  ///< the centre is as the driver has it; tune() is to come
  /// Absent: with gain_control the middle of the range, else the device's own control where it has one.
  std::optional<double> gain_db{};
  bool gain_control = false;             ///< that of DeviceCare; gain_db is where it starts
  std::optional<std::string> antenna{};  ///< absent: the driver's default
  std::optional<double> bandwidth_hz{};  ///< analogue filter; absent: the driver's choice for the rate
  std::size_t channel = 0;
};

/// What went wrong on the way from the device, since it was opened.
struct SoapyCounters {
  std::uint64_t overflows = 0;     ///< times the driver said that samples were dropped
  std::uint64_t timeouts = 0;      ///< reads that brought nothing
  std::uint64_t lost_samples = 0;  ///< as far as hardware time tells; a lower bound without it
};

/// One receiving channel, streaming from construction to destruction. All but counters() belongs to one
/// thread.
/// Rate and centre are what the device reports after setting. A rate off by more than 1 ppm, or a centre by
/// more than 1 kHz, is told in info().description; beyond 1 % of the rate (or a quarter of it for the centre)
/// it is another band than was asked for, and an error.
/// Lost samples: with hardware time SourceChunk::first counts them; without, `first` goes on and gap is set.
/// SourceChunk::time is given only where the hardware time is UTC, which is taken as given when it agrees
/// with the host to a second.
class SoapySource final : public Source {
 public:
  /// Throws SourceError: one sentence.
  explicit SoapySource(const SoapyOptions& options);
  ~SoapySource() override;

  const SourceInfo& info() const override;
  /// Waits 100 ms at most, and does not allocate.
  SourceChunk read(std::span<std::byte> native) override;
  /// Moves to another centre; the next chunk with samples is `retuned`, and of what was taken before the
  /// device had settled there nothing comes. Throws SourceError; the device is then put back to where it was.
  void retune(dsp::Hertz centre);
  /// Of centres, of the receiving channel.
  std::vector<HertzRange> tuning_ranges() const;
  /// Stops the stream and starts it again, the device staying open; the next chunk with samples has `gap`.
  /// Throws SourceError.
  void restart();
  /// Whether the device stamps its samples, so that indices count all losses.
  bool counts_losses() const;
  /// From any thread.
  SoapyCounters counters() const;
  /// What the device calls full scale in its native format. Where that is CS16, info().converter_bits follow
  /// it: a 12-bit converter in 16-bit words has 2048.
  double native_full_scale() const;
  /// Of the gain as a whole, which the driver deals out to its stages; nullopt where it cannot be set.
  std::optional<GainRange> gain_range() const;
  /// Whether the device moves its gain itself.
  bool has_own_control() const;
  /// As the device tells it, if it does.
  std::optional<double> gain_db() const;
  /// Between two reads; in some drivers it takes milliseconds, and samples that the driver holds already are
  /// of the gain before. false: refused.
  bool set_gain(double gain_db);

 private:
  struct Device;
  std::unique_ptr<Device> device_;
};

std::unique_ptr<SoapySource> open_soapy(const SoapyOptions& options);

/// A device as found on this machine; all ranges are of receiving channel 0.
struct DeviceInfo {
  std::string driver;
  std::string label;
  std::string serial;  ///< empty when the driver tells none
  std::string args;    ///< opens exactly this device
  std::vector<HertzRange> rates;
  std::vector<HertzRange> frequencies;
  std::string native_format;           ///< SoapySDR's name, "CS16"
  std::optional<std::string> problem;  ///< why it could not be opened to be asked; the ranges are empty then
};

/// Opens each device in turn for its ranges, so one in use shows a problem.
std::vector<DeviceInfo> list_devices();

}  // namespace windhover::sensor
