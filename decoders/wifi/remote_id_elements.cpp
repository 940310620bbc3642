#include "decoders/wifi/remote_id_elements.hpp"

#include <algorithm>
#include <utility>

#include "decoders/messages/dji_droneid.hpp"
#include "decoders/messages/dji_wifi.hpp"
#include "decoders/remote_id_frame.hpp"

namespace windhover::decoders::wifi {
namespace {

constexpr std::uint8_t kVendorElement = 221;
constexpr std::array<std::uint8_t, 4> kAstm{0xFA, 0x0B, 0xBC, 0x0D};
constexpr std::array<std::uint8_t, 4> kFrench{0x6A, 0x5C, 0x35, 0x01};
constexpr std::array<std::uint8_t, 3> kDji{0x26, 0x37, 0x12};
constexpr std::array<std::uint8_t, 6> kNanAction{4, 9, 0x50, 0x6F, 0x9A, 0x13};
// First six octets of SHA-256 of "org.opendroneid.remoteid".
constexpr std::array<std::uint8_t, 6> kServiceId{0x88, 0x69, 0x19, 0x9D, 0x92, 0x09};

template <std::size_t n>
bool begins_with(Bytes bytes, const std::array<std::uint8_t, n>& what) {
  return bytes.size() >= n && std::equal(what.begin(), what.end(), bytes.begin());
}

/// One management frame on its way to the output.
class Reader {
 public:
  Reader(Bytes frame, const MacHeader& header, const RfFacts& rf, DecoderOutput& out)
      : frame_(frame), header_(header), rf_(rf), out_(out) {}

  void read_elements(std::string_view transport) {
    transport_ = transport;
    Elements elements(body());
    while (const auto element = elements.next())
      if (element->number == kVendorElement) read_vendor(element->content);
  }

  // Attributes of one octet, length of two, content.
  void read_nan() {
    transport_ = "wifi_nan";
    Bytes rest = body().subspan(kNanAction.size());
    while (rest.size() >= 3) {
      const std::size_t length = rest[1] | static_cast<std::size_t>(rest[2]) << 8U;
      if (rest.size() - 3 < length) return;
      if (rest[0] == kServiceDescriptor) read_service(rest.subspan(3, length));
      rest = rest.subspan(3 + length);
    }
  }

  std::size_t told() const { return told_; }

 private:
  static constexpr std::uint8_t kServiceDescriptor = 3;

  Bytes body() const { return frame_.subspan(header_.size, frame_.size() - header_.size - kFcsBytes); }

  void read_vendor(Bytes content) {
    if (begins_with(content, kAstm)) return tell(read_remote_id(content.subspan(kAstm.size())), "odid");
    if (begins_with(content, kFrench)) return read_french(content);
    if (begins_with(content, kDji)) return read_dji(content);
  }

  void read_french(Bytes content) {
    auto french = messages::parse_french_id(content);
    if (!french) return tell(reason_of(french.error()), "french_id");
    Frame frame{};
    frame.protocol = "french_id";
    frame.message = std::move(*french);
    tell(std::move(frame), "french_id");
  }

  void read_dji(Bytes content) {
    const auto element = messages::unwrap_dji_wifi_element(content);
    if (!element) return tell(reason_of(element.error()), "dji_wifi");
    auto body = messages::parse_dji_wifi_body(element->payload);
    if (!body)
      return tell(body.error() == messages::DjiReject::length ? RejectReason::length : RejectReason::sanity,
                  "dji_wifi");
    Frame frame{};
    frame.protocol = "dji_wifi";
    frame.message = std::move(*body);
    tell(std::move(frame), "dji_wifi");
  }

  // Service id, instance, requestor, control; then what control announces, service info last of what counts.
  void read_service(Bytes descriptor) {
    if (!begins_with(descriptor, kServiceId) || descriptor.size() < 9) return;
    const std::uint8_t control = descriptor[8];
    Bytes rest = descriptor.subspan(9);
    if ((control & kBindingBitmap) != 0) rest = rest.subspan(std::min<std::size_t>(2, rest.size()));
    for (const std::uint8_t filter : {kMatchingFilter, kResponseFilter}) {
      if ((control & filter) == 0) continue;
      if (rest.empty() || rest.size() - 1 < rest[0]) return tell(RejectReason::length, "odid");
      rest = rest.subspan(1U + rest[0]);
    }
    if ((control & kServiceInfo) == 0) return;
    if (rest.empty() || rest.size() - 1 < rest[0]) return tell(RejectReason::length, "odid");
    tell(read_remote_id(rest.subspan(1, rest[0])), "odid");
  }

  void tell(std::variant<Frame, RejectReason> read, std::string_view protocol) {
    ++told_;
    if (const auto* reason = std::get_if<RejectReason>(&read)) {
      out_.rejects.push_back({protocol, *reason, rf_});
      return;
    }
    Frame& frame = std::get<Frame>(read);
    frame.transport = transport_;
    frame.rf = rf_;
    frame.payload.assign(frame_.begin(), frame_.end());
    frame.transmitter = header_.transmitter;
    out_.frames.push_back(std::move(frame));
  }

  // Of a service descriptor's control octet.
  static constexpr std::uint8_t kMatchingFilter = 0x04, kResponseFilter = 0x08, kServiceInfo = 0x10,
                                kBindingBitmap = 0x40;

  Bytes frame_;
  const MacHeader& header_;
  const RfFacts& rf_;
  DecoderOutput& out_;
  std::string_view transport_;
  std::size_t told_ = 0;
};

}  // namespace

std::size_t read_remote_id_elements(Bytes frame, const RfFacts& rf, DecoderOutput& out) {
  const auto header = parse_mac_header(frame);
  if (!header || header->type != FrameType::management || header->is_protected ||
      frame.size() < header->size + kFcsBytes)
    return 0;
  Reader reader(frame, *header, rf, out);
  switch (static_cast<ManagementKind>(header->subtype)) {
    case ManagementKind::beacon:
      reader.read_elements("wifi_beacon");
      break;
    case ManagementKind::probe_response:
      reader.read_elements("wifi_probe_response");
      break;
    case ManagementKind::action:
      if (begins_with(frame.subspan(header->size, frame.size() - header->size - kFcsBytes), kNanAction))
        reader.read_nan();
      break;
    default:
      break;
  }
  return reader.told();
}

}  // namespace windhover::decoders::wifi
