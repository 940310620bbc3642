#include "dsp/filter_bank.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

using namespace windhover::dsp;

namespace {

using cf64 = std::complex<double>;
constexpr double kPi = std::numbers::pi;

std::vector<cf32> white_noise(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, std::sqrt(0.5f));
  std::vector<cf32> samples(n);
  for (cf32& x : samples) x = {normal(random), normal(random)};
  return samples;
}

// The stream as the bank sees it: zeros before its start and after its end.
struct Bank {
  explicit Bank(Hertz rate)
      : geometry(bank_geometry(rate)), forward(geometry.fft_size, FftDirection::forward) {}

  const cf32* spectrum(std::span<const cf32> stream, std::int64_t block) {
    for (std::size_t i = 0; i < geometry.fft_size; ++i) {
      const std::int64_t at = geometry.block_start(block) + static_cast<std::int64_t>(i);
      time[i] = at >= 0 && at < std::ssize(stream) ? stream[static_cast<std::size_t>(at)] : cf32{};
    }
    forward.execute(time.data(), bins.data());
    return bins.data();
  }

  BankGeometry geometry;
  Fft forward;
  AlignedVector<cf32> time = AlignedVector<cf32>(geometry.fft_size);
  AlignedVector<cf32> bins = AlignedVector<cf32>(geometry.fft_size);
};

std::vector<cf32> channelise(Bank& bank, ChannelTap& tap, std::span<const cf32> stream, std::int64_t blocks) {
  std::vector<cf32> out;
  for (std::int64_t block = 0; block < blocks; ++block) {
    const auto samples = tap.extract(bank.spectrum(stream, block), block);
    out.insert(out.end(), samples.begin(), samples.end());
  }
  return out;
}

// Mixer, FIR and decimation in double precision at one output sample.
cf64 direct(std::span<const cf32> stream, std::span<const double> taps, double offset_hz, double rate_hz,
            std::int64_t at) {
  const auto half = static_cast<std::int64_t>(taps.size() / 2);
  cf64 sum{};
  for (std::int64_t k = -half; k <= half; ++k) {
    const std::int64_t n = at - k;
    if (n < 0 || n >= std::ssize(stream)) continue;
    const double cycles = std::fmod(offset_hz / rate_hz * static_cast<double>(n), 1.0);
    sum += taps[static_cast<std::size_t>(k + half)] * static_cast<cf64>(stream[static_cast<std::size_t>(n)]) *
           std::polar(1.0, -2 * kPi * cycles);
  }
  return sum;
}

double db(double ratio) { return 10 * std::log10(ratio); }

// Power of the difference to mix + FIR + decimate, relative to the channel's power, over several blocks.
double difference_to_direct_db(Hertz rate, Hertz channel_rate, Hertz passband, double offset_hz) {
  Bank bank(rate);
  const auto filter = std::make_shared<ChannelFilter>(bank.geometry, channel_rate, passband);
  ChannelTap tap(bank.geometry, filter, std::lround(offset_hz / kBinHz));
  const auto decimation = static_cast<std::int64_t>(bank.geometry.fft_size / filter->size());
  const auto stream = white_noise(bank.geometry.fft_size * 4, 7);
  const auto out = channelise(bank, tap, stream, 5);
  double wanted = 0, difference = 0;
  for (std::size_t i = 0; i < out.size(); i += 7) {
    const cf64 truth = direct(stream, filter->impulse_response(), offset_hz, rate.value,
                              static_cast<std::int64_t>(i) * decimation);
    wanted += std::norm(truth);
    difference += std::norm(truth - static_cast<cf64>(out[i]));
  }
  return db(difference / wanted);
}

// Largest response of the tap, in dB, to tones at the given distances from the channel centre.
double tone_response_db(Bank& bank, ChannelTap& tap, std::int64_t offset_bins, double distance_hz) {
  const double cycles = (static_cast<double>(offset_bins) * kBinHz + distance_hz) / bank.geometry.rate.value;
  std::vector<cf32> tone(bank.geometry.fft_size * 5);
  for (std::size_t n = 0; n < tone.size(); ++n)
    tone[n] = static_cast<cf32>(std::polar(1.0, 2 * kPi * std::fmod(cycles * static_cast<double>(n), 1.0)));
  double power = 0;
  for (std::int64_t block = 2; block < 4; ++block)
    for (const cf32 y : tap.extract(bank.spectrum(tone, block), block))
      power = std::max(power, static_cast<double>(std::norm(y)));
  return db(power + 1e-30);
}

}  // namespace

BOOST_AUTO_TEST_CASE(channels_equal_mixer_fir_and_decimator) {
  // Whole decimation, so that the direct form has the same sample instants; raster offsets with all four
  // quarter turns.
  struct Case {
    double rate, channel, passband, offset;
  };
  for (const Case c : {Case{61.44e6, 15.36e6, 11.7e6, 12.34e6}, Case{30.72e6, 15.36e6, 11.7e6, -7.03e6},
                       Case{20e6, 2e6, 1.4e6, 4.01e6}, Case{20e6, 4e6, 2.5e6, -6.02e6},
                       Case{20e6, 20e6, 17e6, 0.01e6}, Case{122.88e6, 15.36e6, 11.7e6, 50.05e6}}) {
    BOOST_TEST(difference_to_direct_db({c.rate}, {c.channel}, {c.passband}, c.offset) < -90.0);
  }
}

BOOST_AUTO_TEST_CASE(stop_band_and_aliasing_in_time_stay_below_60_db) {
  Bank bank(Hertz{50e6});
  const std::int64_t offset = 333;
  ChannelTap tap(bank.geometry, std::make_shared<ChannelFilter>(bank.geometry, Hertz{15.36e6}, Hertz{11.7e6}),
                 offset);
  for (double distance = 7.68e6; distance < 20e6; distance += 137e3) {
    BOOST_TEST(tone_response_db(bank, tap, offset, distance) < -60.0);
    BOOST_TEST(tone_response_db(bank, tap, offset, -distance) < -60.0);
  }
  for (double distance = -5.85e6; distance <= 5.85e6; distance += 177e3)
    BOOST_TEST(std::abs(tone_response_db(bank, tap, offset, distance)) < 0.01);
}

BOOST_AUTO_TEST_CASE(a_tone_keeps_its_phase_over_block_borders_at_any_rate) {
  for (const double rate : {2.4e6, 2.44e6, 3.6e6, 14.4e6, 20e6, 50e6, 61.44e6, 122.88e6}) {
    Bank bank(Hertz{rate});
    ChannelTap tap(bank.geometry, std::make_shared<ChannelFilter>(bank.geometry, Hertz{2e6}, Hertz{1.4e6}),
                   7);
    const double tone_hz = 7 * kBinHz + 123.4e3;
    std::vector<cf32> tone(bank.geometry.fft_size * 8);
    for (std::size_t n = 0; n < tone.size(); ++n)
      tone[n] = static_cast<cf32>(
          std::polar(1.0, 2 * kPi * std::fmod(tone_hz / rate * static_cast<double>(n), 1.0)));
    const auto out = channelise(bank, tap, tone, 8);
    double worst = 0;
    for (std::size_t i = tap.samples_per_block(); i + tap.samples_per_block() < out.size(); ++i) {
      const double at = tap.stream_position(static_cast<double>(i));
      worst = std::max(worst, std::abs(static_cast<cf64>(out[i]) -
                                       std::polar(1.0, 2 * kPi * std::fmod(123.4e3 / rate * at, 1.0))));
    }
    BOOST_TEST(worst < 1e-3, "rate " << rate << ": " << worst);
  }
}

BOOST_AUTO_TEST_CASE(a_skipped_block_leaves_its_neighbours_as_they_are) {
  Bank bank(Hertz{20e6});
  const auto filter = std::make_shared<ChannelFilter>(bank.geometry, Hertz{4e6}, Hertz{2.5e6});
  ChannelTap every(bank.geometry, filter, -123), some(bank.geometry, filter, -123);
  const auto stream = white_noise(bank.geometry.fft_size * 5, 3);
  for (std::int64_t block = 0; block < 6; ++block) {
    const auto whole = every.extract(bank.spectrum(stream, block), block);
    if (block % 2 == 1) continue;
    const auto alone = some.extract(bank.spectrum(stream, block), block);
    BOOST_TEST(std::equal(whole.begin(), whole.end(), alone.begin()));
  }
}

BOOST_AUTO_TEST_CASE(a_channel_may_reach_over_the_edge_of_the_band) {
  Bank bank(Hertz{10e6});  // narrower than the channel
  ChannelTap tap(bank.geometry, std::make_shared<ChannelFilter>(bank.geometry, Hertz{15.36e6}, Hertz{11.7e6}),
                 100);
  BOOST_TEST(std::abs(tone_response_db(bank, tap, 100, 3.5e6)) < 0.01);
  const double wrapped = tone_response_db(bank, tap, 100, -5.9e6);  // -4.9 MHz: still in the band
  BOOST_TEST(wrapped < 0.5);
  // A tone at the far edge must not appear at the near one.
  std::vector<cf32> tone(bank.geometry.fft_size * 5);
  for (std::size_t n = 0; n < tone.size(); ++n)
    tone[n] = static_cast<cf32>(std::polar(1.0, 2 * kPi * std::fmod(0.46 * static_cast<double>(n), 1.0)));
  const auto out = tap.extract(bank.spectrum(tone, 2), 2);
  cf64 sum{};
  for (std::size_t i = 0; i < out.size(); ++i)
    sum += static_cast<cf64>(out[i]) * std::polar(1.0, -2 * kPi * 3.6e6 / 15.36e6 * static_cast<double>(i));
  BOOST_TEST(db(std::norm(sum / static_cast<double>(out.size()))) > -0.1);
}

BOOST_AUTO_TEST_CASE(rates_off_the_raster_and_filters_without_room_are_refused) {
  BOOST_TEST(is_bank_rate(Hertz{0.96e6}));
  BOOST_TEST(is_bank_rate(Hertz{122.88e6}));
  for (const double rate : {3.125e6, 12.5e6, 0.92e6, 122.92e6, 0.0, -20e6, std::nan("")}) {
    BOOST_TEST(!is_bank_rate(Hertz{rate}));
    BOOST_CHECK_THROW(bank_geometry(Hertz{rate}), std::invalid_argument);
  }
  const BankGeometry geometry = bank_geometry(Hertz{20e6});
  BOOST_CHECK_THROW(ChannelFilter(geometry, Hertz{2e6}, Hertz{1.95e6}), std::invalid_argument);
  BOOST_CHECK_THROW(ChannelFilter(geometry, Hertz{2.04e6}, Hertz{1.4e6}), std::invalid_argument);
}
