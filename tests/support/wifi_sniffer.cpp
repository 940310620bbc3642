#include "tests/support/wifi_sniffer.hpp"

#include <array>

#include "tests/support/wifi_mac.hpp"

namespace windhover::synth {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kFixedHeader = 8, kFcs = 4;

// Fields of the header in their order, as far as one of these is of use here: each lies on a multiple of its
// alignment and is there where its bit of the bitmap is set.
struct Field {
  std::size_t alignment, size;
};
constexpr std::array<Field, 4> kFields{{{8, 8}, {1, 1}, {1, 1}, {2, 4}}};  // TSFT, flags, rate, channel
enum : std::size_t { kFlagsField = 1, kRateField = 2, kChannelField = 3 };
constexpr std::uint8_t kFcsAtEnd = 0x10;

std::uint32_t little_endian(Bytes at, std::size_t bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value |= std::uint32_t{at[i]} << (8 * i);
  return value;
}

/// Bitmaps go on as long as their highest bit is set.
std::size_t behind_bitmaps(Bytes header) {
  for (std::size_t at = 4; at + 4 <= header.size(); at += 4)
    if ((header[at + 3] & 0x80U) == 0) return at + 4;
  throw CaptureError("A radiotap header ends within its bitmaps.");
}

/// By the numbers above; empty where a field is not there.
std::array<Bytes, kFields.size()> fields_of(Bytes header) {
  const std::uint32_t present = little_endian(header.subspan(4), 4);
  std::size_t at = behind_bitmaps(header);
  std::array<Bytes, kFields.size()> out;
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    if ((present >> i & 1U) == 0) continue;
    at = (at + kFields[i].alignment - 1) / kFields[i].alignment * kFields[i].alignment;
    if (at + kFields[i].size > header.size()) throw CaptureError("A radiotap header is cut off.");
    out[i] = header.subspan(at, kFields[i].size);
    at += kFields[i].size;
  }
  return out;
}

}  // namespace

std::optional<SniffedWifi> sniffed_wifi(const CaptureFrame& frame) {
  if (frame.link_type != kRadiotapLinkType) return std::nullopt;
  const Bytes bytes(frame.bytes);
  if (bytes.size() < kFixedHeader || bytes[0] != 0) throw CaptureError("A frame has no radiotap header.");
  const std::size_t length = little_endian(bytes.subspan(2), 2);
  if (length < kFixedHeader || length > bytes.size())
    throw CaptureError("A radiotap header has not the length that it names.");
  const auto fields = fields_of(bytes.first(length));

  SniffedWifi out;
  out.psdu.assign(bytes.begin() + static_cast<std::ptrdiff_t>(length), bytes.end());
  if (!fields[kRateField].empty()) out.mbps = fields[kRateField][0] / 2.0;
  if (!fields[kChannelField].empty())
    out.frequency = dsp::Hertz{1e6 * little_endian(fields[kChannelField], 2)};
  if (fields[kFlagsField].empty() || (fields[kFlagsField][0] & kFcsAtEnd) == 0) {
    out.psdu = with_fcs(std::move(out.psdu));
    return out;
  }
  if (out.psdu.size() < kFcs) throw CaptureError("A frame is shorter than its check sequence.");
  const Bytes all(out.psdu);
  out.fcs_ok = little_endian(all.last(kFcs), kFcs) == wifi_fcs(all.first(all.size() - kFcs));
  return out;
}

}  // namespace windhover::synth
