#include "sensor/host_clock.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

using namespace windhover;
using namespace windhover::sensor;
using namespace std::chrono_literals;

namespace {

constexpr dsp::Hertz kRate{1e6};
constexpr std::size_t kChunk = 4000;

/// A device whose chunks arrive late by up to 3 ms, on a clock of its own.
class Stream {
 public:
  explicit Stream(double ppm = 0) : ppm_(ppm) {}
  void run(double seconds) {
    for (const double until_s = taken_s_ + seconds; taken_s_ < until_s;) {
      const double length_s = kChunk / kRate.value / (1 + ppm_ * 1e-6);
      taken_s_ += length_s;
      index_ = index_ + kChunk;
      const std::int64_t missing = clock.note(index_, kChunk, arrival(lateness_(random_)), complete);
      found += missing;
      index_ = index_ + missing;
    }
  }
  void lose(double seconds) { taken_s_ += seconds; }
  HostClock::Time arrival(double late_s) const {
    return HostClock::Time{} + 1000s +
           std::chrono::duration_cast<HostClock::Time::duration>(
               std::chrono::duration<double>(taken_s_ + late_s));
  }
  dsp::SampleIndex index() const { return index_; }

  HostClock clock{kRate};
  std::int64_t found = 0;
  bool complete = false;

 private:
  double ppm_, taken_s_ = 0;
  dsp::SampleIndex index_{};
  std::mt19937 random_{1};
  std::uniform_real_distribution<double> lateness_{0, 3e-3};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(host_clock)

BOOST_AUTO_TEST_CASE(late_arrivals_are_no_loss) {
  Stream stream;
  stream.run(60);
  BOOST_TEST(stream.found == 0);
  BOOST_TEST(std::abs(*stream.clock.rate_error_ppm()) < 20);
  BOOST_TEST(*stream.clock.uncertainty_s() > 4e-3);
  BOOST_TEST(*stream.clock.uncertainty_s() < 7e-3);
}

BOOST_AUTO_TEST_CASE(a_loss_is_found_once_and_with_its_size) {
  Stream stream;
  stream.run(20);
  stream.lose(25e-3);
  stream.run(20);
  BOOST_TEST(std::abs(stream.found - 25'000) < 1'000);
}

BOOST_AUTO_TEST_CASE(a_host_that_was_busy_and_catches_up_is_no_loss) {
  Stream stream;
  stream.run(10.5);
  const auto stalled = stream.arrival(0.9);
  for (int i = 0; i < 10; ++i) stream.clock.note(stream.index(), kChunk, stalled);
  stream.run(20);
  BOOST_TEST(stream.found == 0);
}

BOOST_AUTO_TEST_CASE(an_oscillator_that_is_off_is_no_loss_and_measured) {
  for (const double ppm : {-100.0, -25.0, 25.0, 100.0}) {
    Stream stream(ppm);
    stream.run(100);
    BOOST_TEST(stream.found == 0);
    BOOST_TEST(std::abs(*stream.clock.rate_error_ppm() + ppm) < 20);
    const auto off = *stream.clock.at(stream.index()) - stream.arrival(0);
    BOOST_TEST((std::chrono::abs(off) < 1ms));
  }
}

BOOST_AUTO_TEST_CASE(a_rate_that_is_far_off_is_measured_or_found_missing) {
  Stream slow(-1000);
  slow.run(40);
  BOOST_TEST(std::abs(*slow.clock.rate_error_ppm() - 1000) < 50);
  Stream wrong(-10'000);
  wrong.run(40);
  BOOST_TEST(std::abs(static_cast<double>(wrong.found) - 400'000) < 40'000);
}

BOOST_AUTO_TEST_CASE(where_indices_count_losses_what_comes_later_than_usual_is_no_loss) {
  Stream stream;
  stream.complete = true;
  stream.run(10);
  stream.lose(25e-3);
  stream.run(20);
  BOOST_TEST(stream.found == 0);
}

BOOST_AUTO_TEST_CASE(an_interruption_has_its_length) {
  Stream stream;
  BOOST_TEST(stream.clock.passed({0}, stream.arrival(0)) == 0);
  BOOST_TEST(!stream.clock.at({0}).has_value());
  stream.run(5);
  stream.lose(7);
  BOOST_TEST(std::abs(stream.clock.passed(stream.index(), stream.arrival(0)) - 7'000'000) < 1'000);
}

BOOST_AUTO_TEST_SUITE_END()
