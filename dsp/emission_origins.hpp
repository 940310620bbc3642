#pragma once
// Which emissions are none: the receiver's offset, mirrors of others, steady lines, the splatter of a strong
// one's edge. And which two are one, with a notch between.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dsp/emission.hpp"

namespace windhover::dsp {

class EmissionOrigins {
 public:
  /// block_samples  75 µs
  explicit EmissionOrigins(std::int64_t block_samples);

  /// Takes one that has ended, or a stretch of it. Comes out of ready() later.
  void take(const Emission& emission) noexcept;
  /// Moves out what ended at least six blocks before `now`.
  void ready(SampleIndex now, std::vector<Emission>& out) noexcept;
  /// The same with all.
  void flush(std::vector<Emission>& out) noexcept;
  void forget() noexcept;

  std::uint64_t dropped() const { return dropped_; }

 private:
  // A line that may be a spur: seen without a pause since `since`.
  struct Line {
    double at_hz = 0;
    float level_dbfs = 0;
    SampleIndex since{}, until{};
    bool is_spur = false;
  };

  bool joined(const Emission& emission) noexcept;
  bool is_splatter(const Emission& emission) const noexcept;
  bool is_image(const Emission& emission) const noexcept;
  bool is_spur(const Emission& emission) noexcept;
  void let_out(const Emission& emission, std::vector<Emission>& out) noexcept;
  template <typename Test>
  bool any_other(const Emission& emission, Test test) const noexcept;

  std::int64_t block_samples_;
  std::vector<Emission> waiting_;
  std::array<Emission, 64> recent_{};  // let out
  std::size_t next_recent_ = 0;
  std::array<Line, 32> lines_{};
  std::uint64_t dropped_ = 0;
};

}  // namespace windhover::dsp
