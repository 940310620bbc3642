#pragma once
// Decides block by block which channels something is going on in.

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "dsp/energy_gate.hpp"
#include "dsp/reference_search.hpp"
#include "sensor/channel_plan.hpp"

namespace windhover::sensor {

class Gatekeeper {
 public:
  explicit Gatekeeper(const ChannelPlan& plan);

  /// bins  one block's spectrum, fft_size bins in FFT order
  /// open  one entry a channel: set to 1 where this block is a reason to open, else to 0
  void judge(const dsp::cf32* bins, std::vector<std::uint8_t>& open) noexcept;

 private:
  struct Watch {
    decoders::Gate gate;
    dsp::EnergyGate energy;
    dsp::ReferenceSearch* search;  // Gate::on_reference
    std::int64_t offset_bins;
    std::size_t first_part, end_part;  // of the band, within the channel
    dsp::ReferenceHit hit;
  };

  // Whether the channel's power is spread over it, as a waveform that fills it is; a narrow signal is not
  // worth a search.
  bool is_filled(const Watch& watch) const noexcept;
  void search_references(const dsp::cf32* bins, std::vector<std::uint8_t>& open) noexcept;
  // Whether what channel `into` sees may be no more than the waveform at channel `stronger`.
  bool leaks(std::size_t stronger, std::size_t into) const noexcept;

  std::size_t fft_size_;
  std::map<const dsp::cf32*, std::unique_ptr<dsp::ReferenceSearch>>
      searches_;  // one for each distinct reference
  std::vector<Watch> watches_;
  std::vector<dsp::EnergyGate> parts_;  // of the band, 1 MHz each
  std::vector<std::uint8_t> part_open_;
  std::vector<std::size_t> hits_;  // channels whose search found something in this block
  dsp::AlignedVector<float> scratch_;
  std::vector<float> cells_;
  std::vector<double> prefix_;
};

}  // namespace windhover::sensor
