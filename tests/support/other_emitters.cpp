// Scene emitters "lte_downlink", "zigbee" and "microwave_oven": what shares bands with drones' links and must
// not be taken for one.

#include <array>
#include <cmath>

#include "tests/support/link_emitter.hpp"
#include "tests/support/lte_downlink.hpp"
#include "tests/support/microwave_oven.hpp"
#include "tests/support/zigbee.hpp"

namespace windhover::synth {
namespace {

int read_resource_blocks(SceneObject& config) {
  struct Width {
    double mhz;
    int resource_blocks;
  };
  constexpr std::array kWidths{Width{1.4, 6}, Width{3, 15},  Width{5, 25},
                               Width{10, 50}, Width{15, 75}, Width{20, 100}};
  const double mhz = config.number_or("bandwidth_mhz", 10, {1, 20});
  for (const Width& width : kWidths)
    if (width.mhz == mhz) return width.resource_blocks;
  config.fail("bandwidth_mhz", "one of 1.4, 3, 5, 10, 15 and 20");
}

/// Of a PSDU of random octets with a right check sequence.
std::vector<std::uint8_t> zigbee_psdu(std::size_t bytes, Random& random) {
  std::vector<std::uint8_t> mac{0x41, 0x88};  // data, short addresses, same network
  while (mac.size() + 2 < bytes) mac.push_back(static_cast<std::uint8_t>(random.next()));
  return with_zigbee_fcs(mac);
}

}  // namespace

void plan_lte_downlink(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out) {
  const Link link = read_link(config, context, "lte_downlink");
  const dsp::Hertz carrier{config.number("carrier_hz", kLinkCarrier_hz)};
  LteOptions options;
  options.resource_blocks = read_resource_blocks(config);
  options.cell_id = static_cast<int>(config.integer_or("cell_id", 0, {0, 503}));
  options.load = config.number_or("load", 1, {0, 1});
  config.finish();

  const std::uint64_t seed = Random(context.seed, kContentStream).next();
  link.measure(lte_subframe(options, 0, seed).wave);
  link.truth->details = {{"resource_blocks", std::int64_t{options.resource_blocks}},
                         {"cell_id", std::int64_t{options.cell_id}}};
  add_continuous(link,
                 {carrier, kLteSubframe_s,
                  [options, seed](std::size_t n) { return lte_subframe_bits(options, n, seed); },
                  [options, seed](std::size_t n) { return lte_subframe(options, n, seed).wave; }},
                 context, out);
}

void plan_zigbee(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out) {
  const Link link = read_link(config, context, "zigbee");
  const dsp::Hertz carrier = zigbee_frequency(static_cast<int>(config.integer("channel", {11, 26})));
  const double interval_s = config.number_or("interval_s", 0.02, {5e-3, 1e6});
  const auto longest = static_cast<std::size_t>(config.integer_or("longest_bytes", 127, {11, 127}));
  config.finish();

  constexpr std::uint64_t kTimeStream = 3;
  Random times(context.seed, kTimeStream), phases(context.seed), first(context.seed, kContentStream);
  link.measure(modulate_zigbee(zigbee_packet(zigbee_psdu(longest, first))));
  std::size_t n = 0;
  for (double t_s = link.start_s;; t_s += interval_s * times.uniform(0.5, 1.5), ++n) {
    const std::size_t bytes = 11 + times.next() % (longest - 10);
    const double duration_s = zigbee_packet_s(bytes);
    if (t_s + duration_s > link.end_s) return;
    Random content(context.seed, kContentStream + n);
    const auto packet = zigbee_packet(zigbee_psdu(bytes, content));
    add_link_burst(link,
                   {t_s, carrier, duration_s, static_cast<std::int64_t>(8 * bytes),
                    [packet] { return modulate_zigbee(packet); }},
                   context, phases, out);
  }
}

void plan_microwave_oven(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out) {
  const Link link = read_link(config, context, "microwave_oven");
  const dsp::Hertz carrier{config.number("carrier_hz", kLinkCarrier_hz)};
  OvenOptions options;
  options.mains_hz = config.number_or("mains_hz", 50, {40, 70});
  options.duty = config.number_or("duty", options.duty, {0.1, 0.5});
  options.sweep_hz = config.number_or("sweep_hz", options.sweep_hz, {0, 20e6});
  config.finish();

  const auto burst = [options, seed = context.seed](std::size_t n) {
    Random wander(seed, kContentStream + n);
    return modulate_oven(options, wander);
  };
  const Waveform first = burst(0);
  link.measure(first);
  link.truth->details = {{"period_s", 1 / options.mains_hz}, {"sweep_hz", options.sweep_hz}};
  Random phases(context.seed);
  const double duration_s = first.duration_s();
  std::size_t n = 0;
  for (double t_s = link.start_s; t_s + duration_s <= link.end_s;
       t_s = link.start_s + static_cast<double>(++n) / options.mains_hz)
    add_link_burst(link, {t_s, carrier, duration_s, 0, [burst, n] { return burst(n); }}, context, phases,
                   out);
}

}  // namespace windhover::synth
