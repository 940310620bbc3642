#include "sensor/service/journal.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>

namespace windhover::sensor {
namespace {

constexpr std::size_t kMostEntryOctets = 4096;

bool has_priority(std::string_view line) {
  return line.size() >= 3 && line[0] == '<' && line[1] >= '0' && line[1] <= '7' && line[2] == '>';
}

}  // namespace

JournalLines::int_type JournalLines::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  const char letter = traits_type::to_char_type(c);
  if (letter != '\n' && line_.size() < kMostEntryOctets) line_.push_back(letter);
  if (letter == '\n') finish_line();
  return c;
}

// Half a line waits for its end: std::cerr flushes after every piece.
int JournalLines::sync() { return 0; }

void JournalLines::finish_line() {
  const auto now = clock_();
  if (lines_ == 0 || now - begun_ > limit_.interval) {
    begun_ = now;
    lines_ = 0;
  }
  // An error is never kept back.
  const bool is_error = has_priority(line_) && line_[1] <= '3';
  if (++lines_ > limit_.burst && !is_error) {
    ++kept_back_;
  } else {
    if (kept_back_ > 0) out_ << "<5>" << kept_back_ << " more lines were left out\n";
    kept_back_ = 0;
    out_ << (has_priority(line_) ? "" : "<6>") << line_ << '\n' << std::flush;
  }
  line_.clear();
}

bool stderr_is_journal() {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat facts {};
  if (stream == nullptr || fstat(STDERR_FILENO, &facts) != 0) return false;
  return std::to_string(facts.st_dev) + ":" + std::to_string(facts.st_ino) == stream;
}

CerrToJournal::CerrToJournal() : lines_(std::cerr) {
  if (stderr_is_journal()) before_ = std::cerr.rdbuf(&lines_);
}

CerrToJournal::~CerrToJournal() {
  if (before_ != nullptr) std::cerr.rdbuf(before_);
}

std::string_view error_priority() { return stderr_is_journal() ? "<3>" : ""; }

}  // namespace windhover::sensor
