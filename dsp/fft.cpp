#include "dsp/fft.hpp"

#include <fftw3.h>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "dsp/aligned.hpp"

namespace windhover::dsp {
namespace {

// FFTW's planner is not thread-safe; its execution is (FFTW manual, "Thread safety").
std::mutex planner;
std::atomic<PlanRigour> rigour{PlanRigour::measure};

unsigned fftw_flags() {
  switch (rigour.load()) {
    case PlanRigour::estimate:
      return FFTW_ESTIMATE;
    case PlanRigour::patient:
      return FFTW_PATIENT;
    case PlanRigour::measure:
      break;
  }
  return FFTW_MEASURE;
}

}  // namespace

Fft::Fft(std::size_t size, FftDirection direction) : size_(size), plan_(nullptr) {
  AlignedVector<cf32> in(size), out(size);  // MEASURE overwrites what it plans on
  const std::lock_guard lock(planner);
  plan_ = fftwf_plan_dft_1d(static_cast<int>(size), reinterpret_cast<fftwf_complex*>(in.data()),
                            reinterpret_cast<fftwf_complex*>(out.data()),
                            direction == FftDirection::forward ? FFTW_FORWARD : FFTW_BACKWARD,
                            fftw_flags() | FFTW_PRESERVE_INPUT);
  if (plan_ == nullptr) throw std::runtime_error("FFTW cannot plan a transform of " + std::to_string(size));
}

Fft::~Fft() {
  if (plan_ == nullptr) return;
  const std::lock_guard lock(planner);
  fftwf_destroy_plan(static_cast<fftwf_plan>(plan_));
}

Fft::Fft(Fft&& other) noexcept : size_(other.size_), plan_(std::exchange(other.plan_, nullptr)) {}

Fft& Fft::operator=(Fft&& other) noexcept {
  std::swap(size_, other.size_);
  std::swap(plan_, other.plan_);
  return *this;
}

void Fft::execute(const cf32* in, cf32* out) const noexcept {
  // The new-array interface takes a non-const input although FFTW_PRESERVE_INPUT promises to leave it alone.
  fftwf_execute_dft(static_cast<fftwf_plan>(plan_),
                    reinterpret_cast<fftwf_complex*>(const_cast<cf32*>(in)),  // NOLINT
                    reinterpret_cast<fftwf_complex*>(out));
}

void set_plan_rigour(PlanRigour wanted) { rigour = wanted; }
PlanRigour plan_rigour() { return rigour; }

bool load_fft_wisdom(const std::string& path) {
  const std::lock_guard lock(planner);
  return fftwf_import_wisdom_from_filename(path.c_str()) != 0;
}

bool save_fft_wisdom(const std::string& path) {
  const std::lock_guard lock(planner);
  return fftwf_export_wisdom_to_filename(path.c_str()) != 0;
}

std::string fft_library() { return fftwf_version; }

}  // namespace windhover::dsp
