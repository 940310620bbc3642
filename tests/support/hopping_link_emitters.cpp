// Scene emitters "fhss_gfsk" and "lora": control and telemetry links that hop from burst to burst, and
// classic Bluetooth, which does so too. The presets have the shape of the systems that they are named after,
// from what is public about these; none was compared with a recording.

#include <cmath>

#include "tests/support/hopping_link.hpp"
#include "tests/support/link_emitter.hpp"

namespace windhover::synth {
namespace {

struct Hopper {
  HopPlan hops;
  double period_s = 10e-3;  ///< from burst to burst
};

struct GfskHopper : Hopper {
  GfskPacket packet;
  bool shorter_at_will = false;  ///< each burst of any length up to the packet's
};

GfskHopper gfsk_preset(const std::string& name) {
  using enum HopPlan::Order;
  GfskHopper out;
  if (name == "sik")  // 50 channels of 902 … 928 MHz at 64 kbit/s, one burst a hop
    out = {{{channel_grid(915.25e6, 0.25e6, 50), permuted}, 20e-3}, {64e3, 32e3, 0.5, 40, 900}};
  if (name == "frsky")  // CC2500, 47 channels, 9 ms
    out = {{{channel_grid(2404e6, 1.5e6, 47), permuted}, 9e-3}, {70e3, 50.8e3, 0.5, 32, 288}};
  if (name ==
      "bluetooth_classic")  // Core Specification Vol 2 Part A and B: slots of 625 µs, at most 366 µs on air
    out = {{{channel_grid(2402e6, 1e6, 79), drawn}, 625e-6}, {1e6, 160e3, 0.5, 4, 362}, true};
  return out;
}

struct LoraHopper : Hopper {
  LoraPacket packet;
};

/// ExpressLRS: the packet's length follows from spreading factor and number of symbols, and a hop comes after
/// every fourth packet.
LoraHopper lora_preset(const std::string& name) {
  using enum HopPlan::Order;
  const HopPlan at_2g4{channel_grid(2400.4e6, 1e6, 80), permuted, 4};
  const HopPlan at_915{channel_grid(903.5e6, 0.6e6, 40), permuted, 4};
  if (name == "elrs_500hz") return {{at_2g4, 2e-3}, {5, 812.5e3, 12, 25}};
  if (name == "elrs_250hz") return {{at_2g4, 4e-3}, {6, 812.5e3, 14, 23}};
  if (name == "elrs_150hz") return {{at_2g4, 1 / 150.0}, {7, 812.5e3, 12, 20}};
  if (name == "elrs_50hz") return {{at_2g4, 20e-3}, {8, 812.5e3, 12, 20}};
  if (name == "elrs_900_200hz") return {{at_915, 5e-3}, {6, 500e3, 8, 20}};
  return {};
}

std::string read_preset(SceneObject& config, std::initializer_list<const char*> known) {
  const std::string name = config.text_or("preset", "none");
  std::string list = "none";
  if (name == "none") return name;
  for (const char* one : known) {
    if (name == one) return name;
    list += std::string(", ") + one;
  }
  config.fail("preset", "one of: " + list);
}

std::vector<double> starts(const Link& link, double period_s, double burst_s) {
  std::vector<double> out;
  for (double t_s = link.start_s; t_s + burst_s <= link.end_s;
       t_s = link.start_s + period_s * static_cast<double>(out.size()))
    out.push_back(t_s);
  return out;
}

void read_hopping(SceneObject& config, Hopper& hopper) {
  hopper.hops = read_hops(config, hopper.hops);
  hopper.period_s = config.number_or("period_s", hopper.period_s, {1e-5, 100});
}

void add_details(const Link& link, const Hopper& hopper) {
  auto& details = link.truth->details;
  details.push_back({"period_s", hopper.period_s});
  details.push_back({"dwell_s", hopper.period_s * static_cast<double>(hopper.hops.bursts_per_carrier)});
  details.push_back({"channels", static_cast<std::int64_t>(hopper.hops.carriers_hz.size())});
}

}  // namespace

void plan_fhss_gfsk(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out) {
  const std::string preset = read_preset(config, {"sik", "frsky", "bluetooth_classic"});
  const Link link = read_link(config, context, preset == "none" ? "fhss_gfsk" : preset);
  GfskHopper hopper = gfsk_preset(preset);
  read_hopping(config, hopper);
  GfskPacket& packet = hopper.packet;
  packet.symbol_rate_hz = config.number_or("symbol_rate_hz", packet.symbol_rate_hz, {1e3, 4e6});
  packet.deviation_hz = config.number_or("deviation_hz", packet.deviation_hz, {100, 4e6});
  packet.bandwidth_time = config.number_or("bandwidth_time", packet.bandwidth_time, {0.3, 2});
  packet.bits =
      static_cast<std::size_t>(config.integer_or("bits", static_cast<std::int64_t>(packet.bits), {16, 1e6}));
  config.finish();
  // Beyond that the spectrum is wider than what the modulator's rate passes flat.
  if (packet.deviation_hz > packet.symbol_rate_hz) config.fail("deviation_hz", "at most symbol_rate_hz");
  if (gfsk_packet_s(packet) >= hopper.period_s)
    config.fail("period_s", "longer than the burst that is sent in it");

  Random content(context.seed, kContentStream);
  link.measure(modulate_gfsk_packet(packet, content));
  link.truth->details = {{"symbol_rate_hz", packet.symbol_rate_hz}, {"deviation_hz", packet.deviation_hz}};
  add_details(link, hopper);
  const auto starts_s = starts(link, hopper.period_s, gfsk_packet_s(packet));
  const auto carriers = hopper.hops.carriers(starts_s.size(), context.seed);
  constexpr std::uint64_t kLengthStream = 3;
  Random phases(context.seed), lengths(context.seed, kLengthStream);
  for (std::size_t n = 0; n < starts_s.size(); ++n) {
    GfskPacket one = packet;
    if (hopper.shorter_at_will) one.bits -= lengths.next() % (packet.bits / 3 * 2);
    add_link_burst(link,
                   {starts_s[n], carriers[n], gfsk_packet_s(one), static_cast<std::int64_t>(one.bits),
                    [one, seed = context.seed, n] {
                      Random bits(seed, kContentStream + n);
                      return modulate_gfsk_packet(one, bits);
                    }},
                   context, phases, out);
  }
}

void plan_lora(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out) {
  const Link link = read_link(config, context, "lora");
  LoraHopper hopper = lora_preset(
      read_preset(config, {"elrs_500hz", "elrs_250hz", "elrs_150hz", "elrs_50hz", "elrs_900_200hz"}));
  read_hopping(config, hopper);
  LoraPacket& packet = hopper.packet;
  packet.spreading_factor =
      static_cast<int>(config.integer_or("spreading_factor", packet.spreading_factor, {5, 12}));
  packet.bandwidth_hz = config.number_or("bandwidth_hz", packet.bandwidth_hz, {7.8e3, 1.625e6});
  const auto symbols = [&](const char* key, std::size_t otherwise) {
    return static_cast<std::size_t>(config.integer_or(key, static_cast<std::int64_t>(otherwise), {1, 1000}));
  };
  packet.preamble_symbols = symbols("preamble_symbols", packet.preamble_symbols);
  packet.payload_symbols = symbols("payload_symbols", packet.payload_symbols);
  config.finish();
  if (packet.duration_s() >= hopper.period_s)
    config.fail("period_s", "longer than the burst that is sent in it");

  Random content(context.seed, kContentStream);
  link.measure(modulate_lora(packet, content));
  link.truth->details = {{"spreading_factor", std::int64_t{packet.spreading_factor}},
                         {"bandwidth_hz", packet.bandwidth_hz}};
  add_details(link, hopper);
  const auto starts_s = starts(link, hopper.period_s, packet.duration_s());
  const auto carriers = hopper.hops.carriers(starts_s.size(), context.seed);
  const auto bits = static_cast<std::int64_t>(packet.payload_symbols) * packet.spreading_factor;
  Random phases(context.seed);
  for (std::size_t n = 0; n < starts_s.size(); ++n)
    add_link_burst(link,
                   {starts_s[n], carriers[n], packet.duration_s(), bits,
                    [packet, seed = context.seed, n] {
                      Random values(seed, kContentStream + n);
                      return modulate_lora(packet, values);
                    }},
                   context, phases, out);
}

}  // namespace windhover::synth
