#include "sensor/zap_handler.hpp"

#include <array>
#include <string>

#include "sensor/curve_keys.hpp"

namespace windhover::sensor {
namespace {

constexpr const char* kZapEndpoint = "inproc://zeromq.zap.01";
constexpr const char* kZapVersion = "1.0";
constexpr int kRequestPartsAtOnce = 500;

// Of a request.
struct ZapPart {
  enum : std::size_t { version, request_id, domain, address, identity, mechanism, client_key, count };
};

std::string z85(const std::string& key) {
  std::array<char, kCurveKeyBytes * 5 / 4 + 1> text{};
  zmq_z85_encode(text.data(), reinterpret_cast<const std::uint8_t*>(key.data()), kCurveKeyBytes);
  return text.data();
}

bool asks_about_a_key(const std::vector<std::string>& request) {
  return request.size() == ZapPart::count && request[ZapPart::domain] == kZapDomain &&
         request[ZapPart::mechanism] == "CURVE" && request[ZapPart::client_key].size() == kCurveKeyBytes;
}

}  // namespace

ZapHandler::ZapHandler(zmq::context_t& context, const AccessList& allowed)
    : allowed_(allowed), socket_(context, zmq::socket_type::rep), reader_(ZapPart::count) {
  socket_.set(zmq::sockopt::linger, 0);
  socket_.bind(kZapEndpoint);
}

void ZapHandler::serve() {
  int budget = kRequestPartsAtOnce;
  for (auto found = reader_.read(socket_, budget); found != MessageReader::Found::nothing;
       found = reader_.read(socket_, budget))
    answer(found == MessageReader::Found::message ? reader_.parts() : std::vector<std::string>{});
}

void ZapHandler::answer(const std::vector<std::string>& request) {
  const auto name =
      asks_about_a_key(request) ? allowed_.name_of(z85(request[ZapPart::client_key])) : std::nullopt;
  if (!name) ++refused_;
  const std::string id = request.size() > ZapPart::request_id ? request[ZapPart::request_id] : std::string();
  const std::array<std::string, 6> answer{kZapVersion,          id,
                                          name ? "200" : "400", name ? "OK" : "this key is not on the list",
                                          name.value_or(""),    ""};
  for (std::size_t i = 0; i < answer.size(); ++i)
    socket_.send(zmq::buffer(answer[i]),
                 (i + 1 < answer.size() ? zmq::send_flags::sndmore : zmq::send_flags::none) |
                     zmq::send_flags::dontwait);
}

}  // namespace windhover::sensor
