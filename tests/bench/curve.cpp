#include "tests/bench/curve.hpp"

#include <iomanip>

namespace windhover::bench {

bool print_curve(std::ostream& out, std::string_view name, std::span<const CurvePoint> points, double chance,
                 const std::function<double(double)>& error) {
  bool kept = true;
  for (const CurvePoint& point : points) {
    const double lost = error(point.snr_db);
    const bool is_promised = point.promised <= 1;
    const bool ok = !is_promised || lost <= point.promised + chance;
    kept &= ok;
    out << "| " << name << " | " << std::fixed << std::setprecision(1) << point.snr_db << " dB | "
        << 100 * lost << " % | ";
    if (is_promised) out << "<= " << 100 * point.promised << " %" << (ok ? "" : " **missed**");
    out << " |\n" << std::flush;
  }
  return kept;
}

}  // namespace windhover::bench
