#include "sensor/resampling_source.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <utility>

#include "dsp/filter_bank.hpp"

namespace windhover::sensor {
namespace {

std::string megasamples(dsp::Hertz rate) {
  std::string text = std::to_string(rate.value / 1e6);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + " MS/s";
}

SourceInfo resampled(SourceInfo info, dsp::Hertz rate) {
  info.original_rate = info.rate;
  info.format = dsp::SampleFormat::cf32_le;
  if (info.total_samples)
    info.total_samples =
        static_cast<std::uint64_t>(static_cast<double>(*info.total_samples) * (rate / info.rate));
  info.rate = rate;
  return info;
}

}  // namespace

std::unique_ptr<Source> at_bank_rate(std::unique_ptr<Source> source, std::vector<std::string>& notes) {
  const dsp::Hertz rate = source->info().rate;
  if (dsp::is_bank_rate(rate)) return source;
  try {
    auto suited = std::make_unique<ResamplingSource>(std::move(source), dsp::bank_rate_above(rate));
    notes.push_back("resampled from " + megasamples(rate) + " to " + megasamples(suited->info().rate));
    return suited;
  } catch (const std::invalid_argument& error) {
    throw SourceError(error.what());
  }
}

ResamplingSource::ResamplingSource(std::unique_ptr<Source> inner, dsp::Hertz rate)
    : inner_(std::move(inner)),
      info_(resampled(inner_->info(), rate)),
      ratio_(rate / inner_->info().rate),
      resampler_(ratio_) {}

std::int64_t ResamplingSource::scaled(dsp::SampleIndex index) const {
  return std::llround(static_cast<double>(index.value) * ratio_);
}

SourceChunk ResamplingSource::read(std::span<std::byte> native) {
  const std::size_t room = native.size() / sizeof(dsp::cf32);
  while (handed_out_ == ready_.size()) {
    ready_.clear();
    handed_out_ = 0;
    if (!chunk_waits_) {
      const auto most =
          std::max<std::size_t>(1, static_cast<std::size_t>(static_cast<double>(room) / ratio_));
      if (take_inner(most)) continue;
      if (chunk_.state == SourceChunk::State::nothing) return chunk_;
    }
    // A new run, or the end: first what the resampler still holds of the old one.
    if (std::exchange(under_way_, false)) {
      resampler_.flush(ready_);
      continue;
    }
    if (chunk_.state == SourceChunk::State::end) return chunk_;
    begin_run();
  }
  return hand_out(native);
}

bool ResamplingSource::take_inner(std::size_t most_samples) {
  const std::size_t width = dsp::bytes_per_sample(inner_->info().format);
  native_.resize(most_samples * width);
  chunk_ = inner_->read(native_);
  if (chunk_.state == SourceChunk::State::nothing) return false;
  const bool goes_on = under_way_ && chunk_.state == SourceChunk::State::samples && !chunk_.gap &&
                       !chunk_.retuned && !chunk_.time && chunk_.first == expected_;
  samples_.resize(chunk_.samples);
  const auto result = dsp::convert(std::span(native_).first(chunk_.samples * width), inner_->info().format,
                                   samples_, inner_->info().converter_bits);
  chunk_.saturated += result.saturated;
  expected_ = chunk_.first + static_cast<std::int64_t>(chunk_.samples);
  if (goes_on && result.finite) {
    resampler_.process(samples_, ready_);
    next_out_.gain = chunk_.gain;
    next_out_.saturated = chunk_.saturated;
    return true;
  }
  chunk_waits_ = chunk_.state == SourceChunk::State::samples;
  return false;
}

void ResamplingSource::begin_run() {
  chunk_waits_ = false;
  next_out_ = chunk_;
  next_out_.first = {scaled(chunk_.first)};
  next_out_.settling = scaled({chunk_.settling});
  const bool finite = std::all_of(samples_.begin(), samples_.end(), [](dsp::cf32 x) {
    return std::isfinite(x.real()) && std::isfinite(x.imag());
  });
  if (!finite) {
    // Whoever converts the samples counts them; a filter would smear them over their neighbours.
    const auto n = static_cast<std::size_t>(scaled(expected_) - next_out_.first.value);
    ready_.assign(n, dsp::cf32{std::numeric_limits<float>::quiet_NaN(), 0});
    return;
  }
  under_way_ = true;
  resampler_.reset();
  resampler_.process(samples_, ready_);
}

SourceChunk ResamplingSource::hand_out(std::span<std::byte> native) {
  const std::size_t n = std::min(native.size() / sizeof(dsp::cf32), ready_.size() - handed_out_);
  std::memcpy(native.data(), ready_.data() + handed_out_, n * sizeof(dsp::cf32));
  handed_out_ += n;
  SourceChunk out = next_out_;
  out.state = SourceChunk::State::samples;
  out.samples = n;
  next_out_.first = next_out_.first + static_cast<std::int64_t>(n);
  next_out_.gap = next_out_.retuned = false;
  next_out_.saturated = std::min<std::size_t>(next_out_.saturated, 1);  // the rest is touched too
  next_out_.settling = 0;
  next_out_.time.reset();
  return out;
}

}  // namespace windhover::sensor
