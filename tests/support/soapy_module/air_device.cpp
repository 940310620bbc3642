// A SoapySDR module that plays a SigMF recording as if on air, over and over, in real time:
// "driver=windhover_air,recording=FILE.sigmf-meta". Further arguments: control=FILE (faults.hpp),
// format=CS16|CS8, time=none|utc|counter, serial=…, loop=0, tune_ms=…: so long setFrequency() takes, and
// until then samples come from where the device was. Several recordings, with ":" between them, are on air at
// a time, each at its place in the spectrum; of those the one that the device's band holds most of is heard.
// Without `recording` and `control` the environment's WINDHOVER_AIR and WINDHOVER_AIR_CONTROL count, so that
// the device is found without arguments too.

#include <SoapySDR/Constants.h>
#include <SoapySDR/Errors.h>
#include <SoapySDR/Formats.h>

#include <SoapySDR/Device.hpp>
#include <SoapySDR/Registry.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/soapy_module/air_recording.hpp"
#include "tests/support/soapy_module/faults.hpp"

namespace windhover::synth {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::size_t kMtu_samples = 16'384;
constexpr double kBuffer_s = 0.3;     // that the driver holds before it overflows
constexpr double kLevelGain_db = 30;  // at which the recording has its own level
constexpr double kSaturation_db = 60;
constexpr double kOverflowEvery_s = 0.05, kOverflowLoss_s = 0.01;
constexpr double kSilentEvery_s = 1, kSilentLoss_s = 0.02;

std::string argument(const SoapySDR::Kwargs& args, const char* key, const char* fallback) {
  const auto at = args.find(key);
  return at == args.end() ? fallback : at->second;
}
const char* environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}
std::string recording_of(const SoapySDR::Kwargs& args) {
  return argument(args, "recording", environment("WINDHOVER_AIR"));
}
std::string control_of(const SoapySDR::Kwargs& args) {
  return argument(args, "control", environment("WINDHOVER_AIR_CONTROL"));
}

class AirDevice final : public SoapySDR::Device {
 public:
  explicit AirDevice(const SoapySDR::Kwargs& args)
      : format_(argument(args, "format", SOAPY_SDR_CS16)),
        time_(argument(args, "time", "none")),
        loop_(argument(args, "loop", "1") != "0"),
        tune_s_(std::stod(argument(args, "tune_ms", "0")) * 1e-3),
        faults_(control_of(args)) {
    if (faults_.now().gone) throw std::runtime_error("no such device");
    if (format_ != SOAPY_SDR_CS16 && format_ != SOAPY_SDR_CS8)
      throw std::runtime_error("the format is CS16 or CS8");
    std::istringstream names(recording_of(args));
    for (std::string name; std::getline(names, name, ':');) air_.push_back(read_air_recording(name));
    if (air_.empty()) throw std::runtime_error("there is no recording");
    rate_ = air_.front().rate.value;
    centre_ = air_.front().centre.value;
  }

  std::string getDriverKey() const override { return "windhover_air"; }
  std::string getHardwareKey() const override { return "recording"; }
  std::size_t getNumChannels(const int direction) const override { return direction == SOAPY_SDR_RX; }
  std::string getNativeStreamFormat(const int, const std::size_t, double& full_scale) const override {
    full_scale = format_ == SOAPY_SDR_CS8 ? 128 : 32768;
    return format_;
  }
  std::vector<std::string> getStreamFormats(const int, const std::size_t) const override { return {format_}; }

  std::vector<std::string> listAntennas(const int, const std::size_t) const override {
    return {"RX", "NONE"};
  }
  void setAntenna(const int, const std::size_t, const std::string& name) override { antenna_ = name; }
  std::string getAntenna(const int, const std::size_t) const override { return antenna_; }
  bool hasGainMode(const int, const std::size_t) const override { return false; }
  void setGain(const int, const std::size_t, const double value) override { gain_db_ = value; }
  double getGain(const int, const std::size_t) const override { return gain_db_; }
  SoapySDR::Range getGainRange(const int, const std::size_t) const override { return {0, 60}; }

  void setFrequency(const int, const std::size_t, const double frequency, const SoapySDR::Kwargs&) override {
    if (faults_.now().refuse_tuning) throw std::runtime_error("the synthesiser does not lock");
    if (started_) {
      hear();
      before_ = heard_;
      std::this_thread::sleep_for(Seconds(tune_s_));
    }
    centre_ = frequency;
    heard_ = nullptr;
    hear();
    if (started_) {
      let_air_pass();
      settled_at_ = on_air_;
    }
  }
  double getFrequency(const int, const std::size_t) const override { return centre_; }
  SoapySDR::RangeList getFrequencyRange(const int, const std::size_t) const override { return {{70e6, 6e9}}; }
  void setSampleRate(const int, const std::size_t, const double rate) override {
    rate_ = rate * faults_.now().rate_factor;
    heard_ = before_ = nullptr;
  }
  double getSampleRate(const int, const std::size_t) const override { return rate_; }
  SoapySDR::RangeList getSampleRateRange(const int, const std::size_t) const override {
    return {{1e6, 61.44e6}};
  }

  bool hasHardwareTime(const std::string&) const override { return time_ != "none"; }
  long long getHardwareTime(const std::string&) const override {
    return first_ns_ + std::llround(on_air_ / rate_ * 1e9);
  }

  SoapySDR::Stream* setupStream(const int, const std::string& format, const std::vector<std::size_t>&,
                                const SoapySDR::Kwargs&) override {
    if (format != format_) throw std::runtime_error("the stream has its native format only");
    return reinterpret_cast<SoapySDR::Stream*>(this);
  }
  void closeStream(SoapySDR::Stream*) override {}
  std::size_t getStreamMTU(SoapySDR::Stream*) const override { return kMtu_samples; }
  int activateStream(SoapySDR::Stream*, const int, const long long, const std::size_t) override {
    const Faults& faults = faults_.now();
    if (gone_ || faults.gone || faults.stream_error) return SOAPY_SDR_STREAM_ERROR;
    if (!faults.stuck_stream) stuck_stream_ = false;
    if (!started_) {
      started_ = true;
      if (time_ == "utc")
        first_ns_ = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
      looked_ = Clock::now();
    }
    let_air_pass();
    taken_ = lost_at_ = on_air_;
    return 0;
  }
  int deactivateStream(SoapySDR::Stream*, const int, const long long) override { return 0; }
  int readStream(SoapySDR::Stream*, void* const* buffers, const std::size_t elements, int& flags,
                 long long& time_ns, const long timeout_us) override;

 private:
  void let_air_pass();
  void hear();
  bool lose(double every_s, double loss_s);
  template <typename Component>
  void play(Component* out, std::size_t samples, const Faults& faults) const;

  const AirRecording& best_air() const;

  std::vector<AirRecording> air_;
  std::string format_, time_, antenna_ = "RX";
  bool loop_;
  double tune_s_;
  FaultFile faults_;
  double rate_ = 0, centre_ = 0, gain_db_ = kLevelGain_db;
  std::map<std::pair<double, double>, std::vector<dsp::cf32>> known_;  // by centre and rate
  const std::vector<dsp::cf32>* heard_ = nullptr;                      // at those that are set
  const std::vector<dsp::cf32>* before_ = nullptr;                     // at the centre before
  double settled_at_ = 0;  // samples since the start: no longer there
  bool started_ = false, stuck_stream_ = false, stuck_device_ = false, gone_ = false;
  long long first_ns_ = 1'000;
  Clock::time_point looked_{};
  // Samples since the start: on the air by now, handed out or lost, and when the last fault lost some.
  double on_air_ = 0, taken_ = 0, lost_at_ = 0;
};

const AirRecording& AirDevice::best_air() const {
  const auto shared = [&](const AirRecording& air) {
    return (air.rate.value + rate_) / 2 - std::abs(air.centre.value - centre_);
  };
  return *std::ranges::max_element(air_, {}, shared);
}

// What takes long is done once for each centre, and while the air stands still.
void AirDevice::hear() {
  if (heard_ != nullptr) return;
  const AirRecording& air = best_air();
  if (centre_ == air.centre.value && rate_ == air.rate.value) {
    heard_ = &air.samples;
    return;
  }
  auto [at, is_new] = known_.try_emplace({centre_, rate_});
  if (is_new) at->second = receive(air, {centre_}, {rate_});
  heard_ = &at->second;
  if (is_new) looked_ = Clock::now();
}

void AirDevice::let_air_pass() {
  const auto now = Clock::now();
  on_air_ += Seconds(now - looked_).count() * rate_ * (1 + faults_.now().clock_ppm * 1e-6);
  looked_ = now;
}

bool AirDevice::lose(double every_s, double loss_s) {
  if (taken_ - lost_at_ < every_s * rate_) return false;
  taken_ += std::floor(loss_s * rate_);
  lost_at_ = taken_;
  return true;
}

int AirDevice::readStream(SoapySDR::Stream*, void* const* buffers, const std::size_t elements, int& flags,
                          long long& time_ns, const long timeout_us) {
  const Faults& faults = faults_.now();
  hear();
  let_air_pass();
  const auto deadline = looked_ + std::chrono::microseconds(timeout_us);
  gone_ |= faults.gone;
  stuck_stream_ |= faults.stuck_stream;
  stuck_device_ |= faults.stuck_device;
  if (gone_ || faults.stream_error) return SOAPY_SDR_STREAM_ERROR;
  if (faults.timeout || stuck_stream_ || stuck_device_) {
    std::this_thread::sleep_until(deadline);
    let_air_pass();
    taken_ = lost_at_ = std::floor(on_air_);  // what nobody fetches is overwritten
    return SOAPY_SDR_TIMEOUT;
  }
  if (on_air_ - taken_ > kBuffer_s * rate_) {
    taken_ = std::floor(on_air_);
    return SOAPY_SDR_OVERFLOW;
  }
  if (faults.overflow && lose(kOverflowEvery_s, kOverflowLoss_s)) return SOAPY_SDR_OVERFLOW;
  if (faults.silent_loss) lose(kSilentEvery_s, kSilentLoss_s);
  const std::size_t samples = std::min(elements, kMtu_samples);
  const double missing = taken_ + static_cast<double>(samples) - on_air_;
  if (missing > 0) {
    const auto due = looked_ + std::chrono::duration_cast<Clock::duration>(Seconds(missing / rate_));
    std::this_thread::sleep_until(std::min(due, deadline));
    if (due > deadline) return SOAPY_SDR_TIMEOUT;
  }
  if (format_ == SOAPY_SDR_CS8)
    play(static_cast<std::int8_t*>(buffers[0]), samples, faults);
  else
    play(static_cast<std::int16_t*>(buffers[0]), samples, faults);
  if (time_ != "none") {
    flags |= SOAPY_SDR_HAS_TIME;
    time_ns = first_ns_ + std::llround(taken_ / rate_ * 1e9);
  }
  taken_ += static_cast<double>(samples);
  return static_cast<int>(samples);
}

template <typename Component>
void AirDevice::play(Component* out, std::size_t samples, const Faults& faults) const {
  constexpr float kMost = std::numeric_limits<Component>::max();
  const double gain_db =
      gain_db_ - kLevelGain_db + faults.gain_step_db + (faults.saturated ? kSaturation_db : 0);
  const float scale = antenna_ == "NONE" ? 0 : (kMost + 1) * static_cast<float>(std::pow(10, gain_db / 20));
  const auto component = [&](float value) {
    return static_cast<Component>(std::lrint(std::clamp(value * scale, -kMost - 1, kMost)));
  };
  // Until the synthesiser has settled the air is that of the centre before.
  const auto first = static_cast<std::size_t>(taken_);
  std::size_t settling = 0;
  if (before_ != nullptr)
    settling = static_cast<std::size_t>(
        std::clamp(std::ceil(settled_at_ - taken_), 0.0, static_cast<double>(samples)));
  for (std::size_t i = 0; i < samples;) {
    const auto& air = i < settling ? *before_ : *heard_;
    const std::size_t at = (first + i) % air.size();
    const bool is_over = !loop_ && first + i >= air.size();
    const std::size_t run = std::min((i < settling ? settling : samples) - i, air.size() - at);
    for (std::size_t k = at; k < at + run; ++k) {
      const dsp::cf32 sample = is_over ? dsp::cf32{} : air[k];
      *out++ = component(sample.real());
      *out++ = component(sample.imag());
    }
    i += run;
  }
}

SoapySDR::KwargsList find_air(const SoapySDR::Kwargs& args) {
  if (argument(args, "driver", "windhover_air") != "windhover_air") return {};
  if (recording_of(args).empty() || FaultFile(control_of(args)).now().gone) return {};
  SoapySDR::Kwargs found = args;
  found["driver"] = "windhover_air";
  found["serial"] = argument(args, "serial", "A1");
  found["label"] = "Recording on air " + found["serial"];
  found["recording"] = recording_of(args);
  found["control"] = control_of(args);
  return {found};
}

SoapySDR::Device* make_air(const SoapySDR::Kwargs& args) {
  return new AirDevice(args);  // NOLINT: SoapySDR owns it
}

const SoapySDR::Registry registered("windhover_air", find_air, make_air, SOAPY_SDR_ABI_VERSION);

}  // namespace
}  // namespace windhover::synth
