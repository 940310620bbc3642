#include "sensor/soapy_source.hpp"

#include <SoapySDR/Constants.h>
#include <SoapySDR/Errors.h>
#include <SoapySDR/Formats.h>

#include <SoapySDR/Device.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <utility>

#include "sensor/rates.hpp"
#include "sensor/settling.hpp"
#include "sensor/sigmf.hpp"

namespace windhover::sensor {

// Not in the unnamed namespace, because SoapySource::Device, which is not of this file alone, has one.
struct UnmakeSoapyDevice {
  void operator()(SoapySDR::Device* device) const {
    try {
      SoapySDR::Device::unmake(device);
    } catch (const std::exception&) {  // a device that is gone cannot be closed any better
    }
  }
};
using OwnedDevice = std::unique_ptr<SoapySDR::Device, UnmakeSoapyDevice>;

namespace {

constexpr long kTimeoutUs = 100'000;
constexpr double kWorthTellingPpm = 1;
constexpr double kWorthTellingHz = 1e3;
constexpr double kOtherRate = 0.01;  // of the rate that was asked for
constexpr double kOtherBand = 0.25;  // of the rate, between asked and reported centre
// Drivers that stamp by counting samples are exact to rounding; 10 µs is far above that and far below any
// loss.
constexpr double kUnreportedLossS = 10e-6;
// A larger step is somebody setting the device's clock.
constexpr double kLongestLossS = 60;
constexpr auto kUtcAgreement = std::chrono::seconds(1);

struct NativeFormat {
  const char* soapy;
  dsp::SampleFormat ours;
};
constexpr bool kLittleHost = std::endian::native == std::endian::little;
// In order of preference where the device's own format is none of them (CS12, say).
constexpr std::array kNativeFormats{
    NativeFormat{SOAPY_SDR_CS16, kLittleHost ? dsp::SampleFormat::ci16_le : dsp::SampleFormat::ci16_be},
    NativeFormat{SOAPY_SDR_CF32, kLittleHost ? dsp::SampleFormat::cf32_le : dsp::SampleFormat::cf32_be},
    NativeFormat{SOAPY_SDR_CS8, dsp::SampleFormat::ci8},
    NativeFormat{SOAPY_SDR_CU8, dsp::SampleFormat::cu8},
};

std::string number_text(double value) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.10g", value);
  return text.data();
}

std::string list_of(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out.empty() ? "none" : out;
}

std::string list_of(const SoapySDR::RangeList& ranges) {
  std::vector<std::string> texts;
  for (const SoapySDR::Range& range : ranges)
    texts.push_back(range.minimum() == range.maximum()
                        ? number_text(range.minimum())
                        : number_text(range.minimum()) + " to " + number_text(range.maximum()));
  return list_of(texts);
}

/// What a driver throws or returns, as the middle of a sentence of ours.
std::string reason_of(const char* what) {
  std::string reason = in_quotes(what);
  reason.front() = '(';
  reason.back() = ')';
  return reason;
}

std::vector<HertzRange> ranges_of(const SoapySDR::RangeList& list) {
  std::vector<HertzRange> out;
  for (const SoapySDR::Range& range : list) out.push_back({{range.minimum()}, {range.maximum()}});
  return out;
}

NativeFormat choose_format(const SoapySDR::Device& device, std::size_t channel, double& full_scale) {
  const std::string native = device.getNativeStreamFormat(SOAPY_SDR_RX, channel, full_scale);
  const auto* known =
      std::ranges::find_if(kNativeFormats, [&](const NativeFormat& f) { return native == f.soapy; });
  if (known != kNativeFormats.end()) return *known;
  const auto offered = device.getStreamFormats(SOAPY_SDR_RX, channel);
  for (const NativeFormat& format : kNativeFormats) {
    if (std::ranges::find(offered, format.soapy) == offered.end()) continue;
    full_scale = format.soapy == std::string(SOAPY_SDR_CF32) ? 1 : full_scale;
    return format;
  }
  throw SourceError("the device streams " + native + " and " + list_of(offered) +
                    " only; use one that offers CS16, CF32, CS8 or CU8.");
}

/// 2048 and 2047 are both 12 bits; what no converter has counts as the whole word.
unsigned bits_of(double full_scale) {
  if (!(full_scale >= 127 && full_scale <= 32768)) return 16;
  return 1 + static_cast<unsigned>(std::lround(std::log2(full_scale)));
}

}  // namespace

struct SoapySource::Device {
  explicit Device(const SoapyOptions& options);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  void set_antenna(const SoapyOptions& options);
  void set_rate(dsp::Hertz wanted);
  void set_gain(const SoapyOptions& options);
  void set_centre(dsp::Hertz wanted);
  void start_stream();
  void begin_settling();
  SourceChunk nothing() const;
  SourceChunk deliver(std::size_t samples, int flags, long long time_ns, Settling::Time began);
  void follow_hardware_time(SourceChunk& chunk, long long time_ns);

  OwnedDevice radio;
  SoapySDR::Stream* stream = nullptr;
  std::size_t channel = 0;
  double full_scale = 0;
  bool own_control = false;
  SourceInfo info;
  dsp::Hertz centre{};
  dsp::SampleIndex next{};
  bool gap = false;
  bool retuned = false;
  Settling settling;
  std::optional<dsp::SampleIndex> retuned_at{};  // the first sample that is left out
  std::optional<long long> next_time_ns;         // that hardware time should show at sample `next`
  std::optional<bool> time_is_utc;               // decided at the first time stamp
  // Written by the reading thread alone.
  std::atomic<std::uint64_t> overflows{0}, timeouts{0}, lost_samples{0};
};

SoapySource::Device::Device(const SoapyOptions& options) : channel(options.channel) {
  if (!is_usable_rate(options.rate))
    throw SourceError(std::string("the sample rate ") + kRateLimits + "; correct it in the configuration.");
  if (!options.anywhere && !is_usable_centre(options.centre))
    throw SourceError(std::string("the centre frequency ") + kCentreLimits +
                      "; correct it in the configuration.");
  try {
    radio.reset(SoapySDR::Device::make(options.args));
  } catch (const std::exception& error) {
    throw SourceError("no SDR could be opened with the arguments " + in_quotes(options.args) + " " +
                      reason_of(error.what()) + "; `windhover devices` lists what is there.");
  }
  try {
    const std::size_t channels = radio->getNumChannels(SOAPY_SDR_RX);
    if (channel >= channels)
      throw SourceError("the device has " + std::to_string(channels) +
                        " receiving channels, so there is no "
                        "channel " +
                        std::to_string(channel) + "; count from 0.");
    info.description = radio->getDriverKey() + " " + radio->getHardwareKey();
    info.live = true;
    set_antenna(options);
    set_rate(options.rate);
    if (options.bandwidth_hz) radio->setBandwidth(SOAPY_SDR_RX, channel, *options.bandwidth_hz);
    if (options.anywhere)
      centre = {radio->getFrequency(SOAPY_SDR_RX, channel)};
    else
      set_centre(options.centre);
    info.centre = centre;
    set_gain(options);
    start_stream();
  } catch (const SourceError&) {
    throw;
  } catch (const std::exception& error) {
    throw SourceError("the device " + in_quotes(options.args) + " refuses its settings " +
                      reason_of(error.what()) + "; correct them in the configuration.");
  }
}

SoapySource::Device::~Device() {
  if (stream == nullptr) return;
  try {
    radio->deactivateStream(stream);
    radio->closeStream(stream);
  } catch (const std::exception&) {  // unplugged: there is nothing left to close
  }
}

void SoapySource::Device::set_antenna(const SoapyOptions& options) {
  if (!options.antenna) return;
  const auto antennas = radio->listAntennas(SOAPY_SDR_RX, channel);
  if (std::ranges::find(antennas, *options.antenna) == antennas.end())
    throw SourceError("the device has no antenna " + in_quotes(*options.antenna) + "; it has " +
                      list_of(antennas) + ".");
  radio->setAntenna(SOAPY_SDR_RX, channel, *options.antenna);
}

void SoapySource::Device::set_rate(dsp::Hertz wanted) {
  radio->setSampleRate(SOAPY_SDR_RX, channel, wanted.value);
  info.rate = {radio->getSampleRate(SOAPY_SDR_RX, channel)};
  const double off = std::abs(info.rate / wanted - 1);
  if (!is_usable_rate(info.rate) || off > kOtherRate)
    throw SourceError("the device cannot sample at " + number_text(wanted.value) + " Hz; it offers " +
                      list_of(radio->getSampleRateRange(SOAPY_SDR_RX, channel)) + " Hz.");
  if (off * 1e6 > kWorthTellingPpm)
    info.description += ", asked for " + number_text(wanted.value) + " samples a second and runs at " +
                        number_text(info.rate.value);
}

void SoapySource::Device::set_gain(const SoapyOptions& options) {
  const bool automatic = radio->hasGainMode(SOAPY_SDR_RX, channel);
  if (!options.gain_db && !options.gain_control) {
    if (automatic) radio->setGainMode(SOAPY_SDR_RX, channel, true);
    own_control = automatic;
    return;
  }
  const SoapySDR::Range range = radio->getGainRange(SOAPY_SDR_RX, channel);
  if (!options.gain_db) {
    if (automatic) radio->setGainMode(SOAPY_SDR_RX, channel, false);
    if (range.maximum() > range.minimum())
      radio->setGain(SOAPY_SDR_RX, channel, (range.minimum() + range.maximum()) / 2);
    return;
  }
  if (!(*options.gain_db >= range.minimum() && *options.gain_db <= range.maximum()))
    throw SourceError("the device cannot set a gain of " + number_text(*options.gain_db) + " dB; it offers " +
                      number_text(range.minimum()) + " to " + number_text(range.maximum()) + " dB.");
  if (automatic) radio->setGainMode(SOAPY_SDR_RX, channel, false);
  radio->setGain(SOAPY_SDR_RX, channel, *options.gain_db);
}

void SoapySource::Device::set_centre(dsp::Hertz wanted) {
  radio->setFrequency(SOAPY_SDR_RX, channel, wanted.value);
  const dsp::Hertz tuned{radio->getFrequency(SOAPY_SDR_RX, channel)};
  const double off_hz = std::abs((tuned - wanted).value);
  if (!is_usable_centre(tuned) || off_hz > kOtherBand * info.rate.value)
    throw SourceError("the device cannot tune to " + number_text(wanted.value) + " Hz; it offers " +
                      list_of(radio->getFrequencyRange(SOAPY_SDR_RX, channel)) + " Hz.");
  if (off_hz > kWorthTellingHz && stream == nullptr)
    info.description +=
        ", asked for " + number_text(wanted.value) + " Hz and tuned to " + number_text(tuned.value);
  centre = tuned;
}

void SoapySource::Device::start_stream() {
  const NativeFormat format = choose_format(*radio, channel, full_scale);
  info.format = format.ours;
  double of_native = 0;
  if (radio->getNativeStreamFormat(SOAPY_SDR_RX, channel, of_native) == SOAPY_SDR_CS16)
    info.converter_bits = bits_of(of_native);
  stream = radio->setupStream(SOAPY_SDR_RX, format.soapy, {channel});
  if (stream == nullptr) throw SourceError("the device opens no stream; connect it anew.");
  if (const int status = radio->activateStream(stream); status != 0) {
    radio->closeStream(stream);
    stream = nullptr;
    throw SourceError("the device starts no stream " + reason_of(SoapySDR_errToStr(status)) +
                      "; connect it anew.");
  }
}

void SoapySource::Device::follow_hardware_time(SourceChunk& chunk, long long time_ns) {
  if (next_time_ns) {
    const double late_s = static_cast<double>(time_ns - *next_time_ns) * 1e-9;
    if (late_s > kUnreportedLossS && !gap) chunk.gap = true;
    if (late_s > 0 && late_s < kLongestLossS && chunk.gap) {
      const auto lost = std::llround(late_s * info.rate.value);
      next = next + lost;
      if (settling.is_over())
        lost_samples.fetch_add(static_cast<std::uint64_t>(lost), std::memory_order_relaxed);
    }
  }
  const UtcTime stamp{std::chrono::nanoseconds(time_ns)};
  if (!time_is_utc) time_is_utc = std::chrono::abs(stamp - std::chrono::system_clock::now()) < kUtcAgreement;
  if (*time_is_utc) chunk.time = stamp;
}

SourceChunk SoapySource::Device::nothing() const {
  SourceChunk chunk;
  chunk.state = SourceChunk::State::nothing;
  chunk.first = next;
  chunk.centre = centre;
  return chunk;
}

SourceChunk SoapySource::Device::deliver(std::size_t samples, int flags, long long time_ns,
                                         Settling::Time began) {
  SourceChunk chunk;
  chunk.samples = samples;
  chunk.gap = gap;
  const bool stamped = (flags & SOAPY_SDR_HAS_TIME) != 0;
  if (stamped) follow_hardware_time(chunk, time_ns);
  chunk.first = next;
  chunk.retuned = retuned;
  chunk.centre = centre;
  gap = false;
  next = next + static_cast<std::int64_t>(samples);
  const auto length_ns = std::llround(static_cast<double>(samples) / info.rate.value * 1e9);
  // Some drivers stamp only the first buffer after a loss: carry the expectation on.
  const auto stamp_ns = stamped ? std::optional(time_ns) : next_time_ns;
  if (stamp_ns) next_time_ns = *stamp_ns + length_ns;
  if (!settling.take({began, Settling::Time::clock::now(), std::chrono::nanoseconds(length_ns), stamp_ns}))
    return nothing();
  retuned = false;
  if (const auto from = std::exchange(retuned_at, std::nullopt)) {
    chunk.settling = chunk.first - *from;
    chunk.gap = false;
  }
  return chunk;
}

SoapySource::SoapySource(const SoapyOptions& options) : device_(std::make_unique<Device>(options)) {}
SoapySource::~SoapySource() = default;

const SourceInfo& SoapySource::info() const { return device_->info; }
double SoapySource::native_full_scale() const { return device_->full_scale; }

std::optional<GainRange> SoapySource::gain_range() const try {
  const SoapySDR::Range range = device_->radio->getGainRange(SOAPY_SDR_RX, device_->channel);
  if (!(range.maximum() > range.minimum())) return std::nullopt;
  return GainRange{range.minimum(), range.maximum()};
} catch (const std::exception&) {
  return std::nullopt;
}

bool SoapySource::has_own_control() const { return device_->own_control; }

std::optional<double> SoapySource::gain_db() const try {
  const double gain_db = device_->radio->getGain(SOAPY_SDR_RX, device_->channel);
  return std::isfinite(gain_db) ? std::optional(gain_db) : std::nullopt;
} catch (const std::exception&) {
  return std::nullopt;
}

bool SoapySource::set_gain(double gain_db) try {
  device_->radio->setGain(SOAPY_SDR_RX, device_->channel, gain_db);
  return true;
} catch (const std::exception&) {
  return false;
}

SourceChunk SoapySource::read(std::span<std::byte> native) {
  void* buffers[] = {native.data()};
  int flags = 0;
  long long time_ns = 0;
  int got = 0;
  const auto began = Settling::Time::clock::now();
  try {
    got = device_->radio->readStream(device_->stream, buffers,
                                     native.size() / dsp::bytes_per_sample(device_->info.format), flags,
                                     time_ns, kTimeoutUs);
  } catch (const std::exception& error) {
    throw SourceError("the device has failed " + reason_of(error.what()) + "; connect it anew.");
  }
  if (got > 0) return device_->deliver(static_cast<std::size_t>(got), flags, time_ns, began);
  if (got == SOAPY_SDR_OVERFLOW) {
    // What a driver loses while it tunes is no more than what would be left out.
    if (device_->settling.is_over()) device_->overflows.fetch_add(1, std::memory_order_relaxed);
    device_->gap = true;
  } else if (got == SOAPY_SDR_TIMEOUT || got == 0) {
    device_->timeouts.fetch_add(1, std::memory_order_relaxed);
  } else {
    throw SourceError("the device has stopped streaming " + reason_of(SoapySDR_errToStr(got)) +
                      "; connect it anew.");
  }
  return device_->nothing();
}

// Whatever came of it: what is on its way is not of the new centre, and may not be of the old one.
void SoapySource::Device::begin_settling() {
  retuned = true;
  if (!retuned_at) retuned_at = next;
  std::optional<long long> device_ns;
  try {
    if (next_time_ns && radio->hasHardwareTime()) device_ns = radio->getHardwareTime();
  } catch (const std::exception&) {  // then as a device without stamps
  }
  settling.begin(Settling::Time::clock::now(), device_ns);
}

void SoapySource::retune(dsp::Hertz centre) try {
  if (!is_usable_centre(centre))
    throw SourceError(std::string("the centre frequency ") + kCentreLimits + ".");
  try {
    device_->set_centre(centre);
  } catch (...) {
    device_->radio->setFrequency(SOAPY_SDR_RX, device_->channel, device_->centre.value);
    device_->begin_settling();
    throw;
  }
  device_->begin_settling();
} catch (const SourceError&) {
  throw;
} catch (const std::exception& error) {
  throw SourceError("the device refuses to tune to " + number_text(centre.value) + " Hz " +
                    reason_of(error.what()) + "; choose a frequency in its range.");
}

std::vector<HertzRange> SoapySource::tuning_ranges() const {
  return ranges_of(device_->radio->getFrequencyRange(SOAPY_SDR_RX, device_->channel));
}

void SoapySource::restart() {
  device_->gap = true;
  int status = 0;
  try {
    device_->radio->deactivateStream(device_->stream);
    status = device_->radio->activateStream(device_->stream);
  } catch (const std::exception& error) {
    throw SourceError("the device does not start its stream anew " + reason_of(error.what()) +
                      "; connect it anew.");
  }
  if (status != 0)
    throw SourceError("the device does not start its stream anew " + reason_of(SoapySDR_errToStr(status)) +
                      "; connect it anew.");
}

bool SoapySource::counts_losses() const { return device_->next_time_ns.has_value(); }

SoapyCounters SoapySource::counters() const {
  return {.overflows = device_->overflows.load(std::memory_order_relaxed),
          .timeouts = device_->timeouts.load(std::memory_order_relaxed),
          .lost_samples = device_->lost_samples.load(std::memory_order_relaxed)};
}

std::unique_ptr<SoapySource> open_soapy(const SoapyOptions& options) {
  return std::make_unique<SoapySource>(options);
}

namespace {

DeviceInfo describe(const SoapySDR::Kwargs& found) {
  const auto field = [&](const char* key) {
    const auto at = found.find(key);
    return at == found.end() ? std::string() : at->second;
  };
  DeviceInfo out{.driver = field("driver"),
                 .label = field("label"),
                 .serial = field("serial"),
                 .args = SoapySDR::KwargsToString(found),
                 .rates = {},
                 .frequencies = {},
                 .native_format = {},
                 .problem = {}};
  try {
    const OwnedDevice radio(SoapySDR::Device::make(found));
    double full_scale = 0;
    out.rates = ranges_of(radio->getSampleRateRange(SOAPY_SDR_RX, 0));
    out.frequencies = ranges_of(radio->getFrequencyRange(SOAPY_SDR_RX, 0));
    out.native_format = radio->getNativeStreamFormat(SOAPY_SDR_RX, 0, full_scale);
  } catch (const std::exception& error) {
    out.rates.clear();
    out.frequencies.clear();
    out.problem = error.what();
  }
  return out;
}

}  // namespace

std::vector<DeviceInfo> list_devices() {
  std::vector<DeviceInfo> out;
  for (const SoapySDR::Kwargs& found : SoapySDR::Device::enumerate()) out.push_back(describe(found));
  return out;
}

}  // namespace windhover::sensor
