#include "decoders/wifi/ofdm_receiver.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "decoders/complex_math.hpp"
#include "decoders/wifi/lanes.hpp"

namespace windhover::decoders::wifi {
namespace {

constexpr std::int64_t kFftLength = kFft, kGuardLength = kGuard, kSymbolLength = kSymbol;

// Samples from the long training's first symbol to SIGNAL's guard, and from the PPDU's start to SIGNAL's end.
constexpr std::int64_t kLtfToSignal = 2 * kFftLength, kPreamble = 320;

// A PPDU whose power falls to a fifth is over, whatever its header said; one that is six times as strong as
// its training lies under another one, or was none. So many symbols in a row must agree.
constexpr float kSilent = 0.2F, kDrowned = 6;
constexpr unsigned kMostLost = 5;
// Where it drowned another PPDU has begun: as far back from the symbol that settles it.
constexpr std::int64_t kBack = 1024;

// Frames follow one another by 200 samples at least; the end is known to some samples.
constexpr std::int64_t kEndSlack = 60;

// Training that repeats itself worse was none: no SIGNAL can be read there.
constexpr float kLeastSnr_db = -5;

// What noise adds to a smoothed estimate's power, in carriers.
constexpr float kNoiseInPower = 8;

// Of SIGNAL; 0.95 at -1 dB. Noise that is taken for a code word agrees with it worse.
constexpr float kLeastCertainty = 0.75F;

// Of a multiple of four samples.
float mean_power(std::span<const cf32> x) noexcept {
  const auto* parts = reinterpret_cast<const float*>(x.data());
  Lanes sum{};
  for (std::size_t i = 0; i < 2 * x.size(); i += kLanes) sum += load(parts + i) * load(parts + i);
  float all = 0;
  for (std::size_t i = 0; i < kLanes; ++i) all += sum[i];
  return all / static_cast<float>(x.size());
}

}  // namespace

OfdmReceiver::OfdmReceiver(const RfFacts& nominal, unsigned clock_divisor)
    : nominal_(nominal),
      clock_divisor_(clock_divisor),
      rate_hz_(kChannelRate.value / clock_divisor),
      samples_(kCapacity) {
  header_bits_.reserve(512);
  header_soft_.reserve(96);
  // Tables are made at first use; that is not to be on the sample path.
  const std::array<cf32, kFft> nothing{};
  (void)estimate_channel(std::span(&nothing, 1), legacy_plan());
  (void)estimate_channel(std::span(&nothing, 1), ht_plan());
  (void)short_training_period();
  (void)ht_training_symbol();
  (void)pilot_polarity(0);
  (void)deinterleaver(*legacy_rate(0b1011), false);
}

void OfdmReceiver::process(const IqBlock& in, PpduSink& sink) {
  if (in.gap) finish(sink);
  if (in.iq.empty()) return;
  if (held_ == 0 || in.gap) restart(in.first.value);
  for (std::span<const cf32> rest = in.iq; !rest.empty();) {
    const std::size_t n = std::min(rest.size(), kSlice);
    std::copy_n(rest.begin(), n, samples_.begin() + static_cast<std::ptrdiff_t>(held_));
    held_ += n;
    rest = rest.subspan(n);
    run(sink);
    drop_old_samples();
  }
}

void OfdmReceiver::restart(std::int64_t first) {
  first_ = search_first_ = search_from_ = first;
  held_ = 0;
  state_ = State::search;
  search_.reset();
}

// What lies in the last samples is searched as if silence followed; what the stream broke off is told as far
// as it was read.
void OfdmReceiver::finish(PpduSink& sink) {
  ends_ = true;
  run(sink);
  ends_ = false;
  if (state_ == State::data || state_ == State::skip)
    sink.take(ppdu_, psdu_.octets());
  else if (state_ == State::signal || state_ == State::format || state_ == State::ht_training)
    sink.reject(RejectReason::truncated, facts());
  held_ = 0;
  state_ = State::search;
}

void OfdmReceiver::run(PpduSink& sink) {
  for (bool on = true; on;) switch (state_) {
      case State::search:
        on = search();
        break;
      case State::preamble:
        on = read_preamble();
        break;
      case State::signal:
        on = read_signal(sink);
        break;
      case State::format:
        on = read_format(sink);
        break;
      case State::ht_training:
        on = read_ht_training();
        break;
      case State::data:
        on = read_data(sink);
        break;
      case State::skip:
        on = skip(sink);
        break;
    }
}

// Only when the room is needed: moving what is kept costs more than much of the search.
void OfdmReceiver::drop_old_samples() {
  if (held_ + kSlice + kSpare <= kCapacity) return;
  std::int64_t needed = search_first_;
  if (state_ == State::preamble) needed = hit_.position;
  if (state_ == State::signal || state_ == State::format || state_ == State::ht_training)
    needed = sync_.position;
  if (state_ == State::data) needed = symbol_start(symbol_) - kGuardLength;
  if (state_ == State::skip) needed = watched_;
  const std::int64_t history = state_ == State::search ? kSearchHistory : kHistory;
  const std::int64_t drop =
      std::clamp<std::int64_t>(needed - history - first_, 0, static_cast<std::int64_t>(held_));
  std::copy(samples_.begin() + drop, samples_.begin() + static_cast<std::ptrdiff_t>(held_), samples_.begin());
  held_ -= static_cast<std::size_t>(drop);
  first_ += drop;
}

// The search's steps lie on a grid that begins with the stream, so that blocks do not matter.
void OfdmReceiver::search_on(std::int64_t sample) {
  constexpr auto kStep = static_cast<std::int64_t>(StfSearch::kStep);
  state_ = State::search;
  search_from_ = std::max(search_from_, sample);
  if (search_from_ >= search_first_ + kStep) search_first_ += (search_from_ - search_first_) / kStep * kStep;
}

bool OfdmReceiver::search() {
  constexpr auto kStep = static_cast<std::int64_t>(StfSearch::kStep);
  constexpr auto kWindow = static_cast<std::int64_t>(StfSearch::kStep + StfSearch::kAhead);
  if (search_first_ < first_ || !has(search_first_ + (ends_ ? 1 : kWindow))) return false;
  const std::int64_t missing = std::max<std::int64_t>(0, search_first_ + kWindow - end());
  std::fill_n(samples_.begin() + static_cast<std::ptrdiff_t>(held_), missing, cf32{});
  const std::span<const cf32> window(samples_.data() + (search_first_ - first_),
                                     static_cast<std::size_t>(kWindow));
  if (const auto hit = search_.step(window, search_first_, search_from_)) {
    hit_ = *hit;
    state_ = State::preamble;
  } else {
    search_first_ += kStep;
  }
  return true;
}

bool OfdmReceiver::read_preamble() {
  if (!has(hit_.position + kLtfBehind)) return false;
  const auto sync = synchronise(from(hit_.position), hit_);
  if (!sync) {
    search_on(hit_.is_cut() ? hit_.edge() + 1 : hit_.position + 145);
    return true;
  }
  sync_ = *sync;
  signal_start_ = sync_.position + kLtfToSignal;
  const double origin = static_cast<double>(sync_.position + kFftLength);
  std::array<std::array<cf32, kFft>, 2> spectra;
  reader_.start(legacy_plan(), {}, sync_.turn, origin, 0);
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t at = sync_.position + static_cast<std::int64_t>(i) * kFftLength;
    const auto spectrum = reader_.transform(from(at), static_cast<double>(at));
    std::copy(spectrum.begin(), spectrum.end(), spectra[i].begin());
  }
  channel_ = estimate_channel(spectra, legacy_plan());
  if (snr_db() < kLeastSnr_db) {
    search_on(hit_.is_cut() ? hit_.edge() + 1 : hit_.position + 145);
    return true;
  }
  // From the middle of both to the middle of SIGNAL.
  const float since =
      static_cast<float>(kFftLength + kGuardLength + kFftLength / 2) / static_cast<float>(kSymbol);
  reader_.start(legacy_plan(), channel_, sync_.turn, origin, since);
  state_ = State::signal;
  return true;
}

std::int64_t OfdmReceiver::symbol_start(std::size_t number) const {
  const std::int64_t guard = is_ht_ && ht_.short_guard ? kGuardLength / 2 : kGuardLength;
  return data_start_ + slip_ + static_cast<std::int64_t>(number) * (kFftLength + guard) + guard;
}

// Header symbols from number `first` on, 24 bits each; SIGNAL is number 0. Their bits are then in
// header_bits_.
void OfdmReceiver::read_header_symbols(std::size_t first, std::span<const Constellation> constellations) {
  const auto& places = deinterleaver(*legacy_rate(0b1011), false);
  std::vector<std::int8_t>& coded = header_soft_;
  coded.clear();
  header_bits_.clear();
  header_decoder_.start();
  for (std::size_t number = first; number < first + constellations.size(); ++number) {
    const Constellation constellation = constellations[number - first];
    const std::int64_t at = signal_start_ + static_cast<std::int64_t>(number) * kSymbolLength + kGuardLength;
    std::array<float, 4> signs = legacy_plan().pilot_signs;
    for (float& sign : signs) sign *= pilot_polarity(number);
    reader_.read(from(at), static_cast<double>(at), constellation, signs);
    reader_.soft_bits(constellation, soft_.data());
    for (const std::uint16_t place : places) coded.push_back(soft_[place]);
  }
  header_decoder_.feed(coded, header_bits_);
  header_decoder_.finish(true, header_bits_);

  // How well what was received agrees with what it was taken for.
  float agreed = 0, all = 1e-9F;
  for (std::size_t n = 0; n < coded.size(); ++n) {
    const auto bit = [&](std::size_t ago) { return n / 2 >= ago ? header_bits_[n / 2 - ago] : 0U; };
    const unsigned sent =
        n % 2 == 0 ? bit(0) ^ bit(2) ^ bit(3) ^ bit(5) ^ bit(6) : bit(0) ^ bit(1) ^ bit(2) ^ bit(3) ^ bit(6);
    const auto soft = static_cast<float>(coded[n]);
    agreed += sent != 0 ? soft : -soft;
    all += std::abs(soft);
  }
  certainty_ = agreed / all;
}

bool OfdmReceiver::read_signal(PpduSink& sink) {
  if (!has(signal_start_ + kSymbolLength)) return false;
  read_header_symbols(0, std::array{Constellation::bpsk});
  const auto signal = parse_signal(header_bits_);
  if (!signal || certainty_ < kLeastCertainty) {
    refuse(RejectReason::sanity, sink);
    return true;
  }
  signal_ = *signal;
  is_ht_ = false;
  slip_ = 0;
  data_start_ = signal_start_ + kSymbolLength;
  state_ = State::format;
  return true;
}

// What follows SIGNAL at 6 Mb/s tells the generations apart (spec of each: 19.3.21, 21.3.20, 27.3.22).
bool OfdmReceiver::read_format(PpduSink& sink) {
  if (!signal_.is_6mbps) {
    announce(Phy::ofdm, signal_.length, true, signal_.rate->mbps);
    return true;
  }
  if (!has(signal_start_ + 3 * kSymbolLength)) return false;
  std::array<cf32, 48> signal_values;
  std::ranges::copy(reader_.values(), signal_values.begin());
  const std::int64_t one = signal_start_ + kSymbolLength + kGuardLength;
  const float first = reader_.rotation(from(one), static_cast<double>(one), 1);
  cf32 repeated = 0;
  float energy = 1e-30F;
  for (std::size_t i = 0; i < signal_values.size(); ++i) {
    repeated += times_conj(reader_.values()[i], signal_values[i]);
    energy += std::abs(reader_.values()[i]) * std::abs(signal_values[i]);
  }
  const std::int64_t two = one + kSymbolLength;
  const float second = reader_.rotation(from(two), static_cast<double>(two), 2);
  const bool is_repeated = repeated.real() > 0.6F * energy;
  if (is_repeated && signal_.length % 3 != 0) {
    announce(Phy::he, 0, false, 0);
  } else if (is_repeated && signal_.length % 3 == 0) {
    announce(Phy::eht, 0, false, 0);
  } else if (first > 0 && second > 0 && read_ht_signal()) {
    return true;
  } else if (first < 0 && second > 0 && signal_.length % 3 == 0 && read_vht_signal()) {
    return true;
  } else if (first > 0 && second > 0 && first + second > 0.5F * channel_.power) {
    refuse(RejectReason::sanity, sink);  // surely HT, with a broken header
  } else {
    announce(Phy::ofdm, signal_.length, true, signal_.rate->mbps);
  }
  return true;
}

bool OfdmReceiver::read_ht_signal() {
  const auto tracking = reader_.tracking();
  read_header_symbols(1, std::array{Constellation::rotated_bpsk, Constellation::rotated_bpsk});
  const auto ht = parse_ht_signal(header_bits_);
  if (!ht) {
    reader_.put_back(tracking);
    return false;
  }
  ht_ = *ht;
  ppdu_.width_mhz = static_cast<std::uint8_t>(ht_.forty_mhz ? 40 : 20);
  ppdu_.aggregated = ht_.aggregated;
  const bool readable =
      ht_.mcs < 8 && !ht_.forty_mhz && !ht_.ldpc && ht_.stbc == 0 && ht_.extension_streams == 0;
  if (readable && ht_.length > 0) {
    state_ = State::ht_training;
  } else {
    announce(Phy::ht_mixed, ht_.length, true, ht_mbps(ht_));
    skip_to_end();
  }
  return true;
}

bool OfdmReceiver::read_vht_signal() {
  const auto tracking = reader_.tracking();
  read_header_symbols(1, std::array{Constellation::bpsk, Constellation::rotated_bpsk});
  const auto vht = parse_vht_signal(header_bits_);
  if (!vht) {
    reader_.put_back(tracking);
    return false;
  }
  const bool single_user = vht->group_id == 0 || vht->group_id == 63;
  const float mbps = single_user ? vht_mbps(*vht) : 0;
  announce(Phy::vht, signal_.length, false, mbps);
  ppdu_.width_mhz = static_cast<std::uint8_t>(20U << vht->width_mhz_code);
  ppdu_.aggregated = true;
  // Behind L-SIG: SIG-A, STF, an LTF for each stream, SIG-B.
  const float preamble_us = 20 + 8 + 4 + 4 * static_cast<float>(vht->streams) + 4;
  const auto duration_us = static_cast<float>(ppdu_.rf.length_samples / (rate_hz_ * 1e-6));
  ppdu_.psdu_octets = static_cast<std::uint32_t>(std::max(0.0F, duration_us - preamble_us) * mbps / 8);
  return true;
}

// The HT part may come from other antennas with other delays: it has training of its own.
bool OfdmReceiver::read_ht_training() {
  const std::int64_t expected = signal_start_ + 4 * kSymbolLength + kGuardLength;
  if (!has(expected + 2 * kFftLength)) return false;
  constexpr std::int64_t kRange = 12;
  const std::int64_t path =
      first_path(from(expected - kSymbolLength), kSymbolLength + kEarly, kRange,
                 std::span<const cf32, kFft>(ht_training_symbol()), static_cast<float>(reader_.turn()));
  const std::int64_t at = expected - kSymbolLength + path - kEarly;
  const std::size_t guard = ht_.short_guard ? kGuard / 2 : kGuard;
  const float since = static_cast<float>(kFft + guard) / static_cast<float>(kSymbol);
  reader_.retrain(ht_plan(), from(at), static_cast<double>(at), since, kFft + guard);
  is_ht_ = true;
  data_start_ = at + kFftLength;
  announce(Phy::ht_mixed, ht_.length, true, ht_mbps(ht_));
  return true;
}

// From here on the PPDU counts, whatever becomes of its content.
void OfdmReceiver::announce(Phy phy, std::uint32_t octets, bool exact, float mbps) {
  ppdu_.phy = phy;
  if (phy != Phy::ht_mixed) {
    ppdu_.width_mhz = 20;
    ppdu_.aggregated = false;
  }
  ppdu_.octets_exact = exact;
  ppdu_.psdu_octets = octets;
  ppdu_.rate_mbps = mbps / static_cast<float>(clock_divisor_);
  if (clock_divisor_ > 1) ppdu_.width_mhz = static_cast<std::uint8_t>(20 / clock_divisor_);
  format_ = is_ht_ ? &ht_rate(ht_.mcs) : signal_.rate;
  psdu_.start(*format_, is_ht_, octets);
  // Later generations announce their whole duration in SIGNAL, as if at 6 Mb/s.
  const std::int64_t symbols = phy == Phy::ofdm ? static_cast<std::int64_t>(psdu_.symbols())
                                                : (static_cast<std::int64_t>(signal_.length) + 3 + 2) / 3;
  ppdu_.rf = facts();
  ppdu_.rf.length_samples = static_cast<double>(kPreamble + kSymbolLength + symbols * kSymbolLength);
  ppdu_end_ = signal_start_ + kSymbolLength + symbols * kSymbolLength;
  constellation_ = constellation_of(format_->bits_per_carrier);
  symbol_ = 0;
  lost_ = 0;
  asked_ = false;
  if (phy == Phy::ofdm || is_ht_)
    state_ = State::data;
  else
    skip_to_end();
}

void OfdmReceiver::skip_to_end() {
  state_ = State::skip;
  watched_ = is_ht_ || ppdu_.phy == Phy::ofdm ? symbol_start(symbol_) : signal_start_ + kSymbolLength;
}

// Whether the PPDU is there no more, by the level of one symbol after the other; then the search goes on.
bool OfdmReceiver::is_lost(float level, std::int64_t at, PpduSink& sink) {
  lost_ = level < kSilent || level > kDrowned ? lost_ + 1 : 0;
  if (lost_ < kMostLost) return false;
  // Positions that were searched before are not searched again.
  search_on(std::max(at - kBack, signal_start_));
  sink.reject(RejectReason::truncated, facts());
  return true;
}

bool OfdmReceiver::read_data(PpduSink& sink) {
  while (!psdu_.complete()) {
    const std::int64_t at = symbol_start(symbol_);
    if (!has(at + kFftLength + 1)) return false;
    const CarrierPlan& plan = is_ht_ ? ht_plan() : legacy_plan();
    std::array<float, 4> signs;
    for (std::size_t i = 0; i < 4; ++i)
      signs[i] = is_ht_ ? plan.pilot_signs[(i + symbol_) % 4] * pilot_polarity(symbol_ + 3)
                        : plan.pilot_signs[i] * pilot_polarity(symbol_ + 1);
    reader_.read(from(at), static_cast<double>(at), constellation_, signs);
    slip_ += reader_.take_slip();
    if (is_lost(reader_.level(), at, sink)) return true;
    reader_.soft_bits(constellation_, soft_.data());
    psdu_.take_symbol(std::span(soft_).first(format_->coded_bits));
    ++symbol_;
    const auto octets = psdu_.octets();
    if (!asked_ && (octets.size() >= kHeadOctets || psdu_.complete())) {
      asked_ = true;
      if (!sink.read_on(ppdu_, octets.first(std::min(kHeadOctets, octets.size())))) {
        skip_to_end();
        return true;
      }
    }
  }
  ppdu_.rf.cfo_hz = facts().cfo_hz;
  sink.take(ppdu_, psdu_.octets());
  search_on(ppdu_end_ - kEndSlack);
  return true;
}

// Nobody asks for the rest; only whether the PPDU lasts as long as it said.
bool OfdmReceiver::skip(PpduSink& sink) {
  while (watched_ + kSymbolLength <= ppdu_end_) {
    if (!has(watched_ + kSymbolLength)) return false;
    // In the transform's units.
    const float level = mean_power(from(watched_).first(kSymbol)) * static_cast<float>(kFft * kFft);
    const float before = channel_.power + static_cast<float>(kFft) * channel_.noise;
    if (is_lost(level / before, watched_, sink)) return true;
    watched_ += kSymbolLength;
  }
  sink.take(ppdu_, asked_ ? psdu_.octets().first(std::min(kHeadOctets, psdu_.octets().size()))
                          : std::span<const std::uint8_t>{});
  search_on(ppdu_end_ - kEndSlack);
  return true;
}

void OfdmReceiver::refuse(RejectReason reason, PpduSink& sink) {
  sink.reject(reason, facts());
  search_on(signal_start_);
}

RfFacts OfdmReceiver::facts() const {
  RfFacts rf = nominal_;
  rf.first_sample = static_cast<double>(sync_.position - 192) + static_cast<double>(channel_.delay);
  rf.length_samples = static_cast<double>(kPreamble + kSymbolLength);
  rf.cfo_hz += static_cast<float>(reader_.turn() * rate_hz_ / (2 * std::numbers::pi));
  // Parseval: Σ|carrier|² over 64² is the signal's mean power.
  const float noise = channel_.noise / static_cast<float>(kFft);
  rf.snr_db = snr_db();
  rf.rssi_dbfs = rf.snr_db + 10 * std::log10(noise);
  return rf;
}

// In 20 MHz: a carrier's error over 64 is the noise there.
float OfdmReceiver::snr_db() const {
  const float carriers = channel_.power / (channel_.noise + 1e-30F);
  return 10 * std::log10(std::max(carriers - kNoiseInPower, 1e-12F) / static_cast<float>(kFft));
}

}  // namespace windhover::decoders::wifi
