#include "sensor/recording_layout.hpp"

#include <chrono>
#include <utility>

#include "sensor/rates.hpp"
#include "sensor/source.hpp"

namespace windhover::sensor {
namespace {

// 30 years: indices and times of every sample then fit their 64 bits with room to spare.
constexpr double kMaxSpanSeconds = 1e9;

dsp::Hertz resolve_rate(const SigmfMetadata& metadata, const RecordingOptions& options,
                        const std::string& name) {
  if (options.rate_hz && !is_usable_rate({*options.rate_hz}))
    throw SourceError(std::string("--rate ") + kRateLimits + "; give the rate the recording was made at.");
  if (metadata.rate) return *metadata.rate;
  if (!options.rate_hz) throw SourceError(name + " does not state its sample rate; give --rate HZ.");
  return {*options.rate_hz};
}

dsp::SampleFormat resolve_format(const SigmfMetadata& metadata, const RecordingOptions& options,
                                 const std::string& name) {
  if (metadata.format) return *metadata.format;
  if (!options.format)
    throw SourceError(name +
                      " does not state its sample format; give --format with one of ci8, cu8, ci16_le, "
                      "ci16_be, cf32_le and cf32_be.");
  return *options.format;
}

/// The samples of the file when all that is none is taken off.
std::uint64_t count_samples(const SigmfMetadata& metadata, dsp::SampleFormat format, std::uint64_t octets,
                            const std::string& name) {
  const auto take_off = [&](std::uint64_t no_samples) {
    if (no_samples > octets)
      throw SourceError(name +
                        " states more header or trailing octets than its data file has; correct the "
                        "metadata or copy the data file anew.");
    octets -= no_samples;
  };
  take_off(metadata.trailing_bytes);
  for (const SigmfCapture& capture : metadata.captures) take_off(capture.header_bytes);

  const std::size_t size = dsp::bytes_per_sample(format);
  if (octets % size != 0)
    throw SourceError(name + " has " + std::to_string(octets) +
                      " octets of samples, which is no multiple of the " + std::to_string(size) + " of one " +
                      std::string(dsp::to_string(format)) +
                      " sample; correct the datatype or copy the data file anew.");
  if (octets == 0) throw SourceError(name + " has no samples; record it anew.");
  return octets / size;
}

/// Counts of what was lost between two captures, by core:global_index.
struct Jump {
  std::uint64_t lost = 0;
  bool gap = false;
};

Jump jump_between(const SigmfCapture& before, const SigmfCapture& after, const std::string& name) {
  if (!before.global_index || !after.global_index) return {.lost = 0, .gap = true};
  const std::uint64_t recorded = after.sample_start - before.sample_start;
  if (*after.global_index < *before.global_index || *after.global_index - *before.global_index < recorded)
    throw SourceError(name + ": core:global_index runs back from one capture to the next; correct it there.");
  const std::uint64_t lost = *after.global_index - *before.global_index - recorded;
  return {.lost = lost, .gap = lost > 0};
}

UtcTime::duration duration_of(std::int64_t samples, dsp::Hertz rate) {
  const std::chrono::duration<double, std::nano> exact(static_cast<double>(samples) / rate.value * 1e9);
  return std::chrono::round<UtcTime::duration>(exact);
}

/// Walks over the captures and keeps what runs from one to the next.
class SegmentWalk {
 public:
  SegmentWalk(const SigmfMetadata& metadata, const RecordingOptions& options, std::string name)
      : metadata_(metadata), name_(std::move(name)) {
    if (options.freq_hz && !is_usable_centre({*options.freq_hz}))
      throw SourceError(std::string("--freq ") + kCentreLimits + "; give the centre of the recorded band.");
    if (options.freq_hz) given_centre_ = dsp::Hertz{*options.freq_hz};
    if (metadata_.captures.empty()) captures_.emplace_back();
    // Sample indices of SigMF are absolute, but many writers of core:offset count from 0 in each file.
    const std::uint64_t offset = metadata_.offset;
    const bool absolute = !metadata_.captures.empty() && metadata_.captures.front().sample_start >= offset;
    for (SigmfCapture capture : metadata_.captures) {
      if (absolute) capture.sample_start -= offset;
      captures_.push_back(capture);
    }
  }

  RecordingLayout run(RecordingLayout out, std::uint64_t file_samples) {
    std::uint64_t headers = 0;
    const std::size_t size = dsp::bytes_per_sample(out.format);
    for (std::size_t i = 0; i < captures_.size(); ++i) {
      const SigmfCapture& capture = captures_[i];
      headers += capture.header_bytes;
      const std::uint64_t end = i + 1 < captures_.size() ? captures_[i + 1].sample_start : file_samples;
      if (capture.sample_start > file_samples || end > file_samples)
        throw SourceError(name_ + ": a capture starts after the last of the " + std::to_string(file_samples) +
                          " samples; correct the metadata or copy the data file anew.");
      if (capture.frequency) recorded_centre_ = capture.frequency;
      if (end == capture.sample_start) continue;
      RecordedSegment segment = next(capture, out.rate);
      segment.file_octet = headers + capture.sample_start * size;
      segment.samples = end - capture.sample_start;
      out.total_samples += segment.samples;
      check_span(segment, out.rate);
      out.segments.push_back(segment);
    }
    if (out.segments.empty())
      throw SourceError(name_ + " has no samples in any capture; correct the metadata or record it anew.");
    const RecordedSegment& first = out.segments.front();
    if (first.time) out.start = *first.time - duration_of(first.first.value, out.rate);
    return out;
  }

 private:
  RecordedSegment next(const SigmfCapture& capture, dsp::Hertz rate) {
    RecordedSegment segment;
    if (before_ != nullptr) {
      const Jump jump = jump_between(*before_, capture, name_);
      segment.gap = jump.gap;
      lost_ += jump.lost;
    }
    before_ = &capture;
    if (static_cast<double>(lost_) > kMaxSpanSeconds * rate.value) fail_span();
    segment.first = {static_cast<std::int64_t>(capture.sample_start + lost_)};
    segment.time = capture.datetime;
    segment.centre = centre_of(capture);
    return segment;
  }

  dsp::Hertz centre_of(const SigmfCapture& capture) const {
    if (capture.frequency) return *capture.frequency;
    if (given_centre_) return *given_centre_;
    if (recorded_centre_) return *recorded_centre_;
    throw SourceError(name_ + " does not state its centre frequency; give --freq HZ.");
  }

  void check_span(const RecordedSegment& segment, dsp::Hertz rate) const {
    const double end = static_cast<double>(segment.first.value) + static_cast<double>(segment.samples);
    if (end > kMaxSpanSeconds * rate.value) fail_span();
  }

  [[noreturn]] void fail_span() const {
    throw SourceError(name_ +
                      " spans more than 30 years at its sample rate; correct core:sample_rate or "
                      "core:global_index.");
  }

  const SigmfMetadata& metadata_;
  std::string name_;
  std::vector<SigmfCapture> captures_;  // sample_start counts from the first sample of the file
  std::optional<dsp::Hertz> given_centre_;
  std::optional<dsp::Hertz> recorded_centre_;
  const SigmfCapture* before_ = nullptr;  // the last capture with samples
  std::uint64_t lost_ = 0;
};

}  // namespace

RecordingLayout lay_out(const SigmfMetadata& metadata, const RecordingOptions& options,
                        std::uint64_t data_octets, const std::string& name) {
  RecordingLayout layout;
  layout.rate = resolve_rate(metadata, options, name);
  layout.format = resolve_format(metadata, options, name);
  layout.converter_bits = metadata.converter_bits;
  const std::uint64_t file_samples = count_samples(metadata, layout.format, data_octets, name);
  return SegmentWalk(metadata, options, name).run(std::move(layout), file_samples);
}

}  // namespace windhover::sensor
