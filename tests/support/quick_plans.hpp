#pragma once

#include "dsp/fft.hpp"

namespace windhover::synth {

/// While it lives, transforms are planned in microseconds: for lengths of any kind that are used once. A plan
/// that is measured takes seconds then.
class QuickPlans {
 public:
  QuickPlans() : before_(dsp::plan_rigour()) { dsp::set_plan_rigour(dsp::PlanRigour::estimate); }
  ~QuickPlans() { dsp::set_plan_rigour(before_); }
  QuickPlans(const QuickPlans&) = delete;
  QuickPlans& operator=(const QuickPlans&) = delete;

 private:
  dsp::PlanRigour before_;
};

}  // namespace windhover::synth
