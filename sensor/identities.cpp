// Who a message speaks of: the part of claims.hpp that gives aircraft their names.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <variant>

#include "decoders/messages/cta_2063.hpp"
#include "sensor/claims.hpp"

namespace windhover::sensor {
namespace {

using namespace decoders::messages;

// FNV-1a: keeps apart what topic_part() would make equal.
std::uint32_t digest(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

std::string id_of(std::string_view prefix, std::string_view identity) {
  const std::string safe = topic_part(identity);
  std::string id = std::string(prefix) + safe;
  if (safe != identity) {
    std::array<char, 10> text{};
    std::snprintf(text.data(), text.size(), "-%08x", digest(identity));
    id += text.data();
  }
  return id;
}

Identity serial_identity(std::string_view prefix, const std::string& serial) {
  return {"serial:" + serial, id_of(prefix, serial)};
}
Identity named(std::string id) { return {id, id}; }

std::vector<Identity> identities(const DjiTelemetry& telemetry) {
  if (telemetry.serial) return {serial_identity("dji-", *telemetry.serial)};
  if (telemetry.uuid) return {named(id_of("dji-uuid-", *telemetry.uuid))};
  if (telemetry.product_type)
    return {named(std::string("dji-unidentified-").append(std::to_string(*telemetry.product_type)))};
  return {named("dji-unidentified")};
}
std::vector<Identity> identities(const DjiLicence& licence) {
  return {licence.serial ? serial_identity("dji-", *licence.serial) : named("dji-unidentified")};
}
std::vector<Identity> identities(const DjiEncrypted& shell) {
  return {named("dji-session-" + session_text(shell))};
}
std::vector<Identity> identities(const DjiUnknownKind&) { return {named("dji-unidentified")}; }
std::vector<Identity> identities(const DjiDroneId& message) {
  return std::visit([](const auto& body) { return identities(body); }, message.body);
}

std::string_view dji_or_rid(std::string_view serial) {
  return serial_maker(serial).find("DJI") != std::string_view::npos ? "dji-" : "rid-";
}

// Of messages, not of aircraft: a pack may hold several.
void add_identity(std::vector<Identity>& all, const BasicId& basic) {
  if (!basic.uas_id) return;
  const std::string& text = *basic.uas_id;
  switch (basic.id_type) {
    case IdType::serial_number:
      all.push_back(serial_identity(dji_or_rid(text), text));
      return;
    case IdType::caa_registration:
      all.push_back({"registration:" + text, id_of("rid-reg-", text)});
      return;
    case IdType::utm_uuid:
      all.push_back({"utm:" + text, id_of("rid-utm-", text)});
      return;
    case IdType::specific_session_id:
      all.push_back({"session:" + text, id_of("rid-session-", text)});
      return;
    case IdType::none:
      break;
  }
  all.push_back({"uas:" + text, id_of("rid-", text)});
}

std::vector<Identity> identities(const OdidMessage& message) {
  std::vector<Identity> all;
  if (const auto* basic = std::get_if<BasicId>(&message)) add_identity(all, *basic);
  return all;
}
std::vector<Identity> identities(const OdidPack& pack) {
  std::vector<const BasicId*> basics;
  for (const OdidMessage& message : pack.messages)
    if (const auto* basic = std::get_if<BasicId>(&message)) basics.push_back(basic);
  const auto rank = [](const BasicId* basic) {
    return basic->id_type == IdType::none ? 99 : static_cast<int>(basic->id_type);
  };
  std::stable_sort(basics.begin(), basics.end(),
                   [&](const BasicId* a, const BasicId* b) { return rank(a) < rank(b); });
  std::vector<Identity> all;
  for (const BasicId* basic : basics) add_identity(all, *basic);
  return all;
}
std::vector<Identity> identities(const Gb46750& gb) {
  std::vector<Identity> all;
  if (gb.product_id) all.push_back(serial_identity(dji_or_rid(*gb.product_id), *gb.product_id));
  if (gb.registration)
    all.push_back({"registration:" + *gb.registration, id_of("rid-reg-", *gb.registration)});
  return all;
}
std::vector<Identity> identities(const FrenchId& french) {
  std::vector<Identity> all;
  if (french.cta_2063_serial)
    all.push_back(serial_identity(dji_or_rid(*french.cta_2063_serial), *french.cta_2063_serial));
  if (french.french_id) all.push_back({"french:" + *french.french_id, id_of("rid-fr-", *french.french_id)});
  return all;
}
std::vector<Identity> identities(const UnknownBody&) { return {}; }
std::vector<Identity> identities(const RemoteId& message) {
  return std::visit([](const auto& body) { return identities(body); }, message.body);
}

std::string hex_octets(const decoders::Transmitter& transmitter) { return to_hex(transmitter.octets); }

}  // namespace

std::vector<Identity> identities_of(const decoders::Message& message) {
  return std::visit([](const auto& content) { return identities(content); }, message);
}

std::string transmitter_key(const decoders::Frame& frame) {
  if (!frame.transmitter) return {};
  return std::string(frame.transmitter->random ? "random:" : "public:")
      .append(hex_octets(*frame.transmitter));
}

std::string unidentified_id(const decoders::Frame& frame) {
  std::string id = "rid-unidentified";
  if (frame.transmitter) id.append("-").append(hex_octets(*frame.transmitter));
  return id;
}

}  // namespace windhover::sensor
