#include "sensor/server_socket.hpp"

#include <utility>

#include "sensor/config_error.hpp"
#include "sensor/zap_handler.hpp"

namespace windhover::sensor {

ServerSocket::ServerSocket(zmq::context_t& context, zmq::socket_type type, const ServerAddress& address,
                           std::int64_t most_part_bytes, SetOptions set)
    : context_(context),
      type_(type),
      address_(address),
      most_part_bytes_(most_part_bytes),
      set_(std::move(set)) {
  try {
    open();
  } catch (const zmq::error_t& error) {
    throw ConfigError("cannot offer the feed at '" + address.endpoint + "' (" + error.what() +
                      "); give a free address of this machine such as " + kDefaultFeedEndpoint);
  }
}

void ServerSocket::open() {
  zmq::socket_t socket(context_, type_);
  set_common_options(socket, address_.endpoint, most_part_bytes_);
  if (address_.curve) {
    socket.set(zmq::sockopt::curve_server, true);
    socket.set(zmq::sockopt::curve_secretkey, address_.curve->secret_key);
    socket.set(zmq::sockopt::zap_domain, kZapDomain);
  }
  set_(socket);
  socket.bind(address_.endpoint);
  address_.endpoint = socket.get(zmq::sockopt::last_endpoint);
  socket_ = std::move(socket);
}

void ServerSocket::close() {
  if (is_open()) socket_.set(zmq::sockopt::linger, 0);
  socket_.close();
}

bool ServerSocket::try_open() {
  if (is_open()) return true;
  try {
    open();
  } catch (const zmq::error_t& error) {
    if (error.num() != EADDRINUSE) throw;
  }
  return is_open();
}

}  // namespace windhover::sensor
