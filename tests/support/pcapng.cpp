#include "tests/support/pcapng.hpp"

#include <cmath>
#include <fstream>
#include <iterator>

namespace windhover::synth {
namespace {

using Bytes = std::span<const std::uint8_t>;
using Nanoseconds = std::chrono::nanoseconds;

/// Integers of one byte order, none of them beyond the end.
class Cursor {
 public:
  Cursor(Bytes bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  std::uint16_t u16() { return static_cast<std::uint16_t>(integer(2)); }
  std::uint32_t u32() { return integer(4); }
  Bytes take(std::size_t count) {
    if (count > bytes_.size()) throw CaptureError("The capture is cut off in the middle of a block.");
    const Bytes out = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return out;
  }
  /// With what fills it up to a multiple of four bytes.
  Bytes take_padded(std::size_t count) {
    const Bytes out = take(count);
    take((4 - count % 4) % 4);
    return out;
  }
  bool empty() const { return bytes_.empty(); }

 private:
  std::uint32_t integer(std::size_t count) {
    std::uint32_t out = 0;
    const Bytes raw = take(count);
    for (std::size_t i = 0; i < count; ++i) out = out << 8 | raw[big_endian_ ? i : count - 1 - i];
    return out;
  }

  Bytes bytes_;
  bool big_endian_;
};

bool starts_with(Bytes file, std::uint32_t magic, bool big_endian) {
  return file.size() >= 4 && Cursor(file, big_endian).u32() == magic;
}

CaptureFrame frame_of(std::uint16_t link_type, Nanoseconds time, Bytes bytes) {
  return {link_type, std::chrono::sys_time<Nanoseconds>(time), {bytes.begin(), bytes.end()}};
}

// --- classic pcap

constexpr std::uint32_t kMicrosecondMagic = 0xa1b2c3d4;
constexpr std::uint32_t kNanosecondMagic = 0xa1b23c4d;
constexpr std::size_t kPcapSkipped = 16;  // version, zone, accuracy, longest packet

std::vector<CaptureFrame> read_pcap(Bytes file, bool big_endian) {
  Cursor in(file, big_endian);
  const std::int64_t unit_ns = in.u32() == kNanosecondMagic ? 1 : 1000;
  in.take(kPcapSkipped);
  const auto link_type = static_cast<std::uint16_t>(in.u32());
  std::vector<CaptureFrame> out;
  while (!in.empty()) {
    const std::int64_t seconds = in.u32();
    const std::int64_t part = in.u32();
    const std::uint32_t captured = in.u32();
    in.u32();  // length on air
    out.push_back(
        frame_of(link_type, Nanoseconds(seconds * 1'000'000'000 + part * unit_ns), in.take(captured)));
  }
  return out;
}

// --- pcapng

constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr std::uint32_t kInterface = 1, kSimplePacket = 3, kEnhancedPacket = 6;
constexpr std::uint16_t kEndOfOptions = 0, kTimeResolution = 9, kTimeOffset = 14;

struct Interface {
  std::uint16_t link_type = 0;
  std::uint32_t longest = 0;  ///< 0: no limit
  double unit_s = 1e-6;
  std::int64_t offset_s = 0;
};

double time_unit_s(std::uint8_t resolution) {
  const int exponent = resolution & 0x7f;
  return (resolution & 0x80) != 0 ? std::ldexp(1.0, -exponent) : std::pow(10.0, -exponent);
}

Interface read_interface(Cursor body, bool big_endian) {
  Interface out;
  out.link_type = body.u16();
  body.u16();
  out.longest = body.u32();
  while (!body.empty()) {
    const std::uint16_t code = body.u16();
    const Bytes value = body.take_padded(body.u16());
    if (code == kEndOfOptions) break;
    if (code == kTimeResolution && !value.empty()) out.unit_s = time_unit_s(value[0]);
    if (code == kTimeOffset && value.size() == 8) {
      Cursor halves(value, big_endian);
      const std::uint64_t first = halves.u32(), second = halves.u32();
      out.offset_s = static_cast<std::int64_t>(big_endian ? first << 32 | second : second << 32 | first);
    }
  }
  return out;
}

/// Whole seconds and the rest apart: a double holds no nanoseconds of today.
Nanoseconds time_of(std::uint64_t ticks, const Interface& interface) {
  constexpr double kFinest_s = 1e-18;
  constexpr double kLatest_s = 9e9;  // what nanoseconds in 64 bits reach
  if (interface.unit_s < kFinest_s)
    throw CaptureError("The capture's clock has a resolution that cannot be.");
  const auto per_second = static_cast<std::uint64_t>(std::round(1 / interface.unit_s));
  const double about_s = static_cast<double>(ticks / per_second) + static_cast<double>(interface.offset_s);
  if (std::abs(about_s) > kLatest_s) throw CaptureError("The capture has a frame of a time that cannot be.");
  const auto seconds = static_cast<std::int64_t>(ticks / per_second) + interface.offset_s;
  const double part_ns = static_cast<double>(ticks % per_second) * interface.unit_s * 1e9;
  return std::chrono::seconds(seconds) + Nanoseconds(std::llround(part_ns));
}

const Interface& known(const std::vector<Interface>& interfaces, std::size_t number) {
  if (number >= interfaces.size())
    throw CaptureError("The capture holds a packet of an interface that it does not describe.");
  return interfaces[number];
}

CaptureFrame read_enhanced(Cursor body, const std::vector<Interface>& interfaces) {
  const Interface& interface = known(interfaces, body.u32());
  const std::uint64_t high = body.u32(), low = body.u32();
  const std::uint32_t captured = body.u32();
  body.u32();  // length on air
  return frame_of(interface.link_type, time_of(high << 32 | low, interface), body.take_padded(captured));
}

CaptureFrame read_simple(Cursor body, const std::vector<Interface>& interfaces) {
  const Interface& interface = known(interfaces, 0);
  std::uint32_t length = body.u32();
  if (interface.longest != 0) length = std::min(length, interface.longest);
  return frame_of(interface.link_type, Nanoseconds(0), body.take_padded(length));
}

std::vector<CaptureFrame> read_pcapng(Bytes file) {
  std::vector<CaptureFrame> out;
  std::vector<Interface> interfaces;
  bool big_endian = false;
  while (!file.empty()) {
    constexpr std::size_t kFrame = 12;  // type, and the length at both ends
    if (starts_with(file, kSectionHeader, false)) {
      // Its own magic tells how to read its length.
      Cursor magic(file, false);
      magic.take(8);
      big_endian = magic.u32() != kByteOrderMagic;
      interfaces.clear();
    }
    Cursor in(file, big_endian);
    const std::uint32_t type = in.u32();
    const std::uint32_t length = in.u32();
    if (length < kFrame || length % 4 != 0)
      throw CaptureError("The capture has a block whose length cannot be.");
    const Cursor body(in.take(length - kFrame), big_endian);
    if (in.u32() != length) throw CaptureError("The capture has a block whose two lengths differ.");
    if (type == kInterface) interfaces.push_back(read_interface(body, big_endian));
    if (type == kEnhancedPacket) out.push_back(read_enhanced(body, interfaces));
    if (type == kSimplePacket) out.push_back(read_simple(body, interfaces));
    file = file.subspan(length);
  }
  return out;
}

}  // namespace

std::vector<CaptureFrame> read_capture(std::span<const std::uint8_t> file) {
  if (starts_with(file, kSectionHeader, false)) return read_pcapng(file);
  for (const bool big_endian : {false, true})
    if (starts_with(file, kMicrosecondMagic, big_endian) || starts_with(file, kNanosecondMagic, big_endian))
      return read_pcap(file, big_endian);
  throw CaptureError("The file is neither pcapng nor pcap.");
}

std::vector<CaptureFrame> read_capture(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw CaptureError(std::string("Cannot read ").append(file.string()).append("."));
  const std::vector<char> content{std::istreambuf_iterator<char>(in), {}};
  return read_capture(std::span(reinterpret_cast<const std::uint8_t*>(content.data()), content.size()));
}

}  // namespace windhover::synth
