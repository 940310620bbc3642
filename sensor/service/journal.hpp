#pragma once
// Log lines as the journal wants them.

#include <chrono>
#include <iostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace windhover::sensor {

/// Puts "<N>" (sd-daemon(3); 6, informational) before each line that has none, and keeps back what is beyond
/// `burst` lines in `interval`, telling how many there were with the next line that passes. For one thread at
/// a time.
class JournalLines : public std::streambuf {
 public:
  struct Limit {
    std::size_t burst = 50;
    std::chrono::seconds interval{10};
  };
  using Clock = std::chrono::steady_clock::time_point (*)();

  explicit JournalLines(std::ostream& out) : JournalLines(out, Limit{}, std::chrono::steady_clock::now) {}
  JournalLines(std::ostream& out, Limit limit, Clock clock)
      : out_(out.rdbuf()), limit_(limit), clock_(clock) {}

 protected:
  int_type overflow(int_type c) override;
  int sync() override;

 private:
  void finish_line();

  std::ostream out_;  // on the buffer that the stream had
  Limit limit_;
  Clock clock_;
  std::string line_;
  std::chrono::steady_clock::time_point begun_{};
  std::size_t lines_ = 0, kept_back_ = 0;
};

/// Whether standard error is the journal: JOURNAL_STREAM names its device and inode.
bool stderr_is_journal();

/// While it lives std::cerr goes to the journal line by line, if that is where standard error goes.
class CerrToJournal {
 public:
  CerrToJournal();
  CerrToJournal(const CerrToJournal&) = delete;
  CerrToJournal& operator=(const CerrToJournal&) = delete;
  ~CerrToJournal();

 private:
  JournalLines lines_;
  std::streambuf* before_ = nullptr;
};

/// Before a line of an error: "<3>" where it goes to the journal, else nothing.
std::string_view error_priority();

}  // namespace windhover::sensor
