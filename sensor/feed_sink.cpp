#include "sensor/feed_sink.hpp"

#include <cerrno>
#include <cstring>
#include <iostream>
#include <stdexcept>

#include "sensor/config_error.hpp"

namespace windhover::sensor {

JsonlSink::JsonlSink(const std::filesystem::path& path, PlaceDetail operator_position)
    : FeedSink(operator_position), path_(path), out_(&file_) {
  if (path == "-") {
    out_ = &std::cout;
    return;
  }
  errno = 0;
  file_.open(path, std::ios::binary | std::ios::trunc);
  if (!file_)
    throw ConfigError("cannot write '" + path.string() + "' (" + std::strerror(errno) +
                      "); name a file in a folder that exists and that you may write to");
}

void JsonlSink::publish(const OutgoingMessage& message) {
  *out_ << message.json << '\n';
  if (out_ == &std::cout) out_->flush();
}

void JsonlSink::close() {
  out_->flush();
  if (!*out_)
    throw std::runtime_error("not all messages could be written to '" + path_.string() +
                             "'; see whether the disk is full or the reader has gone");
}

}  // namespace windhover::sensor
