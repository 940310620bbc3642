#include "sensor/trust/drip_keys.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "decoders/messages/open_drone_id.hpp"
#include "sensor/claimed_times.hpp"
#include "sensor/config_error.hpp"
#include "sensor/trust/cshake.hpp"

namespace windhover::sensor {
namespace {

using Bytes = std::span<const std::uint8_t>;

// Context of the hash in a tag, RFC 9374 section 3.5.
constexpr std::array<std::uint8_t, 16> kDetContext{0x00, 0xB5, 0xA6, 0x9C, 0x79, 0x5D, 0xF5, 0xD5,
                                                   0xF0, 0x08, 0x7F, 0x56, 0x84, 0x3F, 0x2C, 0x40};
constexpr std::size_t kHalf = 8;
constexpr std::array<std::uint8_t, 4> kHostIdHead{0x00, 0x01, 0x00, 0x00};

constexpr std::uint32_t kLeastUnix_s = 1'200'000'000;
constexpr std::chrono::seconds kClockSlack{60};

// Where a Link holds what.
constexpr std::size_t kChildAt = 8, kKeyAt = 24, kParentAt = 56, kSignatureAt = 72;

template <std::size_t Size>
std::array<std::uint8_t, Size> part(Bytes bytes, std::size_t at) {
  std::array<std::uint8_t, Size> taken{};
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), Size, taken.begin());
  return taken;
}

std::uint32_t little_endian(Bytes bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8U | bytes[at + i];
  return value;
}

std::optional<unsigned> digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

DripAnchor parse_anchor(std::string_view line) {
  DripAnchor anchor;
  std::size_t digits = 0;
  bool is_well_formed = true;
  for (const char c : line) {
    if (c == ':' || c == ' ' || c == '\t' || c == '\r') continue;
    const auto value = digit(c);
    if (!value || digits >= 96) {
      is_well_formed = false;
      break;
    }
    std::uint8_t& octet = digits < 32 ? anchor.det[digits / 2] : anchor.key[digits / 2 - 16];
    octet = static_cast<std::uint8_t>(octet << 4U | *value);
    ++digits;
  }
  if (!is_well_formed || digits != 96)
    throw ConfigError("'" + std::string(line) +
                      "' is no DRIP anchor; give 32 hexadecimal digits of the entity tag and 64 of its key");
  if (!is_key_of(anchor.det, anchor.key))
    throw ConfigError("'" + std::string(line) + "': the key is not the one of that entity tag");
  return anchor;
}

}  // namespace

std::vector<DripAnchor> parse_drip_anchors(std::string_view text) {
  std::vector<DripAnchor> anchors;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = line.substr(0, line.find('#'));
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) anchors.push_back(parse_anchor(line));
  }
  return anchors;
}

std::vector<DripAnchor> read_drip_anchors(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) throw ConfigError("cannot read DRIP anchors from " + file.string());
  return parse_drip_anchors(text);
}

bool is_key_of(const Det& det, const Ed25519Key& key) {
  const Bytes upper = Bytes(det).first(kHalf), lower = Bytes(det).last(kHalf);
  std::array<std::uint8_t, kHalf> hash{};
  cshake128({upper, key}, kDetContext, hash);
  if (std::equal(lower.begin(), lower.end(), hash.begin())) return true;
  cshake128({upper, kHostIdHead, key}, kDetContext, hash);
  return std::equal(lower.begin(), lower.end(), hash.begin());
}

UtcTime drip_time(std::uint32_t seconds) {
  return (seconds > kLeastUnix_s ? UtcTime{} : kRemoteIdEpoch) + std::chrono::seconds(seconds);
}

bool is_valid_at(Bytes not_before_not_after, UtcTime now) {
  if (now < kRemoteIdEpoch) return true;
  return drip_time(little_endian(not_before_not_after, 0)) - kClockSlack <= now &&
         now <= drip_time(little_endian(not_before_not_after, 4)) + kClockSlack;
}

bool VerifyBudget::spend(UtcTime now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  if (!second_ || second != *second_) spent_ = 0;
  second_ = second;
  if (spent_ >= kEachSecond) {
    ++skipped_;
    return false;
  }
  ++spent_;
  return true;
}

DripKeys::DripKeys(const std::vector<DripAnchor>& anchors) {
  for (const DripAnchor& anchor : anchors)
    entries_[anchor.det] = {.key = anchor.key, .is_anchor = true, .learnt = {}, .link = {}};
  anchors_ = entries_.size();
}

Det DripKeys::parent_of(const Entry& entry) { return part<16>(entry.link, kParentAt); }

DripKeys::LinkFate DripKeys::take_link(Bytes link, UtcTime now, VerifyBudget& budget) {
  Entry entry;
  entry.key = part<32>(link, kKeyAt);
  entry.learnt = now;
  std::copy_n(link.begin(), kLinkBytes, entry.link.begin());
  const Det child = part<16>(link, kChildAt);
  if (!is_key_of(child, entry.key)) return LinkFate::wrong;
  const auto known = entries_.find(child);
  if (known != entries_.end() && (known->second.is_anchor || known->second.link == entry.link))
    return known->second.proof == Proof::wrong ? LinkFate::wrong : LinkFate::kept;
  entry.proof = prove(entry, now, budget);
  if (entry.proof == Proof::wrong) return LinkFate::wrong;
  // What was proved is not given up for what may be made up.
  if (known != entries_.end() && known->second.proof == Proof::right && entry.proof == Proof::open)
    return LinkFate::kept;
  if (known == entries_.end()) make_room();
  entries_[child] = entry;
  return LinkFate::kept;
}

DripKeys::Proof DripKeys::prove(const Entry& entry, UtcTime now, VerifyBudget& budget) const {
  const auto parent = entries_.find(parent_of(entry));
  if (parent == entries_.end() || !budget.spend(now)) return Proof::open;
  const Bytes link(entry.link);
  const auto signature = part<64>(link, kSignatureAt);
  return ed25519_fits(signature, link.first(kSignatureAt), parent->second.key) ? Proof::right : Proof::wrong;
}

void DripKeys::make_room() {
  if (entries_.size() - anchors_ < kMostKeys) return;
  const auto worth = [](const auto& each) { return std::pair{each.second.is_anchor, each.second.learnt}; };
  entries_.erase(std::min_element(entries_.begin(), entries_.end(),
                                  [&](const auto& a, const auto& b) { return worth(a) < worth(b); }));
}

std::optional<Ed25519Key> DripKeys::key_of(const Det& det) const {
  const auto known = entries_.find(det);
  return known == entries_.end() ? std::nullopt : std::optional(known->second.key);
}

bool DripKeys::is_trusted(const Det& det, UtcTime now, VerifyBudget& budget) {
  Det at = det;
  for (int step = 0; step <= kLongestChain; ++step) {
    const auto known = entries_.find(at);
    if (known == entries_.end()) return false;
    Entry& entry = known->second;
    if (entry.is_anchor) return true;
    if (entry.proof == Proof::open) entry.proof = prove(entry, now, budget);
    if (entry.proof != Proof::right || !is_valid_at(entry.link, now)) return false;
    at = parent_of(entry);
  }
  return false;
}

}  // namespace windhover::sensor
