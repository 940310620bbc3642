#include "decoders/wifi/dsss_receiver.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "decoders/wifi/dsss_correlate.hpp"

namespace windhover::decoders::wifi {
namespace {

constexpr auto kSymbolSamples = static_cast<std::int64_t>(kBarkerSymbol);

// Samples that must follow a step's first one before it is looked at: both windows, and SYNC behind a hit.
constexpr std::int64_t kSearchAhead = BarkerSearch::kAhead + (kSyncBehind + 1) * kSymbolSamples;

// Mean squared error of symbols above which nothing can be read: 1 where the PPDU is over, more than this
// where a much stronger one has begun.
constexpr float kMostError = 0.6F;
// The same by level: over so many samples, and how often in a row.
constexpr std::int64_t kWatch = 400;
constexpr unsigned kMostLost = 5;
// What ended it may have begun as far back.
constexpr std::int64_t kBack = kWatch * (kMostLost + 1);

// Frames follow one another by 200 samples at least; the end is known to some samples.
constexpr std::int64_t kEndSlack = 60;

}  // namespace

DsssReceiver::DsssReceiver(const RfFacts& nominal) : nominal_(nominal), samples_(kCapacity) {
  // Made at first use; that is not to be on the sample path.
  (void)barker_waveform();
}

void DsssReceiver::process(const IqBlock& in, PpduSink& sink) {
  if (in.gap) finish(sink);
  if (in.iq.empty()) return;
  if (samples_.empty() || in.gap) restart(in.first.value);
  for (std::span<const cf32> rest = in.iq; !rest.empty();) {
    const std::size_t n = std::min(rest.size(), kSlice);
    samples_.drop_before(working_position() - kHistory, n);
    samples_.append(rest.first(n));
    rest = rest.subspan(n);
    run(sink);
  }
}

void DsssReceiver::restart(std::int64_t first) {
  samples_.restart(first);
  origin_ = search_first_ = first;
  state_ = State::search;
}

// What the stream broke off is told as far as it was read.
void DsssReceiver::finish(PpduSink& sink) {
  if (state_ == State::data || (state_ == State::skip && asked_))
    sink.take(ppdu_, psdu_.octets());
  else if (state_ == State::skip)
    sink.take(ppdu_, {});
  else if (state_ == State::header)
    sink.reject(RejectReason::truncated, facts());
  samples_.restart(0);
  state_ = State::search;
}

void DsssReceiver::run(PpduSink& sink) {
  for (bool on = true; on;) switch (state_) {
      case State::search:
        on = search();
        break;
      case State::preamble:
        on = read_preamble();
        break;
      case State::header:
        on = read_header(sink);
        break;
      case State::data:
        on = read_data(sink);
        break;
      case State::skip:
        on = skip(sink);
        break;
    }
}

std::int64_t DsssReceiver::working_position() const {
  switch (state_) {
    case State::search:
      return search_first_;
    case State::preamble:
      return stretch_.position;
    case State::skip:
      return watched_;
    case State::header:
      return static_cast<std::int64_t>(tracker_.position());
    default:
      return static_cast<std::int64_t>(symbol_position());
  }
}

// The search's steps lie on a grid that begins with the stream, so that blocks do not matter.
void DsssReceiver::search_on(std::int64_t sample) {
  constexpr std::int64_t kStep = BarkerSearch::kStep;
  state_ = State::search;
  search_first_ = origin_ + (std::max(sample, origin_) - origin_ + kStep - 1) / kStep * kStep;
}

bool DsssReceiver::search() {
  for (; has(search_first_ + kSearchAhead); search_first_ += BarkerSearch::kStep) {
    const auto hit = BarkerSearch::look(samples_, search_first_);
    if (!hit) continue;
    if (const auto stretch = find_sync(samples_, hit->position)) {
      stretch_ = *stretch;
      state_ = State::preamble;
      return true;
    }
  }
  return false;
}

bool DsssReceiver::read_preamble() {
  if (!has(stretch_.position + (sfd_reach(stretch_.preamble) + 2) * kSymbolSamples)) return false;
  const auto known = find_sfd(samples_, stretch_);
  if (!known) {
    // Where SYNC never ends, each of it is looked at once.
    const auto sync = static_cast<std::int64_t>(sync_symbols(stretch_.preamble));
    search_on(std::max(stretch_.position + sync * kSymbolSamples, search_first_ + 1));
    return true;
  }
  preamble_ = *known;
  estimate_ = measure_preamble(samples_, preamble_);
  if (estimate_.is_beside) {
    search_on(preamble_.header());
    return true;
  }
  tracker_.start(estimate_, preamble_.header());
  header_read_ = 0;
  state_ = State::header;
  return true;
}

bool DsssReceiver::read_header(PpduSink& sink) {
  const bool is_short = preamble_.preamble == DsssPreamble::short_sync;
  const std::size_t count = is_short ? kPlcpHeaderBits / 2 : kPlcpHeaderBits;
  for (; header_read_ < count; ++header_read_) {
    if (!has(tracker_.needed())) return false;
    header_[header_read_] = tracker_.read(samples_, is_short);
  }
  BitContext context{preamble_.last_quarter(), DsssScrambler(preamble_.last_bits)};
  const auto header = decode_plcp_header(std::span(header_).first(count), preamble_.preamble, context);
  if (!header) {
    sink.reject(header.error(), facts());
    search_on(preamble_.header());
    return true;
  }
  psdu_.start(header->octets, context.scrambler);
  rate_ = header->rate;
  constexpr SymbolFormat formats[] = {{false, 0}, {true, 0}, {true, 2}, {true, 6}};
  symbols_.start(context.quarter, formats[static_cast<std::size_t>(rate_)]);
  announce(*header);
  if (is_cck()) cck_.start(estimate_, tracker_, rate_ == DsssRate::mbps_11);
  state_ = State::data;
  return true;
}

// From here on the PPDU counts, whatever becomes of its content.
void DsssReceiver::announce(const PlcpHeader& header) {
  ppdu_.phy = is_cck() ? Phy::cck : Phy::dsss;
  ppdu_.rate_mbps = to_mbps(header.rate);
  ppdu_.psdu_octets = header.octets;
  ppdu_.rf = facts();
  const std::int64_t psdu_samples = header.length_us * kSymbolSamples;
  ppdu_.rf.length_samples += static_cast<double>(psdu_samples);
  ppdu_end_ = static_cast<std::int64_t>(tracker_.position()) + psdu_samples;
  watched_ = static_cast<std::int64_t>(tracker_.position());
  lost_ = 0;
  asked_ = false;
}

SymbolDecision DsssReceiver::read_symbol() {
  if (is_cck()) return cck_.read(samples_);
  const PhaseDecision phase = tracker_.read(samples_, rate_ == DsssRate::mbps_2);
  return {phase.quarter, 0, phase.second, 0, phase.margin};
}

bool DsssReceiver::read_data(PpduSink& sink) {
  while (!psdu_.complete()) {
    const auto at = static_cast<std::int64_t>(symbol_position());
    if (!has(needed_for_symbol())) return false;
    if (is_over(at, sink)) return true;
    symbols_.take(read_symbol(), psdu_);
    if (!is_cck() && tracker_.error() > kMostError) {
      give_up(at, sink);
      return true;
    }
    if (is_cck() && cck_.error() > kMostError) {
      // Echoes may be too much for it while the PPDU goes on.
      state_ = State::skip;
      return true;
    }
    const auto octets = psdu_.octets();
    if (asked_ || (octets.size() < kHeadOctets && !psdu_.complete())) continue;
    asked_ = true;
    if (!sink.read_on(ppdu_, octets.first(std::min(kHeadOctets, octets.size())))) {
      state_ = State::skip;
      return true;
    }
  }
  symbols_.finish(psdu_);
  psdu_.repair();
  ppdu_.rf.cfo_hz = facts().cfo_hz;
  sink.take(ppdu_, psdu_.octets());
  search_on(ppdu_end_ - kEndSlack);
  return true;
}

// Nobody asks for the rest, or it cannot be read; only whether the PPDU lasts as long as it said.
bool DsssReceiver::skip(PpduSink& sink) {
  for (; watched_ + kWatch <= ppdu_end_;) {
    if (!has(watched_ + kWatch)) return false;
    if (is_over(watched_ + kWatch, sink)) return true;
  }
  sink.take(ppdu_, asked_ ? psdu_.octets() : std::span<const std::uint8_t>{});
  search_on(ppdu_end_ - kEndSlack);
  return true;
}

// Whether the level up to a sample is not that of the PPDU any more; then the search goes on. A PPDU that
// lies in the noise is not told from nothing: its header is believed. One under another nine times as strong
// cannot be read, whatever its rate.
bool DsssReceiver::is_over(std::int64_t until, PpduSink& sink) {
  const float signal = estimate_.signal, noise = estimate_.noise;
  for (; watched_ + kWatch <= until; watched_ += kWatch) {
    const float level = mean_power(samples_.re(watched_), samples_.im(watched_), kWatch);
    const bool silent = signal > noise && level < noise + 0.3F * signal;
    const bool drowned = level > 9 * signal + 3 * noise;
    lost_ = silent || drowned ? lost_ + 1 : 0;
    if (lost_ < kMostLost) continue;
    give_up(watched_ + kWatch, sink);
    return true;
  }
  return false;
}

void DsssReceiver::give_up(std::int64_t at, PpduSink& sink) {
  sink.reject(RejectReason::truncated, facts());
  search_on(std::max(at - kBack, preamble_.header()));
}

RfFacts DsssReceiver::facts() const {
  RfFacts rf = nominal_;
  const std::size_t header =
      preamble_.preamble == DsssPreamble::short_sync ? kPlcpHeaderBits / 2 : kPlcpHeaderBits;
  rf.first_sample = static_cast<double>(preamble_.position) + estimate_.delay;
  rf.length_samples = static_cast<double>((preamble_.symbols + header) * kBarkerSymbol);
  const double turn = state_ == State::data && is_cck() ? cck_.turn() : tracker_.turn();
  rf.cfo_hz += static_cast<float>(turn * kChannelRate.value / (2 * std::numbers::pi));
  const float least = 1e-30F;
  rf.snr_db = 10 * std::log10((estimate_.signal + least) / (estimate_.noise + least));
  rf.rssi_dbfs = 10 * std::log10(estimate_.signal + least);
  return rf;
}

}  // namespace windhover::decoders::wifi
