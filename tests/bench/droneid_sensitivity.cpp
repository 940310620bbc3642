// Prints frame error rates of the DroneID receiver: 9 symbols, 8 symbols, and 9 symbols through multipath.
// Usage: droneid_sensitivity [BURSTS]; 300 a point by default.

#include "tests/bench/droneid_sensitivity.hpp"

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  using namespace windhover;
  const unsigned bursts = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 300;
  if (bursts == 0) return 2;
  const bench::DroneIdCase cases[] = {{synth::DroneIdVariant::nine_symbols, false},
                                      {synth::DroneIdVariant::eight_symbols, false},
                                      {synth::DroneIdVariant::nine_symbols, true}};
  const char* names[] = {"9 symbols, AWGN", "8 symbols, AWGN",
                         "9 symbols, 3 Rician taps over 400 ns, 20 ppm"};
  for (int i = 0; i < 3; ++i) {
    std::printf("%s, %u bursts a point\n  Es/N0 dB   frame error  wrong frames\n", names[i], bursts);
    for (const double snr_db : {-4.0, -3.5, -3.25, -3.0, -2.75, -2.5, -2.0, -1.5, -1.0, 0.0}) {
      const auto point = bench::measure_droneid(cases[i], snr_db, bursts);
      std::printf("  %8.2f   %11.4f  %12u\n", snr_db, point.error_rate(), point.wrong);
    }
  }
}
