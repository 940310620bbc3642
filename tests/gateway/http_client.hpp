#pragma once
// HTTP as bytes on a socket, so that tests can also do what no client should.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <utility>

namespace windhover::gateway::test {

class TcpClient {
 public:
  /// `url` is http://127.0.0.1:PORT, perhaps with more behind it.
  explicit TcpClient(const std::string& url) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
    is_open_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  TcpClient(TcpClient&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), is_open_(other.is_open_) {}
  TcpClient& operator=(TcpClient&&) = delete;
  ~TcpClient() {
    if (socket_ >= 0) close(socket_);
  }

  bool is_open() const { return is_open_; }
  /// False once the other side has closed.
  bool send(const std::string& bytes) {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  /// All until the other side closes or nothing comes for so long.
  std::string receive(std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    std::string text;
    char bytes[4096];
    pollfd item{socket_, POLLIN, 0};
    while (poll(&item, 1, static_cast<int>(patience.count())) == 1) {
      const ssize_t count = recv(socket_, bytes, sizeof bytes, 0);
      if (count <= 0) break;
      text.append(bytes, static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  int socket_;
  bool is_open_ = false;
};

struct Answer {
  int status = 0;
  std::string head, body;
};

inline Answer answer_of(const std::string& text) {
  Answer answer;
  const std::size_t end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.1 ") || end == std::string::npos) return answer;
  answer.status = std::stoi(text.substr(9, 3));
  answer.head = text.substr(0, end + 2);
  answer.body = text.substr(end + 4);
  return answer;
}

inline Answer get(const std::string& url, const std::string& path, const std::string& headers = {}) {
  TcpClient client(url);
  client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
  return answer_of(client.receive());
}

}  // namespace windhover::gateway::test
