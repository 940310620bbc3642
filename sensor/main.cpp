// The one program. Exit codes: 0 done, 1 failed at run time, 2 wrong usage, config or recording.

#include <iostream>
#include <stdexcept>
#include <variant>

#include "sensor/cli/commands.hpp"
#include "sensor/config_error.hpp"
#include "sensor/service/journal.hpp"

namespace {

using namespace windhover::sensor;

struct Execute {
  int operator()(const NoCommand& c) const { return c.exit_code; }
  int operator()(const ReplayCommand& c) const { return run_replay(c); }
  int operator()(const RunCommand& c) const { return run_live(c); }
  int operator()(const ListenOptions& c) const { return run_listen(c); }
  int operator()(const SynthCommand& c) const { return run_synth(c); }
  int operator()(const BenchCommand& c) const { return run_bench(c); }
  int operator()(const RecordCommand& c) const { return run_record(c); }
  int operator()(const DevicesCommand&) const { return run_devices(); }
  int operator()(const KeygenCommand& c) const { return run_keygen(c); }
  int operator()(const GatewayCommand& c) const { return run_gateway(c); }
};

int complain(const std::exception& error, int exit_code) {
  std::cerr << error_priority() << "windhover: " << error.what() << '\n';
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  const CerrToJournal journal;
  try {
    return std::visit(Execute{}, parse_arguments(argc, argv));
  } catch (const ConfigError& error) {
    return complain(error, 2);
  } catch (const SourceError& error) {
    return complain(error, 2);
  } catch (const std::exception& error) {
    return complain(error, 1);
  }
}
