#include <cmath>

#include "catastrophe/track.hpp"
#include "md/core/error.hpp"

namespace landscape::catastrophe {

const char* name(WindowEnd end) {
  switch (end) {
    case WindowEnd::Initial: return "initial";
    case WindowEnd::Final: return "final";
    case WindowEnd::Other: return "other";
    case WindowEnd::Bifurcation: return "bifurcation";
    case WindowEnd::NotReached: return "not_reached";
  }
  return "not_reached";
}

const char* name(EventClass c) {
  switch (c) {
    case EventClass::Thermal: return "thermal";
    case EventClass::StrainCreated: return "strain_created";
    case EventClass::Unresolved: return "unresolved";
  }
  return "unresolved";
}

Classification classify(const Track& track, double origin) {
  if (!track.held) return {EventClass::Unresolved, "minima and saddle do not belong together"};
  const auto is_fold = [](WindowEnd e) { return e == WindowEnd::Initial || e == WindowEnd::Final; };
  // How far the origin lies inside the window at one end, in strain, and the 1 σ of that end.
  const auto depth = [&](int side) {
    const bool fold = is_fold(side > 0 ? track.high_end : track.low_end);
    const Fold& f = side > 0 ? track.high : track.low;
    const double reached = side > 0 ? track.highest_reached : track.lowest_reached;
    const double end = fold && std::isfinite(f.best.strain) ? f.best.strain : reached;
    return std::pair{side * (end - origin), fold && std::isfinite(f.best.error) ? f.best.error : 0.0};
  };
  for (const int side : {-1, 1}) {
    const auto [inside, sigma] = depth(side);
    const WindowEnd end = side > 0 ? track.high_end : track.low_end;
    if (inside > 2.0 * sigma || (!is_fold(end) && inside == 0.0)) continue;  // an end that is no fold: it was there as far as it was followed
    if (!is_fold(end))
      return {EventClass::Unresolved, md::message("the ", side > 0 ? "upper" : "lower", " end that decides is ", name(end),
                                                  " before strain ", origin)};
    if (std::abs(inside) <= 2.0 * sigma)
      return {EventClass::Unresolved, md::message("strain ", origin, " is within 2 sigma of the ",
                                                  side > 0 ? "upper" : "lower", " fold")};
    if (inside < 0.0)
      return {EventClass::StrainCreated, md::message("the ", name(end), " minimum merges with the saddle ", -inside,
                                                     side > 0 ? " below strain " : " above strain ", origin)};
  }
  return {EventClass::Thermal, md::message("minima and saddle exist at strain ", origin)};
}

}  // namespace landscape::catastrophe
