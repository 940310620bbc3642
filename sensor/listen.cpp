#include "sensor/listen.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <iostream>
#include <string_view>
#include <variant>

#include "sensor/aircraft_table.hpp"
#include "sensor/feed_reader.hpp"
#include "sensor/link_table.hpp"
#include "sensor/text_table.hpp"

namespace windhover::sensor {
namespace {

using namespace std::chrono;

constexpr milliseconds kRedraw{200};
constexpr std::size_t kPlainTerminalLines = 24;

volatile std::sig_atomic_t g_stop = 0;
extern "C" void stop_on_signal(int) { g_stop = 1; }

/// While it lives, SIGINT and SIGTERM end the loop instead of the program.
class SignalsToStop {
 public:
  SignalsToStop() {
    g_stop = 0;
    struct sigaction action {};
    action.sa_handler = stop_on_signal;
    sigaction(SIGINT, &action, &old_int_);
    sigaction(SIGTERM, &action, &old_term_);
  }
  SignalsToStop(const SignalsToStop&) = delete;
  SignalsToStop& operator=(const SignalsToStop&) = delete;
  ~SignalsToStop() {
    sigaction(SIGINT, &old_int_, nullptr);
    sigaction(SIGTERM, &old_term_, nullptr);
  }

 private:
  struct sigaction old_int_ {};
  struct sigaction old_term_ {};
};

std::size_t terminal_lines() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : kPlainTerminalLines;
}

/// What both forms of output share: count, judge, hand on.
class Listener {
 public:
  Listener(bool as_table, std::uint64_t most, std::ostream& out, std::ostream& err)
      : as_table_(as_table), most_(most), out_(out), err_(err) {
    if (as_table_) out_ << "\x1b[2J\x1b[?25l\x1b[?7l";  // clear, no cursor, no wrapping
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() {
    if (!as_table_) return;
    draw();
    out_ << "\x1b[?7h\x1b[?25h" << std::flush;
  }

  void take(const FeedMessage& message) {
    const auto heard = read_message(message.json);
    if (!heard || is_done()) return;
    ++heard_;
    board_.apply(*heard, steady_clock::now());
    if (as_table_) return;
    if (message.missing > 0)
      err_ << "windhover: " << message.missing << " '" << printable(message.type) << "' messages of "
           << printable(message.sensor) << " were lost\n";
    print(message.json);
  }

  void take(const FeedSnapshot& snapshot) {
    board_ = {};
    for (const FeedMessage& message : snapshot.messages) take(message);
  }

  void tell_losses(const FeedClientCounts& counts) {
    if (!as_table_ && counts.garbled > counts_.garbled)
      err_ << "windhover: " << counts.garbled - counts_.garbled
           << " messages that are no feed messages were skipped\n";
    counts_ = counts;
  }

  void redraw_when_due() {
    if (!as_table_ || steady_clock::now() < next_draw_) return;
    draw();
    next_draw_ = steady_clock::now() + kRedraw;
  }

  std::uint64_t heard() const { return heard_; }
  bool is_done() const { return heard_ >= most_; }

 private:
  // JSON may hold line breaks between its tokens; a JSON line may not.
  void print(std::string body) {
    std::replace_if(
        body.begin(), body.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    out_ << body << '\n' << std::flush;
  }

  void draw() {
    const auto now = steady_clock::now();
    std::string page;
    for (const std::string& strip : board_.strips(now)) page += strip + '\n';
    page += "messages " + std::to_string(heard_) + "  lost " + std::to_string(counts_.lost) + "  garbled " +
            std::to_string(counts_.garbled) + "\n\n";
    const auto used = static_cast<std::size_t>(std::count(page.begin(), page.end(), '\n'));
    const std::size_t lines = terminal_lines();
    // Links get what aircraft leave of the screen, at least a third.
    const std::size_t room = lines > used + 4 ? lines - used - 4 : 2;
    const auto aircraft = board_.rows(now);
    const std::size_t for_aircraft = std::min(std::max<std::size_t>(aircraft.size(), 1), room - room / 3);
    page += aircraft_table(aircraft, {true, for_aircraft});
    const std::size_t left = room - for_aircraft;
    if (const auto links = link_table(board_.links(), {true, left > 3 ? left - 3 : 1}); !links.empty())
      page += '\n' + links;
    std::string screen = "\x1b[H";
    for (const char c : page) screen += c == '\n' ? std::string("\x1b[K\n") : std::string(1, c);
    out_ << screen << "\x1b[J" << std::flush;
  }

  bool as_table_;
  std::uint64_t most_;
  std::ostream& out_;
  std::ostream& err_;
  AircraftBoard board_;
  FeedClientCounts counts_;
  std::uint64_t heard_ = 0;
  steady_clock::time_point next_draw_{};
};

}  // namespace

int run_listen(const ListenOptions& options) {
  return run_listen(options, !options.json && isatty(STDOUT_FILENO) == 1, std::cout, std::cerr);
}

int run_listen(const ListenOptions& options, bool as_table, std::ostream& out, std::ostream& err) {
  const SignalsToStop signals;
  FeedClient client({options.endpoint, options.snapshot_endpoint, {options.topic}, options.curve});
  Listener listener(as_table, options.count.value_or(UINT64_MAX), out, err);
  auto last_message = steady_clock::now();
  while (g_stop == 0 && out && !listener.is_done()) {
    if (const auto event = client.next(kRedraw)) {
      std::visit([&](const auto& what) { listener.take(what); }, *event);
      last_message = steady_clock::now();
    }
    listener.tell_losses(client.counts());
    listener.redraw_when_due();
    if (options.timeout && steady_clock::now() - last_message > *options.timeout) {
      if (listener.heard() > 0) return 0;
      err << "windhover: nothing heard from " << options.endpoint << "; is a sensor running there?\n";
      return 1;
    }
  }
  return 0;
}

}  // namespace windhover::sensor
