#pragma once
// A small HTTP server for a handful of readers: GET only, one request a connection, and nothing that a client
// does or leaves undone can hold more than one of few workers for some seconds. No TLS, no users: it belongs
// on loopback or behind a proxy that has both.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "gateway/options.hpp"

namespace windhover::gateway::http {

struct Request {
  std::string accept;  ///< header, "" without one
};

struct Response {
  int status = 200;
  std::string type;  ///< of the body
  std::string body;
};

/// Called from several threads at once.
using Handler = std::function<Response(const Request&)>;

struct Limits {
  int workers = 4;  ///< connections served at once; some more wait in the kernel, the rest are refused by it
  std::chrono::milliseconds connection{5000};  ///< from accept to close
};

class Server {
 public:
  /// Binds and serves; handlers by exact path. Throws ConfigError if it cannot bind.
  Server(const HttpOptions& options, std::map<std::string, Handler> handlers, Limits limits = {});
  /// Ends once the connections that are being served have ended.
  ~Server();

  /// "http://127.0.0.1:7380", with the port that the system chose for 0.
  std::string url() const;

 private:
  class Workers;
  std::unique_ptr<Workers> workers_;
};

}  // namespace windhover::gateway::http
