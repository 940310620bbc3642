#pragma once
// Packet captures of sniffers: pcapng (IETF draft-ietf-opsawg-pcapng) and classic pcap, either byte order.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <vector>

namespace windhover::synth {

/// A file that is no capture; what() is one sentence.
struct CaptureError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct CaptureFrame {
  std::uint16_t link_type = 0;                             ///< LINKTYPE_ number
  std::chrono::sys_time<std::chrono::nanoseconds> time{};  ///< the epoch where the file gives none
  std::vector<std::uint8_t> bytes;                         ///< as much as was captured
};

/// All frames in the order of the file. Throws CaptureError for anything cut off or contradictory.
std::vector<CaptureFrame> read_capture(std::span<const std::uint8_t> file);
std::vector<CaptureFrame> read_capture(const std::filesystem::path& file);

}  // namespace windhover::synth
