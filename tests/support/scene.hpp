#pragma once
// A scene file becomes a SigMF recording and the list of what was transmitted in it. captures/README.md
// describes the file.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dsp/sample_format.hpp"
#include "dsp/types.hpp"
#include "tests/support/burst.hpp"
#include "tests/support/channel.hpp"
#include "tests/support/scene_value.hpp"
#include "tests/support/waveform.hpp"

namespace windhover::synth {

/// One decoded value that a receiver should find, under the name that the feed gives it.
struct TruthField {
  std::string name;
  std::variant<std::int64_t, double, std::string> value;
};

/// One of several messages in a frame.
struct TruthMessage {
  std::string type;
  std::vector<TruthField> fields;
};

/// What is the same for all transmissions of a video or control link, or of what is neither but looks like
/// it.
struct LinkTruth {
  std::string kind;       ///< "ocusync_video"
  std::string name;       ///< as the scene file calls it
  std::string aircraft;   ///< whose link it is; empty: nobody's
  dsp::Hertz occupied{};  ///< width that holds 99 % of the power
  std::vector<TruthField> details;
};

/// One transmission of the scene. The waveform is made when its time comes.
struct Transmission {
  std::string protocol;   ///< "dji_droneid"
  std::string transport;  ///< "ocusync"
  /// Whether a receiver should report a frame for it; not for what only shares the air with such.
  bool is_frame = true;
  dsp::Hertz carrier;  ///< what the sender means to use
  double cfo_hz = 0;   ///< and by how much it misses it
  double start_s = 0;
  double duration_s = 0;
  double power = 1;              ///< mean, 1 = full scale
  std::optional<double> snr_db;  ///< within noise_bandwidth; absent in a scene without noise
  dsp::Hertz noise_bandwidth{};
  double clock_ppm = 0;
  double phase_rad = 0;
  std::vector<Tap> taps;  ///< empty: a single direct path
  std::vector<std::uint8_t> payload;
  std::vector<TruthField> link;  ///< what the feed says beside the content: channel, sender
  std::vector<TruthField> fields;
  std::vector<TruthMessage> messages;        ///< in place of fields, where frames hold messages
  std::shared_ptr<const LinkTruth> part_of;  ///< none for those whose content says what they are
  std::int64_t bits = 0;                     ///< carried, for links
  bool continues = false;                    ///< without a seam what part_of sent just before: the same burst
  std::function<Waveform()> waveform;
};

using SceneTime = std::chrono::sys_time<std::chrono::nanoseconds>;

/// As precise as times of transmissions are told.
double whole_nanoseconds(double seconds);

struct Impairments {
  double iq_gain_db = 0;
  double iq_phase_deg = 0;
  dsp::cf32 dc{};
  std::optional<float> clip_level;
  std::optional<unsigned> bits;
};

struct Scene {
  std::string description;
  dsp::Hertz rate;
  dsp::Hertz centre;
  double duration_s = 0;
  std::optional<SceneTime> start;
  dsp::SampleFormat format = dsp::SampleFormat::ci16_le;
  std::optional<double> noise_power;  ///< per sample, over the whole band
  std::uint64_t seed = 0;
  Impairments impairments;
  /// Only this much around transmissions is written, each piece a capture segment with its place in time.
  std::optional<double> gate_margin_s;
  std::vector<Transmission> transmissions;  ///< by start

  std::int64_t total_samples() const;
};

/// Throws SceneError.
Scene load_scene(const std::filesystem::path& scene_json);

/// A contiguous piece of a rendered scene; indices count from the scene's start.
struct SceneWindow {
  std::int64_t first = 0;
  std::int64_t end = 0;
};

/// What is written: the whole scene, or the pieces around transmissions when it is gated.
std::vector<SceneWindow> scene_windows(const Scene& scene);

/// Renders window after window in blocks of at most 65 536 samples, without the rounding of the output
/// format. `take(window number, samples)` is called for each block. Memory is bounded by the transmissions on
/// air at a time.
void render_blocks(const Scene& scene,
                   const std::function<void(std::size_t, std::span<const dsp::cf32>)>& take);

/// Writes OUT.sigmf-data, OUT.sigmf-meta and OUT.expected.jsonl. The same scene gives the same bytes.
/// Throws SceneError if a file cannot be written.
void render_scene(const Scene& scene, const std::filesystem::path& out_stem);
void render_scene(const std::filesystem::path& scene_json, const std::filesystem::path& out_stem);

}  // namespace windhover::synth
