#pragma once
// The FFT behind one interface, so that FFTW can be exchanged.

#include <complex>
#include <cstddef>
#include <string>

#include "dsp/types.hpp"

namespace windhover::dsp {

enum class FftDirection { forward, inverse };

/// A planned complex transform of fixed size, not scaled: inverse(forward(x)) = size·x.
/// Both buffers of execute() must be 64-byte aligned (AlignedVector) and distinct; the input is kept.
/// Planning takes a process-wide lock and may take tenths of a second; execute() is thread-safe and never
/// allocates.
class Fft {
 public:
  Fft(std::size_t size, FftDirection direction);
  ~Fft();
  Fft(Fft&& other) noexcept;
  Fft& operator=(Fft&& other) noexcept;
  Fft(const Fft&) = delete;
  Fft& operator=(const Fft&) = delete;

  std::size_t size() const { return size_; }
  void execute(const cf32* in, cf32* out) const noexcept;

 private:
  std::size_t size_;
  void* plan_;  // fftwf_plan; FFTW's header stays in fft.cpp
};

/// How hard the planner tries. `estimate` plans in microseconds and runs 1.2 to 1.6 times slower.
enum class PlanRigour { estimate, measure, patient };
void set_plan_rigour(PlanRigour rigour);
PlanRigour plan_rigour();

/// Wisdom makes planning instant. Both return false when the file cannot be used; nothing else depends on it.
bool load_fft_wisdom(const std::string& path);
bool save_fft_wisdom(const std::string& path);

/// Name and version of the library in use, for reports.
std::string fft_library();

}  // namespace windhover::dsp
