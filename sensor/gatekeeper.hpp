#pragma once
// Decides block by block which channels something is going on in.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "dsp/chirp_screen.hpp"
#include "dsp/energy_gate.hpp"
#include "dsp/reference_search.hpp"
#include "sensor/band_parts.hpp"
#include "sensor/channel_plan.hpp"
#include "sensor/peak_watch.hpp"

namespace windhover::sensor {

class Gatekeeper {
 public:
  explicit Gatekeeper(const ChannelPlan& plan);

  /// bins  one block's spectrum, fft_size bins in FFT order
  /// open  one entry a channel: set to 1 where this block is a reason to open, else to 0
  void judge(const dsp::cf32* bins, std::vector<std::uint8_t>& open) noexcept;

  /// After a gain step: all is open until the floors are known anew.
  void forget_floors() noexcept;

  /// Of the block judged last, as dsp::hann_cells makes them.
  std::span<const float> cells() const { return cells_; }

 private:
  /// A waveform that decoders declared.
  struct Reference {
    dsp::ReferenceSearch search;
    std::optional<dsp::ChirpScreen> screen{};
    std::uint64_t screened = 0;  // the block that the screen has seen last
  };

  struct Watch {
    decoders::Gate gate;
    const decoders::DecoderEntry* decoder;
    dsp::EnergyGate energy;
    Reference* reference;  // Gate::on_reference
    std::int64_t offset_bins;
    double width_bins;
    BandParts::Range parts;  // of the band, within the channel
    double cells;            // of the channel
    std::size_t peak;        // Gate::on_peak: in peaks_
    dsp::ReferenceHit hit;
    bool is_narrow = false;  // the decoder has wider channels
    double spread = 0;       // Gate::on_centre: power above the floor, narrow signals cut down
  };

  void close_off_centre(std::vector<std::uint8_t>& open) noexcept;
  void search_references(const dsp::cf32* bins, std::vector<std::uint8_t>& open) noexcept;
  bool may_hold_reference(const dsp::cf32* bins, const Watch& watch) noexcept;
  // Whether what channel `into` sees may be no more than the waveform at channel `stronger`.
  bool leaks(std::size_t stronger, std::size_t into) const noexcept;

  std::size_t fft_size_;
  std::map<const dsp::cf32*, Reference> references_;  // by waveform
  std::vector<Watch> watches_;
  std::vector<PeakWatch> peaks_;
  std::uint64_t block_ = 0;
  BandParts parts_;
  std::vector<std::size_t> hits_;  // channels to be compared with one another in this block
  dsp::AlignedVector<float> scratch_;
  std::vector<float> cells_;
  std::vector<double> prefix_;
};

}  // namespace windhover::sensor
