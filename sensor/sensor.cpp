#include "sensor/sensor.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

namespace windhover::sensor {
namespace {

// How long the feed thread sleeps when nothing has happened. It looks instead of waiting for the rings
// because the feed's clients want to be served meanwhile.
constexpr std::chrono::milliseconds kBetweenStreamLooks{2};

struct CloseAtEnd {
  const std::vector<Evidence*>& evidence;
  ~CloseAtEnd() {
    for (Evidence* each : evidence) each->close();
  }
};

}  // namespace

Sensor::Sensor(std::unique_ptr<Source> source, std::span<const decoders::DecoderEntry> registry,
               const SensorOptions& options) {
  add({std::move(source), options}, registry);
}

Sensor::Sensor(std::vector<SensorInput> inputs, std::span<const decoders::DecoderEntry> registry) {
  for (SensorInput& input : inputs) {
    if (input.options.workers == 0 && inputs.size() > 1)
      input.options.workers = std::max<std::size_t>(1, default_workers() / inputs.size());
    add(std::move(input), registry);
  }
}

void Sensor::add(SensorInput input, std::span<const decoders::DecoderEntry> registry) {
  if (input.options.evidence != nullptr) evidence_.push_back(input.options.evidence);
  names_.push_back(input.options.device.empty() ? std::to_string(names_.size()) : input.options.device);
  streams_.push_back(std::make_unique<Stream>(std::move(input.source), registry, input.options, feed_time_));
}

void Sensor::start(Stream& stream, std::vector<Stream::Job> jobs, std::vector<std::jthread>& threads) {
  for (Stream::Job& job : jobs) {
    threads.emplace_back([&stream, work = std::move(job.work)] {
      try {
        work();
      } catch (...) {
        stream.fail(std::current_exception());
      }
    });
    stream.watch(job.thread, threads.back().native_handle());
  }
}

void Sensor::run(FeedStage& feed, const std::atomic<bool>& stop) {
  if (streams_.size() > 1) feed.name_devices(names_);
  std::vector<std::jthread> keepers;
  const CloseAtEnd notes{evidence_};  // the evidence threads end when the feed has told all
  for (const auto& stream : streams_) start(*stream, stream->evidence_jobs(), keepers);
  {
    std::vector<std::jthread> threads;
    for (const auto& stream : streams_) {
      stream->begin(feed);
      start(*stream, stream->jobs(stop), threads);
      stream->watch("feed", pthread_self());
    }
    for (;;) {
      const bool has_come = look(feed);
      if (std::ranges::all_of(streams_, [](const auto& stream) { return stream->ended(); })) break;
      feed.serve();
      if (!has_come) std::this_thread::sleep_for(kBetweenStreamLooks);
    }
  }
  finish(feed);
  for (const auto& stream : streams_)
    if (stream->failure()) std::rethrow_exception(stream->failure());
}

// One that is behind gets no more turns than the others: all of them must keep up.
bool Sensor::look(FeedStage& feed) {
  bool has_come = false;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    if (streams_[i]->ended()) continue;
    feed.from(i);
    if (streams_[i]->look(feed)) has_come = true;
  }
  return has_come;
}

void Sensor::finish(FeedStage& feed) {
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    feed.from(i);
    const StreamStatus last = streams_[i]->finish(feed);
    if (i + 1 < streams_.size())
      feed.on_status(last, feed_time_);
    else
      feed.finish(last, feed_time_);
  }
}

}  // namespace windhover::sensor
