#include "sensor/sensor.hpp"

#include <pthread.h>

#include <chrono>
#include <exception>
#include <utility>

namespace windhover::sensor {
namespace {

// How long the feed thread sleeps when nothing has happened. It looks instead of waiting for the rings
// because the feed's clients want to be served meanwhile.
constexpr std::chrono::milliseconds kBetweenLooks{2};

struct CloseAtEnd {
  Evidence* evidence;
  ~CloseAtEnd() {
    if (evidence != nullptr) evidence->close();
  }
};

}  // namespace

Sensor::Sensor(std::unique_ptr<Source> source, std::span<const decoders::DecoderEntry> registry,
               const SensorOptions& options)
    : evidence_(options.evidence), stream_(std::move(source), registry, options, feed_time_) {}

void Sensor::start(std::vector<Stream::Job> jobs, std::vector<std::jthread>& threads) {
  for (Stream::Job& job : jobs) {
    threads.emplace_back([this, work = std::move(job.work)] {
      try {
        work();
      } catch (...) {
        stream_.fail(std::current_exception());
      }
    });
    stream_.watch(job.thread, threads.back().native_handle());
  }
}

void Sensor::run(FeedStage& feed, const std::atomic<bool>& stop) {
  std::vector<std::jthread> keepers;
  const CloseAtEnd notes{evidence_};  // the evidence thread ends when the feed has told all
  start(stream_.evidence_jobs(), keepers);
  {
    std::vector<std::jthread> threads;
    start(stream_.jobs(stop), threads);
    stream_.begin();
    stream_.watch("feed", pthread_self());
    for (;;) {
      const bool has_come = stream_.look(feed);
      if (stream_.ended()) break;
      feed.serve();
      if (!has_come) std::this_thread::sleep_for(kBetweenLooks);
    }
  }
  stream_.finish(feed);
  if (stream_.failure()) std::rethrow_exception(stream_.failure());
}

}  // namespace windhover::sensor
