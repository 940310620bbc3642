#include "decoders/bluetooth/le_uncoded_receiver.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "decoders/bluetooth/packet_bits.hpp"

namespace windhover::decoders::bluetooth {
namespace {

// |sum|² of a search over its mean in noise, which exp(−19) of all positions exceed. Packets that can be
// decoded reach 20 of the 40 that are possible; the symbols of other packets and bare carriers seldom pass
// it.
constexpr float kSearchThreshold = 19;
// A search sees its own row at shifts, too. What is this much weaker than a hit within the row's length is
// taken for that.
constexpr float kShadow = 0.45F;
// Share of the power that the known waveform must explain: what is less cannot be decoded.
constexpr float kLeastLikeness = 0.5F;
constexpr float kLeastCoherence = 0.5F;

constexpr std::size_t preamble_symbols(Phy phy) { return phy == Phy::le_2m ? 16 : 8; }

// The address' bits as the detector wants what came before: bit 0 the last of them.
std::uint32_t last_bits_of(std::uint32_t address) {
  std::uint32_t bits = 0;
  for (unsigned i = 0; i < 8; ++i) bits |= (address >> (31 - i) & 1U) << i;
  return bits;
}

}  // namespace

std::vector<std::uint8_t> sync_symbols(Phy phy, std::uint32_t access_address) {
  std::vector<std::uint8_t> symbols;
  // Alternating, the first one equal to the address' first bit.
  for (std::size_t i = 0; i < preamble_symbols(phy); ++i)
    symbols.push_back(static_cast<std::uint8_t>((access_address + i) & 1U));
  for (unsigned i = 0; i < 32; ++i) symbols.push_back(static_cast<std::uint8_t>(access_address >> i & 1U));
  return symbols;
}

LeUncodedReceiver::LeUncodedReceiver(const UncodedConfig& config)
    : config_(config),
      sync_symbols_(sync_symbols(config.phy, config.access_address)),
      search_(PatternSearch::of_symbols(sync_symbols_)),
      sync_(sync_symbols_),
      samples_(kCapacity) {}

void LeUncodedReceiver::process(const IqBlock& in, std::vector<Packet>& out) {
  if (in.gap || in.first.value != end()) {
    advance(true, out);
    restart(in.first.value);
  }
  std::span<const cf32> rest = in.iq;
  while (!rest.empty()) {
    if (held_ == kCapacity) drop_old_samples();
    const std::size_t to_grid = kGrid - static_cast<std::size_t>(end() - origin_) % kGrid;
    const std::size_t n = std::min({rest.size(), kCapacity - held_, to_grid});
    std::copy_n(rest.begin(), n, samples_.begin() + static_cast<std::ptrdiff_t>(held_));
    held_ += n;
    rest = rest.subspan(n);
    if (n < to_grid) continue;
    credit_ = std::min(credit_ + static_cast<double>(kGrid), kMostCredit);
    advance(false, out);
  }
}

void LeUncodedReceiver::restart(std::int64_t first) {
  first_ = origin_ = search_next_ = first;
  held_ = 0;
  hit_count_ = 0;
  attempts_left_ = kMostAttempts;
  refill_at_ = first;
  credit_ = kMostCredit;
}

void LeUncodedReceiver::drop_old_samples() {
  std::int64_t keep = search_next_;
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

void LeUncodedReceiver::advance(bool final, std::vector<Packet>& out) {
  search(final);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < hit_count_; ++i) {
    Hit& hit = hits_[i];
    const auto due = [&] { return final || hit.needed <= static_cast<double>(end()); };
    bool alive = true;
    if (due() && !hit.start) alive = may_attempt(hit) && synchronise(hit) && read_header(hit, final);
    if (alive && hit.start && due()) {
      if (may_decode(hit)) decode(hit, out);
      alive = false;
    }
    if (alive) hits_[kept++] = hit;
  }
  hit_count_ = kept;
}

void LeUncodedReceiver::search(bool final) {
  const auto reach = static_cast<std::int64_t>(search_.reach()) + 2;  // samples beyond a position
  const auto grid = static_cast<std::int64_t>(kGrid);
  while (search_next_ + grid + reach <= end()) {
    search(search_next_, kGrid);
    search_next_ += grid;
  }
  if (!final) return;
  if (const std::int64_t rest = end() - reach - search_next_; rest > 0)
    search(search_next_, static_cast<std::size_t>(rest));
  search_next_ = std::max(search_next_, end() - reach);
}

void LeUncodedReceiver::search(std::int64_t from, std::size_t positions) {
  const std::size_t n = positions + search_.reach() + 2;
  symbol_turns(held().subspan(static_cast<std::size_t>(from - first_), n), turns_);
  search_.correlate(turns_, sums_);
  levels_.resize(sums_.size());
  const float scale = 1 / static_cast<float>(search_.symbols());
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
    hit.position = static_cast<double>(from) + static_cast<double>(i) + shift + 0.5;
    hit.turn = std::atan2(static_cast<double>(sums_.im[i]), static_cast<double>(sums_.re[i]));
    hit.needed = hit.position + kSamplesPerSymbol * static_cast<double>(sync_.symbols() + kHeaderBits +
                                                                        SequenceDetector::kDelay + 2);
    add(hit);
  }
}

void LeUncodedReceiver::add(const Hit& hit) {
  for (std::size_t i = 0; i < hit_count_; ++i) {
    Hit& other = hits_[i];
    if (other.start) continue;
    const double apart = std::abs(other.position - hit.position);
    const auto row = static_cast<double>(kSamplesPerSymbol * sync_.symbols());
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
bool LeUncodedReceiver::may_attempt(const Hit& hit) {
  constexpr std::int64_t kRefill = 500;
  while (refill_at_ + kRefill <= static_cast<std::int64_t>(hit.position)) {
    refill_at_ += kRefill;
    attempts_left_ = std::min(attempts_left_ + 1, kMostAttempts);
  }
  if (attempts_left_ == 0) return false;
  --attempts_left_;
  return true;
}

// Headers that promise long packets may come one upon the other; what is decoded in the long run is no more
// than what fits on the air one after the other.
bool LeUncodedReceiver::may_decode(const Hit& hit) {
  const double cost = hit.needed - hit.start->position;
  if (cost > credit_) return false;
  credit_ -= cost;
  return true;
}

bool LeUncodedReceiver::synchronise(Hit& hit) {
  Synchronised sync = sync_.refine(held(), first_, hit.position, hit.turn / kSamplesPerSymbol);
  if (sync.likeness < kLeastLikeness || sync.coherence < kLeastCoherence) return false;
  sync_.refine_index(sync);
  hit.position = sync.position;
  hit.start = DetectorStart{sync.position + kSamplesPerSymbol * static_cast<double>(sync_.symbols()),
                            sync.radians_per_sample,
                            sync.modulation_index,
                            sync.phasor,
                            sync_symbols_.back(),
                            last_bits_of(config_.access_address)};
  return true;
}

std::size_t LeUncodedReceiver::detect(const Hit& hit, std::size_t bits) {
  detector_.begin(Coding::none, *hit.start);
  return detector_.advance(held(), first_, bits + 1) - 1;
}

bool LeUncodedReceiver::read_header(Hit& hit, bool final) {
  if (detect(hit, kHeaderBits + SequenceDetector::kDelay) < kHeaderBits && !final) return false;
  detector_.decide(bits_, false);
  std::array<std::uint8_t, 2> header{};
  dewhiten(std::span(bits_).first(kHeaderBits), config_.channel_index, header);
  hit.pdu_bytes = 2U + header[1];
  // The detector's clock may stretch a long packet a little.
  hit.needed = hit.start->position +
               kSamplesPerSymbol * static_cast<double>(8 * hit.pdu_bytes + kCrcBits) * (1 + 100e-6) + 8;
  return true;
}

void LeUncodedReceiver::decode(const Hit& hit, std::vector<Packet>& out) {
  const std::size_t wanted = 8 * hit.pdu_bytes + kCrcBits;
  const std::size_t got = std::min(detect(hit, wanted), wanted);
  const auto bits = std::span(bits_).first(got);
  detector_.decide(bits, false);
  Packet& packet = out.emplace_back();
  packet.phy = config_.phy;
  const auto fill = [&] {
    fill_packet(bits, config_.channel_index, hit.pdu_bytes, got == wanted, config_.crc_init, packet);
  };
  fill();
  // No symbol behind it confirms the last bit, which belongs to the CRC: both of its values are tried.
  if (got == wanted && !packet.crc_ok) {
    bits.back() ^= 1U;
    fill();
  }
  measure(hit, packet);
}

void LeUncodedReceiver::measure(const Hit& hit, Packet& packet) const {
  packet.first_sample = hit.position;
  packet.length_samples = detector_.position() - hit.position;
  const double carrier = 0.5 * (hit.start->radians_per_sample + detector_.carrier());
  const double sample_rate = kSamplesPerSymbol * (config_.phy == Phy::le_2m ? 2e6 : 1e6);
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
  noise /= kNoiseBandwidth;
  packet.rssi_dbfs = static_cast<float>(10 * std::log10(std::max(total, 1e-20)));
  packet.snr_db = static_cast<float>(10 * std::log10(std::max(signal, 1e-20) / std::max(noise, 1e-20)));
}

}  // namespace windhover::decoders::bluetooth
