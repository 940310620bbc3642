#include "decoders/bluetooth/le_receiver.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace windhover::decoders::bluetooth {
namespace {

// |sum|² of a search over its mean in noise: exp(−13) for each of two positions a microsecond, about four in
// a second of noise. Synchronisation then refuses all of them.
constexpr float kSearchThreshold = 13;
// A search sees its own row at shifts, too. What is this much weaker than a hit within the row's length is
// taken for that.
constexpr float kShadow = 0.45F;
// Share of the power that the known waveform must explain: what is less cannot be decoded. 0.12 over 672
// samples never happens in noise.
constexpr float kLeastLikeness[] = {0.5F, 0.12F};
constexpr float kLeastCoherence = 0.5F;

constexpr std::size_t kHeaderBits = 16;
constexpr std::size_t kCrcBits = 24;
constexpr std::size_t kTermBits = 3;
constexpr std::size_t kAddressBits = 32;
constexpr std::size_t kMostAddressErrors = 3;
constexpr std::size_t kCodedPreambleSymbols = 80;

std::vector<std::uint8_t> address_bits(std::uint32_t address) {
  std::vector<std::uint8_t> bits;
  for (unsigned i = 0; i < 32; ++i) bits.push_back(static_cast<std::uint8_t>(address >> i & 1U));
  return bits;
}

// Rate 1/2, Core Specification Vol 6 Part B 3.3.1, from state 0.
std::vector<std::uint8_t> coded_bits(std::span<const std::uint8_t> bits) {
  std::vector<std::uint8_t> coded;
  unsigned state = 0;
  for (const std::uint8_t bit : bits) {
    state = (state << 1U | bit) & 15U;
    coded.push_back(static_cast<std::uint8_t>(std::popcount(state) & 1));
    coded.push_back(static_cast<std::uint8_t>(std::popcount(state & 0b1101U) & 1));
  }
  return coded;
}

std::uint32_t last_bits_of(std::uint32_t address) {
  std::uint32_t bits = 0;
  for (unsigned i = 0; i < 8; ++i) bits |= (address >> (31 - i) & 1U) << i;
  return bits;
}

std::size_t preamble_symbols(Phy phy) { return phy == Phy::le_2m ? 16 : 8; }

}  // namespace

std::vector<std::uint8_t> uncoded_sync_symbols(Phy phy, std::uint32_t access_address) {
  std::vector<std::uint8_t> symbols;
  // Alternating, the first one equal to the address' first bit.
  for (std::size_t i = 0; i < preamble_symbols(phy); ++i)
    symbols.push_back(static_cast<std::uint8_t>((access_address + i) & 1U));
  for (const std::uint8_t bit : address_bits(access_address)) symbols.push_back(bit);
  return symbols;
}

std::vector<std::uint8_t> coded_sync_symbols(std::uint32_t access_address) {
  std::vector<std::uint8_t> symbols;
  for (std::size_t i = 0; i < kCodedPreambleSymbols; ++i)
    symbols.push_back(static_cast<std::uint8_t>(i % 8 >= 2 && i % 8 < 6));
  for (const std::uint8_t bit : coded_bits(address_bits(access_address)))
    for (unsigned i = 0; i < 4; ++i) symbols.push_back(i < 2 ? bit : bit ^ 1U);
  return symbols;
}

LeReceiver::LeReceiver(const ReceiverConfig& config) : config_(config), samples_(kCapacity) {
  const auto symbols = uncoded_sync_symbols(config.uncoded, config.access_address);
  rows_.push_back({PatternSearch::of_symbols(symbols), KnownSync(symbols), 0,
                   last_bits_of(config.access_address), symbols.back(), 0, 0, false});
  if (config.coded) {
    const auto coded = coded_sync_symbols(config.access_address);
    rows_.push_back({PatternSearch::of_coded_bits(coded_bits(address_bits(config.access_address))),
                     KnownSync(coded), kSamplesPerSymbol * kCodedPreambleSymbols,
                     last_bits_of(config.access_address), coded.back(), coded[kCodedPreambleSymbols - 1],
                     (coded[kCodedPreambleSymbols - 1] != 0 ? 1.0 : -1.0) - (coded.back() != 0 ? 1.0 : -1.0),
                     true});
  }
  search_next_.resize(rows_.size());
}

void LeReceiver::process(const IqBlock& in, std::vector<Packet>& out) {
  if (in.gap || in.first.value != end()) {
    advance(true, out);
    restart(in.first.value);
  }
  std::span<const cf32> rest = in.iq;
  while (!rest.empty()) {
    if (held_ == kCapacity) drop_old_samples();
    const std::size_t n = std::min(rest.size(), kCapacity - held_);
    std::copy_n(rest.begin(), n, samples_.begin() + static_cast<std::ptrdiff_t>(held_));
    held_ += n;
    rest = rest.subspan(n);
    advance(false, out);
  }
}

void LeReceiver::restart(std::int64_t first) {
  first_ = first;
  held_ = 0;
  hit_count_ = 0;
  std::fill(search_next_.begin(), search_next_.end(), first);
  attempts_left_ = kMostAttempts;
  refill_at_ = first;
}

void LeReceiver::drop_old_samples() {
  std::int64_t keep = *std::min_element(search_next_.begin(), search_next_.end());
  for (std::size_t i = 0; i < hit_count_; ++i)
    keep = std::min(keep, static_cast<std::int64_t>(std::floor(hits_[i].position)));
  keep = std::clamp(keep - kHistory, first_, end());
  // Room must be made: a packet that does not end within the longest packet's length is none.
  if (keep == first_) keep = first_ + static_cast<std::int64_t>(kGrid);
  const auto n = keep - first_;
  std::copy(samples_.begin() + n, samples_.begin() + static_cast<std::ptrdiff_t>(held_), samples_.begin());
  first_ = keep;
  held_ -= static_cast<std::size_t>(n);
}

void LeReceiver::advance(bool final, std::vector<Packet>& out) {
  search_all(final);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < hit_count_; ++i) {
    Hit& hit = hits_[i];
    const auto due = [&] { return final || hit.needed <= static_cast<double>(end()); };
    bool alive = true;
    if (due() && !hit.start) alive = may_attempt(hit) && synchronise(hit) && read_header(hit, final);
    if (alive && hit.start && due()) {
      decode(hit, out);
      alive = false;
    }
    if (alive) hits_[kept++] = hit;
  }
  hit_count_ = kept;
}

// On a grid that starts with the window, so that the cut into blocks changes nothing.
void LeReceiver::search_all(bool final) {
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const auto reach = static_cast<std::int64_t>(rows_[r].search.reach()) + 2;  // samples beyond a position
    const auto grid = static_cast<std::int64_t>(kGrid);
    while (search_next_[r] + grid + reach <= end()) {
      search(rows_[r], search_next_[r], kGrid);
      search_next_[r] += grid;
    }
    if (!final) continue;
    if (const std::int64_t rest = end() - reach - search_next_[r]; rest > 0)
      search(rows_[r], search_next_[r], static_cast<std::size_t>(rest));
    search_next_[r] = std::max(search_next_[r], end() - reach);
  }
}

void LeReceiver::search(const Row& row, std::int64_t from, std::size_t positions) {
  const std::size_t n = positions + row.search.reach() + 2;
  symbol_turns(held().subspan(static_cast<std::size_t>(from - first_), n), turns_);
  row.search.correlate(turns_, sums_);
  levels_.resize(sums_.size());
  const float scale = 1 / static_cast<float>(row.search.symbols());
  bool any = false;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    levels_[i] = scale * (sums_.re[i] * sums_.re[i] + sums_.im[i] * sums_.im[i]);
    any |= levels_[i] >= kSearchThreshold;
  }
  if (!any) return;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    const float here = levels_[i];
    const float before = i > 0 ? levels_[i - 1] : 0, after = i + 1 < levels_.size() ? levels_[i + 1] : 0;
    if (here < kSearchThreshold || here < before || here <= after) continue;
    // The sum of |x|² of a correlation peak is near a parabola; a turn is centred 1.5 samples after its
    // first.
    const float bend = before - 2 * here + after;
    const double shift =
        before > 0 && after > 0 && bend < 0 ? 0.5 * static_cast<double>((before - after) / bend) : 0;
    Hit hit;
    hit.level = here;
    hit.coded = row.coded;
    hit.position = static_cast<double>(from) + static_cast<double>(i) + shift + 0.5;
    hit.turn = std::atan2(static_cast<double>(sums_.im[i]), static_cast<double>(sums_.re[i]));
    const double header = row.coded ? 8.0 * (5 + kHeaderBits + SequenceDetector::kDelay + 2)
                                    : static_cast<double>(kHeaderBits + SequenceDetector::kDelay + 2);
    hit.needed = hit.position - row.lead_samples +
                 kSamplesPerSymbol * (static_cast<double>(row.sync.symbols()) + header);
    add(hit);
  }
}

void LeReceiver::add(const Hit& hit) {
  for (std::size_t i = 0; i < hit_count_; ++i) {
    Hit& other = hits_[i];
    if (other.coded != hit.coded || other.start) continue;
    const double apart = std::abs(other.position - hit.position);
    const double row = hit.coded ? 512 : 80;
    const bool same = apart < 6;
    if (apart > row ||
        (!same && std::min(hit.level, other.level) > kShadow * std::max(hit.level, other.level)))
      continue;
    if (other.level < hit.level) other = hit;
    return;
  }
  if (hit_count_ < kMostHits) hits_[hit_count_++] = hit;
}

// Whatever is on air, attempts stay below a share of the time: eight at once, then one every 250 µs.
bool LeReceiver::may_attempt(const Hit& hit) {
  constexpr std::int64_t kRefill = 500;
  while (refill_at_ + kRefill <= static_cast<std::int64_t>(hit.position)) {
    refill_at_ += kRefill;
    attempts_left_ = std::min(attempts_left_ + 1, kMostAttempts);
  }
  if (attempts_left_ == 0) return false;
  --attempts_left_;
  return true;
}

bool LeReceiver::synchronise(Hit& hit) {
  Row& row = rows_[hit.coded ? 1 : 0];
  const Synchronised sync =
      row.sync.refine(held(), first_, hit.position - row.lead_samples, hit.turn / kSamplesPerSymbol);
  if (sync.likeness < kLeastLikeness[hit.coded ? 1 : 0] || sync.coherence < kLeastCoherence) return false;
  hit.start = DetectorStart{sync.position + kSamplesPerSymbol * static_cast<double>(row.sync.symbols()),
                            sync.radians_per_sample,
                            sync.modulation_index,
                            sync.phasor,
                            row.last_symbol,
                            row.last_bits};
  hit.first_sample = sync.position;
  hit.amplitude = sync.amplitude;
  hit.carrier = sync.radians_per_sample;
  if (!hit.coded) return true;
  // Block 1 once more from its start, without knowing it: the address, which other data may resemble, then
  // the coding indicator and the termination. The address' symbols add up to no phase.
  const double block = kSamplesPerSymbol * 8.0 * kAddressBits;
  DetectorStart start = *hit.start;
  start.position -= block;
  start.phasor *=
      static_cast<cf32>(std::polar(1.0, -start.radians_per_sample * block -
                                            start.modulation_index * std::numbers::pi * row.address_phase));
  start.last_symbol = row.before_address;
  start.last_bits = 0;
  constexpr std::size_t kBlockBits = kAddressBits + 2 + kTermBits;
  detector_.begin(Coding::s8, start);
  if (detector_.advance(held(), first_, kBlockBits + 1) <= kBlockBits) return false;
  std::array<std::uint8_t, kBlockBits> bits{};
  detector_.decide(bits, true);
  std::size_t wrong = 0;
  for (unsigned i = 0; i < kAddressBits; ++i) wrong += bits[i] != (config_.access_address >> i & 1U) ? 1 : 0;
  if (wrong > kMostAddressErrors) return false;
  if (bits[kAddressBits + 1] != 0) return false;  // reserved
  hit.coding = bits[kAddressBits] != 0 ? Coding::s2 : Coding::s8;
  hit.start = detector_.next_block(1);  // the last coded bit is 0, its pattern ends with 1
  return true;
}

std::size_t LeReceiver::payload_bits(const Hit& hit) const {
  return 8 * hit.pdu_bytes + kCrcBits + (hit.coded ? kTermBits : 0);
}

std::size_t LeReceiver::detect(const Hit& hit, std::size_t bits) {
  detector_.begin(hit.coding, *hit.start);
  return detector_.advance(held(), first_, bits + 1) - 1;
}

bool LeReceiver::read_header(Hit& hit, bool final) {
  if (detect(hit, kHeaderBits + SequenceDetector::kDelay) < kHeaderBits && !final) return false;
  detector_.decide(bits_, false);
  std::array<std::uint8_t, 2> header{};
  dewhiten(std::span(bits_).first(kHeaderBits), header);
  hit.pdu_bytes = 2U + header[1];
  const double symbols =
      static_cast<double>(payload_bits(hit) * static_cast<std::size_t>(symbols_per_bit(hit.coding)));
  // The detector's clock may stretch a long packet a little.
  hit.needed = hit.start->position + kSamplesPerSymbol * symbols * (1 + 100e-6) + 8;
  return true;
}

// Whole bytes out of `bits`, without whitening.
std::size_t LeReceiver::dewhiten(std::span<const std::uint8_t> bits, std::span<std::uint8_t> bytes) const {
  Whitening whitening(config_.channel_index);
  const std::size_t count = std::min(bits.size() / 8, bytes.size());
  for (std::size_t i = 0; i < count; ++i) {
    unsigned byte = 0;
    for (unsigned b = 0; b < 8; ++b) byte |= static_cast<unsigned>(bits[8 * i + b]) << b;
    bytes[i] = static_cast<std::uint8_t>(byte ^ whitening.next_byte());
  }
  return count;
}

void LeReceiver::decode(const Hit& hit, std::vector<Packet>& out) {
  const std::size_t wanted = payload_bits(hit);
  const std::size_t got = std::min(detect(hit, wanted), wanted);
  const bool complete = got == wanted;
  detector_.decide(bits_, complete && hit.coded);
  std::array<std::uint8_t, kMaxPduBytes + kCrcBytes> bytes{};
  const std::size_t held_bytes = dewhiten(std::span(bits_).first(got), bytes);
  Packet& packet = out.emplace_back();
  packet.phy = !hit.coded ? config_.uncoded : hit.coding == Coding::s8 ? Phy::le_coded_s8 : Phy::le_coded_s2;
  packet.complete = complete;
  packet.size = static_cast<std::uint16_t>(std::min(held_bytes, hit.pdu_bytes));
  std::copy_n(bytes.begin(), packet.size, packet.bytes.begin());
  if (complete) {
    const std::uint8_t* crc = bytes.data() + hit.pdu_bytes;
    packet.crc_ok =
        link_layer_crc(packet.pdu(), config_.crc_init) ==
        (crc[0] | static_cast<std::uint32_t>(crc[1]) << 8U | static_cast<std::uint32_t>(crc[2]) << 16U);
  }
  measure(hit, packet);
}

void LeReceiver::measure(const Hit& hit, Packet& packet) const {
  packet.first_sample = hit.first_sample;
  packet.length_samples = detector_.position() - hit.first_sample;
  const double carrier = 0.5 * (hit.carrier + detector_.carrier());
  const double sample_rate = kSamplesPerSymbol * config_.symbol_rate_hz;
  packet.cfo_hz = static_cast<float>(carrier / (2 * std::numbers::pi) * sample_rate);
  const auto mean_power = [&](double from, double to) {
    const auto begin = std::clamp(static_cast<std::int64_t>(std::ceil(from)), first_, end());
    const auto last = std::clamp(static_cast<std::int64_t>(to), begin, end());
    double sum = 0;
    for (std::int64_t i = begin; i < last; ++i) {
      const cf32 x = samples_[static_cast<std::size_t>(i - first_)];
      sum += static_cast<double>(x.real() * x.real() + x.imag() * x.imag());
    }
    return last - begin < 32 ? -1 : sum / static_cast<double>(last - begin);
  };
  const double total = mean_power(packet.first_sample, detector_.position());
  const double signal = std::pow(static_cast<double>(detector_.amplitude()), 2);
  // What the waveform does not explain of the very samples whose amplitude was measured, since the filter
  // takes more from some symbols than from others; or the noise before the packet where that is less: the
  // model's own errors look like noise to a strong signal.
  const double detected = mean_power(hit.start->position, detector_.position());
  double noise = std::max((detected > 0 ? detected : total) - signal, 1e-4 * signal);
  const double before = mean_power(packet.first_sample - 120, packet.first_sample - 10);
  if (before > 0) noise = std::min(noise, before);
  noise *= config_.symbol_rate_hz / config_.noise_bandwidth_hz;
  packet.rssi_dbfs = static_cast<float>(10 * std::log10(std::max(total, 1e-20)));
  packet.snr_db = static_cast<float>(10 * std::log10(std::max(signal, 1e-20) / std::max(noise, 1e-20)));
}

}  // namespace windhover::decoders::bluetooth
