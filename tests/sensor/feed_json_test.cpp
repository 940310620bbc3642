#include "sensor/feed_json.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "dji_frames.hpp"
#include "sensor/claims.hpp"
#include "tests/support/shared_data.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::test;
using nlohmann::json;
using nlohmann::ordered_json;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

const MessageHead kHead{"roof", "0123456789abcdef", 7, kStart};

std::string text_of(const TimedFrame& heard) { return to_json(FrameMessage{kHead, "dji-X", heard}); }
ordered_json fields_of(const TimedFrame& heard) { return ordered_json::parse(text_of(heard))["fields"]; }

AircraftMessage aircraft() {
  AircraftMessage message;
  message.head = kHead;
  message.id = "dji-1WNBH3900201N1";
  message.claimed = claims_of(frame(telemetry(), kStart).frame.message);
  message.measured = {kStart, at_ms(1500), 3, {}};
  message.measured.transports.push_back(
      {"dji_droneid", "ocusync", 3, at_ms(1500), frame(telemetry(), kStart).frame.rf});
  return message;
}

void no_null_anywhere(const json& value) {
  BOOST_TEST(!value.is_null());
  if (value.is_structured())
    for (const auto& each : value) no_null_anywhere(each);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(feed_json)

BOOST_AUTO_TEST_CASE(a_frame_is_written_to_the_letter) {
  BOOST_TEST(
      text_of(frame(telemetry(), at_ms(1500))) ==
      R"({"v":1,"type":"frame","sensor":"roof","boot":"0123456789abcdef","seq":7,)"
      R"("time":"2026-03-01T12:00:00.000000Z","protocol":"dji_droneid","transport":"ocusync","aircraft":"dji-X",)"
      R"("rf":{"center_hz":2459500000.0,"sample_index":75000000,"start_s":1.5,"duration_s":0.000643,)"
      R"("snr_db":29.4,"rssi_dbfs":-21.3,"cfo_hz":7363.0},"payload_hex":"581002",)"
      R"("fields":{"length":88,"kind":16,"version":2,"sequence":589,"state_info":8183,"serial":"1WNBH3900201N1",)"
      R"("lat_deg":51.44635598,"lon_deg":7.26721906,"altitude_raw":141,"altitude_m":141.0,"height_raw":37,)"
      R"("height_m":3.7,"v_north_mps":0.02,)"
      R"("v_east_mps":0.0,"v_up_mps":0.28,"yaw_deg":-132.61,"time_ms":1650542026258,)"
      R"("pilot_lat_deg":51.44622993,"pilot_lon_deg":7.26710446,"home_lat_deg":51.4462815,)"
      R"("home_lon_deg":7.26735657,"product_type":58,"product":"Mavic Air 2","uuid_length":19,)"
      R"("uuid":"1143635532171534336"}})");
}

BOOST_AUTO_TEST_CASE(every_field_of_the_truth_file_has_the_same_name_and_text) {
  const auto path = synth::shared_path("captures/dji_droneid_mavic_air2_a.truth.json");
  if (!path) return;
  std::ifstream file(*path);
  const ordered_json truth = ordered_json::parse(file)["bursts"][0]["fields"];
  const ordered_json fields = fields_of(frame(telemetry(), kStart));
  for (const auto& [name, value] : truth.items()) {
    if (name == "altitude_raw" || name == "height_raw") continue;  // the scaled values are published
    BOOST_TEST_CONTEXT(name) {
      BOOST_REQUIRE(fields.contains(name));
      BOOST_TEST(fields[name].dump() == value.dump());
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_unknown_is_absent) {
  msg::DjiTelemetry bare;
  bare.version = 2;
  bare.sequence = 3;
  BOOST_TEST(fields_of(frame(bare, kStart)).dump() ==
             R"({"length":88,"kind":16,"version":2,"sequence":3,"state_info":0})");
  AircraftMessage nothing_known;
  nothing_known.id = "dji-X";
  BOOST_TEST(json::parse(to_json(nothing_known))["claimed"].empty());
  const json status = json::parse(to_json(StatusMessage{}));
  for (const char* name : {"center_hz", "band", "live", "notes", "source"})
    BOOST_TEST(!status.contains(name));
}

BOOST_AUTO_TEST_CASE(a_product_type_without_a_name_has_no_product) {
  msg::DjiTelemetry odd = telemetry();
  odd.product_type = 251;
  BOOST_TEST(!fields_of(frame(odd, kStart)).contains("product"));
  BOOST_TEST(claims_of(frame(odd, kStart).frame.message).model.value() == "DJI type 251");
}

BOOST_AUTO_TEST_CASE(an_unknown_version_says_that_its_layout_is_not_verified) {
  msg::DjiTelemetry odd = telemetry();
  BOOST_TEST(!fields_of(frame(odd, kStart)).contains("layout_verified"));
  odd.layout_verified = false;
  BOOST_TEST(fields_of(frame(odd, kStart))["layout_verified"] == false);
}

BOOST_AUTO_TEST_CASE(a_licence_and_an_encrypted_shell_show_what_they_carry) {
  const msg::DjiLicence licence{"1WNBH3900201N1", "DEU123", "mapping"};
  BOOST_TEST(
      fields_of(frame(licence, kStart, 0x11)).dump() ==
      R"({"length":88,"kind":17,"serial":"1WNBH3900201N1","licence_id":"DEU123","purpose":"mapping"})");
  const msg::DjiEncrypted shell{"INFP", {0xde, 0xad, 0x00, 0x0f}, 96};
  BOOST_TEST(fields_of(frame(shell, kStart, 0x13)).dump() ==
             R"({"length":88,"kind":19,"encrypted":true,"marker":"INFP","session_hash":"dead000f",)"
             R"("ciphertext_bytes":96})");
}

BOOST_AUTO_TEST_CASE(an_aircraft_keeps_claimed_and_measured_apart) {
  AircraftMessage message = aircraft();
  message.claimed.v_east_mps = 3;
  message.claimed.speed_mps = 3.00006;
  message.claimed.track_deg = 89.618;
  BOOST_TEST(
      to_json(message) ==
      R"({"v":1,"type":"aircraft","sensor":"roof","boot":"0123456789abcdef","seq":7,)"
      R"("time":"2026-03-01T12:00:00.000000Z","id":"dji-1WNBH3900201N1","state":"alive",)"
      R"("claimed":{"serial":"1WNBH3900201N1","maker":"DJI","model":"Mavic Air 2","uuid":"1143635532171534336",)"
      R"("position":{"lat_deg":51.44635598,"lon_deg":7.26721906},"height_m":3.7,"altitude_m":141.0,)"
      R"("v_north_mps":0.02,"v_east_mps":3.0,"v_up_mps":0.28,"speed_mps":3.0,"track_deg":89.62,)"
      R"("yaw_deg":-132.61,"pilot":{"lat_deg":51.44622993,"lon_deg":7.26710446},)"
      R"("home":{"lat_deg":51.4462815,"lon_deg":7.26735657},"motors_on":true,"in_air":true},)"
      R"("measured":{"first_heard":"2026-03-01T12:00:00.000000Z","last_heard":"2026-03-01T12:00:01.500000Z",)"
      R"("frames":3,"transports":[{"protocol":"dji_droneid","transport":"ocusync","frames":3,)"
      R"("last_heard":"2026-03-01T12:00:01.500000Z","center_hz":2459500000.0,"snr_db":29.4,"rssi_dbfs":-21.3,)"
      R"("cfo_hz":7363.0}]},"trust":{"authenticated":false,"reasons":[]}})");
}

BOOST_AUTO_TEST_CASE(status_tells_the_stream_and_the_counters) {
  StatusMessage message{kHead, "0.1.0", {}, {}};
  message.stream.source = "a.sigmf-meta";
  message.stream.rate_hz = 50e6;
  message.stream.center_hz = 2457.5e6;
  message.stream.band_low_hz = 2432.5e6;
  message.stream.band_high_hz = 2482.5e6;
  message.stream.time_known = false;
  message.stream.samples = 98780;
  message.stream.stream_s = 0.0019756;
  message.stream.drops["iq_ring"] = 2;
  message.counts.frames["dji_droneid"] = 3;
  message.counts.rejects["dji_droneid"]["crc24"] = 4;
  message.counts.aircraft = 1;
  message.counts.feed = {{{"frame", 9}}, 8, 7, 6, 5, 4};
  const std::string common =
      R"({"v":1,"type":"status","sensor":"roof","boot":"0123456789abcdef","seq":7,)"
      R"("time":"2026-03-01T12:00:00.000000Z","version":"0.1.0","source":"a.sigmf-meta","rate_hz":50000000.0,)"
      R"("center_hz":2457500000.0,"band":{"low_hz":2432500000.0,"high_hz":2482500000.0},"time_known":false,)"
      R"("samples":98780,"stream_s":0.001976,"gaps":0,"lost_samples":0,"nonfinite_samples":0,)"
      R"("saturated_samples":0,"drops":{"iq_ring":2},"frames":{"dji_droneid":3},"others":{},"switched_off":0,)"
      R"("authentications":{"completed":0,"restored":0,"expired":0,"replaced":0,"evicted":0,"inconsistent":0},)"
      R"("duplicates":0,"rejects":{"dji_droneid":{"crc24":4}},"links":0,"links_evicted":0,"aircraft":1,)"
      R"("aircraft_evicted":0)";
  BOOST_TEST(to_json(message) == common + "}");
  message.stream.live = LiveStatus{{{"bank", 0.123456}}, 0.0123};
  BOOST_TEST(
      to_json(message) ==
      common +
          R"(,"live":{"thread_load":{"bank":0.1235},"lag_s":0.0123,"feed":{"full_queues":{"frame":9},"topics":8,)"
          R"("snapshots":7,"bad_requests":6,"refused_clients":5,"reopened":4}}})");
}

BOOST_AUTO_TEST_CASE(a_row_of_a_spectrum_is_written_to_the_letter) {
  TimedSpectrum row;
  row.center_hz = 2440e6;
  row.low_hz = 2439.515e6;
  row.column_hz = 40e3;
  row.spectra = 1334;
  row.levels.resize(48);
  row.at.sample_index = 72;
  row.at.start_s = 75e-6;
  row.at.duration_s = 0.10005;
  const std::string plain =
      R"({"v":1,"type":"spectrum","sensor":"roof","boot":"0123456789abcdef","seq":7,)"
      R"("time":"2026-03-01T12:00:00.000000Z","center_hz":2440000000.0,"low_hz":2439515000.0,)"
      R"("column_hz":40000.0,"columns":24,"levels":["mean","peak"],"level_min_dbfs":-125.0,"level_step_db":0.5,)"
      R"("sample_index":72,"start_s":7.5e-05,"duration_s":0.10005,"spectra":1334)";
  BOOST_TEST(to_json(SpectrumMessage{kHead, row}) == plain + "}");
  row.gap = row.at.reception.saturated = true;
  BOOST_TEST(to_json(SpectrumMessage{kHead, row}) == plain + R"(,"gap":true,"saturated":true})");
}

BOOST_AUTO_TEST_CASE(a_reject_tells_reason_and_levels) {
  TimedReject reject;
  reject.attempt = {"dji_droneid", decoders::RejectReason::crc24, frame(telemetry(), kStart).frame.rf};
  const json body = json::parse(to_json(RejectMessage{kHead, reject}));
  BOOST_TEST(body["type"] == "reject");
  BOOST_TEST(body["reason"] == "crc24");
  BOOST_TEST(body["rf"]["snr_db"] == 29.4);
  BOOST_TEST(body["rf"]["cfo_hz"] == 7363.0);
}

BOOST_AUTO_TEST_CASE(dbm_stand_beside_dbfs_where_the_receiver_is_calibrated) {
  TimedFrame heard = frame(telemetry(), kStart);
  BOOST_TEST(!json::parse(text_of(heard))["rf"].contains("rssi_dbm"));
  BOOST_TEST(!json::parse(text_of(heard))["rf"].contains("saturated"));
  heard.at.reception.full_scale = AntennaLevel{-40.25F, 1.5F};
  heard.at.reception.saturated = true;
  AircraftMessage of_aircraft = aircraft();
  of_aircraft.measured.transports[0].reception = heard.at.reception;
  const json transport = json::parse(to_json(of_aircraft))["measured"]["transports"][0];
  for (const json& rf : {json::parse(text_of(heard))["rf"], transport}) {
    BOOST_TEST(rf["rssi_dbm"] == -61.5);
    BOOST_TEST(rf["rssi_dbm_uncertainty_db"] == 1.5);
    BOOST_TEST(rf["saturated"] == true);
  }
}

BOOST_AUTO_TEST_CASE(status_tells_who_set_the_gain_and_why) {
  StatusMessage status;
  status.stream.live.emplace().device.emplace().gain =
      GainHealth{GainOwner::control, 23.04, GainReason::clipping, 2, 3, 0, false, 1.5};
  const auto gain = [&] { return json::parse(to_json(status))["live"]["device"]["gain"]; };
  BOOST_TEST(gain() ==
             json::parse(R"({"set_by":"control","gain_db":23.0,"reason":"clipping","raised":2,"lowered":3,)"
                         R"("refused":0,"clips_at_lowest":false,"noise_lsb":1.5})"));
  status.stream.live->device->gain.emplace().set_by = GainOwner::user;
  status.stream.live->device->gain->gain_db = 30;
  BOOST_TEST(gain() == json::parse(R"({"set_by":"user","gain_db":30.0})"));
  status.stream.live->device->gain = GainHealth{};
  BOOST_TEST(gain() == json::parse(R"({"set_by":"device"})"));
}

BOOST_AUTO_TEST_CASE(nan_and_infinity_are_absent_everywhere) {
  for (const double bad : {kNan, kInfinity, -kInfinity}) {
    msg::DjiTelemetry telemetry_;
    telemetry_.position = msg::DjiPosition{bad, 1};
    telemetry_.pilot = msg::DjiPosition{1, bad};
    telemetry_.home = msg::DjiPosition{bad, bad};
    telemetry_.altitude_m = telemetry_.height_m = telemetry_.v_north_mps = telemetry_.v_east_mps = bad;
    telemetry_.v_up_mps = telemetry_.yaw_deg = telemetry_.pitch_deg = telemetry_.roll_deg = bad;
    TimedFrame heard = frame(telemetry_, kStart);
    heard.frame.rf = {
        {bad}, bad, bad, static_cast<float>(bad), static_cast<float>(bad), static_cast<float>(bad)};
    heard.at.start_s = heard.at.duration_s = bad;
    const json body = json::parse(text_of(heard));
    no_null_anywhere(body);
    BOOST_TEST(body["rf"].size() == 1U);  // the sample index
    BOOST_TEST(body["fields"].size() == 5U);

    const Claims claims = claims_of(heard.frame.message);
    BOOST_TEST((!claims.position && !claims.height_m && !claims.speed_mps && !claims.track_deg));
    AircraftMessage message = aircraft();
    message.claimed.position = Position{bad, bad};
    message.claimed.height_m = message.claimed.speed_mps = bad;
    message.measured.transports[0].rf = heard.frame.rf;
    no_null_anywhere(json::parse(to_json(message)));
    StatusMessage status;
    status.stream.rate_hz = status.stream.stream_s = bad;
    status.stream.center_hz = bad;
    status.stream.live = LiveStatus{{{"bank", bad}}, bad};
    no_null_anywhere(json::parse(to_json(status)));
  }
}

BOOST_AUTO_TEST_CASE(numbers_carry_no_binary_residue) {
  TimedFrame heard = frame(telemetry(), kStart);
  heard.frame.rf.snr_db = 0.3F;
  heard.frame.rf.cfo_hz = -0.04F;
  const std::string text = text_of(heard);
  BOOST_TEST(text.find("\"snr_db\":0.3,") != std::string::npos);
  BOOST_TEST(text.find("\"cfo_hz\":0.0}") != std::string::npos);  // not -0.0
  heard.frame.rf.centre = {1e300};
  BOOST_TEST(json::parse(text_of(heard))["rf"]["center_hz"] == 1e300);
}

BOOST_AUTO_TEST_CASE(text_that_is_no_utf8_is_replaced_not_fatal) {
  const msg::DjiLicence licence{std::nullopt, "\xff\xfe", std::string("a\0b\n\"", 5)};
  const json body = json::parse(text_of(frame(licence, kStart, 0x11)));
  BOOST_TEST(body["fields"]["purpose"] == std::string("a\0b\n\"", 5));
  BOOST_TEST(text_of(frame(licence, kStart, 0x11)).find('\n') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(state_bits_four_and_five_are_motors_and_air) {
  msg::DjiTelemetry on_ground = telemetry();
  on_ground.state_info = 1U << 4U;
  const Claims claims = claims_of(frame(on_ground, kStart).frame.message);
  BOOST_TEST(claims.motors_on.value());
  BOOST_TEST(!claims.in_air.value());
}

BOOST_AUTO_TEST_CASE(speed_and_track_follow_from_north_and_east) {
  struct Case {
    double north, east, speed, track;
  };
  for (const Case& each :
       {Case{3, 4, 5, 53.1301}, Case{-3, -4, 5, 233.1301}, Case{2, -2, 2.8284, 315}, Case{1, 0, 1, 0}}) {
    msg::DjiTelemetry moving = telemetry();
    moving.v_north_mps = each.north;
    moving.v_east_mps = each.east;
    const Claims claims = claims_of(frame(moving, kStart).frame.message);
    BOOST_TEST(claims.speed_mps.value() == each.speed, boost::test_tools::tolerance(1e-4));
    BOOST_TEST(claims.track_deg.value() == each.track, boost::test_tools::tolerance(1e-5));
  }
  BOOST_TEST(!claims_of(frame(telemetry(), kStart).frame.message).track_deg);  // 0.02 m/s has no course
}

BOOST_AUTO_TEST_CASE(ids_come_from_serial_else_session_else_account) {
  const auto id = [](auto body) { return identities_of(frame(body, kStart).frame.message).front().id; };
  msg::DjiTelemetry nameless = telemetry();
  nameless.serial.reset();
  BOOST_TEST(id(telemetry()) == "dji-1WNBH3900201N1");
  BOOST_TEST(id(msg::DjiLicence{"1WNBH3900201N1", {}, {}}) == "dji-1WNBH3900201N1");
  BOOST_TEST(id(msg::DjiEncrypted{"CRYP", {1, 2, 0xab, 4}, {}}) == "dji-session-0102ab04");
  BOOST_TEST(id(nameless) == "dji-uuid-1143635532171534336");
  nameless.uuid.reset();
  BOOST_TEST(id(nameless) == "dji-unidentified-58");
  nameless.product_type.reset();
  BOOST_TEST(id(nameless) == "dji-unidentified");
  BOOST_TEST(id(msg::DjiUnknownKind{}) == "dji-unidentified");
}

BOOST_AUTO_TEST_CASE(ids_fit_a_topic_and_stay_distinct) {
  BOOST_TEST(topic_part("a.b c\n\x01\xff~") == "a_b_c___~");
  const auto id = [](const char* serial) {
    return identities_of(frame(telemetry(serial), kStart).frame.message).front().id;
  };
  BOOST_TEST(id("A.B") != id("A B"));
  BOOST_TEST(id("A.B") != id("A_B"));
  BOOST_TEST(id("A.B").find_first_of(". \n") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
