#include "md/structure/zone.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

#include "md/core/error.hpp"

namespace landscape::md {
namespace {

[[noreturn]] void refuse(const std::string& text) {
  throw InputError("zone: expected sphere:x,y,z,radius, box:x0,y0,z0,x1,y1,z1 or slab:axis,from,to with axis x, y or z, in Å; got " + text);
}

std::vector<double> numbers_of(const std::string& list, const std::string& text) {
  std::vector<double> numbers;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    double value = 0.0;
    const auto [rest, error] = std::from_chars(list.data() + begin, list.data() + end, value);
    if (error != std::errc{} || rest != list.data() + end || !std::isfinite(value)) refuse(text);
    numbers.push_back(value);
    begin = end + 1;
  }
  return numbers;
}

}  // namespace

Zone::Zone(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) refuse(text);
  const std::string form = text.substr(0, colon), rest = text.substr(colon + 1);
  low_.setConstant(-std::numeric_limits<double>::infinity());
  high_ = -low_;
  if (form == "sphere") {
    const auto n = numbers_of(rest, text);
    if (n.size() != 4 || !(n[3] > 0.0)) refuse(text);
    sphere_ = true;
    center_ = Eigen::Vector3d(n[0], n[1], n[2]);
    radius_ = n[3];
  } else if (form == "box") {
    const auto n = numbers_of(rest, text);
    if (n.size() != 6) refuse(text);
    low_ = Eigen::Vector3d(n[0], n[1], n[2]);
    high_ = Eigen::Vector3d(n[3], n[4], n[5]);
  } else if (form == "slab" && rest.size() > 2 && rest[0] >= 'x' && rest[0] <= 'z' && rest[1] == ',') {
    const auto n = numbers_of(rest.substr(2), text);
    if (n.size() != 2) refuse(text);
    low_[rest[0] - 'x'] = n[0];
    high_[rest[0] - 'x'] = n[1];
  } else {
    refuse(text);
  }
  if (!(low_.array() <= high_.array()).all()) refuse(text);
  constexpr double rounding = 1e-9;  // [Å] of positions moved by periods
  low_.array() -= rounding;
  high_.array() += rounding;
}

bool Zone::contains(const Cell& cell, const Eigen::Vector3d& r) const {
  if (sphere_) return cell.minimum_image(r - center_).norm() <= radius_;
  const Eigen::Vector3d home = cell.wrapped(r);
  Eigen::Vector3i reach;
  for (int k = 0; k < 3; ++k) reach[k] = cell.periodic()[static_cast<std::size_t>(k)] ? 1 : 0;
  for (int a = -reach[0]; a <= reach[0]; ++a)
    for (int b = -reach[1]; b <= reach[1]; ++b)
      for (int c = -reach[2]; c <= reach[2]; ++c)
        if (inside(home + cell.matrix() * Eigen::Vector3d(a, b, c))) return true;
  return false;
}

}  // namespace landscape::md
