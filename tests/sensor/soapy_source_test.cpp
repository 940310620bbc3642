#include "sensor/soapy_source.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "soapy_test_device.hpp"
#include "tests/sensor/recording_fixture.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;

namespace {

using Kind = RadioStep::Kind;

SoapySDR::KwargsList find_radio(const SoapySDR::Kwargs& args) {
  const auto driver = args.find("driver");
  if (driver != args.end() && driver->second != "windhover_test") return {};
  return {{{"driver", "windhover_test"}, {"label", "Ramp"}, {"serial", "R1"}}};
}
SoapySDR::Device* make_radio(const SoapySDR::Kwargs&) { return new TestRadio; }  // NOLINT: SoapySDR owns it
const SoapySDR::Registry registered("windhover_test", find_radio, make_radio, SOAPY_SDR_ABI_VERSION);

SoapyOptions good_options() {
  SoapyOptions options;
  options.args = "driver=windhover_test";
  options.rate = {10e6};
  options.centre = {2450e6};
  return options;
}

/// Each test starts from an idle radio, and must leave none open.
struct IdleRadio {
  IdleRadio() { radio_script = {}; }
  ~IdleRadio() {
    BOOST_TEST(radio_script.open_devices == 0);
    BOOST_TEST(radio_script.open_streams == 0);
    BOOST_TEST(radio_script.active_streams == 0);
  }
};

std::string refusal_to_open_radio(const SoapyOptions& options) {
  return refusal([&] { open_soapy(options); });
}

/// Reads until the script is used up; checks that each sample is the one its index names, when indices count
/// losses.
std::vector<SourceChunk> read_script(SoapySource& source, bool indices_count_losses = true) {
  std::vector<SourceChunk> chunks;
  std::vector<std::byte> buffer(4 * 1000);
  while (!radio_script.steps.empty()) {
    const SourceChunk chunk = source.read(buffer);
    if (chunk.state != SourceChunk::State::samples) continue;
    std::int16_t real = 0;
    std::memcpy(&real, buffer.data(), sizeof real);
    if (indices_count_losses) BOOST_TEST(real == chunk.first.value % 32768);
    chunks.push_back(chunk);
  }
  return chunks;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(soapy_source, IdleRadio)

BOOST_AUTO_TEST_CASE(a_device_is_opened_with_its_settings) {
  SoapyOptions options = good_options();
  options.gain_db = 35;
  options.antenna = "LNAW";
  options.bandwidth_hz = 9e6;
  const auto source = open_soapy(options);
  BOOST_TEST(radio_script.rate_hz == 10e6);
  BOOST_TEST(radio_script.centre_hz == 2450e6);
  BOOST_TEST(radio_script.gain_db == 35);
  BOOST_TEST(radio_script.agc.value() == false);
  BOOST_TEST(radio_script.antenna == "LNAW");
  BOOST_TEST(radio_script.bandwidth_hz == 9e6);
  BOOST_TEST(radio_script.active_streams == 1);
  BOOST_TEST(source->info().live);
  BOOST_TEST(source->info().rate.value == 10e6);
  BOOST_TEST(source->info().centre.value == 2450e6);
  BOOST_TEST((source->info().format == dsp::SampleFormat::ci16_le));
  BOOST_TEST(source->info().description == "windhover_test ramp");
  BOOST_TEST(!source->info().total_samples.has_value());
  BOOST_TEST(source->native_full_scale() == 2048);
  BOOST_TEST(source->info().converter_bits == 12U);
}

BOOST_AUTO_TEST_CASE(without_a_gain_the_device_controls_its_own) {
  open_soapy(good_options());
  BOOST_TEST(radio_script.agc.value() == true);
  BOOST_TEST(radio_script.gain_db == -1);

  radio_script = {};
  radio_script.has_agc = false;
  open_soapy(good_options());
  BOOST_TEST(!radio_script.agc.has_value());
  BOOST_TEST(radio_script.gain_db == -1);
}

BOOST_AUTO_TEST_CASE(for_the_gain_control_it_begins_in_the_middle_and_keeps_its_own_off) {
  SoapyOptions options = good_options();
  options.gain_control = true;
  const auto source = open_soapy(options);
  BOOST_TEST(radio_script.agc.value() == false);
  const auto range = source->gain_range().value();
  BOOST_TEST(radio_script.gain_db == (range.lowest_db + range.highest_db) / 2);
  BOOST_TEST(!source->has_own_control());
  BOOST_TEST(source->set_gain(range.lowest_db));
  BOOST_TEST(radio_script.gain_db == range.lowest_db);
}

BOOST_AUTO_TEST_CASE(samples_arrive_in_order_and_without_a_gap) {
  radio_script.steps = {{Kind::samples, 2500}, {Kind::samples, 700}};
  const auto source = open_soapy(good_options());
  const auto chunks = read_script(*source);
  BOOST_REQUIRE(chunks.size() == 4U);
  BOOST_TEST(chunks[3].first.value == 2500);
  BOOST_TEST(chunks[3].samples == 700U);
  for (const SourceChunk& chunk : chunks) {
    BOOST_TEST(!chunk.gap);
    BOOST_TEST(!chunk.retuned);
    BOOST_TEST(!chunk.time.has_value());
  }
  BOOST_TEST(radio_script.longest_timeout_us <= 100'000);
}

BOOST_AUTO_TEST_CASE(a_timeout_is_nothing_and_counted) {
  radio_script.steps = {{Kind::timeout}, {Kind::samples, 10}};
  const auto source = open_soapy(good_options());
  std::vector<std::byte> buffer(400);
  BOOST_TEST((source->read(buffer).state == SourceChunk::State::nothing));
  const SourceChunk chunk = source->read(buffer);
  BOOST_TEST(chunk.samples == 10U);
  BOOST_TEST(!chunk.gap);
  BOOST_TEST(source->counters().timeouts == 1U);
  BOOST_TEST(source->counters().overflows == 0U);
}

BOOST_AUTO_TEST_CASE(an_overflow_without_hardware_time_is_a_gap_of_unknown_length) {
  radio_script.steps = {{Kind::samples, 100}, {Kind::lose, 55}, {Kind::samples, 1100}};
  const auto source = open_soapy(good_options());
  const auto chunks = read_script(*source, false);
  BOOST_REQUIRE(chunks.size() == 3U);
  BOOST_TEST(chunks[1].first.value == 100);
  BOOST_TEST(chunks[1].gap);
  BOOST_TEST(!chunks[2].gap);
  BOOST_TEST(source->counters().overflows == 1U);
  BOOST_TEST(source->counters().lost_samples == 0U);
}

BOOST_AUTO_TEST_CASE(hardware_time_counts_what_an_overflow_lost) {
  for (const double rate_hz : {10e6, 61.44e6, 3.125e6}) {
    radio_script = {};
    radio_script.stamps = true;
    radio_script.steps = {{Kind::samples, 1500}, {Kind::lose, 1},    {Kind::samples, 300},
                          {Kind::lose, 12345},   {Kind::lose, 7},    {Kind::samples, 2000},
                          {Kind::lose, 0},       {Kind::samples, 10}};
    SoapyOptions options = good_options();
    options.rate = {rate_hz};
    const auto source = open_soapy(options);
    const auto chunks = read_script(*source);
    BOOST_REQUIRE(chunks.size() == 6U);
    BOOST_TEST(chunks[2].first.value == 1501);
    BOOST_TEST(chunks[2].gap);
    BOOST_TEST(chunks[3].first.value == 1801 + 12345 + 7);
    BOOST_TEST(chunks[3].gap);
    BOOST_TEST(!chunks[4].gap);
    BOOST_TEST(chunks[5].gap);
    BOOST_TEST(source->counters().overflows == 4U);
    BOOST_TEST(source->counters().lost_samples == 12353U);
  }
}

BOOST_AUTO_TEST_CASE(a_loss_that_the_driver_does_not_report_shows_in_its_time) {
  radio_script.stamps = true;
  radio_script.steps = {{Kind::samples, 100}, {Kind::lose, 5000, false}, {Kind::samples, 100}};
  const auto source = open_soapy(good_options());
  const auto chunks = read_script(*source);
  BOOST_REQUIRE(chunks.size() == 2U);
  BOOST_TEST(chunks[1].gap);
  BOOST_TEST(chunks[1].first.value == 5100);
  BOOST_TEST(source->counters().overflows == 0U);
  BOOST_TEST(source->counters().lost_samples == 5000U);
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_is_a_gap_but_no_loss) {
  for (const long long step_ns : {3'600'000'000'000LL, -1'000'000'000LL}) {
    radio_script = {};
    radio_script.stamps = true;
    radio_script.first_stamp_ns = 5'000'000'000LL;
    radio_script.steps = {{Kind::samples, 100}, {Kind::lose, 10}, {Kind::samples, 100}};
    const auto source = open_soapy(good_options());
    std::vector<std::byte> buffer(400);
    source->read(buffer);
    radio_script.first_stamp_ns += step_ns;
    source->read(buffer);
    const SourceChunk after = source->read(buffer);
    BOOST_TEST(after.gap);
    BOOST_TEST(after.first.value == 100);
    BOOST_TEST(source->counters().lost_samples == 0U);
  }
}

BOOST_AUTO_TEST_CASE(time_is_told_only_where_it_is_utc) {
  radio_script.stamps = true;
  radio_script.steps = {{Kind::samples, 100}};
  BOOST_TEST(!read_script(*open_soapy(good_options())).front().time.has_value());

  const auto now = std::chrono::system_clock::now().time_since_epoch();
  radio_script.first_stamp_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  radio_script.steps = {{Kind::samples, 1000}, {Kind::samples, 100}};
  const auto chunks = read_script(*open_soapy(good_options()));
  BOOST_REQUIRE(chunks.size() == 2U);
  BOOST_TEST(chunks[0].time.value().time_since_epoch().count() == radio_script.first_stamp_ns);
  BOOST_TEST(chunks[1].time.value().time_since_epoch().count() == radio_script.first_stamp_ns + 100'000);
}

// 2 ms are 20,000 samples.
BOOST_AUTO_TEST_CASE(with_stamps_tuning_leaves_out_what_was_taken_before_it_had_settled) {
  radio_script.stamps = true;
  radio_script.steps = {{Kind::samples, 100}, {Kind::timeout},      {Kind::samples, 15'000},
                        {Kind::lose, 5'000},  {Kind::samples, 200}, {Kind::samples, 200}};
  const auto source = open_soapy(good_options());
  std::vector<std::byte> buffer(4 * 5'000);
  source->read(buffer);
  source->retune({5745e6});
  for (int i = 0; i < 5; ++i) BOOST_TEST((source->read(buffer).state == SourceChunk::State::nothing));
  const SourceChunk tuned = source->read(buffer);
  BOOST_TEST(tuned.retuned);
  BOOST_TEST(tuned.centre.value == 5745e6);
  BOOST_TEST(tuned.first.value == 20'100);
  BOOST_TEST(tuned.settling == 20'000);
  BOOST_TEST(!tuned.gap);
  const SourceChunk after = source->read(buffer);
  BOOST_TEST(!after.retuned);
  BOOST_TEST(after.settling == 0);
  BOOST_TEST(after.centre.value == 5745e6);
  BOOST_TEST(source->counters().lost_samples == 0U);
  BOOST_TEST(source->counters().overflows == 0U);
}

BOOST_AUTO_TEST_CASE(a_refused_tuning_puts_the_device_back) {
  const auto source = open_soapy(good_options());
  check_sentence(refusal([&] { source->retune({7e9}); }), "refuses to tune to 7000000000 Hz");
  BOOST_TEST(radio_script.centre_hz == 2450e6);
  check_sentence(refusal([&] { source->retune({std::nan("")}); }), "must lie above 0");
  BOOST_TEST(radio_script.centre_hz == 2450e6);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_put_back_is_told_as_the_refusal) {
  const auto source = open_soapy(good_options());
  radio_script.centre_error_hz = 9e6;  // it goes elsewhere
  check_sentence(refusal([&] { source->retune({5745e6}); }), "cannot tune to 5745000000 Hz");
}

BOOST_AUTO_TEST_CASE(a_device_may_be_opened_wherever_it_is) {
  SoapyOptions options = good_options();
  options.anywhere = true;
  options.centre = {};
  radio_script.centre_hz = 100e6;
  const auto source = open_soapy(options);
  BOOST_TEST(source->info().centre.value == 100e6);
  BOOST_TEST(source->tuning_ranges().front().highest.value == 6e9);
}

BOOST_AUTO_TEST_CASE(a_device_that_fails_ends_the_source_with_a_sentence) {
  radio_script.steps = {{Kind::error}, {Kind::failure}};
  const auto source = open_soapy(good_options());
  std::vector<std::byte> buffer(400);
  check_sentence(refusal([&] { source->read(buffer); }), "has stopped streaming (STREAM_ERROR)");
  check_sentence(refusal([&] { source->read(buffer); }), "has failed (unplugged)");
}

BOOST_AUTO_TEST_CASE(settings_that_the_device_cannot_meet_are_refused) {
  SoapyOptions options = good_options();
  options.antenna = "TX";
  check_sentence(refusal_to_open_radio(options), "no antenna 'TX'; it has RX, LNAW");
  options = good_options();
  options.gain_db = 61;
  check_sentence(refusal_to_open_radio(options), "it offers 0 to 60 dB");
  options.gain_db = std::nan("");
  check_sentence(refusal_to_open_radio(options), "it offers 0 to 60 dB");
  options = good_options();
  options.channel = 1;
  check_sentence(refusal_to_open_radio(options), "1 receiving channels");
  options = good_options();
  options.centre = {7e9};
  check_sentence(refusal_to_open_radio(options), "refuses its settings (no such?frequency)");
  options.centre = {-1};
  check_sentence(refusal_to_open_radio(options), "the centre frequency must lie");
  for (const double rate_hz : {0.0, -1e6, std::nan(""), 2e9}) {
    options = good_options();
    options.rate = {rate_hz};
    check_sentence(refusal_to_open_radio(options), "the sample rate must lie");
  }
}

BOOST_AUTO_TEST_CASE(what_the_device_reports_back_is_believed_and_checked) {
  radio_script.rate_factor = 1 + 20e-6;
  radio_script.centre_error_hz = 2e3;
  const auto source = open_soapy(good_options());
  BOOST_TEST(source->info().rate.value == 10e6 * radio_script.rate_factor);
  BOOST_TEST(source->info().centre.value == 2450.002e6);
  BOOST_TEST(source->info().description.find("runs at 10000200") != std::string::npos);
  BOOST_TEST(source->info().description.find("tuned to 2450002000") != std::string::npos);

  radio_script.rate_factor = 0.5;
  check_sentence(refusal_to_open_radio(good_options()), "it offers 1000000 to 20000000, 61440000 Hz");
  radio_script.rate_factor = std::nan("");
  check_sentence(refusal_to_open_radio(good_options()), "cannot sample at 10000000 Hz");
  radio_script.rate_factor = 1;
  radio_script.centre_error_hz = -3e6;
  check_sentence(refusal_to_open_radio(good_options()), "cannot tune to 2450000000 Hz");
}

BOOST_AUTO_TEST_CASE(the_stream_has_the_native_format_or_the_best_that_is_offered) {
  struct Case {
    const char* native;
    std::vector<std::string> offered;
    const char* taken;
    dsp::SampleFormat format;
  };
  const std::array cases{
      Case{SOAPY_SDR_CS16, {SOAPY_SDR_CS16}, SOAPY_SDR_CS16, dsp::SampleFormat::ci16_le},
      Case{SOAPY_SDR_CS8, {SOAPY_SDR_CS16, SOAPY_SDR_CS8}, SOAPY_SDR_CS8, dsp::SampleFormat::ci8},
      Case{SOAPY_SDR_CU8, {SOAPY_SDR_CU8}, SOAPY_SDR_CU8, dsp::SampleFormat::cu8},
      Case{SOAPY_SDR_CF32, {SOAPY_SDR_CF32}, SOAPY_SDR_CF32, dsp::SampleFormat::cf32_le},
      Case{SOAPY_SDR_CS12, {SOAPY_SDR_CF32, SOAPY_SDR_CS16}, SOAPY_SDR_CS16, dsp::SampleFormat::ci16_le},
      Case{SOAPY_SDR_CF64, {SOAPY_SDR_CF64, SOAPY_SDR_CF32}, SOAPY_SDR_CF32, dsp::SampleFormat::cf32_le},
  };
  for (const Case& c : cases) {
    radio_script = {};
    radio_script.native_format = c.native;
    radio_script.formats = c.offered;
    const auto source = open_soapy(good_options());
    BOOST_TEST(radio_script.stream_format == c.taken);
    BOOST_TEST((source->info().format == c.format));
  }
  radio_script.native_format = SOAPY_SDR_CF64;
  radio_script.formats = {SOAPY_SDR_CF64};
  check_sentence(refusal_to_open_radio(good_options()), "use one that offers CS16");
}

BOOST_AUTO_TEST_CASE(a_device_that_is_missing_busy_or_dead_is_told_apart_from_a_wrong_setting) {
  SoapyOptions options = good_options();
  options.args = "driver=no_such_driver";
  check_sentence(refusal_to_open_radio(options), "`windhover devices` lists what is there");
  radio_script.fails_to_open = true;
  check_sentence(refusal_to_open_radio(good_options()), "(already in use)");
  radio_script = {};
  radio_script.fails_to_start = true;
  check_sentence(refusal_to_open_radio(good_options()), "starts no stream (STREAM_ERROR)");
}

BOOST_AUTO_TEST_CASE(devices_are_listed_with_their_ranges) {
  const auto ours = [] {
    for (const DeviceInfo& device : list_devices())
      if (device.driver == "windhover_test") return device;
    BOOST_FAIL("the device is not listed");
    return DeviceInfo{};
  };
  const DeviceInfo device = ours();
  BOOST_TEST(device.label == "Ramp");
  BOOST_TEST(device.serial == "R1");
  BOOST_TEST(device.native_format == "CS16");
  BOOST_REQUIRE(device.rates.size() == 2U);
  BOOST_TEST(device.rates[0].highest.value == 20e6);
  BOOST_REQUIRE(device.frequencies.size() == 1U);
  BOOST_TEST(device.frequencies[0].lowest.value == 70e6);
  BOOST_TEST(!device.problem.has_value());
  SoapyOptions options = good_options();
  options.args = device.args;
  BOOST_TEST(open_soapy(options)->info().live);

  radio_script.fails_to_open = true;
  BOOST_TEST(ours().problem.value() == "already in use");
  BOOST_TEST(ours().rates.empty());
}

BOOST_AUTO_TEST_SUITE_END()
