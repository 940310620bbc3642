#include "sensor/cli/arguments.hpp"

#include <CLI/CLI.hpp>

#include "sensor/cli/evidence_arguments.hpp"
#include "sensor/cli/gateway_arguments.hpp"
#include "sensor/cli/record_arguments.hpp"
#include "sensor/config_error.hpp"

namespace windhover::sensor {
namespace {

// What CLI11 fills in; turned into typed values afterwards.
struct Raw {
  ReplayCommand replay;
  RunCommand run;
  ListenOptions listen;
  SynthCommand synth;
  BenchCommand bench;
  KeygenCommand keygen;
  std::string speed = "max", format, jsonl, feed, curve_key, curve_server_key, gpsd;
  std::vector<std::string> protocols, operator_positions;
  std::int64_t retention_s = 60;
  double rate_hz = 0, freq_hz = 0;
  std::string recording_name, position;
  std::int64_t wait_subscriber_ms = 1000, timeout_s = 0;
  std::uint64_t count = 0;
  GatewayArguments gateway;
  DeviceArguments device;
  EvidenceArguments evidence;
  RecordArguments record;
};

void add_output_options(CLI::App& app, Raw& raw, OutputOptions& out) {
  app.add_option("--jsonl", raw.jsonl,
                 "write every feed message as a JSON line to FILE, - for standard output")
      ->type_name("FILE");
  app.add_option("--feed", raw.feed, "bind the ZeroMQ feed, such as tcp://127.0.0.1:7301")
      ->type_name("ENDPOINT");
  app.add_option("--wait-subscriber", raw.wait_subscriber_ms,
                 "with --feed: start when somebody has subscribed, or after so many ms")
      ->type_name("MS")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--rejects", out.rejects, "also tell what was not accepted, with the reason");
  app.add_option("--node", out.node, "name of this sensor in the feed")->capture_default_str();
  app.add_option("--sensor-position", raw.position,
                 "where the antenna is: latitude, longitude, metres above the ellipsoid; for distances and "
                 "bearings")
      ->type_name("LAT,LON[,HAE]");
  app.add_option(
         "--drip-anchor", out.drip_anchors,
         "file with entity tags and keys whose word counts when a DRIP signature is verified, one pair "
         "a line; may be repeated")
      ->type_name("FILE");
  app.add_option("--boot", out.boot, "fix the start's id, so that output can be compared");
}

void add_feed_access_options(CLI::App& app, Raw& raw, OutputOptions& out) {
  app.add_option(
         "--snapshot", out.snapshot,
         "bind the socket that tells newcomers the present state here; else at the port after --feed's")
      ->type_name("ENDPOINT");
  app.add_option("--curve-key", raw.curve_key,
                 "encrypt the feed with this secret key, NAME.key_secret of windhover keygen")
      ->type_name("FILE");
  app.add_option(
         "--allow", out.allow,
         "with --curve-key: who may subscribe, a public key file or a folder of them, read again when it "
         "changes; may be repeated")
      ->type_name("FILE_OR_DIR");
  app.add_flag("--insecure-feed", out.insecure_feed,
               "bind beyond this machine without encryption: whoever reaches the port reads everything");
}

void add_privacy_options(CLI::App& app, Raw& raw) {
  app.add_option(
         "--protocol", raw.protocols,
         "how much to tell of the aircraft of a protocol, such as dji_droneid=presence: off, presence or "
         "full; 'all' for every protocol; may be repeated")
      ->type_name("PROTOCOL=HOW");
  app.add_option(
         "--operator-position", raw.operator_positions,
         "where people are (pilot, home, take-off): withheld, rounded to 0.01 degrees or full; for one of "
         "feed, jsonl and table with its name in front, such as feed=rounded; may be repeated")
      ->type_name("[OUTPUT=]HOW");
  app.add_option("--retention", raw.retention_s, "forget an aircraft so many seconds after its last frame")
      ->type_name("S")
      ->capture_default_str()
      ->check(CLI::Range(5, 3600));
}

void add_decoder_options(CLI::App& app, DecoderChoice& decoders, SensorOptions& sensor) {
  app.add_option("--with", decoders.with, "also this decoder, such as bluetooth_2m; may be repeated")
      ->type_name("DECODER");
  app.add_option("--without", decoders.without, "not this decoder, such as dji_droneid; may be repeated")
      ->type_name("DECODER");
  app.add_option_function<std::string>(
         "--wifi-fcs",
         [&decoders](const std::string& which) {
           if (which != "all") return;
           decoders.with.emplace_back("wifi_every_fcs");
           decoders.without.emplace_back("wifi");
         },
         "which Wi-Fi frames are read to their check sequence: those that may hold Remote ID (needed), or "
         "all, "
         "for exact accounts at a price; what is read is dropped at once")
      ->type_name("needed|all")
      ->check(CLI::IsMember({"needed", "all"}));
  app.add_flag("!--no-links", sensor.watch_links,
               "do not look for video and control links; saves a fifth of the work, more in a busy band");
  app.add_option("--workers", sensor.workers, "threads that decode; 0 chooses by the machine")
      ->capture_default_str()
      ->check(CLI::Range(0, 64));
}

CLI::App* add_replay(CLI::App& app, Raw& raw) {
  CLI::App* replay = app.add_subcommand("replay",
                                        "decode recordings: SigMF pairs and archives, raw samples by flags, "
                                        "or scene files, which are rendered first");
  replay->add_option("RECORDING", raw.replay.recordings, "files")->required();
  replay->add_option("--speed", raw.speed, "max or realtime")
      ->capture_default_str()
      ->check(CLI::IsMember({"max", "realtime"}));
  replay->add_option("--rate", raw.rate_hz, "samples per second, where the recording does not say")
      ->type_name("HZ");
  replay->add_option("--freq", raw.freq_hz, "centre frequency, where the recording does not say")
      ->type_name("HZ");
  replay->add_option("--format", raw.format,
                     "sample format of raw files: ci8 cu8 ci16_le ci16_be cf32_le cf32_be");
  replay->add_option("--name", raw.recording_name, "which recording of an archive that holds several");
  replay->add_flag("--verify", raw.replay.recording.verify_sha512, "check core:sha512 before anything else");
  add_decoder_options(*replay, raw.replay.decoders, raw.replay.sensor);
  add_output_options(*replay, raw, raw.replay.output);
  add_feed_access_options(*replay, raw, raw.replay.output);
  add_privacy_options(*replay, raw);
  return replay;
}

CLI::App* add_run(CLI::App& app, Raw& raw) {
  CLI::App* run = app.add_subcommand("run", "listen with a SoapySDR device");
  raw.device.add_to(*run);
  run->add_option("--gpsd", raw.gpsd, "ask gpsd where the antenna is, unless --sensor-position says")
      ->type_name("ADDRESS[:PORT]");
  raw.run.config.add_to(*run);
  add_decoder_options(*run, raw.run.decoders, raw.run.sensor);
  add_output_options(*run, raw, raw.run.output);
  add_feed_access_options(*run, raw, raw.run.output);
  add_privacy_options(*run, raw);
  raw.evidence.add_to(*run);
  return run;
}

CLI::App* add_listen(CLI::App& app, Raw& raw) {
  CLI::App* listen =
      app.add_subcommand("listen", "subscribe to a feed: a live table on a terminal, JSON lines otherwise");
  listen->add_option("ENDPOINT", raw.listen.endpoint, "of the feed")->capture_default_str();
  listen->add_option("--topic", raw.listen.topic, "prefix of what to hear, such as wh1.aircraft.")
      ->capture_default_str();
  listen
      ->add_option("--snapshot", raw.listen.snapshot_endpoint, "of the feed; else the port after ENDPOINT's")
      ->type_name("ENDPOINT");
  listen
      ->add_option("--curve-server-key", raw.curve_server_key,
                   "the sensor's public key, NAME.key: the feed is encrypted, and from nobody else")
      ->type_name("FILE");
  listen->add_option("--curve-key", raw.curve_key, "own secret key, NAME.key_secret of windhover keygen")
      ->type_name("FILE");
  listen->add_flag("--json", raw.listen.json, "JSON lines, also on a terminal");
  listen->add_option("--count", raw.count, "end after so many messages")->check(CLI::PositiveNumber);
  listen->add_option("--timeout", raw.timeout_s, "end after so many seconds without a message")
      ->check(CLI::PositiveNumber);
  return listen;
}

CLI::App* add_bench(CLI::App& app, Raw& raw) {
  CLI::App* bench =
      app.add_subcommand("bench", "measure this machine: cost of each stage, as ratios to the bare FFT");
  bench->add_option("SCENARIO", raw.bench.scenario, "idle, busy or all")
      ->capture_default_str()
      ->check(CLI::IsMember({"idle", "busy", "all"}));
  bench->add_option("--rate", raw.bench.rates_hz, "samples per second, may be repeated")->type_name("HZ");
  bench->add_option("--seconds", raw.bench.seconds, "of signal for each run")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 60.0));
  bench->add_option("--repeat", raw.bench.repeat, "runs of which the median counts")
      ->capture_default_str()
      ->check(CLI::Range(1, 99));
  bench->add_flag("--json", raw.bench.json, "one JSON object");
  return bench;
}

void finish_feed_access(const CLI::App& app, const Raw& raw, OutputOptions& out) {
  if (app.count("--curve-key") > 0) out.curve_key = raw.curve_key;
  if (out.curve_key && out.allow.empty())
    throw ConfigError(
        "--curve-key needs --allow: a file or folder with the public keys of those who may subscribe");
  if (!out.curve_key && !out.allow.empty())
    throw ConfigError("--allow needs --curve-key: without encryption nobody can be told from anybody");
}

void finish_output(const CLI::App& app, const Raw& raw, OutputOptions& out) {
  finish_feed_access(app, raw, out);
  for (const std::string& each : raw.protocols) set_protocol(out.privacy, each);
  for (const std::string& each : raw.operator_positions) set_operator_position(out.privacy, each);
  out.privacy.retention = std::chrono::seconds(raw.retention_s);
  if (app.count("--sensor-position") > 0) out.position = parse_sensor_position(raw.position);
  if (app.count("--jsonl") > 0) out.jsonl = raw.jsonl;
  out.feed = given(app, "--feed", raw.feed);
  // A recording may be over before a subscriber has found the socket; a live sensor has no need to wait.
  const bool asked = app.count("--wait-subscriber") > 0;
  out.wait_subscriber =
      std::chrono::milliseconds(asked || app.get_name() == "replay" ? raw.wait_subscriber_ms : 0);
}

ReplayCommand finish_replay(const CLI::App& app, Raw& raw) {
  ReplayCommand command = raw.replay;
  command.recording.rate_hz = given(app, "--rate", raw.rate_hz);
  command.recording.freq_hz = given(app, "--freq", raw.freq_hz);
  command.recording.name = given(app, "--name", raw.recording_name);
  if (app.count("--format") > 0) {
    command.recording.format = dsp::parse_sample_format(raw.format);
    if (!command.recording.format)
      throw ConfigError("--format " + raw.format +
                        " is not known; give ci8, cu8, ci16_le, ci16_be, cf32_le or cf32_be");
  }
  command.sensor.pace = raw.speed == "realtime" ? Pace::realtime : Pace::unlimited;
  finish_output(app, raw, command.output);
  return command;
}

/// One by options and file, or several by the file alone.
std::vector<DeviceCommand> finish_devices(CLI::App& app, Raw& raw) {
  raw.device.note_given(app);
  std::vector<ConfigSetting> settings = settings_for(app.get_name(), raw.run.settings);
  if (device_tables(settings) <= 1) {
    apply_settings(settings, app);
    return {raw.device.finish(app)};
  }
  if (const auto option = DeviceArguments::any_given(app))
    throw ConfigError(*option + " cannot be given beside several [[device]] in '" + raw.run.config.file +
                      "': nobody knows which one is meant");
  std::erase_if(settings, is_of_device);
  apply_settings(settings, app);
  return devices_of(raw.run.settings);
}

RunCommand finish_run(CLI::App& app, Raw& raw) {
  raw.run.settings = raw.run.config.read(app);
  const std::vector<DeviceCommand> devices = finish_devices(app, raw);
  RunCommand command = raw.run;
  command.devices = devices;
  if (app.count("--gpsd") > 0) command.output.gpsd = parse_gpsd_address(raw.gpsd);
  finish_output(app, raw, command.output);
  command.evidence = raw.evidence.finish(app);
  return command;
}

ListenOptions finish_listen(const CLI::App& app, Raw& raw) {
  ListenOptions options = raw.listen;
  options.count = given(app, "--count", raw.count);
  if (app.count("--timeout") > 0) options.timeout = std::chrono::seconds(raw.timeout_s);
  options.curve = curve_client_keys(given(app, "--curve-key", raw.curve_key),
                                    given(app, "--curve-server-key", raw.curve_server_key));
  return options;
}

}  // namespace

std::optional<CurveClientKeys> curve_client_keys(const std::optional<std::string>& own,
                                                 const std::optional<std::string>& server) {
  if (!own && !server) return std::nullopt;
  if (!own || !server)
    throw ConfigError(
        "an encrypted feed needs both --curve-server-key, the sensor's, and --curve-key, your own");
  return CurveClientKeys{read_curve_secret_file(*own), read_curve_public_file(*server)};
}

Command parse_arguments(int argc, char** argv) {
  CLI::App app("Windhover: which drones are up there, and what their radio links do. Receives only.",
               "windhover");
  app.set_version_flag("--version", WINDHOVER_VERSION);
  app.require_subcommand(1);
  Raw raw;
  const CLI::App* replay = add_replay(app, raw);
  CLI::App* run = add_run(app, raw);
  const CLI::App* listen = add_listen(app, raw);
  const CLI::App* bench = add_bench(app, raw);
  const CLI::App* record = raw.record.add_to(app);
  const CLI::App* gateway = raw.gateway.add_to(app);
  const CLI::App* devices = app.add_subcommand("devices", "SDRs found, and what each could hear");
  CLI::App* keygen =
      app.add_subcommand("keygen", "make keys for an encrypted feed, for a sensor or a subscriber");
  keygen
      ->add_option("NAME", raw.keygen.stem,
                   "of the files: NAME.key to give away, NAME.key_secret to keep; nothing is overwritten")
      ->required();
  CLI::App* synth =
      app.add_subcommand("synth", "render a scene from our own modulators into a SigMF recording");
  synth->add_option("SCENE", raw.synth.scene, "JSON file")->required();
  synth->add_option("OUT", raw.synth.out, "stem of the files to write")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 has codes of its own; ours are 0 for help and 2 for wrong usage.
    return NoCommand{app.exit(error) == 0 ? 0 : 2};
  }
  if (*replay) return finish_replay(*replay, raw);
  if (*run) {
    RunCommand command = finish_run(*run, raw);
    command.arguments.assign(argv, argv + argc);
    return command;
  }
  if (*listen) return finish_listen(*listen, raw);
  if (*bench) return raw.bench;
  if (*record) return raw.record.finish();
  if (*devices) return DevicesCommand{};
  if (*keygen) return raw.keygen;
  if (*gateway) return raw.gateway.finish();
  return raw.synth;
}

RunCommand parse_run_again(const RunCommand& command) {
  std::vector<std::string> arguments = command.arguments;
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  Command again = parse_arguments(static_cast<int>(argv.size()), argv.data());
  return std::get<RunCommand>(std::move(again));
}

}  // namespace windhover::sensor
