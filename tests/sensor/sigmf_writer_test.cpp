#include "sensor/sigmf_writer.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/sensor/recording_fixture.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;
using namespace std::chrono_literals;

namespace {

SourceInfo device() {
  SourceInfo source;
  source.description = "a device";
  source.format = dsp::SampleFormat::ci16_le;
  source.rate = {1e6};
  source.centre = {2450e6};
  return source;
}

const UtcTime kStart = parse_rfc3339("2026-01-31T12:00:00.123456789Z");

/// What a reader makes of it.
std::vector<SourceChunk> read_back(const SigmfWriter& writer) {
  const TemporaryFolder folder;
  const auto octets = random_octets(4 * writer.samples());
  const auto path = write_pair(folder, json::parse(writer.metadata()), octets);
  auto recording = open_recording(path, {});
  return read_through(*recording, 4 * writer.samples()).chunks;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sigmf_writer)

BOOST_AUTO_TEST_CASE(a_stream_with_holes_retunes_and_a_clock_that_moves_reads_back_as_it_was) {
  SigmfWriter writer(device(), "a test");
  const dsp::Hertz low{2430e6}, high{2460e6};
  const auto at = [](std::int64_t index) { return kStart + index * 1us; };
  BOOST_TEST(writer.add({{5000}, 100, low, true, true, at(5000)}));
  BOOST_TEST(!writer.add({{5100}, 100, low, false, false, at(5100)}));
  BOOST_TEST(writer.add({{5300}, 50, low, true, false, at(5300)}));           // 100 lost
  BOOST_TEST(writer.add({{5350}, 50, high, false, false, at(5350)}));         // retuned
  BOOST_TEST(writer.add({{5400}, 50, high, false, true, at(5400) + 300us}));  // the clock has moved
  BOOST_TEST(writer.add({{5450}, 50, high, true, false, {}}));                // nobody knows how many lost
  BOOST_TEST(writer.gaps() == 2U);
  BOOST_TEST(writer.lost_samples() == 100U);

  const auto chunks = read_back(writer);
  BOOST_REQUIRE(chunks.size() == 5U);
  const std::int64_t firsts[] = {0, 300, 350, 400, 450};
  const std::size_t samples[] = {200, 50, 50, 50, 50};
  const bool gaps[] = {false, true, false, false, true}, retunes[] = {false, false, true, false, false};
  for (std::size_t i = 0; i < 5; ++i) {
    BOOST_TEST(chunks[i].first.value == firsts[i]);
    BOOST_TEST(chunks[i].samples == samples[i]);
    BOOST_TEST(chunks[i].gap == gaps[i]);
    BOOST_TEST(chunks[i].retuned == retunes[i]);
  }
  BOOST_TEST((chunks[0].time == at(5000)));
  BOOST_TEST((chunks[3].time == at(5400) + 300us));
  BOOST_TEST(chunks[4].centre.value == 2460e6);
}

BOOST_AUTO_TEST_CASE(a_narrower_converter_keeps_its_full_scale) {
  for (const unsigned bits : {12U, 16U}) {
    SourceInfo source = device();
    source.converter_bits = bits;
    SigmfWriter writer(source, "a test");
    writer.add({{0}, 10, {2450e6}, false, true, kStart});
    const json meta = json::parse(writer.metadata());
    BOOST_TEST(meta.at("global").contains("windhover:converter_bits") == (bits < 16));
    BOOST_TEST(meta.at("global").contains("core:extensions") == (bits < 16));
    const TemporaryFolder folder;
    const auto recording = open_recording(write_pair(folder, meta, random_octets(40)), {});
    BOOST_TEST(recording->info().converter_bits == bits);
  }
  for (const json& wrong : {json(7), json(17), json("12"), json(1e300)}) {
    const TemporaryFolder folder;
    json meta = json::parse(SigmfWriter(device(), "a test").metadata());
    meta["captures"] = json::array({{{"core:sample_start", 0}, {"core:frequency", 2450e6}}});
    meta["global"]["windhover:converter_bits"] = wrong;
    const auto path = write_pair(folder, meta, random_octets(40));
    BOOST_CHECK_THROW(open_recording(path, {}), SourceError);
  }
}

BOOST_AUTO_TEST_CASE(annotations_lie_where_their_samples_are_in_the_file) {
  SigmfWriter writer(device(), "a test");
  writer.add({{1000}, 100, {2450e6}, false, true, kStart});
  writer.add({{2000}, 100, {2450e6}, true, false, {}});
  std::vector<SigmfAnnotation> annotations{{2010, 2020, 2440e6, 2450e6, "second", R"({"type":"frame"})"},
                                           {1090, 2005, 0, 0, "over the hole", "{}"},
                                           {1000, 1000, 0, 0, "a moment", "{}"},
                                           {1500, 1600, 0, 0, "in the hole", "{}"},
                                           {2100, 2200, 0, 0, "behind", "{}"},
                                           {0, 900, 0, 0, "before", "{}"}};
  const json meta = json::parse(writer.metadata(annotations));
  const json& marks = meta.at("annotations");
  BOOST_REQUIRE(marks.size() == 3U);
  BOOST_TEST(marks[0].at("core:label") == "a moment");
  BOOST_TEST(marks[0].at("core:sample_count") == 1);
  BOOST_TEST(marks[1].at("core:sample_start") == 90);
  BOOST_TEST(marks[1].at("core:sample_count") == 15);
  BOOST_TEST(marks[2].at("core:sample_start") == 110);
  BOOST_TEST(marks[2].at("core:sample_count") == 10);
  BOOST_TEST(marks[2].at("core:freq_lower_edge") == 2440e6);
  BOOST_TEST(marks[2].at("windhover:message").at("type") == "frame");
  BOOST_TEST(!marks[1].contains("core:freq_lower_edge"));
  const json& extension = meta.at("global").at("core:extensions").at(0);
  BOOST_TEST(extension.at("name") == "windhover");
  BOOST_TEST(extension.at("optional") == true);
}

BOOST_AUTO_TEST_CASE(descriptions_that_are_no_text_do_no_harm) {
  SourceInfo source = device();
  source.description = "\xff\xfe\n";
  const json meta = json::parse(SigmfWriter(source, "\x80").metadata());
  BOOST_TEST(meta.at("captures").empty());
}

BOOST_AUTO_TEST_SUITE_END()
