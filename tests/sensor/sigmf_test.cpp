#include "sensor/sigmf.hpp"

#include <limits>

#include "tests/sensor/recording_fixture.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;

namespace {

constexpr std::size_t kOctets = 400;  // 100 samples of ci16

/// Opens a pair whose metadata were changed, and expects a sentence.
void check_refused(const std::function<void(json&)>& change, const std::string& part,
                   std::size_t data_octets = kOctets) {
  const TemporaryFolder folder;
  json metadata = good_metadata();
  change(metadata);
  check_sentence(refusal_to_open(write_pair(folder, metadata, random_octets(data_octets))), part);
}

void check_text_refused(const std::string& text, const std::string& part) {
  const TemporaryFolder folder;
  write_pair(folder, {}, random_octets(kOctets));
  check_sentence(refusal_to_open(write_file(folder / "a.sigmf-meta", text)), part);
}

void set_global(json& metadata, const char* key, const json& value) { metadata["global"][key] = value; }
void set_capture(json& metadata, const char* key, const json& value) { metadata["captures"][0][key] = value; }

}  // namespace

BOOST_AUTO_TEST_CASE(metadata_become_plain_values) {
  const std::string digest(128, 'A');
  json text = good_metadata();
  set_global(text, "core:sha512", digest);
  set_global(text, "core:offset", 7);
  set_global(text, "core:trailing_bytes", 3);
  set_global(text, "core:dataset", "x.iq");
  text["captures"] = {{{"core:sample_start", 10},
                       {"core:frequency", 5.8e9},
                       {"core:datetime", "2026-01-31T12:00:00.25Z"},
                       {"core:global_index", 99.0},
                       {"core:header_bytes", 16}},
                      {{"core:sample_start", 20}, {"core:frequency", 0}, {"core:datetime", nullptr}}};
  const SigmfMetadata metadata = parse_sigmf(text.dump(), "a");
  BOOST_TEST((metadata.format == dsp::SampleFormat::ci16_le));
  BOOST_TEST(metadata.rate->value == 1e6);
  BOOST_TEST(metadata.offset == 7U);
  BOOST_TEST(metadata.trailing_bytes == 3U);
  BOOST_TEST(*metadata.dataset == "x.iq");
  BOOST_TEST(*metadata.sha512 == std::string(128, 'a'));
  BOOST_REQUIRE(metadata.captures.size() == 2U);
  BOOST_TEST(metadata.captures[0].sample_start == 10U);
  BOOST_TEST(metadata.captures[0].frequency->value == 5.8e9);
  BOOST_TEST(to_rfc3339(*metadata.captures[0].datetime) == "2026-01-31T12:00:00.250000Z");
  BOOST_TEST(*metadata.captures[0].global_index == 99U);
  BOOST_TEST(metadata.captures[0].header_bytes == 16U);
  BOOST_TEST(!metadata.captures[1].frequency.has_value());
  BOOST_TEST(!metadata.captures[1].datetime.has_value());
}

BOOST_AUTO_TEST_CASE(annotations_and_extensions_are_passed_over) {
  json text = good_metadata();
  text["annotations"] = "whatever";
  set_global(text, "core:extensions", {{{"name", "unheard_of"}, {"version", "9"}, {"optional", false}}});
  set_global(text, "unheard_of:key", {1, 2, 3});
  BOOST_TEST(parse_sigmf(text.dump(), "a").captures.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_no_metadata_gets_a_sentence) {
  check_text_refused("", "is not valid JSON");
  check_text_refused("{\"global\": {", "is not valid JSON");
  check_text_refused("\x80\xff\xfe", "is not valid JSON");
  check_text_refused("[]", "no \"global\" object");
  check_text_refused("3", "no \"global\" object");
  check_text_refused("null", "no \"global\" object");
  check_text_refused("{}", "no \"global\" object");
  check_text_refused(R"({"global": []})", "is no JSON object");
  check_text_refused(R"({"global": {"core:sample_rate": NaN}})", "is not valid JSON");
  check_text_refused(R"({"global": {"core:sample_rate": 1e999}})", "out of range");
  check_refused([](json& m) { m["captures"] = {{"core:sample_start", 0}}; }, "captures is not an array");
  check_refused([](json& m) { m["captures"][0] = 5; }, "capture 0 is no JSON object");
}

BOOST_AUTO_TEST_CASE(deep_nesting_costs_neither_stack_nor_memory) {
  constexpr std::size_t kDeep = 4'000'000;
  check_text_refused(std::string(kDeep, '['), "nests its JSON deeper");
  check_text_refused("{\"annotations\": " + std::string(kDeep, '['), "nests its JSON deeper");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  check_text_refused(objects, "nests its JSON deeper");
}

BOOST_AUTO_TEST_CASE(a_rate_that_cannot_be_is_refused) {
  for (const json& rate : {json(0), json(-1e6), json(0.5), json(1.1e9), json(1e300)})
    check_refused([&](json& m) { set_global(m, "core:sample_rate", rate); }, "must lie from 1 to 1e9");
  check_refused([](json& m) { set_global(m, "core:sample_rate", "1e6"); }, "is not a number");
  check_refused([](json& m) { m["global"].erase("core:sample_rate"); }, "give --rate HZ");
}

BOOST_AUTO_TEST_CASE(an_unknown_datatype_is_named) {
  check_refused([](json& m) { set_global(m, "core:datatype", "cf64_le"); }, "'cf64_le' cannot be read");
  check_refused([](json& m) { set_global(m, "core:datatype", "a\nb"); }, "'a?b'");
  check_refused([](json& m) { set_global(m, "core:datatype", 16); }, "is not a string");
  check_refused([](json& m) { m["global"].erase("core:datatype"); }, "give --format");
}

BOOST_AUTO_TEST_CASE(recordings_that_cannot_be_replayed_say_why) {
  check_refused([](json& m) { set_global(m, "core:num_channels", 2); }, "only recordings of one channel");
  check_refused([](json& m) { set_global(m, "core:num_channels", 0); }, "only recordings of one channel");
  check_refused([](json& m) { set_global(m, "core:metadata_only", true); }, "there are no samples");
  check_refused([](json& m) { set_global(m, "core:metadata_only", "yes"); }, "neither true nor false");
  check_refused([](json& m) { m["captures"][0].erase("core:frequency"); }, "give --freq HZ");
  check_refused([](json& m) { set_capture(m, "core:frequency", 0); }, "give --freq HZ");
  check_refused([](json& m) { set_capture(m, "core:frequency", -1); }, "must lie above 0");
  check_refused([](json& m) { set_capture(m, "core:frequency", "2450 MHz"); }, "is not a number");
  check_refused([](json& m) { set_global(m, "core:sha512", "1234"); }, "128 hexadecimal digits");
}

BOOST_AUTO_TEST_CASE(a_dataset_may_not_lead_out_of_the_folder) {
  for (const char* name : {"/etc/passwd", "../a.sigmf-data", "..", ".", "", "b\\c"})
    check_refused([&](json& m) { set_global(m, "core:dataset", name); }, "plain name of a file");
  check_refused([](json& m) { set_global(m, "core:dataset", std::string("a\0b", 3)); }, "plain name");
  check_refused([](json& m) { set_global(m, "core:dataset", "missing.iq"); }, "no data file 'missing.iq'");
}

BOOST_AUTO_TEST_CASE(sample_counts_are_checked_before_they_are_used) {
  check_refused([](json& m) { set_capture(m, "core:sample_start", -1); }, "whole number from 0 to 2^53");
  check_refused([](json& m) { set_capture(m, "core:sample_start", 0.5); }, "whole number from 0 to 2^53");
  check_refused([](json& m) { set_capture(m, "core:sample_start", 1e18); }, "whole number from 0 to 2^53");
  check_refused([](json& m) { set_capture(m, "core:sample_start", "0"); }, "is not a number");
  check_refused([](json& m) { set_capture(m, "core:sample_start", 101); },
                "starts after the last of the 100");
  check_refused([](json& m) { set_capture(m, "core:sample_start", 100); }, "no samples in any capture");
  check_refused([](json& m) { set_capture(m, "core:header_bytes", 1e15); }, "more header or trailing octets");
  check_refused([](json& m) { set_global(m, "core:trailing_bytes", 401); }, "more header or trailing octets");
  check_refused([](json& m) { set_capture(m, "core:header_bytes", 2); }, "no multiple of the 4");
  check_refused([](json& m) { set_capture(m, "core:header_bytes", 400); }, "has no samples");
}

BOOST_AUTO_TEST_CASE(captures_out_of_order_are_refused) {
  const auto captures = [](json first, json second) {
    first["core:frequency"] = second["core:frequency"] = 2.4e9;
    return json{first, second};
  };
  check_refused(
      [&](json& m) {
        m["captures"] = captures({{"core:sample_start", 50}}, {{"core:sample_start", 10}});
      },
      "lower than that of the capture before");
  check_refused(
      [&](json& m) {
        m["captures"] = captures({{"core:sample_start", 0}}, {{"core:sample_start", 101}});
      },
      "starts after the last");
  check_refused(
      [&](json& m) {
        m["captures"] = captures({{"core:sample_start", 0}, {"core:global_index", 1000}},
                                 {{"core:sample_start", 50}, {"core:global_index", 1049}});
      },
      "core:global_index runs back");
  check_refused(
      [&](json& m) {
        m["captures"] = captures({{"core:sample_start", 0}, {"core:global_index", 0}},
                                 {{"core:sample_start", 50}, {"core:global_index", 9e15}});
      },
      "more than 30 years");
}

BOOST_AUTO_TEST_CASE(a_time_that_is_none_is_refused) {
  for (const char* text : {"yesterday", "2026-01-31", "2026-13-31T12:00:00Z", "2026-01-31T12:00:00",
                           "9999-01-31T12:00:00Z", "0001-01-01T00:00:00Z", "2026-01-31T12:00:00+-1:05"})
    check_refused([&](json& m) { set_capture(m, "core:datetime", text); }, "is no RFC 3339 time");
  check_refused([](json& m) { set_capture(m, "core:datetime", 1700000000); }, "is not a string");
}

BOOST_AUTO_TEST_CASE(metadata_too_large_are_not_loaded) {
  const TemporaryFolder folder;
  const fs::path meta = write_pair(folder, good_metadata(), random_octets(kOctets));
  fs::resize_file(meta, kMaxSigmfMetadataBytes + 1);
  check_sentence(refusal_to_open(meta), "larger than any metadata");
}

BOOST_AUTO_TEST_CASE(mutated_metadata_are_read_or_refused_and_nothing_else) {
  const TemporaryFolder folder;
  json good = good_metadata();
  set_global(good, "core:sha512", std::string(128, 'a'));
  set_global(good, "core:offset", 0);
  set_global(good, "core:trailing_bytes", 4);
  good["captures"] = {{{"core:sample_start", 0},
                       {"core:frequency", 2.4e9},
                       {"core:global_index", 0},
                       {"core:datetime", "2026-01-31T12:00:00.25Z"}},
                      {{"core:sample_start", 40},
                       {"core:frequency", 5.8e9},
                       {"core:global_index", 90},
                       {"core:header_bytes", 8}}};
  const std::string text = good.dump();
  const fs::path meta = write_pair(folder, good, random_octets(kOctets));
  const std::string alphabet = "0123456789eE+-.\"{}[]:,ntfu \\\xff_a";
  std::mt19937 random(20260131);
  std::size_t opened = 0, refused = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string mutated = text;
    for (auto left = 1 + random() % 3; left > 0; --left) {
      const std::size_t at = random() % mutated.size();
      const char letter = alphabet[random() % alphabet.size()];
      const auto kind = random() % 4;
      if (kind == 0) mutated[at] = letter;
      if (kind == 1) mutated.insert(at, 1 + random() % 4, letter);
      if (kind == 2) mutated.erase(at, 1 + random() % 8);
      if (kind == 3) mutated.insert(at, mutated.substr(random() % mutated.size(), random() % 40));
    }
    write_file(meta, mutated);
    try {
      const auto source = open_recording(meta, {});
      BOOST_TEST(read_through(*source, 64).octets.size() ==
                 *source->info().total_samples * dsp::bytes_per_sample(source->info().format));
      ++opened;
    } catch (const SourceError& error) {
      BOOST_TEST(std::string(error.what()).ends_with('.'));
      ++refused;
    }
  }
  BOOST_TEST(opened > 100U);
  BOOST_TEST(refused > 500U);
}
