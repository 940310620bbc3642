#include "dsp/block_assembler.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace windhover::dsp {
namespace {

bool is_finite(cf32 x) { return std::isfinite(x.real()) && std::isfinite(x.imag()); }

}  // namespace

BlockAssembler::BlockAssembler(const BankGeometry& geometry, SampleFormat format, Emit emit,
                               unsigned converter_bits)
    : geometry_(geometry),
      format_(format),
      converter_bits_(converter_bits),
      emit_(std::move(emit)),
      buffer_(geometry.fft_size) {}

void BlockAssembler::feed(std::span<const std::byte> native, SampleIndex first, bool gap) {
  if (under_way_ && (gap || first != next_)) flush();
  if (!under_way_) start(first);
  append(native);
}

void BlockAssembler::start(SampleIndex first) {
  const auto hop = static_cast<std::int64_t>(geometry_.hop);
  block_ = first.value / hop;
  filled_ = static_cast<std::size_t>(first.value - geometry_.block_start(block_));
  std::fill_n(buffer_.begin(), filled_, cf32{});
  first_valid_ = next_ = first;
  under_way_ = gap_ = true;
}

void BlockAssembler::append(std::span<const std::byte> native) {
  const std::size_t width = bytes_per_sample(format_);
  while (native.size() >= width) {
    const std::size_t n = std::min(native.size() / width, geometry_.fft_size - filled_);
    const auto piece = native.first(n * width);
    const ConvertResult result =
        convert(piece, format_, std::span(buffer_).subspan(filled_, n), converter_bits_);
    if (result.saturated > 0) note_saturated(result);
    if (!result.finite) return leave_out_nonfinite(native, n);
    filled_ += n;
    next_ = next_ + static_cast<std::int64_t>(n);
    native = native.subspan(n * width);
    if (filled_ == geometry_.fft_size) emit_block();
  }
}

// The first of the converted samples is next_.
void BlockAssembler::note_saturated(const ConvertResult& result) {
  saturated_samples_ += result.saturated;
  if (saturated_.empty()) saturated_.first = next_ + static_cast<std::int64_t>(result.first_saturated);
  saturated_.end = next_ + static_cast<std::int64_t>(result.last_saturated) + 1;
}

// The first `converted` samples of native stand in buffer_ from filled_ on; at least one of them is not
// finite.
void BlockAssembler::leave_out_nonfinite(std::span<const std::byte> native, std::size_t converted) {
  const auto begin = buffer_.begin() + static_cast<std::ptrdiff_t>(filled_);
  const auto end = begin + static_cast<std::ptrdiff_t>(converted);
  const auto bad = std::find_if_not(begin, end, is_finite);
  const auto good = std::find_if(bad, end, is_finite);
  nonfinite_samples_ += static_cast<std::uint64_t>(good - bad);
  if (under_way_ && next_ + (bad - begin) != first_valid_) ++nonfinite_holes_;
  filled_ += static_cast<std::size_t>(bad - begin);
  next_ = next_ + (bad - begin);
  const SampleIndex resume = next_ + (good - bad);
  const auto consumed = static_cast<std::size_t>(good - begin);
  flush();
  start(resume);
  append(native.subspan(consumed * bytes_per_sample(format_)));
}

void BlockAssembler::flush() {
  if (!under_way_) return;
  const auto hop = static_cast<std::int64_t>(geometry_.hop);
  while (block_ * hop < next_.value) {
    std::fill(buffer_.begin() + static_cast<std::ptrdiff_t>(filled_), buffer_.end(), cf32{});
    emit_block();
  }
  under_way_ = false;
}

void BlockAssembler::emit_block() {
  const auto hop = static_cast<std::int64_t>(geometry_.hop);
  const SampleIndex first{std::max(first_valid_.value, block_ * hop)};
  const SampleIndex end{std::min(next_.value, (block_ + 1) * hop)};
  // After a hole late in a block's overlap, the first block has no sample of its own.
  if (first < end) {
    emit_({buffer_.data(), block_, first, end, gap_, std::exchange(saturated_, {})});
    gap_ = false;
  }
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(geometry_.hop), buffer_.end(), buffer_.begin());
  filled_ = geometry_.fft_size - geometry_.hop;
  ++block_;
}

}  // namespace windhover::dsp
