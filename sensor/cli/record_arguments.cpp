#include "sensor/cli/record_arguments.hpp"

#include <CLI/CLI.hpp>

namespace windhover::sensor {

const CLI::App* RecordArguments::add_to(CLI::App& app) {
  app_ = app.add_subcommand("record", "record a SoapySDR device as SigMF, until the time is over or Ctrl-C");
  app_->add_option("OUT", command_.out, "stem of the files to write; nothing is overwritten")->required();
  app_->add_option("--device", command_.device.args, "SoapySDR arguments, such as driver=hackrf")->required();
  app_->add_option("--rate", rate_hz_, "samples per second")->type_name("HZ")->required();
  app_->add_option("--freq", freq_hz_, "centre frequency")->type_name("HZ")->required();
  app_->add_option("--gain", gain_db_, "overall gain; the device's own control without it")->type_name("DB");
  app_->add_option("--antenna", antenna_, "one of the device's antennas");
  app_->add_option("--bandwidth", bandwidth_hz_, "of the device's filter")->type_name("HZ");
  app_->add_option("--duration", duration_s_, "end after so many seconds; without it at Ctrl-C")
      ->type_name("S")
      ->check(CLI::Range(0.001, 1e6));
  app_->add_option("--description", command_.description, "for core:description");
  return app_;
}

RecordCommand RecordArguments::finish() const {
  RecordCommand command = command_;
  command.device.rate = {rate_hz_};
  command.device.centre = {freq_hz_};
  if (app_->count("--gain") > 0) command.device.gain_db = gain_db_;
  if (app_->count("--antenna") > 0) command.device.antenna = antenna_;
  if (app_->count("--bandwidth") > 0) command.device.bandwidth_hz = bandwidth_hz_;
  if (app_->count("--duration") > 0) command.duration_s = duration_s_;
  return command;
}

}  // namespace windhover::sensor
