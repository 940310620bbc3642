// Scene emitter "fm_video": the analogue video transmitter of a first-person-view aircraft.

#include "tests/support/fm_video.hpp"
#include "tests/support/link_emitter.hpp"

namespace windhover::synth {

void plan_fm_video(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out) {
  const Link link = read_link(config, context, "fm_video");
  const dsp::Hertz carrier{config.number("carrier_hz", {1, 300e9})};
  FmVideoOptions options;
  const std::string standard = config.text_or("standard", "pal");
  if (standard != "pal" && standard != "ntsc") config.fail("standard", "pal or ntsc");
  options.standard = standard == "pal" ? kPal : kNtsc;
  options.deviation_hz_per_v = config.number_or("deviation_hz_per_v", 6e6, {1e5, 10e6});
  options.sound_hz = config.number_or("sound_hz", 6.5e6, {0, 8e6});
  options.brightness = config.number_or("brightness", 1, {0, 1});
  const std::string held = config.text_or("carrier_at", "middle");
  if (held != "middle" && held != "mean") config.fail("carrier_at", "middle or mean");
  options.holds_mean = held == "mean";
  config.finish();

  const auto camera = std::make_shared<FmVideo>(options);
  link.measure(camera->piece(0));
  link.truth->details = {{"standard", standard},
                         {"line_hz", 1 / options.standard.line_s},
                         {"field_hz", 2 / (options.standard.line_s * options.standard.half_lines)},
                         {"sound_hz", options.sound_hz}};
  const double piece_s = static_cast<double>(kFmVideoPiece) / kFmVideoRate_hz;
  add_continuous(link, {carrier, piece_s, {}, [camera](std::size_t n) { return camera->piece(n); }}, context,
                 out);
}

}  // namespace windhover::synth
