#include "sensor/device_care.hpp"

#include <algorithm>
#include <cmath>
#include <thread>
#include <utility>

#include "sensor/relaxed.hpp"

namespace windhover::sensor {
namespace {

using Seconds = std::chrono::duration<double>;

// read() comes back so often while there is no device.
constexpr std::chrono::milliseconds kWait{50};
// After a loss that the driver told its size shows only in the next windows of the host's clock.
constexpr auto kLossIsKnown = 4 * HostClock::kWindow;
// A new time stamp is worth telling when the clocks have moved by so much.
constexpr std::chrono::nanoseconds kHostMoved{200'000}, kDeviceMoved{1'000};

}  // namespace

DeviceCare::DeviceCare(const SoapyOptions& options)
    : options_(options),
      device_(open_soapy(options)),
      info_(device_->info()),
      gain_(options, *device_),
      tuning_ranges_(device_->tuning_ranges()),
      clock_(info_.rate),
      last_samples_(Clock::now()) {
  last_samples_at_ = last_samples_.time_since_epoch().count();
}

SourceChunk DeviceCare::read(std::span<std::byte> native) {
  turns_.fetch_add(1, kRelaxed);
  if (!device_) {
    const auto now = Clock::now();
    if (now >= next_try_)
      reopen();
    else
      std::this_thread::sleep_until(std::min(next_try_, now + kWait));
    return nothing();
  }
  SourceChunk chunk;
  try {
    chunk = device_->read(native);
  } catch (const SourceError& error) {
    stream_errors_.fetch_add(1, kRelaxed);
    failed(error.what());
    return nothing();
  }
  count_losses();
  const auto now = Clock::now();
  if (chunk.state == SourceChunk::State::samples && chunk.samples > 0) return deliver(chunk, native, now);
  watch_silence(now);
  return nothing();
}

SourceChunk DeviceCare::deliver(SourceChunk chunk, std::span<const std::byte> native,
                                Clock::time_point arrival) {
  chunk.first = chunk.first + offset_;
  const bool complete = device_->counts_losses();
  std::int64_t missing = 0;
  if (std::exchange(interrupted_, false)) {
    if (std::exchange(opened_anew_, false) || !complete) missing = passed_by(chunk, arrival);
    chunk.gap = true;
    streaming_since_ = arrival;
  }
  // What a driver loses while it tunes shows later too.
  if (chunk.gap || chunk.retuned) last_told_gap_ = arrival;
  const auto count = static_cast<std::int64_t>(chunk.samples);
  const std::int64_t found = clock_.note(chunk.first + missing + count, chunk.samples, arrival, complete);
  if (found > 0) {
    chunk.gap = true;
    if (arrival - last_told_gap_ > kLossIsKnown) silent_losses_.fetch_add(1, kRelaxed);
  }
  missing += found;
  if (missing > 0) lost_samples_.fetch_add(static_cast<std::uint64_t>(missing), kRelaxed);
  offset_ += missing;
  chunk.first = chunk.first + missing;
  next_ = chunk.first + count;
  stamp(chunk, arrival);
  chunk.gain =
      gain_.follow(*device_, native.first(chunk.samples * dsp::bytes_per_sample(info_.format)), chunk, next_);

  if (arrival - streaming_since_ > 2 * kSilence) pause_ = kFirstPause;
  restarted_ = false;
  last_samples_ = arrival;
  quiet_since_.reset();
  last_samples_at_.store(arrival.time_since_epoch().count(), kRelaxed);
  state_.store(DeviceState::streaming, kRelaxed);
  return chunk;
}

std::int64_t DeviceCare::passed_by(const SourceChunk& chunk, Clock::time_point arrival) const {
  const Seconds length(static_cast<double>(chunk.samples) / info_.rate.value);
  const std::int64_t missing =
      clock_.passed(chunk.first, arrival - std::chrono::duration_cast<Clock::duration>(length));
  const double least = Seconds(HostClock::kLeastLoss).count() * info_.rate.value;
  return static_cast<double>(missing) < least ? 0 : missing;
}

void DeviceCare::stamp(SourceChunk& chunk, Clock::time_point arrival) {
  if (chunk.time) hardware_time_.store(true, kRelaxed);
  uncertainty_s_.store(clock_.uncertainty_s().value_or(-1), kRelaxed);
  if (const auto error = clock_.rate_error_ppm()) {
    rate_error_ppm_.store(*error, kRelaxed);
    rate_known_.store(true, kRelaxed);
  }
  const bool is_due = !last_stamp_ || chunk.gap || arrival - *last_stamp_ >= HostClock::kWindow;
  if (!is_due) {
    chunk.time.reset();
    return;
  }
  last_stamp_ = arrival;
  const bool of_device = hardware_time_.load(kRelaxed);  // some drivers stamp only what follows a loss
  if (!of_device) chunk.time = host_time(chunk.first);
  if (!chunk.time) return;
  const auto offset = std::chrono::duration_cast<std::chrono::nanoseconds>(
      chunk.time->time_since_epoch() - Seconds(static_cast<double>(chunk.first.value) / info_.rate.value));
  if (std::chrono::abs(offset - stamped_offset_) < (of_device ? kDeviceMoved : kHostMoved))
    chunk.time.reset();
  else
    stamped_offset_ = offset;
}

std::optional<UtcTime> DeviceCare::host_time(dsp::SampleIndex index) const {
  const auto taken = clock_.at(index);
  if (!taken) return std::nullopt;
  return std::chrono::floor<UtcTime::duration>(std::chrono::system_clock::now() - (Clock::now() - *taken));
}

SourceChunk DeviceCare::nothing() {
  SourceChunk chunk;
  chunk.state = SourceChunk::State::nothing;
  chunk.first = next_;
  chunk.centre = info_.centre;
  return chunk;
}

void DeviceCare::count_losses() {
  const SoapyCounters now = device_->counters();
  overflows_.fetch_add(now.overflows - counted_.overflows, kRelaxed);
  timeouts_.fetch_add(now.timeouts - counted_.timeouts, kRelaxed);
  lost_samples_.fetch_add(now.lost_samples - counted_.lost_samples, kRelaxed);
  counted_ = now;
}

// From the first read that brought nothing: before that it may have been this thread that did not run.
void DeviceCare::watch_silence(Clock::time_point now) {
  if (!quiet_since_) quiet_since_ = now;
  if (now - *quiet_since_ < kSilence) return;
  failed("the device delivers no samples.");
}

void DeviceCare::failed(std::string trouble) {
  if (restarted_) {
    close(std::move(trouble));
    return;
  }
  note_trouble(std::move(trouble));
  state_.store(DeviceState::silent, kRelaxed);
  restart();
}

void DeviceCare::restart() {
  restarted_ = interrupted_ = true;
  quiet_since_.reset();
  restarts_.fetch_add(1, kRelaxed);
  try {
    device_->restart();
  } catch (const SourceError& error) {
    stream_errors_.fetch_add(1, kRelaxed);
    close(error.what());
  }
}

void DeviceCare::close(std::string trouble) {
  note_trouble(std::move(trouble));
  state_.store(DeviceState::away, kRelaxed);
  device_.reset();
  counted_ = {};
  interrupted_ = true;
  next_try_ = Clock::now() + pause_;
  hardware_time_.store(false, kRelaxed);
}

void DeviceCare::reopen() {
  try {
    open_device();
  } catch (const SourceError& error) {
    note_trouble(error.what());
    failed_opens_.fetch_add(1, kRelaxed);
    device_.reset();
    const auto now = Clock::now();
    const bool is_long = now - last_samples_ > kLongAway;
    pause_ = is_long ? kRarePause : std::min<std::chrono::milliseconds>(2 * pause_, kLongestPause);
    next_try_ = now + pause_;
    return;
  }
  reopened_.fetch_add(1, kRelaxed);
  pause_ = std::min<std::chrono::milliseconds>(2 * pause_, kLongestPause);  // until samples have flowed
  state_.store(DeviceState::silent, kRelaxed);
  restarted_ = true;  // that would be no more than opening it was
  quiet_since_.reset();
  offset_ = next_.value;
  opened_anew_ = true;
}

// The pipeline is made for one rate and one format.
void DeviceCare::open_device() {
  if (const auto gain_db = gain_.wanted_db()) options_.gain_db = gain_db;
  device_ = open_soapy(options_);
  const SourceInfo& now = device_->info();
  if (now.rate != info_.rate || now.format != info_.format || now.converter_bits != info_.converter_bits)
    throw SourceError("the device came back with " + std::to_string(now.rate.value / 1e6) +
                      " MS/s or another format of samples; it is opened anew until it is as before.");
  gain_.opened(*device_);
}

void DeviceCare::note_trouble(std::string trouble) {
  const std::lock_guard lock(trouble_lock_);
  trouble_ = std::move(trouble);
}

bool DeviceCare::tune(dsp::Hertz centre) {
  if (!device_) {
    options_.centre = info_.centre = centre;  // where it will be opened
    return true;
  }
  try {
    device_->retune(centre);
  } catch (const std::exception&) {
    refused_tunings_.fetch_add(1, kRelaxed);
    return false;
  }
  options_.anywhere = false;
  options_.centre = info_.centre = centre;
  return true;
}

std::optional<DeviceHealth> DeviceCare::health() const {
  DeviceHealth health;
  health.state = state_.load(kRelaxed);
  const Clock::time_point last{Clock::duration(last_samples_at_.load(kRelaxed))};
  health.silent_s = std::max(0.0, Seconds(Clock::now() - last).count());
  health.turns = turns_.load(kRelaxed);
  {
    const std::lock_guard lock(trouble_lock_);
    health.trouble = trouble_;
  }
  health.overflows = overflows_.load(kRelaxed);
  health.timeouts = timeouts_.load(kRelaxed);
  health.lost_samples = lost_samples_.load(kRelaxed);
  health.stream_errors = stream_errors_.load(kRelaxed);
  health.restarts = restarts_.load(kRelaxed);
  health.reopened = reopened_.load(kRelaxed);
  health.failed_opens = failed_opens_.load(kRelaxed);
  health.refused_tunings = refused_tunings_.load(kRelaxed);
  health.silent_losses = silent_losses_.load(kRelaxed);
  health.hardware_time = hardware_time_.load(kRelaxed);
  const double uncertainty_s = uncertainty_s_.load(kRelaxed);
  if (!health.hardware_time && uncertainty_s >= 0) health.time_uncertainty_s = uncertainty_s;
  health.gain = gain_.health();
  if (rate_known_.load(kRelaxed)) health.rate_error_ppm = rate_error_ppm_.load(kRelaxed);
  return health;
}

}  // namespace windhover::sensor
