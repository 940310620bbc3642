#include "sensor/trust/alert_book.hpp"

#include <numeric>
#include <utility>

#include "sensor/trust/odds.hpp"

namespace windhover::sensor {
namespace {

std::string alert_id(AlertCategory category, const std::string& aircraft) {
  return std::string(to_string(category)).append(1, '-').append(aircraft);
}

double sum_of_weights(const std::vector<Reason>& reasons) {
  return std::accumulate(reasons.begin(), reasons.end(), 0.0, [](double sum, const Reason& reason) {
    return sum + reason.log_likelihood_ratio.value_or(0);
  });
}

// Addresses that have not named themselves come and go.
bool is_named(const std::string& id) { return !id.starts_with("rid-unidentified"); }

}  // namespace

void AlertBook::take(const AircraftMessage& aircraft, std::vector<AlertMessage>& due) {
  if (aircraft.state == AircraftState::gone) {
    for (const auto category :
         {AlertCategory::emergency, AlertCategory::spoof_suspicion, AlertCategory::new_aircraft})
      clear(aircraft, category, due);
    return;
  }
  if (is_named(aircraft.id))
    cause(aircraft, AlertCategory::new_aircraft, Severity::info,
          "An aircraft was heard that was not heard before.", due);
  if (aircraft.claimed.status == "emergency")
    cause(aircraft, AlertCategory::emergency, Severity::critical, "The aircraft declares an emergency.", due);
  else
    clear_when_calm(aircraft, AlertCategory::emergency, due);
  const double weight = sum_of_weights(aircraft.trust.reasons);
  if (weight >= kNotice) {
    cause(aircraft, AlertCategory::spoof_suspicion, severity_of(weight), aircraft.trust.reasons.front().text,
          due);
    return;
  }
  const auto raised = raised_.find(alert_id(AlertCategory::spoof_suspicion, aircraft.id));
  if (raised != raised_.end() && weight >= kNotice / 2) raised->second.last_cause = aircraft.head.time;
  clear_when_calm(aircraft, AlertCategory::spoof_suspicion, due);
}

void AlertBook::cause(const AircraftMessage& aircraft, AlertCategory category, Severity severity,
                      std::string text, std::vector<AlertMessage>& due) {
  const auto [at, is_new] = raised_.try_emplace(alert_id(category, aircraft.id));
  Raised& raised = at->second;
  raised.last_cause = aircraft.head.time;
  if (!is_new && severity <= raised.told.severity) return;
  AlertMessage& alert = raised.told;
  alert.id = at->first;
  alert.category = category;
  alert.severity = severity;
  alert.head.time = aircraft.head.time;
  if (is_new) alert.since = aircraft.head.time;
  alert.aircraft = aircraft.id;
  alert.text = std::move(text);
  if (category == AlertCategory::spoof_suspicion) alert.reasons = aircraft.trust.reasons;
  due.push_back(alert);
}

void AlertBook::clear_when_calm(const AircraftMessage& aircraft, AlertCategory category,
                                std::vector<AlertMessage>& due) {
  const auto at = raised_.find(alert_id(category, aircraft.id));
  if (at != raised_.end() && aircraft.head.time - at->second.last_cause >= kCalm)
    clear(aircraft, category, due);
}

void AlertBook::clear(const AircraftMessage& aircraft, AlertCategory category,
                      std::vector<AlertMessage>& due) {
  const auto at = raised_.find(alert_id(category, aircraft.id));
  if (at == raised_.end()) return;
  AlertMessage alert = std::move(at->second.told);
  raised_.erase(at);
  alert.cleared = true;
  alert.head.time = aircraft.head.time;
  due.push_back(std::move(alert));
}

}  // namespace windhover::sensor
