#pragma once
// Receiver of OFDM PPDUs on one 20 MHz channel, or one clocked down to 10 or 5 MHz: 802.11a/g at all rates,
// HT mixed mode of one stream at 20 MHz; other formats are measured by their headers. IEEE 802.11 clauses 17,
// 19, 21, 27.

#include <cstdint>
#include <span>
#include <vector>

#include "decoders/decoder.hpp"
#include "decoders/wifi/ofdm_header.hpp"
#include "decoders/wifi/ofdm_symbols.hpp"
#include "decoders/wifi/ofdm_sync.hpp"
#include "decoders/wifi/ppdu.hpp"
#include "decoders/wifi/psdu_reader.hpp"

namespace windhover::decoders::wifi {

class OfdmReceiver {
 public:
  /// nominal        of the channel; its cfo_hz is added to what is measured
  /// clock_divisor  1, 2 or 4: samples come at 20, 10 or 5 MS/s
  explicit OfdmReceiver(const RfFacts& nominal, unsigned clock_divisor = 1);

  /// One PPDU at a time. An empty block with `gap` ends what is under way.
  void process(const IqBlock& in, PpduSink& sink);

 private:
  enum class State : std::uint8_t { search, preamble, signal, format, ht_training, data, skip };
  static constexpr std::size_t kSlice = 2048;                                  // samples taken at once
  static constexpr std::size_t kSpare = StfSearch::kStep + StfSearch::kAhead;  // zeros behind the last sample
  static constexpr std::size_t kCapacity = 6 * kSlice;
  static constexpr std::int64_t kSearchHistory = 256;  // a hit may lie so far before the step that tells it
  static constexpr std::int64_t kHistory = 2600;  // samples kept for a search that starts anew on its grid

  std::int64_t end() const { return first_ + static_cast<std::int64_t>(held_); }
  bool has(std::int64_t sample) const { return sample <= end(); }
  std::span<const cf32> from(std::int64_t sample) const {
    return {samples_.data() + (sample - first_), static_cast<std::size_t>(end() - sample)};
  }
  void restart(std::int64_t first);
  void finish(PpduSink& sink);
  void run(PpduSink& sink);
  void drop_old_samples();
  void search_on(std::int64_t sample);

  // Each does its state's work if the samples for it are there; false: wait.
  bool search();
  bool read_preamble();
  bool read_signal(PpduSink& sink);
  bool read_format(PpduSink& sink);
  bool read_ht_training();
  bool read_data(PpduSink& sink);
  bool skip(PpduSink& sink);

  bool read_ht_signal();
  bool read_vht_signal();
  void read_header_symbols(std::size_t first, std::span<const Constellation> constellations);
  void announce(Phy phy, std::uint32_t octets, bool exact, float mbps);
  void skip_to_end();
  bool is_lost(float level, std::int64_t at, PpduSink& sink);
  void refuse(RejectReason reason, PpduSink& sink);
  std::int64_t symbol_start(std::size_t number) const;
  RfFacts facts() const;
  float snr_db() const;

  RfFacts nominal_;
  unsigned clock_divisor_;
  double rate_hz_;
  StfSearch search_;
  SymbolReader reader_;
  PsduReader psdu_;
  ViterbiK7 header_decoder_;
  std::vector<std::uint8_t> header_bits_;
  std::vector<std::int8_t> header_soft_;
  float certainty_ = 0;  // of the header that was read last
  dsp::AlignedVector<cf32> samples_;
  std::size_t held_ = 0;
  bool ends_ = false;  // nothing follows the samples that are held
  std::int64_t first_ = 0;
  std::int64_t search_first_ = 0, search_from_ = 0;

  State state_ = State::search;
  StfHit hit_;
  LtfSync sync_;
  ChannelEstimate channel_;
  std::int64_t signal_start_ = 0;  // of SIGNAL with its guard
  LegacySignal signal_;
  HtSignal ht_;
  bool is_ht_ = false;
  std::int64_t data_start_ = 0;  // of DATA with its guard
  std::int64_t slip_ = 0;
  std::size_t symbol_ = 0;  // of DATA, next
  std::int64_t ppdu_end_ = 0;
  std::int64_t watched_ = 0;  // while skipping: up to where the level was checked
  unsigned lost_ = 0;         // symbols in a row whose level is not the PPDU's
  bool asked_ = false;
  Constellation constellation_ = Constellation::bpsk;
  const RateFormat* format_ = nullptr;
  Ppdu ppdu_;
  std::array<std::int8_t, 6 * 52> soft_{};
};

}  // namespace windhover::decoders::wifi
