#include "decoders/messages/odid_auth.hpp"

#include <algorithm>
#include <utility>

namespace windhover::decoders::messages {

namespace {

constexpr std::size_t kPage0Bytes = 17;
constexpr std::size_t kPageBytes = 23;

constexpr std::size_t capacity_bytes(std::size_t last_page) { return kPage0Bytes + kPageBytes * last_page; }

constexpr std::size_t pages_for(std::size_t length_bytes) {
  return length_bytes <= kPage0Bytes ? 1 : 1 + (length_bytes - kPage0Bytes + kPageBytes - 1) / kPageBytes;
}

// Version 0 sends a page count of which implementations disagree; there the length alone decides.
bool consistent(std::uint8_t version, const AuthHeader& header) {
  if (version == 0) return true;
  return header.last_page <= 15 && capacity_bytes(header.last_page) >= header.length_bytes;
}

bool det_prefix(Bytes data, std::size_t at) {
  return data[at] == 0x20 && data[at + 1] == 0x01 && data[at + 2] == 0x00 && data[at + 3] >> 4 == 3;
}

// SAM byte, VNB4 VNA4 childDET16 childHI32 parentDET16 sig64.
bool looks_like_link(Bytes data) {
  return data.size() == 137 && det_prefix(data, 1 + 8) && det_prefix(data, 1 + 8 + 16 + 32);
}

bool length_fits(SamType type, std::size_t size) {
  constexpr std::size_t around = 1 + 8 + 16 + 64;  // SAM byte, VNB and VNA, DET, signature
  if (type == SamType::link) return size == 137;
  if (size < around || size > 201) return false;
  const std::size_t evidence = size - around;
  if (type == SamType::wrapper) return evidence % 25 == 0 && evidence <= 100;
  if (type == SamType::manifest) return evidence % 8 == 0 && evidence >= 24;
  return evidence >= 1;  // frame: at least its type byte
}

}  // namespace

std::string_view to_string(SamType type) {
  constexpr std::string_view names[] = {"link", "wrapper", "manifest", "frame"};
  return names[static_cast<std::size_t>(type) - 1];
}

SamClass classify_sam(Bytes data) {
  if (data.empty()) return {};
  SamClass sam;
  sam.sent = data[0];
  if (sam.sent >= 1 && sam.sent <= 4) sam.type = static_cast<SamType>(sam.sent);
  if (sam.type == SamType::frame && looks_like_link(data)) sam.type = SamType::link;
  sam.well_formed = sam.type && length_fits(*sam.type, data.size());
  return sam;
}

std::optional<AuthHeader> AuthAssembler::header_of(const Set& set) {
  if (!set.held[0]) return std::nullopt;
  std::array<std::uint8_t, kOdidMessageBytes> message{};
  message[0] = static_cast<std::uint8_t>(static_cast<unsigned>(OdidType::authentication) << 4 | set.version);
  message[1] = static_cast<std::uint8_t>(static_cast<unsigned>(set.auth_type) << 4);
  std::copy(set.payload[0].begin(), set.payload[0].end(), message.begin() + 2);
  return read_authentication(message).header;
}

/// False when `page` cannot be of the same set as the pages held: it has other content in the same place.
bool AuthAssembler::fits(const Set& set, const Authentication& page) {
  return page.version == set.version && (!set.held[page.page] || set.payload[page.page] == page.payload);
}

/// Parity of DRIP over legacy transports: the last page is the XOR of the whole payloads of all others, so
/// that any one of them can be lost. It exists if the byte after the data counts all bytes from there to the
/// end of the last page, which also checks what came back.
std::optional<AuthAssembler::Set> AuthAssembler::restored(const Set& set) {
  if (set.auth_type != AuthType::specific_method || set.version == 0) return std::nullopt;
  std::size_t last = kPages - 1;
  while (last > 0 && !set.held[last]) --last;
  const auto missing = std::find(set.held.begin(), set.held.end(), false);
  const auto index = static_cast<std::size_t>(missing - set.held.begin());
  if (index >= last || std::count(missing, set.held.begin() + static_cast<std::ptrdiff_t>(last), false) != 1)
    return std::nullopt;

  Set whole = set;
  for (std::size_t page = 0; page <= last; ++page)
    for (std::size_t i = 0; page != index && i < kPageBytes; ++i)
      whole.payload[index][i] = static_cast<std::uint8_t>(whole.payload[index][i] ^ set.payload[page][i]);
  whole.held[index] = true;

  const auto header = header_of(whole);
  if (!header || header->last_page != last || capacity_bytes(last - 1) <= header->length_bytes)
    return std::nullopt;
  const std::size_t at = header->length_bytes;
  const std::size_t additional =
      at < kPage0Bytes ? whole.payload[0][6 + at]
                       : whole.payload[1 + (at - kPage0Bytes) / kPageBytes][(at - kPage0Bytes) % kPageBytes];
  if (additional != capacity_bytes(last) - at - 1) return std::nullopt;
  return whole;
}

void AuthAssembler::expire(std::int64_t now_ns) {
  for (Set& set : sets_) {
    const std::int64_t since = set.delivered ? set.first_ns : set.latest_ns;
    if (!set.used || now_ns - since <= kAuthLifetime_ns) continue;
    if (!set.delivered) ++counters_.expired;
    set.used = false;
  }
}

void AuthAssembler::begin(Set& set, std::uint64_t key, const Authentication& page, std::int64_t now_ns) {
  set = Set{};
  set.used = true;
  set.key = key;
  set.auth_type = page.auth_type;
  set.version = page.version;
  set.first_ns = set.latest_ns = now_ns;
  set.latest_page = page.page;
}

AuthAssembler::Set& AuthAssembler::set_of(std::uint64_t key, const Authentication& page,
                                          std::int64_t now_ns) {
  const auto same = std::find_if(sets_.begin(), sets_.end(), [&](const Set& set) {
    return set.used && set.key == key && set.auth_type == page.auth_type;
  });
  if (same != sets_.end()) {
    if (fits(*same, page)) return *same;
    if (!same->delivered) ++counters_.replaced;
    begin(*same, key, page, now_ns);
    return *same;
  }
  auto room = std::find_if(sets_.begin(), sets_.end(), [](const Set& set) { return !set.used; });
  if (room == sets_.end()) {
    const auto worth = [](const Set& set) { return std::pair{!set.delivered, set.latest_ns}; };
    room = std::min_element(sets_.begin(), sets_.end(),
                            [&](const Set& a, const Set& b) { return worth(a) < worth(b); });
    if (!room->delivered) ++counters_.evicted;
  }
  begin(*room, key, page, now_ns);
  return *room;
}

std::optional<AuthenticationSet> AuthAssembler::finish(Set& set) {
  const auto complete = [](const Set& candidate) {
    const auto header = header_of(candidate);
    if (!header) return false;
    const auto end = candidate.held.begin() + static_cast<std::ptrdiff_t>(pages_for(header->length_bytes));
    return std::find(candidate.held.begin(), end, false) == end;
  };
  AuthenticationSet done;
  if (!complete(set)) {
    const auto whole = restored(set);
    if (!whole) return std::nullopt;
    set = *whole;
    done.restored = true;
  }
  const auto header = header_of(set);
  done.version = set.version;
  done.auth_type = set.auth_type;
  done.one_round = set.one_round;
  done.timestamp_s = header->timestamp_s;
  done.data.reserve(capacity_bytes(kPages));
  for (std::size_t page = 0; page < pages_for(header->length_bytes); ++page)
    done.data.insert(done.data.end(), set.payload[page].begin() + (page == 0 ? 6 : 0),
                     set.payload[page].end());
  done.data.resize(header->length_bytes);
  if (done.auth_type == AuthType::specific_method && !done.data.empty()) done.sam = classify_sam(done.data);
  set.delivered = true;
  ++counters_.completed;
  if (done.restored) ++counters_.restored;
  return done;
}

std::optional<AuthenticationSet> AuthAssembler::add(std::uint64_t key, const Authentication& page,
                                                    std::int64_t now_ns) {
  expire(now_ns);
  if (page.page >= kPages || (page.header && !consistent(page.version, *page.header))) {
    ++counters_.inconsistent;
    return std::nullopt;
  }
  Set& set = set_of(key, page, now_ns);
  const auto header = header_of(set);
  if (header && page.version != 0 && page.page > header->last_page) {
    ++counters_.inconsistent;
    return std::nullopt;
  }
  // What one transmission carries is of one round in whatever order.
  if (page.page < set.latest_page && now_ns > set.latest_ns) set.one_round = false;
  set.latest_page = page.page;
  if (!set.held[page.page]) set.latest_ns = now_ns;
  set.held[page.page] = true;
  set.payload[page.page] = page.payload;
  if (set.delivered) return std::nullopt;
  return finish(set);
}

}  // namespace windhover::decoders::messages
