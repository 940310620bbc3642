#pragma once
// Receiver of DSSS and CCK PPDUs on one 20 MHz channel: 802.11b at all rates, long and short preamble. IEEE
// 802.11 clauses 15 and 16.

#include <array>
#include <cstdint>

#include "decoders/decoder.hpp"
#include "decoders/wifi/dsss_bits.hpp"
#include "decoders/wifi/dsss_cck.hpp"
#include "decoders/wifi/dsss_samples.hpp"
#include "decoders/wifi/dsss_search.hpp"
#include "decoders/wifi/dsss_sync.hpp"
#include "decoders/wifi/dsss_tracker.hpp"
#include "decoders/wifi/dsss_waveform.hpp"
#include "decoders/wifi/ppdu.hpp"

namespace windhover::decoders::wifi {

class DsssReceiver {
 public:
  /// nominal  of the channel; its cfo_hz is added to what is measured
  explicit DsssReceiver(const RfFacts& nominal);

  /// One PPDU at a time. An empty block with `gap` ends what is under way.
  void process(const IqBlock& in, PpduSink& sink);

 private:
  enum class State : std::uint8_t { search, preamble, header, data, skip };
  static constexpr std::size_t kSlice = 2048;  // samples taken at once
  static constexpr std::size_t kCapacity = 8 * kSlice;
  static constexpr std::int64_t kHistory = 4096;  // samples kept behind what is worked on

  bool has(std::int64_t sample) const { return sample <= samples_.end(); }
  void restart(std::int64_t first);
  void finish(PpduSink& sink);
  void run(PpduSink& sink);
  std::int64_t working_position() const;
  void search_on(std::int64_t sample);

  // Each does its state's work if the samples for it are there; false: wait.
  bool search();
  bool read_preamble();
  bool read_header(PpduSink& sink);
  bool read_data(PpduSink& sink);
  bool skip(PpduSink& sink);

  bool is_cck() const { return rate_ == DsssRate::mbps_5_5 || rate_ == DsssRate::mbps_11; }
  std::int64_t needed_for_symbol() const { return is_cck() ? cck_.needed() : tracker_.needed(); }
  double symbol_position() const { return is_cck() ? cck_.position() : tracker_.position(); }
  SymbolDecision read_symbol();
  void announce(const PlcpHeader& header);
  bool is_over(std::int64_t until, PpduSink& sink);
  void give_up(std::int64_t at, PpduSink& sink);
  RfFacts facts() const;

  RfFacts nominal_;
  DsssSamples samples_;
  std::int64_t origin_ = 0, search_first_ = 0;  // the search's steps begin with the stream
  State state_ = State::search;
  SyncStretch stretch_;
  KnownPreamble preamble_;
  PreambleEstimate estimate_;
  BarkerTracker tracker_;
  std::array<PhaseDecision, kPlcpHeaderBits> header_{};
  std::size_t header_read_ = 0;
  CckReader cck_;
  DifferentialReader symbols_;
  DsssPsdu psdu_;
  DsssRate rate_ = DsssRate::mbps_1;
  bool asked_ = false;  // whether the PSDU is to be read on
  std::int64_t ppdu_end_ = 0;
  std::int64_t watched_ = 0;  // up to where the level was checked
  unsigned lost_ = 0;         // windows in a row whose level is not the PPDU's
  Ppdu ppdu_;
};

}  // namespace windhover::decoders::wifi
