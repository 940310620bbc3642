#include "gateway/picture.hpp"

#include <algorithm>
#include <set>
#include <type_traits>
#include <utility>
#include <variant>

namespace windhover::gateway {
namespace {

// Another start of the sensor counts anew and is always news.
bool is_news(const Head& head, const Head& known) { return head.boot != known.boot || head.seq > known.seq; }

template <typename Value>
Picture::Key key_of(const Head& head, const Value& value) {
  return head.sensor + '\n' + value.id;
}

template <typename Known, typename When>
void make_room(Known& known, std::size_t most, When when) {
  if (known.size() < most) return;
  known.erase(std::min_element(known.begin(), known.end(), [&](const auto& a, const auto& b) {
    return when(a.second) < when(b.second);
  }));
}

}  // namespace

bool Picture::apply(Message&& message, Instant now) {
  return std::visit(
      [&]<typename Value>(Value& body) {
        if constexpr (std::is_same_v<Value, std::monostate>)
          return false;
        else
          return apply(std::move(message.head), std::move(body), now);
      },
      message.body);
}

bool Picture::apply(Head&& head, Aircraft&& aircraft, Instant now) {
  return keep(aircraft_, kMostAircraft, {std::move(head), std::move(aircraft), now, revision_ + 1});
}

bool Picture::apply(Head&& head, Link&& link, Instant now) {
  return keep(links_, kMostLinks, {std::move(head), std::move(link), now, revision_ + 1});
}

bool Picture::apply(Head&& head, Alert&& alert, Instant now) {
  return keep(alerts_, kMostAlerts, {std::move(head), std::move(alert), now, revision_ + 1});
}

template <typename Value>
bool Picture::keep(std::map<Key, Told<Value>>& all, std::size_t most, Told<Value>&& told) {
  Key key = key_of(told.head, told.value);
  const auto known = all.find(key);
  if (known != all.end() && !is_news(told.head, known->second.head)) return false;
  if (known == all.end()) make_room(all, most, [](const Told<Value>& each) { return each.at; });
  all[std::move(key)] = std::move(told);
  ++revision_;
  return true;
}

bool Picture::apply(Head&& head, Status&& status, Instant now) {
  const auto known = sensors_.find(head.sensor);
  if (known != sensors_.end() && !is_news(head, known->second.status.head)) return false;
  if (known == sensors_.end())
    make_room(sensors_, kMostSensors, [](const KnownSensor& each) { return each.status.at; });
  KnownSensor& sensor = sensors_[head.sensor];
  // One status says nothing about whether samples flow now. The next recording of a replay counts from 0.
  if (head.boot == sensor.status.head.boot && status.samples != sensor.status.value.samples)
    sensor.samples_moved = now;
  sensor.status = {std::move(head), std::move(status), now, ++revision_};
  return true;
}

void Picture::replace(std::vector<Message>&& messages, Instant now) {
  std::set<Key> told;
  for (Message& message : messages) {
    std::visit(
        [&]<typename Value>(const Value& body) {
          if constexpr (requires { body.id; }) told.insert(key_of(message.head, body));
        },
        message.body);
    apply(std::move(message), now);
  }
  const auto is_untold = [&](const auto& each) { return !told.contains(each.first); };
  std::erase_if(aircraft_, is_untold);
  std::erase_if(links_, is_untold);
  std::erase_if(alerts_, is_untold);
}

void Picture::expire(Instant now) {
  const auto told_before = [now](auto age) {
    return [now, age](const auto& each) { return now - each.second.at > age; };
  };
  std::erase_if(aircraft_, told_before(kForgetUntold));
  std::erase_if(links_, told_before(kForgetUntold));
  std::erase_if(alerts_, told_before(kForgetAlert));
  std::erase_if(sensors_, [now](const auto& each) { return now - each.second.status.at > kForgetSensor; });
}

std::optional<SensorPosition> Picture::sensor_position() const {
  for (const auto& [name, sensor] : sensors_)
    if (sensor.status.value.position) return sensor.status.value.position;
  return std::nullopt;
}

double Picture::age_s(const Head& head, UtcTime last_heard, Instant at, Instant now) const {
  using Seconds = std::chrono::duration<double>;
  UtcTime sensor_time = head.time;
  const auto sensor = sensors_.find(head.sensor);
  if (sensor != sensors_.end() && sensor->second.status.head.boot == head.boot) {
    sensor_time = sensor->second.status.head.time;
    at = sensor->second.status.at;
  }
  return std::max(0.0, Seconds(sensor_time - last_heard).count() + seconds_between(at, now));
}

}  // namespace windhover::gateway
