#include "sensor/time.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <stdexcept>

namespace windhover::sensor {

using namespace std::chrono;

std::string to_rfc3339(UtcTime time) {
  const auto micros = floor<microseconds>(time);
  const auto day = floor<days>(micros);
  const year_month_day date{day};
  const hh_mm_ss clock{micros - day};
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return text.data();
}

UtcTime parse_rfc3339(const std::string& text) {
  const auto bad = [&] {
    return std::invalid_argument("'" + text + "' is no RFC 3339 time such as 2026-01-31T12:00:00Z");
  };
  int y = 0, consumed = 0;
  unsigned mo = 0, d = 0, h = 0, mi = 0, s = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2u%*1[Tt ]%2u:%2u:%2u%n", &y, &mo, &d, &h, &mi, &s, &consumed) !=
          6 ||
      consumed == 0)
    throw bad();
  const year_month_day date{year{y}, month{mo}, day{d}};
  // Nanoseconds in 64 bits reach from 1677 to 2262; the rest is room for durations to be added.
  if (y < 1900 || y > 2200 || !date.ok() || h > 23 || mi > 59 || s > 60) throw bad();
  UtcTime time = sys_days{date} + hours{h} + minutes{mi} + seconds{s};

  std::size_t at = static_cast<std::size_t>(consumed);
  if (at < text.size() && text[at] == '.') {
    std::int64_t unit = 100'000'000;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10)
      time += nanoseconds{(text[at] - '0') * unit};
  }
  const std::string zone = text.substr(at);
  if (zone == "Z" || zone == "z") return time;
  char sign = 0;
  unsigned zone_h = 0, zone_m = 0;
  if (zone.size() != 6 || std::sscanf(zone.c_str(), "%c%2u:%2u", &sign, &zone_h, &zone_m) != 3 ||
      (sign != '+' && sign != '-') || zone_h > 23 || zone_m > 59)
    throw bad();
  const auto offset = hours{zone_h} + minutes{zone_m};
  return sign == '+' ? time - offset : time + offset;
}

}  // namespace windhover::sensor
