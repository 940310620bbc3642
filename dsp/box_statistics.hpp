#pragma once
// How large sums of noise become by chance: the constant false-alarm thresholds of the emission detector.

#include <cstddef>

namespace windhover::dsp {

/// The multiple of its mean that the sum over a box of `cells` neighbouring Hann cells (energy_gate.hpp) in
/// `blocks` blocks of noise exceeds with this probability, 0 < probability < 0.1.
///
/// A cell's four bins are correlated by the window, so that the sum is one of exponentials with the
/// eigenvalues of their covariance as means: its tail is heavier than that of the gamma distribution with the
/// same variance. The probability is right to about a third. Blocks overlap by a quarter, where the window is
/// nearly closed, and count as independent. Source: Lugannani and Rice, "Saddle point approximation for the
/// distribution of the sum of independent random variables", 1980.
double box_threshold(std::size_t cells, std::size_t blocks, double probability);

}  // namespace windhover::dsp
