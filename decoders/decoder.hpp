#pragma once
// The one interface between the radio and the decoders: IQ of one channel in, frames and counted rejects out.

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "decoders/frame.hpp"
#include "decoders/link_pdu.hpp"
#include "dsp/types.hpp"

namespace windhover::decoders {

using dsp::cf32;
using dsp::Hertz;
using dsp::SampleIndex;

/// When a channel's samples are extracted and handed over.
enum class Gate {
  always,        ///< every block
  on_energy,     ///< while the channel's power stands out of the tracked noise floor
  on_peak,       ///< energy, and where a wider signal covers all around, more of it than around (LE channels)
  on_centre,     ///< energy that fills the channel, and is not seen better by another channel of the decoder
  on_reference,  ///< energy first, then correlation of the band's spectrum with `ChannelSpec::reference`
};

/// Which channels a machine that cannot keep up gives up: spare ones first, then secondary ones.
enum class Priority : std::uint8_t {
  primary,    ///< where most aircraft that the decoder hears are found; given up last
  secondary,  ///< what is heard there mostly comes on a primary channel too
  spare,      ///< aircraft are seldom found there
};

/// What a decoder wants from the air. It asks for no radio; the sensor decides what is audible.
struct ChannelSpec {
  Hertz centre;    ///< RF frequency; the sensor rounds it to its 10 kHz raster before make()
  Hertz passband;  ///< flat over centre ± passband/2; the filter uses all of the rest up to `rate` as
                   ///< transition
  Hertz rate;  ///< complex samples per second delivered, a multiple of 80 kHz; may exceed the captured band
  Gate gate = Gate::always;
  /// What is delivered around the event that opened the gate.
  std::chrono::microseconds before{200};
  std::chrono::microseconds after{200};
  /// Gate::on_reference only: a known waveform at `rate`, at most 75 µs long, found at any carrier offset
  /// within the distance to the neighbouring channels. Must outlive the program (a static of the decoder).
  std::span<const cf32> reference{};
  Priority priority = Priority::primary;
};

/// The frequencies that the tuner hears now.
struct Band {
  Hertz low;
  Hertz high;
  constexpr bool holds(Hertz centre, Hertz width) const {
    return low.value <= centre.value - width.value / 2 && centre.value + width.value / 2 <= high.value;
  }
};

/// A piece of one channel. `iq` is valid during the call only; full scale is 1.0.
struct IqBlock {
  std::span<const cf32> iq;
  SampleIndex first;  ///< of iq[0], at the channel's rate, 0 = start of the stream
  /// The first sample does not follow the last of the block before: drop or finish what was under way,
  /// resynchronise. An empty block with `gap` says that nothing follows for now, so that what is held should
  /// be decoded as it is.
  bool gap = false;
};

/// What a decoder appends to. The caller reuses the vectors and sets the count back.
struct DecoderOutput {
  std::vector<Frame> frames;
  std::vector<FramePart> parts;
  std::vector<RejectedAttempt> rejects;
  std::vector<LinkPdu> pdus;  ///< for the account of the link that each belongs to
  /// Intact transmissions that say nothing about aircraft: counted, and nothing of them is kept.
  std::uint64_t others = 0;
};

/// Single-threaded; the state between blocks is the decoder's own. Same samples in, same frames out, however
/// they are cut into blocks.
class Decoder {
 public:
  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  virtual ~Decoder() = default;
  /// Real-time path: no lock, log, clock or system call, and no allocation but for what is appended to `out`.
  virtual void process(const IqBlock& in, DecoderOutput& out) = 0;
};

/// Where a transmission lies on the stream's own clock.
struct StreamTime {
  double start_s = 0;
  double duration_s = 0;
};

/// Puts together what one transmitter spreads over several channels. One for each stream, behind all
/// channels, fed by one thread in the order of the stream. Its memory is bounded.
class Linker {
 public:
  struct LinkedFrame {
    Frame frame;
    StreamTime at;  ///< of the first part
  };
  struct LinkedReject {
    RejectedAttempt attempt;
    StreamTime at;
  };
  struct Output {
    std::vector<LinkedFrame> frames;
    std::vector<LinkedReject> rejects;
    std::uint64_t others = 0;
  };

  Linker() = default;
  Linker(const Linker&) = delete;
  Linker& operator=(const Linker&) = delete;
  virtual ~Linker() = default;
  virtual void take(const FramePart& part, StreamTime at, Output& out) = 0;
  /// The stream has ended: what is held is told as it is.
  virtual void finish(Output& out) = 0;
};

/// A protocol: which channels it wants of a band, and how to make the decoder of one of them.
struct DecoderEntry {
  std::string_view name;
  std::vector<ChannelSpec> (*channels)(Band band);
  std::unique_ptr<Decoder> (*make)(const ChannelSpec& spec);
  std::unique_ptr<Linker> (*make_linker)() = nullptr;  ///< where frames come in parts
};

}  // namespace windhover::decoders
