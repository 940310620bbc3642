#pragma once
// A SoapySDR device that streams a known ramp and loses samples when told to. Opened like any other, by
// "driver=windhover_test".

#include <SoapySDR/Constants.h>
#include <SoapySDR/Errors.h>
#include <SoapySDR/Formats.h>

#include <SoapySDR/Device.hpp>
#include <SoapySDR/Registry.hpp>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace windhover::sensor::testing {

/// What one readStream() does.
struct RadioStep {
  enum class Kind { samples, lose, timeout, error, failure } kind = Kind::samples;
  std::size_t count = 0;  ///< samples to deliver or lose
  bool reported = true;   ///< lose: returns SOAPY_SDR_OVERFLOW, else goes straight on to the next step
};

/// Settings of the next device and what became of it. The tests are one thread.
struct RadioScript {
  std::deque<RadioStep> steps;
  std::string native_format = SOAPY_SDR_CS16;
  std::vector<std::string> formats{SOAPY_SDR_CS16};
  bool stamps = false;
  long long first_stamp_ns = 1'000;
  double rate_factor = 1;  ///< reported over wanted rate
  double centre_error_hz = 0;
  bool has_agc = true;
  bool fails_to_open = false;
  bool fails_to_start = false;

  double rate_hz = 0, centre_hz = 0, gain_db = -1, bandwidth_hz = 0;
  std::optional<bool> agc;
  std::string antenna, stream_format;
  long longest_timeout_us = 0;
  int open_devices = 0, open_streams = 0, active_streams = 0;
};
inline RadioScript radio_script;

class TestRadio final : public SoapySDR::Device {
 public:
  TestRadio() {
    if (radio_script.fails_to_open) throw std::runtime_error("already in use");
    ++radio_script.open_devices;
  }
  ~TestRadio() override { --radio_script.open_devices; }

  std::string getDriverKey() const override { return "windhover_test"; }
  std::string getHardwareKey() const override { return "ramp"; }
  std::size_t getNumChannels(const int direction) const override { return direction == SOAPY_SDR_RX ? 1 : 0; }

  std::string getNativeStreamFormat(const int, const std::size_t, double& full_scale) const override {
    full_scale = 2048;
    return radio_script.native_format;
  }
  std::vector<std::string> getStreamFormats(const int, const std::size_t) const override {
    return radio_script.formats;
  }
  std::vector<std::string> listAntennas(const int, const std::size_t) const override {
    return {"RX", "LNAW"};
  }
  void setAntenna(const int, const std::size_t, const std::string& name) override {
    radio_script.antenna = name;
  }
  bool hasGainMode(const int, const std::size_t) const override { return radio_script.has_agc; }
  void setGainMode(const int, const std::size_t, const bool automatic) override {
    radio_script.agc = automatic;
  }
  void setGain(const int, const std::size_t, const double value) override { radio_script.gain_db = value; }
  SoapySDR::Range getGainRange(const int, const std::size_t) const override { return {0, 60}; }
  void setFrequency(const int, const std::size_t, const double frequency, const SoapySDR::Kwargs&) override {
    if (frequency > 6e9) throw std::runtime_error("no such\nfrequency");
    radio_script.centre_hz = frequency + radio_script.centre_error_hz;
  }
  bool hasHardwareTime(const std::string&) const override { return radio_script.stamps; }
  long long getHardwareTime(const std::string&) const override {
    return radio_script.first_stamp_ns +
           static_cast<long long>(static_cast<double>(position_) / radio_script.rate_hz * 1e9 + 0.5);
  }
  double getFrequency(const int, const std::size_t) const override { return radio_script.centre_hz; }
  SoapySDR::RangeList getFrequencyRange(const int, const std::size_t) const override { return {{70e6, 6e9}}; }
  void setSampleRate(const int, const std::size_t, const double rate) override {
    radio_script.rate_hz = rate * radio_script.rate_factor;
  }
  double getSampleRate(const int, const std::size_t) const override { return radio_script.rate_hz; }
  SoapySDR::RangeList getSampleRateRange(const int, const std::size_t) const override {
    return {{1e6, 20e6}, {61.44e6, 61.44e6}};
  }
  void setBandwidth(const int, const std::size_t, const double bandwidth) override {
    radio_script.bandwidth_hz = bandwidth;
  }

  SoapySDR::Stream* setupStream(const int, const std::string& format, const std::vector<std::size_t>&,
                                const SoapySDR::Kwargs&) override {
    radio_script.stream_format = format;
    ++radio_script.open_streams;
    return reinterpret_cast<SoapySDR::Stream*>(this);
  }
  void closeStream(SoapySDR::Stream*) override { --radio_script.open_streams; }
  int activateStream(SoapySDR::Stream*, const int, const long long, const std::size_t) override {
    if (radio_script.fails_to_start) return SOAPY_SDR_STREAM_ERROR;
    ++radio_script.active_streams;
    return 0;
  }
  int deactivateStream(SoapySDR::Stream*, const int, const long long) override {
    --radio_script.active_streams;
    return 0;
  }

  int readStream(SoapySDR::Stream*, void* const* buffers, const std::size_t elements, int& flags,
                 long long& time_ns, const long timeout_us) override {
    radio_script.longest_timeout_us = std::max(radio_script.longest_timeout_us, timeout_us);
    while (!radio_script.steps.empty()) {
      RadioStep& step = radio_script.steps.front();
      if (step.kind == RadioStep::Kind::samples) return deliver(step, buffers[0], elements, flags, time_ns);
      const RadioStep done = step;
      radio_script.steps.pop_front();
      if (done.kind == RadioStep::Kind::timeout) return SOAPY_SDR_TIMEOUT;
      if (done.kind == RadioStep::Kind::error) return SOAPY_SDR_STREAM_ERROR;
      if (done.kind == RadioStep::Kind::failure) throw std::runtime_error("unplugged");
      position_ += static_cast<std::int64_t>(done.count);
      if (done.reported) return SOAPY_SDR_OVERFLOW;
    }
    return SOAPY_SDR_TIMEOUT;
  }

 private:
  /// Sample i has i mod 32768 as its real part and its opposite as the imaginary one.
  int deliver(RadioStep& step, void* out, std::size_t elements, int& flags, long long& time_ns) {
    const std::size_t count = std::min(step.count, elements);
    for (std::size_t i = 0; i < count; ++i) {
      const auto ramp = static_cast<std::int16_t>((position_ + static_cast<std::int64_t>(i)) % 32768);
      const std::int16_t sample[2] = {ramp, static_cast<std::int16_t>(-ramp)};
      std::memcpy(static_cast<std::byte*>(out) + i * sizeof sample, sample, sizeof sample);
    }
    if (radio_script.stamps) {
      flags |= SOAPY_SDR_HAS_TIME;
      time_ns = getHardwareTime({});
    }
    position_ += static_cast<std::int64_t>(count);
    step.count -= count;
    if (step.count == 0) radio_script.steps.pop_front();
    return static_cast<int>(count);
  }

  std::int64_t position_ = 0;
};

}  // namespace windhover::sensor::testing
