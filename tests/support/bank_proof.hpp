#pragma once
// The filter bank against what it stands for: a mixer, an FIR filter and a decimator in double precision.
// Used by the unit tests and by the figure that is published.

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "dsp/filter_bank.hpp"

namespace windhover::synth {

using cf64 = std::complex<double>;

std::vector<dsp::cf32> white_noise(std::size_t n, unsigned seed);

/// exp(j·2π·cycles_per_sample·n), exact for any n.
std::vector<dsp::cf32> tone(std::size_t n, double cycles_per_sample);

/// One block's spectrum at a time; the stream is zero before its start and after its end.
struct ProofBank {
  explicit ProofBank(dsp::Hertz rate);
  const dsp::cf32* spectrum(std::span<const dsp::cf32> stream, std::int64_t block);

  dsp::BankGeometry geometry;
  dsp::Fft forward;
  dsp::AlignedVector<dsp::cf32> time, bins;
};

std::vector<dsp::cf32> channelise(ProofBank& bank, dsp::ChannelTap& tap, std::span<const dsp::cf32> stream,
                                  std::int64_t blocks);

struct BankCase {
  dsp::Hertz rate, channel_rate, passband;
  double offset_hz;  ///< of the channel, a multiple of 10 kHz
};

/// Power of the difference to mixer, FIR and decimator on white noise, relative to the channel's, in dB. The
/// decimation must be whole.
double difference_to_direct_db(const BankCase& c);

/// Largest output power, in dB, for a tone of full scale at a distance from the channel's centre.
double tone_response_db(ProofBank& bank, dsp::ChannelTap& tap, std::int64_t offset_bins, double distance_hz);

}  // namespace windhover::synth
