#include "gateway/gateway.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <ostream>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/cot/cot.hpp"
#include "gateway/dragonsync/dragonsync.hpp"
#include "gateway/feed_parser.hpp"
#include "gateway/host_stats.hpp"
#include "gateway/http/metrics.hpp"
#include "gateway/http/pages.hpp"
#include "gateway/http/server.hpp"
#include "gateway/picture.hpp"
#include "gateway/tally.hpp"
#include "sensor/feed_client.hpp"

namespace windhover::gateway {

/// What the server's threads may see. The feed's thread writes it. Not in the unnamed namespace, because
/// Gateway::Parts, which is not of this file alone, has one.
class SharedPicture {
 public:
  template <typename Use>
  auto with(Use use) {
    const std::lock_guard lock(mutex_);
    return use(picture_, tally_);
  }
  /// For work that takes longer than others should wait.
  Picture picture() {
    return with([](const Picture& picture, const Tally&) { return picture; });
  }

 private:
  std::mutex mutex_;
  Picture picture_;
  Tally tally_;
};

namespace {

using namespace std::chrono;

constexpr milliseconds kTurn{100};
// So that the outputs get their turn whatever the feed sends.
constexpr int kMostEventsATurn = 2000;

// Frames are not needed here, and there may be a thousand a second of them.
const std::vector<std::string> kTopics{"wh1.aircraft.", "wh1.link.", "wh1.alert.", "wh1.status."};

Moment now() { return {steady_clock::now(), floor<UtcTime::duration>(system_clock::now())}; }

constexpr const char* kIndex =
    "Windhover gateway\n\n"
    "/api/v1/aircraft   aircraft, as GeoJSON\n"
    "/api/v1/links      radio links\n"
    "/api/v1/alerts     what somebody should look at\n"
    "/metrics           counters for Prometheus\n"
    "/healthz           does the gateway answer?\n"
    "/readyz            do samples flow in the sensor?\n";

std::map<std::string, http::Handler> pages(SharedPicture& shared) {
  const auto instant = [] { return steady_clock::now(); };
  return {
      {"/",
       [](const http::Request&) {
         return http::Response{200, "text/plain", kIndex};
       }},
      {"/healthz", [](const http::Request&) { return http::health_page(); }},
      {"/readyz",
       [&shared, instant](const http::Request&) {
         return shared.with(
             [&](const Picture& picture, const Tally&) { return http::readiness_page(picture, instant()); });
       }},
      {"/metrics",
       [&shared, instant](const http::Request& request) {
         const ProcessStats process = read_process_stats();
         return shared.with([&](const Picture& picture, const Tally& tally) {
           return http::metrics_page(request, picture, tally, process, instant());
         });
       }},
      {"/api/v1/aircraft",
       [&shared, instant](const http::Request&) { return http::aircraft_page(shared.picture(), instant()); }},
      {"/api/v1/links",
       [&shared, instant](const http::Request&) { return http::links_page(shared.picture(), instant()); }},
      {"/api/v1/alerts", [&shared](const http::Request&) { return http::alerts_page(shared.picture()); }},
  };
}

}  // namespace

struct Gateway::Parts {
  Parts(const GatewayOptions& options, std::ostream& log_to)
      : feed({options.feed, options.snapshot, kTopics, options.curve}), log(log_to) {
    if (options.dragonsync) dragonsync.emplace(*options.dragonsync, options);
    if (options.cot) cot.emplace(*options.cot, options);
    if (options.http) server.emplace(*options.http, pages(shared));
    shared.with([](Picture&, Tally& tally) { tally.started = now().utc; });
  }

  /// `first` and what has come after it.
  void hear(const std::optional<sensor::FeedEvent>& first, Picture& picture, Tally& tally, Instant at) {
    auto event = first;
    for (int i = 0; event && i < kMostEventsATurn; ++i) {
      std::visit([&](const auto& told) { take(told, picture, tally, at); }, *event);
      event = feed.next(0ms);
    }
    picture.expire(at);
    const sensor::FeedClientCounts& counts = feed.counts();
    tally.messages = counts.messages;
    tally.lost = counts.lost;
    tally.garbled = counts.garbled;
    tally.snapshots = counts.snapshots;
  }
  void take(const sensor::FeedMessage& told, Picture& picture, Tally& tally, Instant at) {
    if (auto message = parse_message(told.json, tally.parse)) picture.apply(std::move(*message), at);
  }
  void take(const sensor::FeedSnapshot& snapshot, Picture& picture, Tally& tally, Instant at) {
    std::vector<Message> messages;
    for (const sensor::FeedMessage& told : snapshot.messages)
      if (auto message = parse_message(told.json, tally.parse)) messages.push_back(std::move(*message));
    picture.replace(std::move(messages), at);
  }

  void tell(const Picture& picture, Tally& tally, Moment at) {
    tally.outputs.clear();
    if (dragonsync) {
      dragonsync->tick(picture, at);
      tally.outputs.push_back({"dragonsync", dragonsync->sent(), dragonsync->full_queues()});
    }
    if (cot) {
      cot->tick(picture, at);
      tally.outputs.push_back({"cot", cot->sent() + cot->lost(), cot->lost()});
    }
  }

  /// State changes that an operator wants to see, once each.
  void log_changes(const Picture& picture, Instant at) {
    for (const auto& [name, sensor] : picture.sensors()) {
      const bool flow = sensor.samples_flow(at);
      const auto [known, is_first] = flowing.try_emplace(name, flow);
      if (is_first ? !flow : std::exchange(known->second, flow) == flow) continue;
      log << "gateway: " << (flow ? "samples flow in sensor " : "NO SAMPLES from sensor ") << name
          << std::endl;
    }
    std::erase_if(flowing, [&](const auto& each) { return !picture.sensors().contains(each.first); });
  }

  sensor::FeedClient feed;
  SharedPicture shared;
  std::optional<dragonsync::DragonSync> dragonsync;
  std::optional<cot::Cot> cot;
  std::optional<http::Server> server;  // its threads read `shared`: last up, first down
  std::ostream& log;
  std::map<std::string, bool> flowing;
};

Gateway::Gateway(const GatewayOptions& options, std::ostream& log)
    : parts_(std::make_unique<Parts>(options, log)) {
  log << "gateway: listening to the feed at " << options.feed << '\n';
  if (parts_->dragonsync) {
    const DragonSyncOptions bound = dragonsync();
    log << "gateway: DragonSync finds aircraft at " << bound.aircraft << ", status at " << bound.status
        << ", signals at " << bound.signals << '\n';
  }
  if (options.cot)
    for (const CotTarget& target : options.cot->targets)
      log << "gateway: CoT goes to " << target.address << " port " << target.port << '\n';
  if (parts_->server) log << "gateway: serving " << url() << "/\n";
  log.flush();
}

Gateway::~Gateway() = default;

void Gateway::run(const std::atomic<bool>& stop) {
  while (!stop) turn(kTurn);
}

void Gateway::turn(milliseconds patience) {
  const auto event = parts_->feed.next(patience);
  const Moment at = now();
  parts_->shared.with([&](Picture& picture, Tally& tally) {
    parts_->hear(event, picture, tally, at.instant);
    parts_->tell(picture, tally, at);
    parts_->log_changes(picture, at.instant);
  });
}

std::string Gateway::url() const { return parts_->server ? parts_->server->url() : std::string(); }

DragonSyncOptions Gateway::dragonsync() const {
  return parts_->dragonsync ? parts_->dragonsync->endpoints() : DragonSyncOptions{"", "", ""};
}

}  // namespace windhover::gateway
