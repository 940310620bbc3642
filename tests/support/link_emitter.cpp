#include "tests/support/link_emitter.hpp"

#include <cmath>
#include <numbers>
#include <utility>

#include "tests/support/spectrum.hpp"

namespace windhover::synth {
namespace {

constexpr std::uint64_t kHopStream = 1, kPhaseStream = 2;

bool heard(const Place& place, const EmitterContext& context) {
  const double away = std::abs(place.carrier.value - context.centre.value) - place.noise_bandwidth.value / 2;
  return away < context.rate.value / 2 && place.start_s < context.duration_s;
}

void fill(const Link& link, std::int64_t bits, Transmission& sent) {
  sent.protocol = link.truth->kind;
  sent.transport = link.truth->kind;
  sent.is_frame = false;
  sent.part_of = link.truth;
  sent.bits = bits;
}

void shuffle(std::vector<double>& carriers_hz, Random& random) {
  for (std::size_t left = carriers_hz.size(); left > 1; --left)
    std::swap(carriers_hz[left - 1], carriers_hz[random.next() % left]);
}

HopPlan read_hop_object(SceneObject hops) {
  HopPlan out;
  if (hops.has("carriers_hz")) {
    out.carriers_hz = hops.numbers("carriers_hz");
  } else {
    const double first_hz = hops.number("first_hz", kLinkCarrier_hz),
                 spacing_hz = hops.number("spacing_hz", {1, 1e9});
    out.carriers_hz =
        channel_grid(first_hz, spacing_hz, static_cast<std::size_t>(hops.integer("count", {1, 10'000})));
  }
  const std::string order = hops.text_or("order", "permuted");
  if (order != "sequence" && order != "permuted" && order != "drawn")
    hops.fail("order", "one of sequence, permuted and drawn");
  out.order = order == "sequence"   ? HopPlan::Order::sequence
              : order == "permuted" ? HopPlan::Order::permuted
                                    : HopPlan::Order::drawn;
  out.bursts_per_carrier = static_cast<std::size_t>(hops.integer_or("bursts_per_carrier", 1, {1, 1e9}));
  hops.finish();
  return out;
}

}  // namespace

void Link::measure(const Waveform& wave) const {
  truth->occupied = occupied_band(wave.samples, wave.rate).width();
}

Link read_link(SceneObject& config, const EmitterContext& context, const std::string& kind) {
  Link out;
  out.radio = read_radio(config, context);
  out.truth = std::make_shared<LinkTruth>();
  out.truth->kind = kind;
  out.truth->name = short_text(config, "name", kind, 100);
  out.truth->aircraft = short_text(config, "aircraft", "", 100);
  out.start_s = config.number_or("start_s", 0, {0, 1e9});
  out.end_s = std::min(config.number_or("end_s", context.duration_s, {0, 1e9}), context.duration_s);
  if (out.end_s <= out.start_s)
    config.fail("end_s", "later than start_s, which must be earlier than the scene's end");
  return out;
}

std::vector<dsp::Hertz> HopPlan::carriers(std::size_t bursts, std::uint64_t seed) const {
  Random random(seed, kHopStream);
  auto cycle = carriers_hz;
  if (order == Order::permuted) shuffle(cycle, random);
  std::vector<dsp::Hertz> out;
  for (std::size_t hop = 0; out.size() < bursts; ++hop) {
    const std::size_t at = order == Order::drawn ? random.next() % cycle.size() : hop % cycle.size();
    for (std::size_t n = 0; n < bursts_per_carrier && out.size() < bursts; ++n) out.push_back({cycle[at]});
  }
  return out;
}

std::vector<double> channel_grid(double first_hz, double spacing_hz, std::size_t count) {
  std::vector<double> out;
  for (std::size_t n = 0; n < count; ++n) out.push_back(first_hz + spacing_hz * static_cast<double>(n));
  return out;
}

HopPlan read_hops(SceneObject& config, const HopPlan& otherwise) {
  if (config.has("hops")) return read_hop_object(config.object("hops"));
  if (otherwise.carriers_hz.empty() || config.has("carrier_hz"))
    return {{config.number("carrier_hz", kLinkCarrier_hz)}};
  return otherwise;
}

void add_link_burst(const Link& link, LinkBurst burst, const EmitterContext& context, Random& random,
                    std::vector<Transmission>& out) {
  const Place place{whole_nanoseconds(burst.start_s), burst.carrier, whole_nanoseconds(burst.duration_s),
                    link.truth->occupied};
  if (!heard(place, context)) return;
  Transmission& sent = out.emplace_back(transmission(link.radio, place, context, random));
  fill(link, burst.bits, sent);
  sent.waveform = std::move(burst.waveform);
}

void add_continuous(const Link& link, const ContinuousLink& signal, const EmitterContext& context,
                    std::vector<Transmission>& out) {
  const double piece_s = signal.piece_s / (1 + link.radio.clock_ppm * 1e-6);
  Random random(context.seed, kPhaseStream);
  const Place first{link.start_s, signal.carrier, piece_s, link.truth->occupied};
  if (!heard(first, context)) return;
  const Transmission common = transmission(link.radio, first, context, random);
  const double offset_hz = signal.carrier.value + link.radio.cfo_hz - context.centre.value;
  // Whoever still sends when the scene ends does not stop with a whole piece.
  const bool goes_on = link.end_s >= context.duration_s;
  const auto fits = [&](std::size_t n) {
    const double pieces = static_cast<double>(goes_on ? n : n + 1);
    return goes_on ? link.start_s + piece_s * pieces < link.end_s - 1e-9
                   : link.start_s + piece_s * pieces <= link.end_s + 1e-9;
  };
  for (std::size_t n = 0; fits(n); ++n) {
    const double since_s = piece_s * static_cast<double>(n), turns = offset_hz * since_s;
    Transmission& sent = out.emplace_back(common);
    fill(link, signal.bits ? signal.bits(n) : 0, sent);
    sent.start_s = link.start_s + since_s;
    sent.phase_rad += 2 * std::numbers::pi * (turns - std::floor(turns));
    sent.continues = n > 0;
    const double shift_db = link.radio.level_shift_db(sent.start_s) - link.radio.level_shift_db(link.start_s);
    sent.power *= std::pow(10, shift_db / 10);
    if (sent.snr_db) *sent.snr_db += shift_db;
    sent.waveform = [waveform = signal.waveform, n] { return waveform(n); };
  }
}

}  // namespace windhover::synth
