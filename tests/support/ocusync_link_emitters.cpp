// Scene emitters "ocusync_video" and "ocusync_control": the two directions of a link that share its frames,
// the control burst in the gap that the video leaves.

#include <numeric>

#include "tests/support/link_emitter.hpp"
#include "tests/support/ocusync_link.hpp"

namespace windhover::synth {
namespace {

constexpr double kLinkedPeriod_s = 5e-3, kUnlinkedPeriod_s = 2.5e-3;

Modulation read_modulation(SceneObject& config) {
  const std::string name = config.text_or("modulation", "16qam");
  if (name == "qpsk") return Modulation::qpsk;
  if (name == "16qam") return Modulation::qam16;
  if (name == "64qam") return Modulation::qam64;
  config.fail("modulation", "one of qpsk, 16qam and 64qam");
}

OcusyncWidth read_width(SceneObject& config) {
  switch (config.integer_or("bandwidth_mhz", 20, {10, 40})) {
    case 10:
      return OcusyncWidth::mhz10;
    case 20:
      return OcusyncWidth::mhz20;
    case 40:
      return OcusyncWidth::mhz40;
    default:
      config.fail("bandwidth_mhz", "one of 10, 20 and 40");
  }
}

unsigned read_root(SceneObject& config, const std::string& key, unsigned otherwise, unsigned length) {
  const auto root =
      static_cast<unsigned>(config.integer_or(key, otherwise, {1, static_cast<double>(length - 1)}));
  if (std::gcd(root, length) != 1)
    config.fail(key, "without a divisor in common with the sequence's length, " + std::to_string(length));
  return root;
}

struct FrameBurst {
  double duration_s = 0;
  std::int64_t bits = 0;
  std::function<Waveform(Random&)> modulate;
};

/// One burst each period, as long as the whole burst ends in time.
void add_frames(const Link& link, const HopPlan& hops, double period_s, const FrameBurst& frame,
                const EmitterContext& context, std::vector<Transmission>& out) {
  std::vector<double> starts_s;
  for (double t_s = link.start_s; t_s + frame.duration_s <= link.end_s;
       t_s = link.start_s + period_s * static_cast<double>(starts_s.size()))
    starts_s.push_back(t_s);
  const auto carriers = hops.carriers(starts_s.size(), context.seed);
  Random phases(context.seed);
  for (std::size_t n = 0; n < starts_s.size(); ++n)
    add_link_burst(link,
                   {starts_s[n], carriers[n], frame.duration_s, frame.bits,
                    [modulate = frame.modulate, seed = context.seed, n] {
                      Random content(seed, kContentStream + n);
                      return modulate(content);
                    }},
                   context, phases, out);
}

void measure(const Link& link, const FrameBurst& frame, const EmitterContext& context) {
  Random content(context.seed, kContentStream);
  link.measure(frame.modulate(content));
}

}  // namespace

void plan_ocusync_video(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out) {
  const Link link = read_link(config, context, "ocusync_video");
  const HopPlan carrier{{config.number("carrier_hz", {1, 300e9})}};
  const bool linked = config.integer_or("linked", 1, {0, 1}) != 0;
  const double period_s =
      config.number_or("period_s", linked ? kLinkedPeriod_s : kUnlinkedPeriod_s, {1e-3, 10});
  FrameBurst frame;
  auto& details = link.truth->details;
  if (linked) {
    OcusyncVideoOptions options;
    options.width = read_width(config);
    options.modulation = read_modulation(config);
    const unsigned length = ocusync_grid(options.width).carriers + 1;
    options.roots = {read_root(config, "first_root", 61, length),
                     read_root(config, "second_root", 353, length)};
    const auto packets = static_cast<std::size_t>(config.integer_or("packets_a_frame", 3, {1, 100}));
    frame = {static_cast<double>(packets) * kOcusyncPacket_s,
             static_cast<std::int64_t>(packets) * ocusync_packet_bits(options),
             [options, packets](Random& random) { return modulate_ocusync_video(options, packets, random); }};
    details = {{"carriers", std::int64_t{length} - 1},
               {"bits_per_cell", static_cast<std::int64_t>(bits_per_cell(options.modulation))},
               {"first_root", std::int64_t{options.roots.first}},
               {"second_root", std::int64_t{options.roots.second}}};
  } else {
    const unsigned root = read_root(config, "first_root", 15, 601);
    frame = {kOcusyncStandby_s, std::int64_t{6 * 600 * 2},
             [root](Random& random) { return modulate_ocusync_standby(root, random); }};
    details = {{"carriers", std::int64_t{600}},
               {"bits_per_cell", std::int64_t{2}},
               {"first_root", std::int64_t{root}},
               {"second_root", std::int64_t{kOcusyncStandbyRoot}}};
  }
  details.push_back({"linked", std::int64_t{linked}});
  details.push_back({"period_s", period_s});
  config.finish();
  if (frame.duration_s >= period_s) config.fail("period_s", "longer than the burst that is sent in it");
  measure(link, frame, context);
  add_frames(link, carrier, period_s, frame, context, out);
}

void plan_ocusync_control(SceneObject& config, const EmitterContext& context,
                          std::vector<Transmission>& out) {
  const Link link = read_link(config, context, "ocusync_control");
  const HopPlan hops = read_hops(config, {});
  const double period_s = config.number_or("period_s", kLinkedPeriod_s, {1e-3, 10});
  const unsigned root = read_root(config, "root", 7, 73);
  config.finish();
  const FrameBurst frame{kOcusyncControl_s, kOcusyncControlBits,
                         [root](Random& random) { return modulate_ocusync_control(root, random); }};
  link.truth->details = {{"root", std::int64_t{root}}, {"period_s", period_s}};
  measure(link, frame, context);
  add_frames(link, hops, period_s, frame, context, out);
}

}  // namespace windhover::synth
