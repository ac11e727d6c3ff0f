#include "md/core/superposition.hpp"

#include "md/core/error.hpp"

namespace landscape::md {

Matrix3Xd rotated_onto(const Eigen::Ref<const Matrix3Xd>& onto, const Eigen::Ref<const Matrix3Xd>& points) {
  LANDSCAPE_CHECK(onto.cols() == points.cols());
  const Eigen::Matrix3d covariance = points * onto.transpose();
  const Eigen::JacobiSVD<Eigen::Matrix3d> svd(covariance, Eigen::ComputeFullU | Eigen::ComputeFullV);
  Eigen::Matrix3d sign = Eigen::Matrix3d::Identity();
  sign(2, 2) = (svd.matrixV() * svd.matrixU().transpose()).determinant() < 0.0 ? -1.0 : 1.0;
  return svd.matrixV() * sign * svd.matrixU().transpose() * points;
}

}  // namespace landscape::md
